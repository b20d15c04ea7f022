"""The services of a blind reviewer: those of any other, behind a veil.

Rows, outputs, results and counts leave here without an alias; rates are pooled over all
candidates.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.errors import UsageError
from workbench.domain.label import Act, Effort, Judgement
from workbench.domain.metrics import Cell
from workbench.domain.queue import Progress, QueueItem
from workbench.domain.saved import Saved
from workbench.domain.unsaved import Kept
from workbench.services.desk import Desk
from workbench.services.pairs import PairQueue
from workbench.services.queues import Queues
from workbench.services.reviews import Clock, Reviews
from workbench.services.unsaved import UnsavedLabels
from workbench.services.veils import Veil, VeiledDiffs, VeiledListings, pool

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store


class BlindReviews(Reviews):
    """Records as any other; what comes back names nobody."""

    def __init__(
        self, store: "Store", reviewer: str, clock: Clock, unsaved: UnsavedLabels, veil: Veil
    ) -> None:
        """Record behind a veil."""
        super().__init__(store, reviewer, clock, unsaved)
        self._veil = veil

    def show(self, saved: Saved) -> Saved:
        """What of a save may be shown."""
        return self._veil.hide_saved(saved)

    def record(
        self, output_id: str, act: Act, judgement: Judgement, effort: Effort, held: Judgement
    ) -> Saved:
        """Record one act on what the reviewer held; when this returns, it is on disk."""
        return self.show(super().record(output_id, act, judgement, effort, held))

    def take_in(self, kept: Kept) -> Saved:
        """Save what was kept; LabelRefused where anything newer is recorded on its output."""
        return self.show(super().take_in(kept))

    def undo(self, effort: Effort) -> Saved | None:
        """Take back the last act; None where nothing is left."""
        saved = super().undo(effort)
        return self.show(saved) if saved else None

    def redo(self, effort: Effort) -> Saved | None:
        """Put back the last act taken back; None where nothing is left."""
        saved = super().redo(effort)
        return self.show(saved) if saved else None


class BlindQueues(Queues):
    """Walks the queue as any other; no row and no output has an alias."""

    def __init__(self, store: "Store", reviewer: str, veil: Veil) -> None:
        """Look through a veil."""
        super().__init__(store, reviewer)
        self._veil = veil

    def fresh_counts(self) -> tuple[dict[str, Counter[Cell]], Progress] | None:
        """The same where another program wrote, pooled."""
        fresh = super().fresh_counts()
        return (pool(fresh[0]), fresh[1]) if fresh else None

    def window(self, position: int) -> tuple[QueueItem, ...]:
        """The items around a position, that one included."""
        return tuple(map(self._veil.hide_row, super().window(position)))

    def step(self, position: int, n: int) -> QueueItem | None:
        """The n-th item after (or before) a position; None past the end."""
        row = super().step(position, n)
        return self._veil.hide_row(row) if row else None

    def next_open(self, position: int | None) -> QueueItem | None:
        """The next output without a label: those never seen first, skipped ones last."""
        row = super().next_open(position)
        return self._veil.hide_row(row) if row else None

    def filter(self, text: str) -> tuple[QueueItem, ...]:
        """Items whose ticket, title or label holds `text`: never those of an alias."""
        found = map(self._veil.hide_row, super().filter(text))
        wanted = text.casefold()
        return tuple(
            row
            for row in found
            if wanted in f"{row.ticket_id} {row.title} {row.label or ''}".casefold()
        )

    def aside(self) -> tuple[QueueItem, ...]:
        """What was set aside: skipped, to discuss, later."""
        return tuple(map(self._veil.hide_row, super().aside()))

    def item(self, output_id: str) -> QueueItem:
        """One line of the queue."""
        return self._veil.hide_row(super().item(output_id))

    def open(self, output_id: str, limit: int = UNLIMITED) -> ReviewItem:
        """An output as it may be shown to this reviewer, who sees no text that was not read."""
        return self._veil.hide_item(super().open(output_id, limit), limit)


class NoViewer:
    """No other program is shown the files: they could name their maker."""

    def check(self) -> None:
        """Raises UsageError."""
        raise UsageError("a blind review stays on its own screen: files could name their maker")

    def show(self, path: bytes, old: bytes, new: bytes) -> int:
        """Raises UsageError."""
        del path, old, new
        self.check()
        return 1

    def close(self) -> None:
        """Nothing was opened."""


class NoCopies:
    """Nor is a copy handed to an editor."""

    def check(self) -> None:
        """Raises UsageError."""
        NoViewer().check()

    def open(
        self, repo: str, tree: str, note: str = "", tell: Callable[[int], bool] = lambda _: True
    ) -> Path:
        """Raises UsageError."""
        del note, tell
        raise UsageError(f"no copy of {tree[:12]} is made in a blind review of {repo or 'it'}")

    def edit(self, copy: Path, path: bytes, line: int) -> int:
        """Raises UsageError."""
        del copy, path, line
        self.check()
        return 1

    def take(self, repo: str, tree: str, copy: Path) -> str:
        """Nothing was edited."""
        del repo, copy
        return tree

    def find_left(self) -> Iterator[tuple[Path, str]]:
        """Nothing was copied."""
        return iter(())

    def claim(self, copy: Path) -> bool:
        """Nor is there anything to go on with."""
        del copy
        return False

    def make_patch(self, repo: str, base_commit: str, tree: str) -> bytes:
        """Raises UsageError."""
        del base_commit
        self.open(repo, tree)
        return b""

    def drop(self, copy: Path) -> None:
        """Nothing was copied."""


def make_blind(
    desk: Desk,
    store: "Store",
    *,
    clock: Clock,
    unsaved: UnsavedLabels,
    veil: Veil,
    between: Sequence[str] | None = None,
) -> Desk:
    """A desk behind a veil; with `between` one for pairs: of two candidates by name, or of all."""
    reviewer, diffs = desk.reviews.reviewer, VeiledDiffs(desk.diffs, veil)
    pairs = None
    if between is not None:
        pairs = PairQueue(store, reviewer, veil, desk.diffs, between)
    return replace(
        desk,
        reviews=BlindReviews(store, reviewer, clock, unsaved, veil),
        queues=BlindQueues(store, reviewer, veil),
        diffs=diffs,
        listings=VeiledListings(desk.listings, veil),
        pairs=pairs,
        hide=veil.hide_text,
    )
