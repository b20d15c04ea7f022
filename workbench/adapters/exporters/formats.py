"""The formats by name, each with what it cannot carry."""

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.adapters.exporters.canonical import TextMode, render_row
from workbench.adapters.exporters.flat import LOSSY_FIELDS, render_csv
from workbench.domain.record import Record
from workbench.text import display

_PIECE = 4000  # display() cuts a longer line


class Jsonl:
    """The canonical row; loses nothing when the text is verbatim."""

    name = "jsonl"

    def __init__(self, mode: TextMode, *, is_printed: bool = False) -> None:
        """`mode` says what happens to the words; `is_printed` makes it safe for a terminal."""
        self._mode, self._is_printed = mode, is_printed
        self.lossy_fields: tuple[str, ...] = () if mode is TextMode.VERBATIM else ("text",)

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """A line a record."""
        for record in records:
            yield render_row(record, self._mode, taken_out, is_ascii=self._is_printed) + "\n"


class Csv:
    """A flat row for a spreadsheet."""

    name = "csv"
    lossy_fields = LOSSY_FIELDS

    def __init__(self, mode: TextMode, *, is_printed: bool = False) -> None:
        """`mode` says what happens to the words; `is_printed` makes it safe for a terminal."""
        self._mode, self._is_printed = mode, is_printed

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """The header, then a line a record."""
        lines = render_csv(records, self._mode, taken_out)
        return map(_show, lines) if self._is_printed else lines


def _show(text: str) -> str:
    """The text for a terminal, whole, with its line ends."""
    lines = text.split("\n")
    return "\n".join("".join(display(piece) for piece in _cut(line)) for line in lines)


def _cut(line: str) -> Iterator[str]:
    return (line[i : i + _PIECE] for i in range(0, len(line), _PIECE))
