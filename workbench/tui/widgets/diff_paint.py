"""From rows to strips: one row of a view in a given layout and width.

A painter belongs to one document, one layout, one width and one palette; whatever of these
changes, a new painter is made. It knows nothing of the cursor's history, of keys or of Textual's
frames, and keeps every strip it made, for a strip that is drawn again costs next to nothing.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from rich.segment import Segment
from textual.cache import LRUCache
from textual.filter import LineFilter
from textual.strip import Strip

from workbench.diff.blocks import is_blank_change
from workbench.diff.document import DiffDocument
from workbench.diff.patch import Status
from workbench.diff.rows import NOTHING, Body, Gap, Kind, Row, place, shown
from workbench.diff.search import Hit, Matches
from workbench.diff.views import Mode
from workbench.diff.words import Span
from workbench.text import cells, clip, display, steady
from workbench.tui.widgets.diff_cells import LEVELS, Cut, cut, pieces, warnings
from workbench.tui.widgets.diff_palette import Palette

MAX_STRIPS = 2_000
CURSOR, EDGE, MORE, VOID, BAR, THUMB = (
    "▌",
    "│",
    "»",
    "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}",
    "│",
    "┃",
)
_, WORD, WARN, MATCH, HERE = range(len(LEVELS))
_TINTS = {Kind.ADDED: "new", Kind.REMOVED: "old"}
MINUS = "\N{MINUS SIGN}"
_SIGNS = {"new": "+", "old": MINUS, "": " "}
_LETTERS = {Status.ADDED: "A", Status.DELETED: "D", Status.RENAMED: "R", Status.COPIED: "C"}


class Look(NamedTuple):
    """What a painter paints for; a different look needs a different painter.

    `revision` is that of the document's model: a fold that opened changes what its row says.
    """

    document: DiffDocument
    revision: int
    mode: Mode
    width: int
    palette: Palette
    left: int  # first cell of the code in sight
    matches: Matches
    filters: tuple[LineFilter, ...]


class Spot(NamedTuple):
    """What is particular about one row: the side the cursor stands on, the hit, the bar."""

    cursor: str = ""  # "", "old" or "new"
    here: Hit | None = None  # the hit that the reader stands on
    bar: str = ""  # "", "bar" or "thumb"


class Painter:
    """Makes strips of exactly `look.width` cells."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.digits = max(look.document.n_digits, 3)
        self._strips: LRUCache[tuple[int, int, Spot], Strip] = LRUCache(MAX_STRIPS)

    def strip(self, left: int, right: int, spot: Spot) -> Strip:
        """A row of the view with its cell of the position bar."""
        strip = self._strips.get((left, right, spot))
        if strip is None:
            made = self._row(left, right, spot)
            strip = self._strips[left, right, spot] = self._finish(made, spot.bar)
        return strip

    def header(self, file: int, spot: Spot) -> Strip:
        """The name of a file on the first line, with the badges of the document."""
        key = (NOTHING, file, spot)
        strip = self._strips.get(key)
        if strip is None:
            made = self._header(file, badges=True, cursor=bool(spot.cursor))
            strip = self._strips[key] = self._finish(made, spot.bar)
        return strip

    def blank(self, spot: Spot) -> Strip:
        """A line below the end of the document."""
        text = " " * (self.look.width - 1)
        return self._finish([Segment(text, self.look.palette.part("empty"))], spot.bar)

    def _finish(self, segments: list[Segment], bar: str) -> Strip:
        glyph = {"bar": BAR, "thumb": THUMB}.get(bar, " ")
        segments.append(Segment(glyph, self.look.palette.part(bar or "bar")))
        for line_filter in self.look.filters:
            segments = line_filter.apply(segments, self.look.palette.background)
        return Strip(segments, self.look.width)

    def _row(self, left: int, right: int, spot: Spot) -> list[Segment]:
        row = self.look.document.model.row(left if right == NOTHING else right)
        cursor = bool(spot.cursor)
        if row.kind is Kind.FILE_HEADER:
            return self._header(row.file, badges=False, cursor=cursor)
        if row.kind is Kind.NOTE:
            return self._note(row, cursor=cursor)
        if not row.is_line:
            return self._fold(row, cursor=cursor)
        if self.look.mode == "unified":
            return self._unified(row, spot)
        return self._split(left, right, spot)

    def _unified(self, row: Row, spot: Spot) -> list[Segment]:
        numbers = f"{row.old_line or '':>{self.digits}} {row.new_line or '':>{self.digits}} "
        if self.look.document.model.raw:
            numbers = f"{row.new_line or '':>{self.digits}} "
        return self._line(row, numbers, self.look.width - 1, spot, mark=bool(spot.cursor))

    def _split(self, left: int, right: int, spot: Spot) -> list[Segment]:
        room = self.look.width - 2  # the edge between, the bar behind
        sides = (("old", left, right, room // 2), ("new", right, left, room - room // 2))
        made: list[Segment] = []
        for side, row_id, other, width in sides:
            if made:
                made.append(Segment(EDGE, self.look.palette.part("edge")))
            if row_id == NOTHING:
                look = self.look.palette.part("void", cursor=bool(spot.cursor))
                made.append(Segment(VOID * width, look))
                continue
            row = self.look.document.model.row(row_id)
            number = row.old_line if side == "old" else row.new_line
            mark = bool(spot.cursor) and (spot.cursor == side or other == NOTHING)
            made += self._line(row, f"{number or '':>{self.digits}} ", width, spot, mark=mark)
        return made

    def _line(self, row: Row, numbers: str, width: int, spot: Spot, *, mark: bool) -> list[Segment]:
        """Mark, numbers, sign and code in exactly `width` cells."""
        tint = _TINTS.get(row.kind, "")
        part = partial(self.look.palette.part, tint=tint, cursor=bool(spot.cursor))
        made = [
            Segment(CURSOR if mark else " ", part("mark")),
            Segment(numbers, part("number")),
            Segment(f" {_SIGNS[tint]} ", part("sign")),
        ]
        room = width - 4 - len(numbers)
        if room < 1:
            return fit(made, width)
        window = cut(row.text, self.look.left, room)
        if window.more:
            window = cut(row.text, self.look.left, room - 1)
        made += self._code(row, window, tint, spot)
        if window.more:
            made.append(Segment(MORE, part("more")))
        return made

    def _code(self, row: Row, window: Cut, tint: str, spot: Spot) -> list[Segment]:
        document, code, cursor = self.look.document, self.look.palette.code, bool(spot.cursor)
        layers: list[tuple[int, Sequence[Span]]] = []
        if tint:
            layers.append((WORD, document.words(row.id)))
        layers.append((WARN, warnings(row.text)))
        if row.id in self.look.matches.spans:
            layers.append((MATCH, self.look.matches.spans[row.id]))
        if spot.here and spot.here.row == row.id:
            layers.append((HERE, [(spot.here.start, spot.here.end)]))
        return pieces(
            window,
            document.colours(row.id),
            layers,
            lambda token, level: code(token, tint, level, cursor=cursor),
        )

    def _header(self, file: int, *, badges: bool, cursor: bool = False) -> list[Segment]:
        """Status letter, path, counts; on the right the badges and the place among the files."""
        document, part = self.look.document, self.look.palette.part
        entry = document.files[file]
        raw = document.model.raw
        letter = " " if raw else _LETTERS.get(entry.patch.status, "M")
        counts = [(f"+{entry.added:,}", "header-new"), (" ", "header")]
        counts += [(f"{MINUS}{entry.removed:,}", "header-old")]
        if not entry.added and not entry.removed:
            counts = []
        right = [(f" {text} ", "badge") for text in self._badges() if badges]
        right = [piece for badge in right for piece in (badge, (" ", "header"))]
        if len(document.files) > 1:
            right.append((f"{file + 1}/{len(document.files)} ", "header-dim"))
        room = self.look.width - 1
        taken = sum(cells(text) for text, _ in (*counts, *right))
        name = f"{entry.old_path} → {entry.path}" if entry.old_path else entry.path
        name = _clip_start(name, max(room - taken - 7, 8))
        left = [
            (CURSOR if cursor else " ", "header-mark"),
            (f"{letter} ", "header-dim"),
            (name, "header"),
            ("  ", "header"),
            *counts,
        ]
        blank = room - taken - sum(cells(text) for text, _ in left[:4])
        made = [*left, (" " * max(blank, 0), "header"), *right]
        return fit([Segment(text, part(name)) for text, name in made if text], room)

    def _badges(self) -> list[str]:
        marks = self.look.document.marks
        found = [("bidi", marks.bidi), ("invisible", marks.invisible)]
        found.append(("mixed-script", marks.mixed_script))
        own = " · ".join(f"{name} {count}" for name, count in found if count)
        return [*([own] if own else []), *map(display, self.look.document.badges)]

    def _indent(self) -> str:
        """Blanks up to the column where code begins."""
        numbers = self.digits + 1
        wide = self.look.mode == "unified" and not self.look.document.model.raw
        return " " * (numbers * (2 if wide else 1) + 3)

    def _note(self, row: Row, *, cursor: bool) -> list[Segment]:
        part = partial(self.look.palette.part, cursor=cursor)
        room = self.look.width - 1
        text = clip(row.text, room - len(self._indent()) - 1)
        made = [
            Segment(CURSOR if cursor else " ", part("mark")),
            Segment(self._indent(), part("note")),
        ]
        return fit([*made, Segment(text, part("note"))], room)

    def _fold(self, row: Row, *, cursor: bool) -> list[Segment]:
        """A fold or the head of a hunk: what is hidden, and the function that follows."""
        part = partial(self.look.palette.part, cursor=cursor)
        document = self.look.document
        glyph = "↕" if document.is_expandable(row.id) else "⋯"
        hidden = row.text if row.kind is Kind.GAP else ""
        section, blank = self._next_hunk(row)
        indent = self._indent()
        says = [(hidden, "gap"), (section, "section"), ("only blanks differ" * blank, "gap")]
        made = [
            Segment(CURSOR if cursor else " ", part("gap-mark")),
            Segment(f"{indent[:-2]}{glyph} ", part("gap")),
            *(Segment(f"{text}   ", part(name)) for text, name in says if text),
        ]
        return fit(made, self.look.width - 1)

    def _next_hunk(self, row: Row) -> tuple[str, bool]:
        """The section text of the hunk that a fold leads to, and whether it changes blanks only."""
        number, _ = place(row.id)
        segments = self.look.document.model.segments
        if isinstance(segments[number], Gap):
            number += 1
        body = segments[number] if number < len(segments) else None
        if not isinstance(body, Body) or body.folded:
            return "", False
        return shown(body.hunk.section), is_blank_change(body)


def fit(segments: list[Segment], width: int) -> list[Segment]:
    """Cut or filled with the last look to exactly so many cells."""
    strip = Strip(segments).adjust_cell_length(width, segments[-1].style)
    return list(strip)


def _clip_start(path: str, width: int) -> str:
    """A long path loses its beginning: the file's own name tells most."""
    path = steady(path)
    if cells(path) <= width:
        return path
    while path and cells(path) >= width:
        path = path[1:]
    return f"…{path}"
