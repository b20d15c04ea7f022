"""Documents made ready before they are asked for: a few, of large ones fewer."""

from collections import OrderedDict

from workbench.diff.document import DiffDocument

CAPACITY = 12
NEIGHBOURS = 3  # what is shown, the next and the previous one: kept whatever their size
LINES = 100_000  # changed lines that all together may hold beyond that; each takes about 0.5 KB


class Shelf:
    """Prepared documents by output id; what is held of an output is always read again."""

    def __init__(self) -> None:
        """Start empty."""
        self._ready: OrderedDict[str, DiffDocument] = OrderedDict()

    def __contains__(self, output_id: str) -> bool:
        """Whether an output is ready."""
        return output_id in self._ready

    def put(self, document: DiffDocument) -> None:
        """Keep one; the one longest unused goes."""
        self._ready[document.key] = document
        self._ready.move_to_end(document.key)
        while len(self._ready) > NEIGHBOURS and (
            len(self._ready) > CAPACITY or self._n_lines() > LINES
        ):
            self._ready.popitem(last=False)

    def get(self, output_id: str) -> DiffDocument | None:
        """One that is ready; None where it has to be made."""
        found = self._ready.get(output_id)
        if found:
            self._ready.move_to_end(output_id)
        return found

    def _n_lines(self) -> int:
        return sum(document.model.n_changed for document in self._ready.values())
