"""The lines of one frame: the file's name on the first, then the rows in sight, each a strip.

Painters are kept for the last few looks, so that the next document, the other layout or the
other theme find their strips where they left them.
"""

from typing import NamedTuple

from rich.segment import Segment
from textual.cache import LRUCache
from textual.strip import Strip

from workbench.diff.rows import NOTHING, place
from workbench.text import cells, clip, display
from workbench.tui.widgets.diff_chrome import fit
from workbench.tui.widgets.diff_paint import Look, Painter, Spot
from workbench.tui.widgets.diff_palette import Palette
from workbench.tui.widgets.diff_viewport import Viewport

LOOKS_KEPT = 6  # this document, its neighbours, another layout


NOTED, REVIEWED = "◆", "✓"


class Signs(NamedTuple):
    """Rows with a finding; segments and files that are reviewed."""

    noted: frozenset[int] = frozenset()
    segments: frozenset[int] = frozenset()
    files: frozenset[int] = frozenset()

    def beside(self, row: int) -> str:
        """What stands before the sign of a line."""
        if row in self.noted:
            return NOTED
        return REVIEWED if row != NOTHING and place(row)[0] in self.segments else ""


NO_SIGNS = Signs()


class Marked(NamedTuple):
    """What one frame marks: lines of the position bar, places in the view, lines and files."""

    thumb: range
    chosen: range
    signs: Signs


class Frames:
    def __init__(self) -> None:
        self._painters: LRUCache[Look, Painter] = LRUCache(LOOKS_KEPT)

    def strips(
        self, look: Look, port: Viewport, lines: range, signs: Signs = NO_SIGNS
    ) -> list[Strip]:
        """The strips of some screen lines of a viewport, with what stands beside them."""
        painter = self._painters.get(look)
        if painter is None:
            painter = self._painters[look] = Painter(look)
        marks = Marked(port.thumb(), port.chosen, signs)
        return [self._line(painter, port, marks, y) for y in lines]

    @staticmethod
    def _line(painter: Painter, port: Viewport, marks: "Marked", y: int) -> Strip:
        view, hit = port.view, port.hit
        index = port.top + y
        bar = "thumb" if y in marks.thumb else "bar" if marks.thumb else ""
        cursor = port.side if index in marks.chosen else ""
        if index >= len(view):
            return painter.blank(Spot(bar=bar))
        if y == 0:
            file = view.shown[port.file]
            sign = REVIEWED if file in marks.signs.files else ""
            return painter.header(file, Spot(cursor, bar=bar, left=sign), port.enclosing)
        left, right = view.left[index], view.right[index]
        here = hit if hit and hit.row in {left, right} else None
        part = view.parts[index] if view.parts else 0
        beside = (marks.signs.beside(left), marks.signs.beside(right))
        spot = Spot(cursor, here, bar, part, *beside, port.picked_at(index))
        return painter.strip(left, right, spot)


def empty_strips(message: str, palette: Palette, width: int, height: int) -> list[Strip]:
    """A pane without a document: one calm sentence in the middle."""
    look = palette.part("empty")
    text = clip(display(message), max(width - 4, 0))
    middle = Segment(" " * ((width - cells(text)) // 2) + text, look)
    blank = Strip(fit([Segment("", look)], width), width)
    lines = [blank] * height
    if height:
        lines[height // 2] = Strip(fit([middle], width), width)
    return lines
