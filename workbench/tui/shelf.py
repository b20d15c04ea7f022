"""Outputs made ready before they are asked for: a few, the oldest goes first."""

from collections import OrderedDict

from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem

CAPACITY = 12


class Shelf:
    """Prepared items by output id."""

    def __init__(self) -> None:
        """Start empty."""
        self._ready: OrderedDict[str, tuple[ReviewItem, DiffDocument]] = OrderedDict()

    def __contains__(self, output_id: str) -> bool:
        """Whether an output is ready."""
        return output_id in self._ready

    def put(self, item: ReviewItem, document: DiffDocument) -> None:
        """Keep one; the one longest unused goes."""
        self._ready[item.output_id] = (item, document)
        self._ready.move_to_end(item.output_id)
        while len(self._ready) > CAPACITY:
            self._ready.popitem(last=False)

    def get(self, output_id: str) -> tuple[ReviewItem, DiffDocument] | None:
        """One that is ready; None where it has to be made."""
        found = self._ready.get(output_id)
        if found:
            self._ready.move_to_end(output_id)
        return found

    def update(self, item: ReviewItem) -> None:
        """Replace what is held of an item, keep its document."""
        found = self._ready.get(item.output_id)
        if found:
            self._ready[item.output_id] = (item, found[1])
