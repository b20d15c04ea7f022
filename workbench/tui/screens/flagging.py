"""Matching what candidates flagged themselves: one key a flag, after the label.

The rest of the screen is that of any review; a label key would still change the label.
"""

from workbench.domain.finding import FlagVerdict
from workbench.domain.label import Act
from workbench.domain.queue import FirstScreen
from workbench.services.desk import OpenDesk
from workbench.services.flags import FlagQueues, match_flag
from workbench.text import display
from workbench.tui.app import WorkbenchApp
from workbench.tui.label_keys import Mode
from workbench.tui.messages import DeskChecked
from workbench.tui.screens.opening import OpeningScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.widgets.label_bar import LabelBar, LabelBarSnapshot

VERDICTS = {
    "1": FlagVerdict.CONFIRMED,
    "2": FlagVerdict.ACCEPTED_RISK,
    "3": FlagVerdict.FALSE,
    "4": FlagVerdict.BOILERPLATE,
}
_WORDS = "1 confirmed  2 accepted risk  3 false  4 boilerplate"


class FlagScreen(ReviewScreen):
    """A review whose question is about the next flag of the output in front."""

    @property
    def _pending(self) -> tuple[str, ...]:
        desk = self.desk
        if desk is None or self.item is None or not isinstance(desk.queues, FlagQueues):
            return ()
        return desk.queues.pending(self.item.output_id)

    def on_desk_checked(self, message: DeskChecked) -> None:  # noqa: ARG002 - Textual's form
        """From here on a flag can be matched: ask about the first."""
        self.call_later(self.draw)

    def draw_bar(self) -> None:
        """Ask about the next flag; what just happened stands behind it."""
        desk, pending = self.desk, self._pending
        if self.waiting.mode is not Mode.READY or not pending or desk is None:
            super().draw_bar()
            return
        queues = desk.queues
        shown = queues.show_flag(pending[0]) if isinstance(queues, FlagQueues) else ""
        n = len(pending)
        head = f"it flagged ({n} to match): {display(shown)}  {_WORDS}"
        said = f"{self.notice.text}; " if self.notice.style in {"warn", "bad"} else ""
        self.query_one(LabelBar).show(LabelBarSnapshot(self.waiting, f"{said}{head}", "strong"))

    def _answer(self, key: str) -> bool:
        pending = self._pending
        if self.waiting.mode is not Mode.READY or key not in VERDICTS or not pending:
            return super()._answer(key)
        if self.item and self.can_record():
            self.save(Act.SELF_FLAG, match_flag(self.item.judgement, pending[0], VERDICTS[key]))
        return True

    def advance(self) -> None:
        """The next flag of this output, then the next output."""
        if self._pending:
            self.draw()
        else:
            super().advance()


class FlagApp(WorkbenchApp):
    """Shows the outputs that have flags to match."""

    CSS_PATH = "../workbench.tcss"

    def build_screen(
        self, first: FirstScreen, settings: ReviewSettings, open_desk: OpenDesk, notice: str
    ) -> OpeningScreen:
        """The screen that asks about flags."""
        return FlagScreen(first, settings, open_desk, self.keys, notice)
