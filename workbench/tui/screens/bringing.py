"""Getting what is shown: prepared ahead by a worker, or read by one while the reviewer waits.

What is short is laid out at once. What is long would hold up every key: the screen stands on it at
once, says so if it takes longer than a blink, and labels nothing until it is painted.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from rich.filesize import decimal

from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem
from workbench.domain.queue import FirstScreen
from workbench.services.queues import AT_ONCE, make_document
from workbench.text import display
from workbench.tui.messages import BlobsReady, ItemMissed, ItemReady, RowsReady
from workbench.tui.preparing import PREPARE_AFTER, Frame, prepare, read_output
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.repeating import RepeatingScreen
from workbench.tui.shelf import Shelf
from workbench.tui.work import start_work

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import Desk, OpenDesk

TELL_AFTER = 0.1  # seconds of waiting that nobody notices


class BringingScreen(RepeatingScreen):
    """The part of the review screen that has documents made."""

    def __init__(
        self,
        first: FirstScreen,
        settings: ReviewSettings,
        keys: Mapping[str, tuple[str, ...]],
        open_desk: "OpenDesk",
    ) -> None:
        """Nothing is prepared yet."""
        super().__init__(first, settings, keys, open_desk)
        self.shelf = Shelf()
        self._awaited = ""  # the output that the screen stands on and cannot show yet

    def show_output(self, item: ReviewItem, document: DiffDocument) -> None:
        """Put an output in front of the reviewer."""
        raise NotImplementedError

    # What is asked for.

    def open_output(self, desk: "Desk", output_id: str) -> ReviewItem:
        """An output as far as it is read within a frame."""
        return desk.queues.open(output_id, 0 if output_id in self.shelf else AT_ONCE)

    def bring(self, desk: "Desk", item: ReviewItem) -> None:
        """Put an output in front: prepared, made now, or as soon as a worker has read it."""
        known = self.shelf.get(item.output_id)
        if item.is_read and (known or item.size <= AT_ONCE):
            self.show_output(item, known or make_document(item, self.diff.size.width))
        else:
            self._wait_for(desk, item)

    def _wait_for(self, desk: "Desk", item: ReviewItem) -> None:
        self.keep_reading()
        self.item, self._awaited = item, item.output_id
        self.diff.clear(f"reading {decimal(item.size)}")
        self.open_reading()
        made = read_output(desk, item.output_id, Frame.of(self.diff))
        start_work(self, partial(self.hand_on, desk, made, item.output_id), "prepare")
        self.set_timer(TELL_AFTER, partial(self._tell_awaited, item))

    def _tell_awaited(self, item: ReviewItem) -> None:
        if self._awaited == item.output_id:
            self.remove_class("-finished")
            self.diff.refresh()
            self.read_again(item)
            self.draw()

    def on_item_missed(self, message: ItemMissed) -> None:
        """It stays in front without a diff, and cannot be labelled."""
        if message.item_id == self._awaited:
            self.diff.show(None, message="this output cannot be read")
            self.say(display(message.sentence), "bad")

    # What is prepared.

    def on_diff_view_painted(self) -> None:
        """Once an output is on the screen, prepare its neighbours, and know it again."""
        self.on_diff_reader_moved()
        self.set_timer(PREPARE_AFTER, self.prepare)

    def prepare(self) -> None:
        """Prepare what comes next, unless the reviewer still waits for what is in front."""
        if self.desk and self.item and not self._awaited:
            is_ready, is_near = self.shelf.__contains__, self.walk.holds
            frame, shown = Frame.of(self.diff), self.diff.plain
            made = prepare(self.desk, self.item, shown, frame, is_ready, is_near)
            start_work(self, partial(self.hand_on, self.desk, made), "prepare")

    def on_item_ready(self, message: ItemReady) -> None:
        """Keep what a worker prepared; show it where the reviewer waits for it."""
        document, desk, item = message.document, self.desk, self.item
        if document.key not in self.shelf:
            self.shelf.put(document)
            if item and document.key != item.output_id:
                self.diff.prepare(document)
        if desk and item and document.key == self._awaited == item.output_id:
            with self.telling():
                self.show_output(item.with_texts(desk.queues.open(document.key, 0)), document)

    def on_rows_ready(self, message: RowsReady) -> None:
        """Keep what a worker read of the queue, if this is still where it was asked for."""
        if self.item and message.here == self.item.output_id:
            self.walk = self.walk._replace(coming=message.rows)

    def on_blobs_ready(self, message: BlobsReady) -> None:
        """Colour what is on the screen."""
        if self.diff.document and self.diff.document.key == message.key:
            self.diff.update_blobs()
