"""Long lines in several parts, one below the other: a view made from another view.

In a row of two sides the shorter one is padded by places that hold nothing, so that both sides
stay in step. A part is known by its number; where it begins follows from the text and the room
alone, so nothing has to be kept.
"""

from array import array
from bisect import bisect_right
from functools import lru_cache

from workbench.diff.rows import HEAD, NOTHING, Body, Gap, RowModel, place
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


def wrap_view(view: View, model: RowModel, rooms: Rooms) -> View:
    """The same rows with every line as high as the higher of its two sides."""
    is_one = view.right is view.left
    left: array[int] = array("q")
    right: array[int] = left if is_one else array("q")
    parts: array[int] = array("H")
    at: list[int] = []  # indices of lines that take more than one place
    more: list[int] = []  # places added up to each of them
    done = 0
    for number in range(len(model.segments)):
        start, end = view.starts[number], view.starts[number + 1]
        if start == end or _is_short(model, number, min(rooms)):
            continue
        for index in range(start, end):
            height = _height(view, model, index, rooms)
            if height == 1:
                continue
            for old, new in ((view.left, left), (view.right, right))[: 1 if is_one else 2]:
                new.extend(old[done:index])
                new.extend(array("q", [old[index]]) * height)
            parts.extend(array("H", [0]) * (index - done))
            parts.extend(range(height))
            at.append(index)
            more.append((more[-1] if more else 0) + height - 1)
            done = index + 1
    for old, new in ((view.left, left), (view.right, right))[: 1 if is_one else 2]:
        new.extend(old[done:])
    parts.extend(array("H", [0]) * (len(view) - done))

    def moved(index: int) -> int:
        before = bisect_right(at, index - 1)
        return index + (more[before - 1] if before else 0)

    starts, hunks, files = (
        [moved(index) for index in places] for places in (view.starts, view.hunks, view.files)
    )
    return View(view.mode, view.revision, left, right, starts, hunks, files, view.shown, parts)


def _height(view: View, model: RowModel, index: int, rooms: Rooms) -> int:
    left, right = view.left[index], view.right[index]
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
        return model.row(row).raw
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
