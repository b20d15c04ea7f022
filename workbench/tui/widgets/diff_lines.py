"""Lines of the source in the diff pane: those that a reader chose, those that carry a finding."""

from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from workbench.diff.document import DiffDocument
from workbench.diff.places import find_row
from workbench.diff.rows import NOTHING, Address, Side
from workbench.tui.widgets.diff_viewport import Viewport

MOST = 2_000  # lines of one range that are marked


class SourceLines(NamedTuple):
    """Lines first..last of one side of a file; `digest` is of the bytes of the first."""

    path: str
    side: Side
    first: int
    last: int
    digest: str = ""


def chosen_lines(port: Viewport, only: Side | None = None) -> SourceLines | None:
    """The lines of the range, or the one under the cursor; None where there is none of code.

    Of several files those of the file where the range ends; of both sides those of the new one,
    unless the reader stands on the old side or all of them are gone; `only` asks for one side.
    """
    view, model, here = port.view, port.document.model, port.address
    if len(port.chosen) == 1 and not only:
        return _one(here) if here else None
    rows = [
        model.row(row)
        for index in port.chosen
        for row in dict.fromkeys((view.left[index], view.right[index]))
        if row != NOTHING
    ]
    file = model.row(port.row).file if len(view) else NOTHING
    rows = [row for row in rows if row.file == file and row.is_line]
    sides: tuple[Side, ...] = ("old", "new") if port.side == "old" else ("new", "old")
    for side in (only,) if only else sides:
        found = [(n, row) for row in rows if (n := getattr(row, f"{side}_line")) is not None]
        if found:
            first, last = min(found, key=itemgetter(0)), max(found, key=itemgetter(0))
            place = model.address(first[1].id, side)
            if place:
                return SourceLines(place.path, side, first[0], last[0], place.digest)
    return None


def _one(at: Address) -> SourceLines:
    return SourceLines(at.path, at.side, at.line, at.line, at.digest)


def rows_of(document: DiffDocument, lines: Iterable[SourceLines]) -> frozenset[int]:
    """The rows on which these lines stand, the fold where one is hidden."""
    return frozenset(
        row
        for each in lines
        for line in range(each.first, min(each.last, each.first + MOST) + 1)
        if (row := find_row(document.model, Address(each.path, each.side, line, ""))) != NOTHING
    )
