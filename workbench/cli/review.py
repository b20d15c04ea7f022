"""`workbench review`: the app."""

import sys
from typing import Annotated

import typer

from workbench.bootstrap import open_desk, read_first_screen
from workbench.cli.terminal import ReviewerOption, StudyOption
from workbench.domain.errors import UsageError
from workbench.study import Study, check_name, find_study


def review(
    reviewer: ReviewerOption = None,
    open_names: Annotated[
        bool, typer.Option("--open", help="Show the candidates' names instead of aliases.")
    ] = False,
    study: StudyOption = None,
) -> None:
    """Open the queue: each output diffed against its repository, labelled by one key."""
    found = find_study(study)
    who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
    run_review(found, who, open_names=open_names)


def run_review(study: Study, reviewer: str, *, open_names: bool) -> None:
    """The app on one study; returns when it is closed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the review needs a terminal; without one use `workbench outputs list`, "
            "`workbench label` and `workbench metrics`"
        )
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.screens.panes import ReviewSettings

    first = read_first_screen(study, reviewer, open_names=open_names)
    settings = study.settings
    app = WorkbenchApp(
        first,
        ReviewSettings(
            study_name=study.folder.name,
            reviewer=reviewer,
            rubric=study.rubric,
            layout=settings.layout,
            idle_seconds=settings.idle_seconds,
            queue_pane=settings.queue_pane,
            metrics_pane=settings.metrics_pane,
        ),
        lambda: open_desk(study, reviewer, open_names=open_names),
        keymap=dict(settings.keys),
        theme=settings.theme,
    )
    app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)
