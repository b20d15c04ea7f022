"""The lines of one frame: the file's name on the first, then the rows in sight, each a strip.

Painters are kept for the last few looks, so that the next document, the other layout or the
other theme find their strips where they left them.
"""

from typing import NamedTuple

from rich.segment import Segment
from textual.cache import LRUCache
from textual.strip import Strip

from workbench.text import cells, clip, display
from workbench.tui.widgets.diff_chrome import fit
from workbench.tui.widgets.diff_paint import Look, Painter, Spot
from workbench.tui.widgets.diff_palette import Palette
from workbench.tui.widgets.diff_viewport import Viewport

LOOKS_KEPT = 6  # this document, its neighbours, another layout


class Marked(NamedTuple):
    """What a frame marks: lines of the position bar, places in the view, rows with a finding."""

    thumb: range
    chosen: range
    noted: frozenset[int]

    def side(self, left: int, right: int) -> str:
        """On which side of a row a finding stands: "", old, new or both."""
        if not self.noted:
            return ""
        old, new = left in self.noted, right in self.noted
        return "both" if old and new else "old" if old else "new" if new else ""


class Frames:
    def __init__(self) -> None:
        self._painters: LRUCache[Look, Painter] = LRUCache(LOOKS_KEPT)

    def strips(
        self, look: Look, port: Viewport, lines: range, noted: frozenset[int] = frozenset()
    ) -> list[Strip]:
        """The strips of some screen lines of a viewport; `noted` rows carry a finding."""
        painter = self._painters.get(look)
        if painter is None:
            painter = self._painters[look] = Painter(look)
        marks = Marked(port.thumb(), port.chosen, noted)
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
            return painter.header(view.shown[port.file], Spot(cursor, bar=bar), port.enclosing)
        left, right = view.left[index], view.right[index]
        here = hit if hit and hit.row in {left, right} else None
        part = view.parts[index] if view.parts else 0
        noted = marks.side(left, right)
        spot = Spot(cursor, here, bar, part, noted, port.picked_at(index))
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
