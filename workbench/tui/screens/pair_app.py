"""The application in front of pairs: another screen and its keys, all else the same."""

from typing import ClassVar

from textual.types import CSSPathType

from workbench.domain.queue import FirstScreen
from workbench.services.desk import OpenDesk
from workbench.tui.actions import Action
from workbench.tui.app import STYLES, WorkbenchApp
from workbench.tui.pair_actions import PAIR
from workbench.tui.screens.opening import OpeningScreen
from workbench.tui.screens.pair import PairScreen
from workbench.tui.screens.panes import ReviewSettings


class PairApp(WorkbenchApp):
    """Shows one study's pairs to one reviewer."""

    CSS_PATH: ClassVar[CSSPathType | None] = [STYLES / "review.tcss", STYLES / "workbench.tcss"]
    ACTIONS: ClassVar[tuple[Action, ...]] = PAIR

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key that goes to the next field elsewhere goes to the other side here."""
        is_ours = action in {"focus_next", "focus_previous"}
        return False if is_ours else super().check_action(action, parameters)

    def build_screen(
        self,
        first: FirstScreen,  # noqa: ARG002 - a pair is read when the study is open
        settings: ReviewSettings,
        open_desk: OpenDesk,
        notice: str,
    ) -> OpeningScreen:
        """The pair screen."""
        return PairScreen(settings, open_desk, self.keys, notice)
