"""What a worker does while the reviewer reads: the whole files behind this output, then the next.

It never touches a widget: it yields messages, each with one frozen result.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from workbench.diff.document import DiffDocument
from workbench.diff.marks import hunk_keys
from workbench.diff.views import Mode
from workbench.domain.blind import ReviewItem
from workbench.domain.queue import QueueItem
from workbench.services.queues import attach_files, make_document
from workbench.tui.messages import BlobsReady, ItemReady, RowsReady
from workbench.tui.widgets.diff_rooms import wrapped_rooms

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import Desk
    from workbench.tui.widgets.diff_view import DiffView

PREPARE_AFTER = 0.02  # seconds after a paint


class Frame(NamedTuple):
    """The size in cells and the layout for which a first screen is prepared."""

    width: int
    height: int
    mode: Mode
    is_wrapped: bool = False

    @classmethod
    def of(cls, pane: "DiffView") -> "Frame":
        """As a pane stands now."""
        return cls(*pane.size, pane.mode, pane.wrap)

    def warm(self, document: DiffDocument) -> None:
        """Make what the first screen shows."""
        document.warm(self.width, self.height, self.mode)
        rooms = wrapped_rooms(document, self.mode, self.width) if self.is_wrapped else None
        if rooms:
            document.view(self.mode, rooms)


def read_output(desk: "Desk", output_id: str, frame: Frame) -> Iterator[Message]:
    """One output whole, for whoever waits for it: colours come after it is on the screen."""
    document = make_document(desk.queues.open(output_id), frame.width)
    frame.warm(document)
    yield ItemReady(document)


def prepare(  # noqa: PLR0917 - what the screen knows when it asks
    desk: "Desk",
    item: ReviewItem,
    shown: DiffDocument | None,
    frame: Frame,
    is_ready: Callable[[str], bool],
    is_near: Callable[[str], bool],
) -> Iterator[Message]:
    """Colour for what is shown, then the outputs that a label, `J` and `K` would show.

    `is_ready` tells of an output whether it stands prepared, `is_near` whether its row is known.
    """
    from workbench.services.patches import mark_moves

    if shown and not shown.is_whole:  # on the shelf there may be another of this output
        hunk_keys(shown)
        if attach_files(item, shown, desk.blobs):
            mark_moves(item, shown, desk.diffs)
            frame.warm(shown)
            yield BlobsReady(shown.key)
        yield ItemReady(shown)
    queues = desk.queues
    finds: tuple[Callable[[], QueueItem | None], ...] = (
        lambda: queues.next_open(item.position),
        lambda: queues.step(item.position, 1),
        lambda: queues.step(item.position, -1),
    )
    for find in finds:
        row = find()
        if row and not is_ready(row.output_id):
            near = queues.open(row.output_id)
            document = make_document(near, frame.width)
            hunk_keys(document)
            attach_files(near, document, desk.blobs)
            mark_moves(near, document, desk.diffs)
            frame.warm(document)
            yield ItemReady(document)
    coming = queues.next_open(item.position)
    if coming and not is_near(coming.output_id):
        yield RowsReady(item.output_id, queues.window(coming.position))
