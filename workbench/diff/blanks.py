"""Blanks: what a view leaves out of account, and changes that are of blanks alone.

A view that ignores blanks is git's own diff made anew with one more option. It never drops a
file, never changes a count, and marks each line that is shown as the same and is not.
"""

from enum import StrEnum

from workbench.diff.blocks import partner
from workbench.diff.rows import NOTHING, Body, Row, RowModel

CHECK_UP_TO = 100_000  # bytes of a hunk


class Blanks(StrEnum):
    """What a view ignores; the words are those of tig."""

    NONE = "none"
    EOL = "line ends"
    CHANGE = "amount"
    ALL = "all"

    @property
    def next(self) -> "Blanks":
        order = list(Blanks)
        return order[(order.index(self) + 1) % len(order)]

    @property
    def badge(self) -> str:
        """What the header says while a view ignores something."""
        return "" if self is Blanks.NONE else f"blanks ignored: {self}"


def blank_change(body: Body) -> str:
    """What a hunk changes where it changes nothing but blanks; "" where it changes more."""
    hunk = body.hunk
    if not hunk.added or not hunk.removed:
        return ""
    if sum(map(len, hunk.lines)) > CHECK_UP_TO:
        return ""
    old, new = (
        [line[1:] for kind, line in zip(hunk.kinds, hunk.lines, strict=True) if kind == code]
        for code in (0x2D, 0x2B)
    )
    if b"".join(b"".join(old).split()) != b"".join(b"".join(new).split()):
        return ""
    if len(old) != len(new):
        return "only blank lines differ" if _words(old) == _words(new) else "only blanks differ"
    if [line.lstrip() for line in old] == [line.lstrip() for line in new]:
        return "only the indentation differs"
    if [line.rstrip() for line in old] == [line.rstrip() for line in new]:
        return "only line ends differ"
    return "only blanks differ"


def _words(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if line.strip()]


def visible(model: RowModel, row: Row) -> str | None:
    """The text of a changed line whose change cannot be seen, drawn so that it can.

    None for all others. Tabs become arrows; where it is no tab, what is not ASCII becomes its
    bytes.
    """
    if row.old_line is not None and row.new_line is not None:
        return None
    other = partner(model, row.id)
    if other == NOTHING:
        return None
    twin = model.row(other)
    if twin.text != row.text or twin.raw == row.raw:
        return None
    if b"\t" in row.raw + twin.raw:
        return _arrows(row)
    raw = row.raw.removesuffix(b"\n")
    if raw == twin.raw.removesuffix(b"\n"):
        return row.text if row.raw.endswith(b"\n") else f"{row.text}  (no newline here)"
    return raw.decode("ascii", "backslashreplace")


def _arrows(row: Row) -> str:
    """Leading tabs as arrows and blanks as dots, each as wide as it was."""
    raw = row.raw
    indent = raw[: len(raw) - len(raw.lstrip(b" \t"))].decode()
    drawn, at = "", 0
    for blank in indent:
        width = 4 - at % 4 if blank == "\t" else 1
        drawn += ("→" if blank == "\t" else "·").ljust(width)
        at += width
    return drawn + row.text[len(drawn) :]
