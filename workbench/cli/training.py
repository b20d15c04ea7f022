"""The app in front of a training round."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.cli.opening import need_terminal, open_plain, run_review
from workbench.cli.terminal import Progress, warn
from workbench.study import Study

if TYPE_CHECKING:
    from workbench.services.desk import Desk
    from workbench.training import Round


def run_training(study: Study, make: "Callable[[Callable[[str, int], None]], Round]") -> int:
    """Make the round, tell what of its key is bad, and show it; returns the exit code."""
    from workbench.tui.screens.training import TrainingApp

    need_terminal()
    with Progress("making the training round") as progress:
        made = make(progress.percent)
    for problem in made.problems:
        warn(f"{problem}")
    ours = study.settings
    settings = made.study.settings._replace(keys=ours.keys, theme=ours.theme)
    if ours.rubric:
        settings = settings._replace(rubric=str(study.folder / ours.rubric))
    told = Study(made.study.folder, settings)
    return run_review(
        told,
        made.reviewer,
        open_names=False,
        app_class=TrainingApp,
        open_first=partial(_open_desk, told, made),
    )


def _open_desk(study: Study, made: "Round") -> "Desk":
    return replace(open_plain(study, made.reviewer), lessons=made.lessons)
