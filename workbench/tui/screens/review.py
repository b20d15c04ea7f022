"""The review screen: one reviewer in front of one output.

Panes, reading, rereading, recording, saving and opening are its parts, a file each; here they meet
the queue. Whatever takes time happens in a worker that posts one message; the next and the previous
output are prepared while the reviewer reads.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem
from workbench.domain.queue import FirstScreen, Place, QueueItem
from workbench.services.queues import make_document
from workbench.tui.counts import Counts
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.messages import DefinitionsNamed
from workbench.tui.notices import Notice
from workbench.tui.screens.bringing import BringingScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.walk import Order, Walk
from workbench.tui.widgets.end_card import EndCard
from workbench.tui.widgets.header import HeaderBar, HeaderSnapshot
from workbench.tui.widgets.label_bar import LabelBar, LabelBarSnapshot
from workbench.tui.widgets.metrics_pane import MetricsPane
from workbench.tui.widgets.queue_list import QueueList, QueueSnapshot

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved
    from workbench.services.desk import Desk, OpenDesk


class ReviewScreen(BringingScreen):
    """Shows what is in front, and walks the queue."""

    def __init__(
        self,
        first: FirstScreen,
        settings: ReviewSettings,
        open_desk: "OpenDesk",
        keys: dict[str, tuple[str, ...]],
        notice: str = "",
    ) -> None:
        """`first` is what the first paint shows; `open_desk` runs in a worker after it."""
        super().__init__(first, settings, keys, open_desk)
        self.item, self._first = first.item, first
        self._drawn: Counts | None = None  # what the numbers show
        self._is_stale = False  # something is saved that is not drawn yet
        self.notice = Notice(notice, "warn")
        self._came_skipped = False  # what is in front came back

    def on_mount(self) -> None:
        """Show the first output at once; the store is opened after the paint."""
        self.diff.layout_mode = self.settings.layout  # type: ignore[assignment]  # checked by config
        self.diff.focus()
        self.lay_out(self._first.bookmark)
        if self.item:
            self.diff.show(make_document(self.item, self.app.size.width))
            self.go_on(self._first.bookmark)
        self.fit(self.app.size)
        if self.item is None or not self.counts.progress.coming:
            self._finish()
        else:
            self._came_skipped = self.item.judgement.skipped
        self.start_opening()

    # Showing.

    def show_output(self, item: ReviewItem, document: DiffDocument) -> None:
        """Put an output in front of the reviewer: one refresh of each part that changed."""
        if self._awaited or self.item is None or item.output_id != self.item.output_id:
            self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.keep_reading()
        self.item, self._awaited = item, ""
        self._came_skipped = item.judgement.skipped
        self.remove_class("-finished")
        self.diff.show(document)
        self.open_reading()
        self.read_again(item)
        self.draw()

    def draw(self) -> None:
        """Repaint everything around the diff from frozen snapshots."""
        self._is_stale = False
        counts, walk = self.counts, self.walk
        rows = self.conceal_rows(walk.rows)
        current = self.item.output_id if self.item else ""
        self.query_one(QueueList).show(
            QueueSnapshot(rows, current, counts.progress, counts.names, walk.title)
        )
        pane = self.query_one(MetricsPane)
        if counts is not self._drawn and not pane.has_class("-closed"):
            self._drawn = counts  # moving about changes no number
            pane.show(counts.snapshot())
        shown = self.conceal(self.item) if self.item else None
        shown = None if self.has_class("-finished") else shown
        name, at = self.settings.study_name, counts.last_saved_at
        header = HeaderSnapshot(name, shown, counts.progress, at, counts.names)
        self.query_one(HeaderBar).show(header)
        self.mark_findings()
        self.draw_bar()

    def on_definitions_named(self, message: DefinitionsNamed) -> None:
        """The numbers say whose definitions they are counted by."""
        self.counts = self.counts._replace(definitions=message.name, has_trials=message.has_trials)
        if self.has_class("-finished"):
            self._show_end()
        self.draw()

    def draw_bar(self) -> None:
        """Repaint the label bar."""
        notice, is_first = self.notice, not self.counts.has_labels
        self.query_one(LabelBar).show(
            LabelBarSnapshot(self.waiting, notice.text, notice.style, is_first=is_first)
        )

    def go_to(self, output_id: str) -> None:
        """Show an output."""
        if not self.desk:
            self.say("opening the study: one moment", "warn")
            return
        self._heading = self._stood = None
        with self.telling():
            item = self.open_output(self.desk, output_id)
            self.walk = self.walk.around(self.desk.queues, output_id, item.position)
            self.bring(self.desk, item)

    def show_again(self, output_id: str) -> None:
        """Put an output in front of whoever labelled it, as if it were new."""
        if not self.desk:
            return
        with self.telling():
            queues = self.desk.queues
            opened = self.open_output(self.desk, output_id)
            item, row = self.make_again(opened, queues.item(output_id))
            here = self.item.output_id if self.item else ""
            self.walk = self.walk.with_guest(row, here)
            self.bring(self.desk, item)

    def _finish(self) -> None:
        """The end of the queue is a card; the last output stays reachable."""
        self.add_class("-finished")
        self._show_end()
        self.draw()

    def _show_end(self) -> None:
        self.query_one(EndCard).show(self.counts.snapshot(), self.counts.progress)

    def is_done(self) -> bool:
        """Whether no label is left to give."""
        return not self.counts.progress.left

    def last_saved_at(self) -> datetime | None:
        """When the reviewer's last event was recorded."""
        return self.counts.last_saved_at

    # What recording asks for.

    def is_painted(self) -> bool:
        """Whether the output in front has been drawn."""
        is_shown = not (self.has_class("-finished") or self.has_class("-small"))
        return is_shown and self.item is not None and self.diff.painted_key == self.item.output_id

    def after_saved(self, saved: "Saved") -> None:
        """The new counts, and the row in the list."""
        if self.desk:
            self.counts = self.counts.after(saved, self.desk.queues)
        self.walk = self.walk.with_row(saved.item)
        self._is_stale = True
        self.call_next(self._draw_what_stayed)  # unless the next output draws it all before

    def _draw_what_stayed(self) -> None:
        if self._is_stale:
            self.draw()

    def take_news(self, desk: "Desk") -> bool:
        """Counts and rows, where another program wrote."""
        fresh = self.counts.refreshed(desk.queues)
        if fresh is None or self.item is None:
            return False
        self.counts = fresh
        if self.walk.is_view:
            self.walk = self.walk.with_row(desk.queues.item(self.item.output_id))
        else:
            self.walk = Walk(desk.queues.window(self.item.position))
        return True

    def advance(self) -> None:
        """The next output without a label; in a view, the next one it holds."""
        if not self.desk or not self.item:
            return
        item = self.item
        with self.telling():
            if self.draw_repeat(self.desk):
                return
            row = self.walk.next_open(self.desk.queues, item.output_id, item.position)
            if row is None and self.walk.is_aside:
                self.walk = Walk(self.desk.queues.window(item.position))
                row = self.desk.queues.next_open(item.position)
            row = self._once_each(self.desk, row, item.position)
            if row:
                self.go_to(row.output_id)
            elif self.walk.is_view:
                self.say(f"{self.notice.text}; nothing is left in this view", self.notice.style)
            else:
                self._finish()

    def _once_each(self, desk: "Desk", row: QueueItem | None, position: int) -> QueueItem | None:
        """What was skipped comes back once, from the first one on; then the round is over."""
        if row is None or row.place is not Place.SKIPPED or self.walk.is_view:
            return row
        if not self._came_skipped:
            return desk.queues.next_open(None)
        return row if row.position > position else None

    def back(self) -> bool:
        """Escape with nothing to answer: ends a view, closes the text, ends what reading began."""
        if self.walk.is_view:
            self._view("", Order.STUDY)
        elif self.reading:
            self.read("")
        else:
            return self.end_reading()
        return True
