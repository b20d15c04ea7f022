"""The app on one study, and the short way to it.

typer's import and its option parser take longer than all else before the first paint (140 ms of
400), and the parser loads pydantic. So the plain forms of `workbench review` are read here; every
other one, wrong ones included, is left to typer, which also explains them.
"""

import gc
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from workbench.bootstrap import open_desk, read_first_screen
from workbench.domain.errors import UsageError
from workbench.study import Study, check_name, find_study


class Wanted(NamedTuple):
    """What `workbench review` was asked for."""

    reviewer: str | None = None
    study: Path | None = None
    open_names: bool = False


def run_plain(arguments: Sequence[str]) -> None:
    """Open the app and end the process; returns where typer has to read the arguments."""
    wanted = read_plain(arguments)
    if wanted is None:
        return
    os.umask(0o077)  # what the app makes is private (K2)
    try:
        code = open_review(wanted)
    except BaseException as error:  # noqa: BLE001 - told where all others are told
        from workbench.cli.app import run

        run(partial(_fail, error))
    else:
        sys.exit(code)


def _fail(error: BaseException) -> int:
    raise error


def read_plain(arguments: Sequence[str]) -> Wanted | None:
    """The options of a review; None where typer has to read them."""
    wanted, rest = Wanted(), iter(arguments)
    if next(rest, "") != "review":
        return None
    for word in rest:
        if word == "--open":
            wanted = wanted._replace(open_names=True)
            continue
        value = next(rest, "")
        if not value or value.startswith("-"):
            return None
        if word == "--reviewer":
            wanted = wanted._replace(reviewer=value)
        elif word == "--study":
            wanted = wanted._replace(study=Path(value))
        else:
            return None
    return wanted


def open_review(wanted: Wanted) -> int:
    """Find the study and show it; returns the exit code."""
    study = find_study(wanted.study)
    name = wanted.reviewer
    who = study.reviewer if name is None else check_name(name, "a reviewer")
    return run_review(study, who, open_names=wanted.open_names)


def _open_log(study: Study) -> Path:
    from workbench.log import start_log

    return start_log(study.state)


def is_in_reach(folder: Path) -> bool:
    """Whether a command run here would find the study by itself."""
    return Path.cwd().resolve().is_relative_to(folder.resolve())


def run_review(study: Study, reviewer: str, *, open_names: bool) -> int:
    """The app on one study; returns its exit code when it is closed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the review needs a terminal; without one use `workbench outputs list`, "
            "`workbench label` and `workbench metrics`"
        )
    gc.disable()  # what is made before the first paint stays; the app enables it after that
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
            study_option="" if is_in_reach(study.folder) else f" --study {study.folder}",
        ),
        lambda: open_desk(study, reviewer, open_names=open_names),
        keymap=dict(settings.keys),
        theme=settings.theme,
        open_log=partial(_open_log, study),
    )
    app.run()
    return app.return_code or 0
