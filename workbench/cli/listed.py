"""Opening a review of chosen outputs: what reviewers disagree on, or what has flags to match."""

import gc
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.bootstrap import open_log
from workbench.cli.opening import need_terminal, run_app, show_settings
from workbench.cli.terminal import Progress, say
from workbench.study import Study

if TYPE_CHECKING:  # loaded with the app
    from workbench.blinding import Listed
    from workbench.tui.app import WorkbenchApp


def run_adjudication(study: Study, reviewer: str) -> int:
    """The app in front of what reviewers disagree on; returns its exit code."""
    from workbench.blinding import open_adjudication

    need_terminal()
    with Progress("looking for disagreements"):
        made = open_adjudication(study, reviewer)
    if made is None:
        say("no two labels disagree: there is nothing to adjudicate")
        return 0
    gc.disable()  # what is made before the first paint stays; the app enables it after that
    from workbench.tui.app import WorkbenchApp

    return _run(study, reviewer, made, WorkbenchApp, is_adjudicating=True)


def run_flags(study: Study, reviewer: str) -> int:
    """The app in front of the flags that wait for a verdict; returns its exit code."""
    from workbench.blinding import open_flags

    need_terminal()
    with Progress("looking for flags"):
        made = open_flags(study, reviewer)
    if made is None:
        say(f"no flag waits for {reviewer}: flags come up once their output has a label")
        return 0
    gc.disable()
    from workbench.tui.screens.flagging import FlagApp

    return _run(study, reviewer, made, FlagApp, is_adjudicating=False)


def _run(
    study: Study,
    reviewer: str,
    made: "Listed",
    app_class: "type[WorkbenchApp]",
    *,
    is_adjudicating: bool,
) -> int:
    from workbench.checking import open_reports
    from workbench.log import guard_threads

    guard_threads()
    desk = replace(made.desk, find_report=open_reports(study).get_report)
    settings = show_settings(study, reviewer, made.seal)
    app = app_class(
        made.first,
        settings._replace(is_adjudicating=is_adjudicating),
        lambda: desk,
        keymap=dict(study.settings.keys),
        theme=study.settings.theme,
        open_log=partial(open_log, study.state),
    )
    try:
        return run_app(app)
    finally:
        desk.close()
