"""Folds: unchanged lines that open from either end, whole files that open and shut.

Lines come from the files that the document holds already, so nothing is read here; how many
appear at once is bounded, for a reader asked for some context and not for a novel.
"""

from workbench.diff.places import find_row, segments_of
from workbench.diff.rows import HEAD, NOTHING, Address, Body, Gap, RowModel, Segment, place

STEP, STEP_ONE_WAY, CAP = 40, 20, 2_000  # lines that one keystroke unfolds
AROUND = 3  # lines shown beyond the one that was asked for


def is_expandable(model: RowModel, row: int) -> bool:
    """Whether a row is a fold that can open."""
    number, offset = place(row)
    segment = model.segments[number]
    if model.files[segment.file].is_folded:
        return isinstance(segment, Body) and offset == HEAD
    return isinstance(segment, Gap) and segment.hidden > 0 and _is_known(model, segment)


def expand(model: RowModel, row: int, *, whole: bool = False) -> int:
    """Opens the fold of a GAP row, a long one bit by bit from both its ends.

    Returns how many lines appeared; 0 where the whole file is not known.
    """
    if not is_expandable(model, row):
        return 0
    number = place(row)[0]
    segment = model.segments[number]
    if reveal(model, row):
        return _n_lines(model, segment.file)
    if not isinstance(segment, Gap):
        return 0
    opened = _open(segment, CAP if whole else STEP)
    model.forget_notes(range(number, number + 1))
    return opened


def reveal(model: RowModel, row: int) -> bool:
    """Opens the file of a row, where it is folded."""
    entry = model.files[model.segments[place(row)[0]].file]
    if not entry.is_folded:
        return False
    entry.is_folded = False
    model.forget_notes(segments_of(model, entry.index))
    return True


def expand_from(model: RowModel, row: int, step: int) -> int:
    """More lines above the change at a row (`step` < 0) or below it; how many appeared.

    On a fold they come from this fold: above the change that follows, or below the one before.
    """
    number = place(row)[0]
    file = model.segments[number].file
    if reveal(model, row):
        return _n_lines(model, file)
    while 0 <= number < len(model.segments) and model.segments[number].file == file:
        gap = model.segments[number]
        if isinstance(gap, Gap):
            if not _is_known(model, gap):
                return 0
            count = min(gap.hidden, STEP_ONE_WAY)
            if count:
                if step < 0 and not gap.is_last:
                    gap.below += count
                else:
                    gap.above += count
                model.forget_notes(range(number, number + 1))
            return count
        number += 1 if step > 0 else -1
    return 0


def reach(model: RowModel, address: Address) -> int:
    """The row of a line, out of the folds that hide it; NOTHING where no file has it."""
    row = find_row(model, address)
    if row == NOTHING or (reveal(model, row) and (row := find_row(model, address)) == NOTHING):
        return NOTHING
    gap = model.segments[place(row)[0]]
    if isinstance(gap, Gap) and place(row)[1] == HEAD and _is_known(model, gap):
        first = gap.old_first if address.side == "old" else gap.new_first
        _open_at(gap, address.line - first)
        model.forget_notes(range(place(row)[0], place(row)[0] + 1))
        row = find_row(model, address)
    return row


def _open_at(gap: Gap, offset: int) -> None:
    """Opens a fold from its nearer end as far as one of its lines, and a few beyond."""
    if gap.count is None:
        return
    above, below = offset + 1 + AROUND, gap.count - offset + AROUND
    if above - gap.above <= below - gap.below:
        gap.above = min(max(gap.above, above), gap.count - gap.below)
    else:
        gap.below = min(max(gap.below, below), gap.count - gap.above)


def toggle_file(model: RowModel, file: int) -> int:
    """Opens all folds of a file, or shuts them where none is left; lines that came or went."""
    entry, numbers = model.files[file], segments_of(model, file)
    gaps = [s for s in model.segments[numbers.start : numbers.stop] if isinstance(s, Gap)]
    gaps = [gap for gap in gaps if _is_known(model, gap)]
    if entry.is_folded or any(gap.hidden for gap in gaps):
        opened = _n_lines(model, file) if entry.is_folded else 0
        entry.is_folded = False
        opened += sum(_open(gap, CAP) for gap in gaps)
        model.forget_notes(numbers)
        return opened
    shut = -sum(gap.hidden for gap in gaps)
    for gap in gaps:
        gap.below = 0
        gap.above = gap.least
    shut += sum(gap.hidden for gap in gaps)
    if entry.why_folded and entry.patch.hunks:
        entry.is_folded = True
        shut += _n_lines(model, file)
    model.forget_notes(numbers)
    return -shut


def _n_lines(model: RowModel, file: int) -> int:
    return sum(len(hunk.lines) for hunk in model.files[file].patch.hunks)


def _open(gap: Gap, at_most: int) -> int:
    hidden = gap.hidden
    step = min(hidden, at_most)
    if gap.old_first == 1 == gap.new_first:
        gap.below += step
    elif gap.is_last or step == hidden:
        gap.above += step
    else:
        gap.above += step // 2
        gap.below += step - step // 2
    return step


def _is_known(model: RowModel, segment: Segment) -> bool:
    entry = model.files[segment.file]
    return entry.old is not None or entry.new is not None
