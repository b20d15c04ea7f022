"""Opening the pair screen: the study is sealed, its pairs are drawn, and then the app comes."""

import gc
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from workbench.bootstrap import open_log
from workbench.cli.opening import need_terminal, run_app, show_settings
from workbench.cli.terminal import Progress
from workbench.domain.queue import FirstScreen, compute_progress
from workbench.study import Study

NOTHING = FirstScreen((), None, {}, compute_progress({}), None, has_labels=False, names={})


def run_pairs(study: Study, reviewer: str, between: Sequence[str]) -> int:
    """The app in front of a study's pairs; returns its exit code.

    The study is opened first, so that what keeps it from having pairs is said before any screen.
    """
    from workbench.blinding import open_blind_desk
    from workbench.checking import open_reports
    from workbench.log import guard_threads

    need_terminal()
    guard_threads()
    with Progress("drawing the pairs"):
        made = open_blind_desk(study, reviewer, between)
    gc.disable()  # what is made before the first paint stays; the app enables it after that
    from workbench.tui.screens.pair_app import PairApp

    desk = replace(made.desk, find_report=open_reports(study).get_report)
    app = PairApp(
        NOTHING,
        show_settings(study, reviewer, made.seal),
        lambda: desk,
        keymap=dict(study.settings.keys),
        theme=study.settings.theme,
        open_log=partial(open_log, study.state),
    )
    try:
        return run_app(app)
    finally:
        desk.close()
