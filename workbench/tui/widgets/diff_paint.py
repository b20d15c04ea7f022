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

from workbench.diff.document import DiffDocument
from workbench.diff.order import rank_of, status_letter
from workbench.diff.picks import Picked
from workbench.diff.rows import NOTHING, Kind, Row, Side
from workbench.diff.search import Hit, Matches
from workbench.diff.views import Mode
from workbench.diff.words import Span
from workbench.diff.wrap import Rooms
from workbench.text import cells, clip, display
from workbench.tui.widgets.diff_cells import LEVELS, Cut, cut, cut_part, pieces, warnings
from workbench.tui.widgets.diff_chrome import (
    CURSOR,
    MINUS,
    Space,
    clip_start,
    counts_of,
    fit,
    fit_badges,
    fold,
    note,
    nth_file,
)
from workbench.tui.widgets.diff_palette import Palette
from workbench.tui.widgets.diff_rooms import CHROME, digits_of

LEAST_NAME = 15  # cells that badges leave to a file's name and what is around it
LEAST_SCOPE = 10  # cells below which the enclosing function is not named
MAX_STRIPS = 2_000
EDGE, MORE, VOID, BAR, THUMB = (
    "│",
    "»",
    "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}",
    "│",
    "┃",
)
_, WORD, WARN, MATCH, HERE, PICKED = range(len(LEVELS))
_TINTS = {Kind.ADDED: "new", Kind.REMOVED: "old"}
BLANKS = "~"  # the same but for blanks
_SIGNS = {"new": "+", "old": MINUS, "": " "}
_ARROWS = {"moved-new": "↦", "moved-old": "↤"}


class Look(NamedTuple):
    """What a painter paints for; a different look needs a different painter.

    `revision` is that of the document's model: a fold that opened changes what its row says.
    """

    document: DiffDocument
    revision: int
    mode: Mode
    rooms: Rooms | None  # of wrapped code
    width: int
    palette: Palette
    left: int  # first cell of the code in sight
    matches: Matches
    files: frozenset[int] | None  # those that are shown, where some are left out
    scope: str  # what the header says of that
    filters: tuple[LineFilter, ...]


class Spot(NamedTuple):
    """What is particular about one row: the side the cursor stands on, the hit, the bar."""

    cursor: str = ""  # "", "old" or "new"
    here: Hit | None = None  # the hit that the reader stands on
    bar: str = ""  # "", "bar" or "thumb"
    part: int = 0  # of a wrapped line
    left: str = ""  # what stands beside the line on the left side, and on the right
    right: str = ""
    picked: Picked | None = None


class Painter:
    """Makes strips of exactly `look.width` cells."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._moved = look.document.moves.ends
        self.digits = digits_of(look.document)
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(MAX_STRIPS)

    def strip(self, left: int, right: int, spot: Spot) -> Strip:
        """A row of the view with its cell of the position bar."""
        strip = self._strips.get((left, right, spot))
        if strip is None:
            made = self._row(left, right, spot)
            strip = self._strips[left, right, spot] = self._finish(made, spot.bar)
        return strip

    def header(self, file: int, spot: Spot, enclosing: str = "") -> Strip:
        """The name of a file on the first line, what the code is in, and the document's badges."""
        key = (file, spot, enclosing)
        strip = self._strips.get(key)
        if strip is None:
            made = self._header(file, enclosing, spot, badges=True)
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
            return self._header(row.file, "", spot, badges=False)
        if row.kind is Kind.NOTE:
            return note(row, self._space(), cursor=cursor)
        if not row.is_line:
            return fold(row, self._space(), self.look.document, cursor=cursor)
        if self.look.mode == "unified":
            return self._unified(row, spot)
        return self._split(left, right, spot)

    def _space(self) -> Space:
        numbers = self.digits + 1
        wide = self.look.mode == "unified" and not self.look.document.model.raw
        indent = numbers * (2 if wide else 1) + 3
        return Space(self.look.palette, indent, self.look.width - 1)

    def _unified(self, row: Row, spot: Spot) -> list[Segment]:
        numbers = f"{row.old_line or '':>{self.digits}} {row.new_line or '':>{self.digits}} "
        if self.look.document.model.raw:
            numbers = f"{row.new_line or '':>{self.digits}} "
        return self._line(row, numbers, self.look.width - 1, spot, mark=bool(spot.cursor))

    def _split(self, left: int, right: int, spot: Spot) -> list[Segment]:
        room = self.look.width - 2  # the edge between, the bar behind
        sides: tuple[tuple[Side, int, int, int], ...] = (
            ("old", left, right, room // 2),
            ("new", right, left, room - room // 2),
        )
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
            numbers = f"{number or '':>{self.digits}} "
            made += self._line(row, numbers, width, spot, mark=mark, side=side)
        return made

    def _line(
        self,
        row: Row,
        numbers: str,
        width: int,
        spot: Spot,
        *,
        mark: bool,
        side: Side = "new",
    ) -> list[Segment]:
        """Mark, numbers, sign and code in exactly `width` cells."""
        tint = self._tint(row)
        part = partial(self.look.palette.part, tint=tint, cursor=bool(spot.cursor))
        lead, sign = _ARROWS.get(tint, " "), _SIGNS[tint[-3:]]
        lead = (spot.left if side == "old" else spot.right) or lead
        if row.old_raw:
            sign = BLANKS
        text = row.old_text if row.old_raw and side == "old" else row.text
        words = self.look.document.words(row.id) if tint else []
        if tint and not words:
            text = self.look.document.visible(row.id) or text
        if spot.part:
            numbers, lead, sign = " " * len(numbers), " ", " "
        made = [
            Segment(CURSOR if mark else " ", part("mark")),
            Segment(numbers, part("number")),
            Segment(f"{lead}{sign} ", part("sign")),
        ]
        room = width - CHROME - len(numbers)
        if room < 1:
            return fit(made, width)
        code = partial(self._code, row, spot=spot, side=side, tint=tint, words=words)
        if self.look.rooms:
            return [*made, *code(window=cut_part(text, spot.part, room))]
        window = cut(text, self.look.left, room)
        if window.more:
            window = cut(text, self.look.left, room - 1)
        made += code(window=window)
        if window.more:
            made.append(Segment(MORE, part("more")))
        return made

    def _tint(self, row: Row) -> str:
        tint = _TINTS.get(row.kind, "")
        return f"moved-{tint}" if tint and row.id in self._moved else tint

    def _code(
        self, row: Row, *, window: Cut, spot: Spot, side: Side, tint: str, words: list[Span]
    ) -> list[Segment]:
        document, code, cursor = self.look.document, self.look.palette.code, bool(spot.cursor)
        layers: list[tuple[int, Sequence[Span]]] = [(WORD, words), (WARN, warnings(row.text))]
        if row.id in self.look.matches.spans:
            layers.append((MATCH, self.look.matches.spans[row.id]))
        if spot.here and spot.here.row == row.id:
            layers.append((HERE, [(spot.here.start, spot.here.end)]))
        if spot.picked and (self.look.mode == "unified" or spot.picked.side == side):
            layers.append((PICKED, [spot.picked.span]))
        return pieces(
            window,
            document.colours(row.id, side),
            layers,
            lambda token, level: code(token, tint, level, cursor=cursor),
        )

    def _header(self, file: int, enclosing: str, spot: Spot, *, badges: bool) -> list[Segment]:
        """Status letter, path, counts; on the right the badges and the place among the files."""
        document, part = self.look.document, self.look.palette.part
        entry = document.files[file]
        raw = document.model.raw
        letter = " " if raw else status_letter(entry.patch)
        counts = counts_of(entry, is_loose=document.model.is_loose)
        said = self._badges() if badges else [text for text in (entry.marks.badge,) if text]
        room = self.look.width - 1
        nth = (
            f"{nth_file(file, self.look.files, len(document.files))} "
            if len(document.files) > 1
            else ""
        )
        least = room - cells(nth) - sum(cells(text) for text, _ in counts) - LEAST_NAME
        right = [
            piece
            for text in fit_badges(said, least)
            for piece in ((text, "badge"), (" ", "header"))
        ]
        right += [(nth, "header-dim")] if nth else []
        taken = sum(cells(text) for text, _ in (*counts, *right))
        name = f"{entry.old_path} → {entry.path}" if entry.old_path else entry.path
        name = clip_start(name, max(room - taken - 7, 8))
        left = [
            (CURSOR if spot.cursor else spot.left or " ", "header-mark"),
            (f"{letter} ", "header-dim"),
            (name, "header"),
            ("  ", "header"),
            *counts,
        ]
        blank = room - taken - sum(cells(text) for text, _ in left[:4])
        label = rank_of(entry.patch).label
        if label and not raw and blank > len(label) + 3:
            left.append((f"   {label}", "header-dim"))
            blank -= len(label) + 3
        if enclosing and blank > LEAST_SCOPE:
            said_in = clip(f"   {enclosing}", blank - 2)
            left.append((said_in, "header-dim"))
            blank -= cells(said_in)
        made = [*left, (" " * max(blank, 0), "header"), *right]
        return fit([Segment(text, part(name)) for text, name in made if text], room)

    def _badges(self) -> list[str]:
        document = self.look.document
        return [text for text in (self.look.scope, document.marks.badge) if text] + [
            display(text) for text in document.badges
        ]
