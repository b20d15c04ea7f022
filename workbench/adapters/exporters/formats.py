"""The formats by name, each with what it cannot carry."""

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.adapters.exporters.canonical import TextMode, render_row
from workbench.adapters.exporters.flat import LOSSY_FIELDS, render_csv
from workbench.domain.record import Record


class Jsonl:
    """The canonical row; loses nothing when the text is verbatim."""

    name = "jsonl"

    def __init__(self, mode: TextMode) -> None:
        """`mode` says what happens to the words."""
        self._mode = mode
        self.lossy_fields: tuple[str, ...] = () if mode is TextMode.VERBATIM else ("text",)

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """A line a record."""
        return (render_row(record, self._mode, taken_out) + "\n" for record in records)


class Csv:
    """A flat row for a spreadsheet."""

    name = "csv"
    lossy_fields = LOSSY_FIELDS

    def __init__(self, mode: TextMode) -> None:
        """`mode` says what happens to the words."""
        self._mode = mode

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """The header, then a line a record."""
        return render_csv(records, self._mode, taken_out)
