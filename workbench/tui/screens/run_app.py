"""The application in front of the runs of a study, and of nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.types import CSSPathType

from workbench.domain.run_board import RunBoard
from workbench.tui.actions import Action
from workbench.tui.app import STYLES, StudyApp
from workbench.tui.screens.watching import RunScreen


class RunApp(StudyApp):
    """Watches until a key ends it."""

    CSS_PATH: ClassVar[CSSPathType | None] = [STYLES / "review.tcss", STYLES / "workbench.tcss"]
    ENABLE_COMMAND_PALETTE = False
    ACTIONS: ClassVar[tuple[Action, ...]] = ()

    def __init__(
        self,
        look: Callable[[], RunBoard],
        close: Callable[[], None],
        *,
        theme: str,
        open_log: Callable[[], Path | None],
    ) -> None:
        """Nothing is read yet."""
        super().__init__(
            lambda notice: RunScreen(look, close, notice),
            keymap={},
            theme=theme,
            open_log=open_log,
        )
