"""What the tests said: a pane, when it may be seen, and results that come in meanwhile.

Another program may check outputs while a review goes on; once a second one cheap question tells
whether anybody wrote, and only then anything is read again.
"""

from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.domain.check import CONCEALED, CheckStatus, key_of
from workbench.domain.errors import WorkbenchError
from workbench.domain.queue import QueueItem
from workbench.tui.messages import DeskOpened
from workbench.tui.screens.opening import OpeningScreen

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.check_report import CheckReport
    from workbench.services.desk import Desk

LOOK_SECONDS = 1.0


class CheckingScreen(OpeningScreen):
    """The part of the review screen that knows of tests."""

    def on_desk_opened(self, message: DeskOpened) -> None:  # noqa: ARG002 - Textual's form
        """From here on results may come in."""
        self.set_interval(LOOK_SECONDS, self._look)

    def take_news(self, desk: "Desk") -> bool:
        """Read again what another program wrote; whether it did."""
        raise NotImplementedError

    def _look(self) -> None:
        if self.desk is None or self.is_over or self.waiting.is_unsaved:
            return
        try:
            if not self.take_news(self.desk):
                return
            item = self.item
            if item is not None:
                fresh = self.desk.queues.open(item.output_id, limit=0)
                self.item = item._replace(check=fresh.check)
        except WorkbenchError:  # it is being written; the next look tells
            return
        if self.reading == "tests":
            self.read("tests")
        self.draw()

    def is_check_open(self, item: ReviewItem) -> bool:
        """Whether what the tests said may be shown."""
        return self.settings.reveal_checks == "always" or item.is_message_open

    def conceal(self, item: ReviewItem) -> ReviewItem:
        """The item as it may be shown: without a result where that comes after the label."""
        return item if self.is_check_open(item) else item._replace(check=CONCEALED)

    def conceal_rows(self, rows: tuple[QueueItem, ...]) -> tuple[QueueItem, ...]:
        """The same for the list."""
        if self.settings.reveal_checks == "always":
            return rows
        return tuple(
            row if row.label is not None else row._replace(tests=CheckStatus.NOT_RUN)
            for row in rows
        )

    def may_show(self, what: str, item: ReviewItem) -> bool:
        """An early look at what the tests said is logged like one at the message."""
        return self.is_check_open(item) if what == "tests" else super().may_show(what, item)

    def describe_tests(self, item: ReviewItem) -> str:
        """The pane's text; hidden tests and answer leaks stay hidden until the label is saved."""
        from workbench.services.check_text import describe_leaks, describe_report, describe_result

        report = self._find_report(item)
        text = describe_leaks(item.leaks) if item.judgement.label is not None else ""
        if report is None:
            text = describe_result(item.check) + text
        else:
            text = describe_report(report, shows_hidden=item.is_message_open) + text
        return self.desk.hide(text) if self.desk else text

    def _find_report(self, item: ReviewItem) -> "CheckReport | None":
        key = key_of(item.check.source)
        return self.desk.find_report(key) if self.desk and key else None
