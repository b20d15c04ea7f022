"""What a saved label changed."""

from typing import NamedTuple

from workbench.domain.cell import Cell
from workbench.domain.event import Event
from workbench.domain.label import Act
from workbench.domain.queue import Progress, QueueItem


class Saved(NamedTuple):
    """What a saved event changed; it exists only once COMMIT has returned.

    One output of the candidate `alias` moved from `old_cell` to `new_cell` (they may be equal).
    `turned` is what an undo took back, or a redo put back. A control is in no candidate's counts.
    """

    event: Event
    item: QueueItem
    alias: str
    old_cell: Cell
    new_cell: Cell
    progress: Progress
    turned: Act | None = None
    is_control: bool = False
