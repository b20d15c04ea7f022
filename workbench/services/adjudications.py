"""Where reviewers disagree, one more person decides: without names, the least agreed first.

The adjudicator's label is an event like any other, marked as one that settles; it counts in place
of the others, which stay in the log and in every measure of agreement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.domain.case import Case, Opinion
from workbench.domain.errors import UsageError
from workbench.domain.label import Judgement
from workbench.domain.queue import FirstScreen, Progress, QueueItem, Saved
from workbench.services.blind_desk import BlindQueues, BlindReviews
from workbench.services.reviews import Clock
from workbench.services.unsaved import UnsavedLabels
from workbench.services.veils import NAMES, Veil, pool

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store


def find_disputed(cases: Iterable[Case], reviewer: str) -> list[Case]:
    """The outputs on which labels differ, the most different first; also those settled by now.

    UsageError where the one who is to adjudicate is among those who disagree.
    """
    found = [case for case in cases if len({str(o.judgement.label) for o in case.raters}) > 1]
    for opinion in chain.from_iterable(case.raters for case in found):
        if opinion.reviewer == reviewer:
            raise UsageError(
                f"{reviewer} is one of those who disagree: somebody else adjudicates "
                "(--reviewer NAME)"
            )
    kinds = {case.output_id: len({str(o.judgement.label) for o in case.raters}) for case in found}
    return sorted(found, key=lambda case: (-kinds[case.output_id], case.output_id))


def describe_opinions(raters: Sequence[Opinion]) -> str:
    """What the others decided and found, by nobody's name; in an order that tells nothing."""
    said = sorted(_describe(opinion.judgement) for opinion in raters)
    return "\n".join(f"- {text}" for text in said)


def _describe(judgement: Judgement) -> str:
    edit = f" ({judgement.edit})" if judgement.edit else ""
    found = [
        f"{f.kind} {f.severity}{f' in {f.file}:{f.line}' if f.file else ''}"
        f"{f': {f.text}' if f.text else ''}"
        for f in judgement.findings
    ]
    note = f"; {judgement.note}" if judgement.note else ""
    return f"{judgement.label}{edit}{': ' if found else ''}{', '.join(found)}{note}"


class DisputedQueues(BlindQueues):
    """A queue that holds the disputed outputs alone, in their order."""

    def __init__(self, store: "Store", reviewer: str, veil: Veil, disputed: Sequence[Case]) -> None:
        """`disputed` as find_disputed has it."""
        super().__init__(store, reviewer, veil)
        self.reviewer = reviewer
        self._raters = {case.output_id: case.raters for case in disputed}

    @property
    def rows(self) -> tuple[QueueItem, ...]:
        """All of them, as they stand."""
        return tuple(
            replace(self.item(output_id), position=nth)
            for nth, output_id in enumerate(self._raters)
        )

    @property
    def progress(self) -> Progress:
        """How many are settled."""
        rows = self.rows
        n = sum(row.label is not None for row in rows)
        return Progress(len(rows) - n, n, len(rows), 0, 0, 0)

    def first(self) -> FirstScreen:
        """What the first paint shows."""
        rows = self.rows
        here = next((row for row in rows if row.label is None), rows[0])
        last = self._store.last_saved_at(self._reviewer)
        return FirstScreen(
            rows=rows,
            item=self.open(here.output_id),
            tallies=pool(self._store.tallies(self._reviewer)),
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
        """The next one that is not settled, round the end."""
        rows, start = self.rows, -1 if position is None else position
        around = (*rows[start + 1 :], *rows[: start + 1])
        return next((row for row in around if row.label is None), None)

    def filter(self, text: str) -> tuple[QueueItem, ...]:
        """Those whose ticket, title or label holds `text`."""
        wanted = text.casefold()
        return tuple(
            row
            for row in self.rows
            if wanted in f"{row.ticket_id} {row.title} {row.label or ''}".casefold()
        )

    def open(self, output_id: str) -> ReviewItem:
        """An output, with what the others said before its ticket's text."""
        item = super().open(output_id)
        nth = list(self._raters).index(output_id) if output_id in self._raters else 0
        said = describe_opinions(self._raters.get(output_id, ()))
        body = f"Reviewers disagree on this output:\n{said}\n\n{item.ticket.body}"
        return replace(item, position=nth, ticket=replace(item.ticket, body=body))


class AdjudicatingReviews(BlindReviews):
    """Records as any other; progress is that of the disputed outputs."""

    def __init__(
        self,
        store: "Store",
        queues: DisputedQueues,
        clock: Clock,
        unsaved: UnsavedLabels,
        veil: Veil,
    ) -> None:
        """Record what settles these outputs."""
        super().__init__(store, queues.reviewer, clock, unsaved, veil)
        self._queues = queues

    def show(self, saved: Saved) -> Saved:
        """What of a save may be shown."""
        return replace(super().show(saved), progress=self._queues.progress)
