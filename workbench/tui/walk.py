"""Which output comes next: the study's order, or a view of it that a filter or a sort made.

A view never changes the queue, the rates or the order that is stored; it only says what `J`, `K`
and the next label go to, and the list says that it is a view.
"""

from enum import StrEnum
from typing import NamedTuple

from workbench.domain.queue import QueueItem
from workbench.services.queues import Queues

EDGE = 5  # rows left in the window before it is read again


class Order(StrEnum):
    """How a view is sorted; STUDY is the random order that the study keeps."""

    STUDY = "study"
    TICKET = "ticket"
    ALIAS = "alias"
    SIZE = "size"


_KEYS = {
    Order.STUDY: lambda row: row.position,
    Order.TICKET: lambda row: (row.ticket_id, row.alias, row.position),
    Order.ALIAS: lambda row: (row.alias, row.ticket_id, row.position),
    Order.SIZE: lambda row: (row.added + row.removed, row.position),
}


class Walk(NamedTuple):
    """The rows around the reviewer; `text`, `order` or `is_aside` make a view.

    `coming` are those around the next open output where it is far away: read before it is needed.
    """

    rows: tuple[QueueItem, ...]
    text: str = ""
    order: Order = Order.STUDY
    is_aside: bool = False  # what was set aside, and nothing else
    coming: tuple[QueueItem, ...] = ()

    @property
    def is_view(self) -> bool:
        """Whether these rows are not simply the study's order."""
        return self.is_aside or bool(self.text) or self.order is not Order.STUDY

    @property
    def title(self) -> str:
        """What kind of view this is; "" for none."""
        if self.is_aside:
            return "set aside"
        parts = [f"filter: {self.text}"] if self.text else []
        if self.order is not Order.STUDY:
            parts.append(f"by {self.order}, not the study's order")
        return "; ".join(parts)

    def look(self, queues: Queues, text: str, order: Order, position: int) -> "Walk":
        """Another view; without filter and sort, the study's order around a position."""
        if not text and order is Order.STUDY:
            return Walk(queues.window(position))
        return Walk(tuple(sorted(queues.filter(text), key=_KEYS[order])), text, order)

    def around(self, queues: Queues, output_id: str, position: int) -> "Walk":
        """The walk with an output well inside its rows; a view keeps its rows."""
        if self.holds(output_id):
            return self
        there = Walk(self.coming)
        return there if there.holds(output_id) else Walk(queues.window(position))

    def holds(self, output_id: str) -> bool:
        """Whether an output is well inside its rows, or this is a view."""
        return self.is_view or any(row.output_id == output_id for row in self.rows[EDGE:-EDGE])

    def with_row(self, fresh: QueueItem) -> "Walk":
        """The walk after one output changed."""
        rows, coming = (
            tuple(fresh if row.output_id == fresh.output_id else row for row in held)
            for held in (self.rows, self.coming)
        )
        return self._replace(rows=rows, coming=coming)

    def with_guest(self, row: QueueItem, here: str) -> "Walk":
        """The walk with an output behind another one, and no more where it stood."""
        rows = [held for held in self.rows if held.output_id != row.output_id]
        at = next((n for n, held in enumerate(rows, 1) if held.output_id == here), len(rows))
        return self._replace(rows=(*rows[:at], row, *rows[at:]))

    def step(self, queues: Queues, output_id: str, position: int, n: int) -> QueueItem | None:
        """The next or the previous output, labelled or not; None past the end."""
        at = self._index(output_id)
        if at is not None and 0 <= at + n < len(self.rows):
            return self.rows[at + n]
        if not self.is_view:
            return queues.step(position, n)
        return self.rows[0] if at is None and self.rows else None

    def next_open(self, queues: Queues, output_id: str, position: int) -> QueueItem | None:
        """The next output without a label; a view does not wrap."""
        if not self.is_view:
            return queues.next_open(position)
        at = self._index(output_id)
        later = self.rows[0 if at is None else at + 1 :]
        return next((row for row in later if row.label is None), None)

    def _index(self, output_id: str) -> int | None:
        ids = [row.output_id for row in self.rows]
        return ids.index(output_id) if output_id in ids else None
