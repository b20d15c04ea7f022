"""A queue of chosen outputs alone, blind: what is disputed, or has flags to match."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.queue import SET_ASIDE, FirstScreen, Progress, QueueItem
from workbench.domain.saved import Saved
from workbench.services.blind_desk import BlindQueues, BlindReviews
from workbench.services.reviews import Clock
from workbench.services.unsaved import UnsavedLabels
from workbench.services.veils import NAMES, Veil, pool

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store


class ListedQueues(BlindQueues):
    """Walks these outputs in this order; a position is a place in the list."""

    def __init__(
        self, store: "Store", reviewer: str, veil: Veil, output_ids: Sequence[str]
    ) -> None:
        """`output_ids` is not empty."""
        super().__init__(store, reviewer, veil)
        self.reviewer = reviewer
        self._places = {output_id: nth for nth, output_id in enumerate(output_ids)}

    def is_done(self, row: QueueItem) -> bool:
        """Whether nothing is left to do on an output."""
        return row.label is not None

    @property
    def rows(self) -> tuple[QueueItem, ...]:
        """All of them, as they stand."""
        return tuple(
            self.item(output_id)._replace(position=nth) for output_id, nth in self._places.items()
        )

    @property
    def progress(self) -> Progress:
        """How many are done."""
        rows = self.rows
        n = sum(map(self.is_done, rows))
        return Progress(len(rows) - n, n, len(rows), 0, 0, 0)

    def first(self) -> FirstScreen:
        """What the first paint shows."""
        rows = self.rows
        here = next((row for row in rows if not self.is_done(row)), rows[0])
        last = self._store.last_saved_at(self.reviewer)
        return FirstScreen(
            rows=rows,
            item=self.open(here.output_id),
            tallies=pool(self._store.tallies(self.reviewer)),
            progress=self.progress,
            last_saved_at=last,
            has_labels=last is not None,
            names=NAMES,
        )

    def window(self, position: int) -> tuple[QueueItem, ...]:  # noqa: ARG002 - all of them fit
        """All of them."""
        return self.rows

    def step(self, position: int, n: int) -> QueueItem | None:
        """The n-th after (or before) a position; None past the end."""
        rows = self.rows
        return rows[position + n] if 0 <= position + n < len(rows) else None

    def next_open(self, position: int | None) -> QueueItem | None:
        """The next one that is not done, round the end."""
        rows, start = self.rows, -1 if position is None else position
        around = (*rows[start + 1 :], *rows[: start + 1])
        return next((row for row in around if not self.is_done(row)), None)

    def filter(self, text: str) -> tuple[QueueItem, ...]:
        """Those whose ticket, title or label holds `text`."""
        wanted = text.casefold()
        return tuple(
            row
            for row in self.rows
            if wanted in f"{row.ticket_id} {row.title} {row.label or ''}".casefold()
        )

    def draw_repeat(self, after: str, percent: int, before: datetime) -> str | None:  # noqa: ARG002 - as in Queues
        """Nothing comes twice in a list."""
        return None

    def aside(self) -> tuple[QueueItem, ...]:
        """Those of them that were set aside."""
        return tuple(row for row in self.rows if row.place in SET_ASIDE)

    def open(self, output_id: str, limit: int = UNLIMITED) -> ReviewItem:
        """An output as it may be shown, at its place in the list."""
        item = super().open(output_id, limit)
        return item._replace(position=self._places.get(output_id, 0))


class ListedReviews(BlindReviews):
    """Records as any other; progress is that of the list."""

    def __init__(
        self,
        store: "Store",
        queues: ListedQueues,
        clock: Clock,
        unsaved: UnsavedLabels,
        veil: Veil,
    ) -> None:
        """Record on these outputs."""
        super().__init__(store, queues.reviewer, clock, unsaved, veil)
        self._queues = queues

    def show(self, saved: Saved) -> Saved:
        """What of a save may be shown."""
        return super().show(saved)._replace(progress=self._queues.progress)
