"""Opening a review of disagreements: the outputs on which labels differ, and nothing else."""

import gc
from dataclasses import replace
from functools import partial

from workbench.bootstrap import open_log
from workbench.cli.opening import need_terminal, run_app, show_settings
from workbench.cli.terminal import Progress, say
from workbench.study import Study


def run_adjudication(study: Study, reviewer: str) -> int:
    """The app in front of what reviewers disagree on; returns its exit code."""
    from workbench.blinding import open_adjudication
    from workbench.checking import open_reports
    from workbench.log import guard_threads

    need_terminal()
    guard_threads()
    with Progress("looking for disagreements"):
        made = open_adjudication(study, reviewer)
    if made is None:
        say("no two labels disagree: there is nothing to adjudicate")
        return 0
    gc.disable()  # what is made before the first paint stays; the app enables it after that
    from workbench.tui.app import WorkbenchApp

    desk = replace(made.desk, find_report=open_reports(study).get_report)
    app = WorkbenchApp(
        made.first,
        replace(show_settings(study, reviewer, made.seal), is_adjudicating=True),
        lambda: desk,
        keymap=dict(study.settings.keys),
        theme=study.settings.theme,
        open_log=partial(open_log, study.state),
    )
    try:
        return run_app(app)
    finally:
        desk.close()
