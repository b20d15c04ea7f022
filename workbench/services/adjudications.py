"""Where reviewers disagree, one more person decides: without names, the least agreed first.

The adjudicator's label is an event like any other, marked as one that settles; it counts in place
of the others, which stay in the log and in every measure of agreement.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.case import Case, Opinion
from workbench.domain.errors import UsageError
from workbench.domain.label import Judgement
from workbench.services.listed import ListedQueues
from workbench.services.veils import Veil

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


class DisputedQueues(ListedQueues):
    """The disputed outputs, each with what was said of it."""

    def __init__(self, store: "Store", reviewer: str, veil: Veil, disputed: Sequence[Case]) -> None:
        """`disputed` as find_disputed has it."""
        super().__init__(store, reviewer, veil, [case.output_id for case in disputed])
        self._raters = {case.output_id: case.raters for case in disputed}

    def open(self, output_id: str, limit: int = UNLIMITED) -> ReviewItem:
        """An output, with what the others said before its ticket's text."""
        item = super().open(output_id, limit)
        said = describe_opinions(self._raters.get(output_id, ()))
        body = f"Reviewers disagree on this output:\n{said}\n\n{item.ticket.body}"
        return item._replace(ticket=item.ticket._replace(body=body))
