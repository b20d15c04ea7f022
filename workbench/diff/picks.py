"""What a reader picks with the mouse: from one character of the source to another.

A pick is held by rows and characters, never by places on the screen, so it stays on its words while
the screen scrolls or is laid out anew. What is copied is the source: no numbers, no signs, tabs as
tabs, only the side that was picked; and nothing that a terminal or a shell would obey.
"""

from bisect import bisect_left
from typing import NamedTuple

from workbench.diff.rows import NOTHING, Row, RowModel, Side, column_of
from workbench.diff.views import View
from workbench.diff.words import Span
from workbench.text import decode, net

END = 1 << 40  # a column beyond every line


class Point(NamedTuple):
    """A character of the shown text of a row, on one side of it."""

    row: int
    side: Side
    column: int


class Pick(NamedTuple):
    """Both ends belong to it; `anchor` is where it began."""

    anchor: Point
    head: Point


class Picked(NamedTuple):
    """The columns of one line that are picked; `side` counts where there are two."""

    side: Side
    span: Span


class _Range(NamedTuple):
    """The same from top to bottom: places in a view and columns, the last one not included."""

    first: int
    start: int
    last: int
    end: int


def _order(view: View, pick: Pick) -> _Range:
    ends = ((view.index_of(point.row), point.column) for point in (pick.anchor, pick.head))
    (first, start), (last, end) = sorted(ends)
    return _Range(first, start, last, end + 1)


def picked_at(view: View, pick: Pick, index: int) -> Picked | None:
    """What is picked of the row at a place of the view."""
    found, place = _order(view, pick), index - view.part_at(index)
    if not found.first <= place <= found.last:
        return None
    start = found.start if place == found.first else 0
    end = found.end if place == found.last else END
    return Picked(pick.anchor.side, (start, end))


def row_on(view: View, index: int, side: Side) -> int:
    """The row of a side at a place; NOTHING where only the other side has one."""
    if view.mode == "unified":
        return view.row_at(index)
    return view.left[index] if side == "old" else view.right[index]


def text_on(row: Row, side: Side) -> str:
    """The shown text of a row on a side."""
    return row.old_text if row.old_raw and side == "old" else row.text


def point_at(view: View, index: int, side: Side, column: int) -> Point | None:
    """The point at a place; where this side has no row, the end of the one before, if any."""
    row = row_on(view, index, side)
    while row == NOTHING and index > 0:
        index, column = index - 1, END
        row = row_on(view, index, side)
    return None if row == NOTHING else Point(row, side, column)


def picked_text(model: RowModel, view: View, pick: Pick) -> str:
    """The source of all picked lines; headers, folds and notes are no source."""
    found, parts, last = _order(view, pick), list[str](), NOTHING
    index = found.first
    while index < len(view) and index - view.part_at(index) <= found.last:
        row, picked = row_on(view, index, pick.anchor.side), picked_at(view, pick, index)
        if row not in {NOTHING, last} and model.row(row).is_line and picked:
            parts.append(source_of(model.row(row), *picked))
            last = row
        index += 1
    return "\n".join(parts)


def source_of(row: Row, side: Side, span: Span = (0, END)) -> str:
    """The source behind columns of a shown line; to its end where that is picked as well."""
    start, end = span
    raw = row.old_raw if side == "old" and row.old_raw else row.raw
    raw = raw.removesuffix(b"\n")
    table, text = column_of(raw), decode(raw)
    if table is not None:
        is_whole = end > table[-1]
        start, end = (bisect_left(table, column) for column in (start, end))
        end = len(text) if is_whole else end
    picked = text[start:end].removesuffix("\r")
    return "\t".join(net(part)[0] for part in picked.split("\t"))


def word_at(text: str, column: int) -> Span:
    """The word around a character: of letters, digits and underscores, or of other signs."""
    if not text:
        return 0, 0
    start = end = min(column, len(text) - 1)
    kind = _kind(text[start])
    while start and _kind(text[start - 1]) == kind:
        start -= 1
    while end + 1 < len(text) and _kind(text[end + 1]) == kind:
        end += 1
    return start, end


def _kind(character: str) -> int:
    return 0 if character.isspace() else 1 if character.isalnum() or character == "_" else 2
