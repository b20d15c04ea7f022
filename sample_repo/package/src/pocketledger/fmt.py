"""Text tables, for reports that are read in a terminal or sent as a plain mail.

Every function takes text and returns text without a newline at the end. Widths are
counted in characters.
"""

from collections.abc import Sequence


def render(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, two spaces apart."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def heading(text: str) -> str:
    """The text with a line of dashes under it."""
    return f"{text}\n{'-' * len(text)}"


def shorten(text: str, width: int) -> str:
    """At most `width` characters; a text that was cut ends in two dots."""
    if width < 3:
        raise ValueError("width must be at least 3")
    return text if len(text) <= width else text[: width - 2].rstrip() + ".."
