"""Matching what candidates flagged themselves: one key a flag, after the label.

The rest of the screen is that of any review; a label key would still change the label.
"""

from workbench.domain.blind import ReviewItem
from workbench.domain.draft import match_flag
from workbench.domain.label import Act
from workbench.domain.queue import FirstScreen
from workbench.services.desk import OpenDesk
from workbench.services.flags import FlagQueues
from workbench.text import display
from workbench.tui.app import WorkbenchApp
from workbench.tui.label_keys import FLAG_KEYS, FLAG_WORDS, Mode
from workbench.tui.messages import DeskChecked
from workbench.tui.screens.opening import OpeningScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.widgets.label_bar import LabelBar, LabelBarSnapshot

_WORDS = "  ".join(f"{key} {word}" for key, word in FLAG_WORDS.items())


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
        head = f"{_WORDS}   it flagged ({n} to match): {display(shown)}"
        said = f"{self.notice.text}; " if self.notice.style in {"warn", "bad"} else ""
        self.query_one(LabelBar).show(LabelBarSnapshot(self.waiting, f"{said}{head}", "strong"))

    def _answer(self, key: str) -> bool:
        pending = self._pending
        if self.waiting.mode is not Mode.READY or key not in FLAG_KEYS or not pending:
            return super()._answer(key)
        if self.item and self.can_record():
            self.save(Act.SELF_FLAG, match_flag(self.item.judgement, pending[0], FLAG_KEYS[key]))
        return True

    def asks_recognised_of(self, item: ReviewItem) -> bool:  # noqa: ARG002 - a matter of the label
        """That was asked with the label."""
        return False

    def advance(self) -> None:
        """The next flag of this output, then the next output."""
        if self._pending:
            self.draw()
        else:
            super().advance()


class FlagApp(WorkbenchApp):
    """Shows the outputs that have flags to match."""

    def build_screen(
        self, first: FirstScreen, settings: ReviewSettings, open_desk: OpenDesk, notice: str
    ) -> OpeningScreen:
        """The screen that asks about flags."""
        return FlagScreen(first, settings, open_desk, self.keys, notice)
