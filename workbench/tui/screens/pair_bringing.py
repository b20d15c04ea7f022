"""Getting the pairs that are shown: prepared ahead by a worker, or read by one while all wait.

A side that is long would hold up every key: both panes say that they are being read, and take no
label until they are painted.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from rich.filesize import decimal

from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem
from workbench.domain.pair import Side
from workbench.services.desk import Desk, OpenDesk
from workbench.services.pair_items import PairItem
from workbench.services.queues import AT_ONCE, make_document
from workbench.text import display
from workbench.tui.messages import BlobsReady, ItemMissed, ItemReady, PairRead
from workbench.tui.preparing import PREPARE_AFTER, Frame
from workbench.tui.screens.pair_preparing import prepare_pairs, read_pair
from workbench.tui.screens.pair_sides import PairSides
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.shelf import Shelf
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.work import start_work


class PairBringing(PairSides):
    """The part of the pair screen that has documents made."""

    def __init__(
        self, settings: ReviewSettings, keys: Mapping[str, tuple[str, ...]], open_desk: OpenDesk
    ) -> None:
        """Nothing is prepared yet."""
        super().__init__(settings, keys, open_desk)
        self.shelf = Shelf()
        self.awaited = ""  # the pair that the screen stands on and cannot show yet

    def show_pair(self, pair_id: str, side: Side | None = None) -> None:
        """Put a pair in front of the reviewer."""
        raise NotImplementedError

    # What is asked for.

    def make_documents(self, pair: PairItem) -> list[DiffDocument | None]:
        """Of each side: prepared, or made now; None where it is too long for that."""
        return [self._document(pair.side(side), side) for side in Side]

    def _document(self, item: ReviewItem, side: Side) -> DiffDocument | None:
        known = self.shelf.get(item.output_id)
        if not item.is_read or (known is None and item.size > AT_ONCE):
            return None
        return known or make_document(item, self.pane(side).size.width or self.app.size.width)

    def put_in_panes(
        self,
        desk: Desk,
        pair: PairItem,
        documents: Sequence[DiffDocument | None],
        *,
        is_new: bool,
    ) -> None:
        """Both sides, or neither until a worker has read both; a new pair from its top."""
        self.awaited = "" if all(documents) else pair.pair_id
        for side, document in zip(Side, documents, strict=True):
            pane = self.pane(side)
            if self.awaited:
                pane.show(None, message=f"reading {decimal(pair.side(side).size)}")
            elif is_new or pane.document is not document:
                pane.show(document)
        if self.awaited:
            made = read_pair(desk, pair.pair_id, Frame.of(self.pane(self.side)))
            start_work(self, partial(self.hand_on, desk, made, pair.pair_id), "prepare")

    def on_pair_read(self, message: PairRead) -> None:
        """Show it, if it is still waited for."""
        if message.pair_id == self.awaited:
            self.show_pair(message.pair_id, self.side)

    def on_item_missed(self, message: ItemMissed) -> None:
        """It stays in front without a diff, and cannot be labelled."""
        if message.item_id == self.awaited:
            for side in Side:
                self.pane(side).show(None, message="this pair cannot be read")
            self.say(display(message.sentence), "bad")

    # What is prepared.

    def on_diff_view_painted(self, message: DiffView.Painted) -> None:
        """Once a pair is on the screen, prepare what is behind it and what comes next."""
        self._seen |= {message.key}
        self.on_diff_reader_moved()
        self.set_timer(PREPARE_AFTER, self.prepare)

    def prepare(self) -> None:
        """Prepare what comes next, unless the reviewer still waits for what is in front."""
        if self.desk and self.pair and not self.awaited:
            shown = tuple(self.pane(side).plain for side in Side)
            frame = Frame.of(self.pane(self.side))
            made = prepare_pairs(self.desk, self.pair, shown, frame, self.shelf)
            start_work(self, partial(self.hand_on, self.desk, made), "prepare")

    def on_item_ready(self, message: ItemReady) -> None:
        """Keep what a worker prepared."""
        if message.document.key not in self.shelf:
            self.shelf.put(message.document)
            self.pane(Side.LEFT).prepare(message.document)

    def on_blobs_ready(self, message: BlobsReady) -> None:
        """Colour what is on the screen."""
        for side in Side:
            pane = self.pane(side)
            if pane.document and pane.document.key == message.key:
                pane.update_blobs()
