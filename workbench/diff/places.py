"""Places in the source: the row of a line, in any document of an output, and what is around it."""

from bisect import bisect_left, bisect_right

from workbench.diff.rows import (
    HEAD,
    NOTHING,
    Address,
    Body,
    Gap,
    Head,
    Row,
    RowModel,
    Segment,
    place,
    row_id,
    shown,
)
from workbench.text import decode

DEPTH = 2  # definitions named in a header


def segments_of(model: RowModel, file: int) -> range:
    """The ordinals of the segments of a file."""
    start = bisect_left(model.segments, file, key=_file_of)
    return range(start, bisect_right(model.segments, file, start, key=_file_of))


def _file_of(segment: Segment) -> int:
    return segment.file


def find_row(model: RowModel, address: Address) -> int:
    """The row of a line; the fold that hides it; the file's header; NOTHING for another file."""
    side, line = address.side, address.line
    found = NOTHING
    for number, segment in enumerate(model.segments):
        if isinstance(segment, Head):
            entry = model.files[segment.file]
            path = entry.patch.old_path if side == "old" else entry.patch.new_path
            is_here = (entry.address if path is None else decode(path)) == address.path
            if is_here and found == NOTHING:
                found = row_id(number, 0)
        elif found != NOTHING and is_here and model.files[segment.file].is_folded:
            if isinstance(segment, Body):
                return row_id(number, HEAD)
        elif found != NOTHING and is_here:
            row = (
                _in_gap(number, segment, side == "old", line)
                if isinstance(segment, Gap)
                else _in_body(number, segment, side == "old", line)
            )
            if row != NOTHING:
                return row
    return found


def _in_gap(number: int, gap: Gap, is_old: bool, line: int) -> int:
    offset = line - (gap.old_first if is_old else gap.new_first)
    count = gap.count or 0
    if not 0 <= offset < count:
        return NOTHING
    is_shown = offset < gap.above or offset >= count - gap.below
    return row_id(number, offset if is_shown else HEAD)


def _in_body(number: int, body: Body, is_old: bool, line: int) -> int:
    hunk = body.hunk
    first, count = (hunk.old_first, hunk.old_count) if is_old else (hunk.new_first, hunk.new_count)
    nth = line - first
    if not 0 <= nth < count:
        return NOTHING
    other = b"+" if is_old else b"-"
    low, high = nth, len(hunk.kinds) - 1
    while low < high:  # the offset before which there are exactly `nth` lines of this side
        middle = (low + high) // 2
        if middle + 1 - hunk.kinds.count(other, 0, middle + 1) > nth:
            high = middle
        else:
            low = middle + 1
    return row_id(number, low)


def enclosing(model: RowModel, row: Row) -> str:
    """What a line stands in, safe to draw; git's own word for the hunk while no file is known."""
    entry = model.files[row.file]
    blob, line = (entry.new, row.new_line) if row.new_line else (entry.old, row.old_line)
    if blob is not None and line is not None:
        around = blob.scopes.at(line, row.raw)[-DEPTH:]
        return " → ".join(shown(text.rstrip(b" \t\r:{")) for text in around)
    segment = model.segments[place(row.id)[0]]
    return shown(segment.hunk.section) if isinstance(segment, Body) else ""
