"""What a worker does while a pair is read: the whole files behind it, then the pairs around it."""

from collections.abc import Iterator

from textual.message import Message

from workbench.diff.document import DiffDocument
from workbench.diff.marks import hunk_keys
from workbench.domain.pair import Side
from workbench.services.desk import Desk
from workbench.services.pair_items import PairItem
from workbench.services.patches import mark_moves
from workbench.services.queues import attach_files, make_document
from workbench.tui.messages import BlobsReady, ItemReady, PairRead
from workbench.tui.preparing import Frame
from workbench.tui.shelf import Shelf


def read_pair(desk: Desk, pair_id: str, frame: Frame) -> Iterator[Message]:
    """Both sides whole, for whoever waits for them: colours come after they are on the screen."""
    if desk.pairs is not None:
        pair = desk.pairs.prepare(pair_id)
        for item in (pair.left, pair.right):
            document = make_document(item, frame.width)
            frame.warm(document)
            yield ItemReady(document)
        yield PairRead(pair_id)


def prepare_pairs(
    desk: Desk,
    pair: PairItem,
    shown: tuple[DiffDocument | None, ...],
    frame: Frame,
    shelf: Shelf,
) -> Iterator[Message]:
    """Colour for both sides, then the pairs that an answer, `J` and `K` would show."""
    if desk.pairs is None:
        return
    for side, document in zip(Side, shown, strict=True):
        item = pair.side(side)
        if document is None or document.key != item.output_id or document.is_whole:
            continue
        hunk_keys(document)
        if attach_files(item, document, desk.blobs):
            mark_moves(item, document, desk.diffs)
            frame.warm(document)
            yield BlobsReady(document.key)
        yield ItemReady(document)
    near = (
        desk.pairs.next_open(pair.pair_id),
        desk.pairs.step(pair.pair_id, 1),
        desk.pairs.step(pair.pair_id, -1),
    )
    for pair_id in dict.fromkeys(near):
        if pair_id is None or pair_id == pair.pair_id:
            continue
        found = desk.pairs.prepare(pair_id)
        for item in (found.left, found.right):
            if item.output_id not in shelf:
                document = make_document(item, frame.width)
                hunk_keys(document)
                attach_files(item, document, desk.blobs)
                mark_moves(item, document, desk.diffs)
                frame.warm(document)
                yield ItemReady(document)
