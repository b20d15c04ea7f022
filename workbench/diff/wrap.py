"""Long lines in several parts, one below the other: a view made from another view.

In a row of two sides the shorter one is padded by places that hold nothing, so that both sides
stay in step. A part is known by its number; where it begins follows from the text and the room
alone, so nothing has to be kept.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from workbench.diff.pieces import Piece, new_piece
from workbench.diff.rows import HEAD, NOTHING, Body, Gap, Head, RowModel, place
from workbench.diff.views import View
from workbench.text import LINE_LIMIT, cells

Rooms = tuple[int, int]  # cells for code on the left and on the right side


@lru_cache(4_096)
def breaks(text: str, room: int) -> tuple[int, ...]:
    """Where each part of a shown text begins; a character wider than the room stands alone."""
    room = max(room, 1)
    if text.isascii():
        return tuple(range(0, len(text), room)) or (0,)
    starts, left = [0], room
    for at, character in enumerate(text):
        size = cells(character)
        if size > left and at > starts[-1]:
            starts.append(at)
            left = room
        left -= size
    return tuple(starts)


def part_of(text: str, room: int, column: int) -> int:
    """The part in which a character of the text stands."""
    return bisect_right(breaks(text, room), column) - 1


Sides = tuple["array[int]", "array[int]"]  # the rows of the left and of the right side


class Wrapped(NamedTuple):
    """One segment of a view, as it was and with its long lines in parts.

    `at` are the offsets of long lines in it, `more` the places added up to each of them.
    """

    plain: Sides
    left: "array[int]"
    right: "array[int]"
    parts: "array[int]"
    at: list[int]
    more: list[int]

    def moved(self, offset: int) -> int:
        """Where a row of the segment begins once lines before it are wrapped."""
        before = bisect_right(self.at, offset - 1)
        return offset + (self.more[before - 1] if before else 0)


class Wraps:
    """Segments wrapped for some rooms: what did not change is not measured again.

    A fold that opens in a diff of 100,000 lines costs its own lines. `n_measured` counts lines.
    """

    def __init__(self) -> None:
        """Nothing is wrapped yet."""
        self.n_measured = 0
        self._pieces: dict[int, tuple[Piece, Piece]] = {}  # as they were, and wrapped
        self._known: dict[int, Wrapped] = {}
        self._short: set[int] = set()  # hunks without a long line
        self._heights: dict[int, int] = {}  # of rows in folds

    def wrap(self, piece: Piece, model: RowModel, rooms: Rooms) -> Piece:
        """A piece of a view with its long lines in parts."""
        known = self._pieces.get(piece.first)
        if known is None or known[0] is not piece:
            known = self._pieces[piece.first] = piece, _wrap_piece(piece, model, rooms, self)
        return known[1]

    def get(self, piece: Piece, model: RowModel, number: int, rooms: Rooms) -> Wrapped | None:
        """A segment of the piece; None where it stands as it is."""
        start, end = piece.span(number)
        if start == end or number in self._short:
            return None
        known, plain = self._known.get(number), (piece.left[start:end], piece.right[start:end])
        if known is not None and known.plain == plain:
            return known
        segment = model.segments[number]
        if _is_short(model, number, min(rooms)):
            if isinstance(segment, Body):
                self._short.add(number)
            return None
        heights = self._measure(plain, model, rooms, is_fold=not isinstance(segment, Body))
        known = self._known[number] = _wrap(plain, heights)
        return known

    def _measure(
        self, plain: Sides, model: RowModel, rooms: Rooms, *, is_fold: bool
    ) -> Iterator[int]:
        """The height of each row; those of a fold are kept, for it opens bit by bit."""
        for left, right in zip(*plain, strict=True):
            height = self._heights.get(left) if is_fold else None
            if height is None:
                self.n_measured += 1
                height = _height(model, left, right, rooms)
                if is_fold:
                    self._heights[left] = height
            yield height


def _wrap(plain: Sides, heights: Iterable[int]) -> Wrapped:
    made = Wrapped(plain, array("q"), array("q"), array("H"), [], [])
    done = 0
    for offset, height in enumerate(heights):
        if height == 1:
            continue
        left, right = plain[0][offset], plain[1][offset]
        made.left.extend(plain[0][done:offset])
        made.right.extend(plain[1][done:offset])
        made.left.extend(array("q", [left]) * height)
        made.right.extend(array("q", [right]) * height)
        made.parts.extend(array("H", [0]) * (offset - done))
        made.parts.extend(range(height))
        made.at.append(offset)
        made.more.append((made.more[-1] if made.more else 0) + height - 1)
        done = offset + 1
    made.left.extend(plain[0][done:])
    made.right.extend(plain[1][done:])
    made.parts.extend(array("H", [0]) * (len(plain[0]) - done))
    return made


def wrap_view(view: View, model: RowModel, rooms: Rooms, wraps: Wraps) -> View:
    """The same rows with every line as high as the higher of its two sides."""
    pieces = tuple(wraps.wrap(piece, model, rooms) for piece in view.pieces)
    return View(view.mode, view.revision, pieces)


def _wrap_piece(piece: Piece, model: RowModel, rooms: Rooms, wraps: Wraps) -> Piece:
    is_one = piece.right is piece.left
    new = new_piece(piece.first, is_one=is_one)
    new.shown.extend(piece.shown)
    hunks, done = 0, 0  # hunks told; rows of the piece that are in the new one
    for number in piece.numbers:
        start, end = piece.span(number)
        made = wraps.get(piece, model, number, rooms)
        new.starts.append(len(new.left) + start - done)
        if made is not None:
            _copy(piece, new, done, start)
            new.left.extend(made.left)
            if not is_one:
                new.right.extend(made.right)
            new.parts.extend(made.parts)
            done = end
        while hunks < len(piece.hunks) and piece.hunks[hunks] < end:
            offset = piece.hunks[hunks] - start
            new.hunks.append(new.starts[-1] + (made.moved(offset) if made else offset))
            hunks += 1
        if isinstance(model.segments[number], Head) and start < end:
            new.files.append(new.starts[-1])
    _copy(piece, new, done, len(piece.left))
    new.starts.append(len(new.left))
    return new


def _copy(piece: Piece, new: Piece, start: int, end: int) -> None:
    """Rows that stand as they are."""
    new.left.extend(piece.left[start:end])
    if new.right is not new.left:
        new.right.extend(piece.right[start:end])
    new.parts.extend(array("H", [0]) * (end - start))


def _height(model: RowModel, left: int, right: int, rooms: Rooms) -> int:
    if left == right:
        return max(_parts(model, left, room) for room in set(rooms))
    return max(_parts(model, left, rooms[0]), _parts(model, right, rooms[1]))


def _parts(model: RowModel, row: int, room: int) -> int:
    raw = b"" if row == NOTHING else raw_of(model, row)
    if raw.isascii() and len(raw) < LINE_LIMIT and b"\t" not in raw:  # each byte is one cell
        return max(-(-len(raw.removesuffix(b"\n")) // max(room, 1)), 1)
    line = model.row(row)
    return len(breaks(line.text, room)) if line.is_line else 1


def raw_of(model: RowModel, row: int) -> bytes:
    """The bytes of a line, without making its row; b"" for a row that is no line."""
    number, offset = place(row)
    segment = model.segments[number]
    if offset == HEAD:
        return b""
    if isinstance(segment, Body):
        return segment.hunk.lines[offset][1:]
    if isinstance(segment, Gap):
        entry = model.files[segment.file]
        blob, first = (
            (entry.new, segment.new_first) if entry.new else (entry.old, segment.old_first)
        )
        return blob.lines[first + offset - 1] if blob else b""
    return b""


def _is_short(model: RowModel, number: int, room: int) -> bool:
    """Whether no line of a hunk needs more than one part, which is true of most."""
    segment = model.segments[number]
    if isinstance(segment, Gap):
        return not segment.above and not segment.below
    if not isinstance(segment, Body):
        return True
    lines = segment.hunk.lines
    if max(map(len, lines), default=0) > room:
        return False
    whole = b"".join(lines)
    return whole.isascii() and b"\t" not in whole
