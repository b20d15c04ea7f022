"""What candidates flagged themselves, matched after the label: true, waived, false, or mere words.

A flag on a merged output changes no label; it tells how much a candidate's flags are worth.
"""

from typing import TYPE_CHECKING

from workbench.domain.draft import find_unmatched
from workbench.domain.queue import QueueItem
from workbench.services.listed import ListedQueues
from workbench.services.veils import Veil

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store


class FlagQueues(ListedQueues):
    """The labelled outputs of one reviewer that have flags to match."""

    def __init__(self, store: "Store", reviewer: str, veil: Veil) -> None:
        """Find them; `count` says how many flags there are, over all outputs."""
        found = dict(store.flags_to_match(reviewer))
        super().__init__(store, reviewer, veil, list(found))
        self._scrub = veil.hide_text
        self._flags = found

    @property
    def count(self) -> int:
        """Flags that wait."""
        return sum(len(self.pending(output_id)) for output_id in self._flags)

    def pending(self, output_id: str) -> tuple[str, ...]:
        """Flags of an output that wait, as the candidate wrote them."""
        judgement = self._store.get_judgement(self.reviewer, output_id)
        return find_unmatched(self._flags.get(output_id, ()), judgement)

    def show_flag(self, quote: str) -> str:
        """A flag as a blind reviewer may read it."""
        return self._scrub(quote)

    def is_done(self, row: QueueItem) -> bool:
        """Whether no flag of it waits."""
        return not self.pending(row.output_id)
