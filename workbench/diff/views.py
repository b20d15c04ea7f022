"""What is drawn, top to bottom: arrays of row ids, made from the model by a pure function.

Unified and side by side are two such arrays over the same rows; a filter leaves files out, and
`wrap.py` gives a long line several places. Nothing is stored in a view that the model does not
know, so each can be thrown away and made again when a fold opens, of which `pieces.py` spares most.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

from workbench.diff.blanks import blank_change
from workbench.diff.blocks import Block, pairs_in_order, pairs_of
from workbench.diff.pieces import Joined, Piece, new_piece
from workbench.diff.rows import BITS, HEAD, NOTHING, Body, Gap, RowModel, place, row_id

Mode = Literal["unified", "split"]

_RUNS = re.compile(rb" +|-+\+*|\++")
_NOTHING = array("q", [NOTHING])


class Shape(NamedTuple):
    """What a view is made by: the layout, the cells for wrapped code, the files it keeps.

    `without` are segments that it leaves out.
    """

    mode: Mode
    rooms: tuple[int, int] | None = None
    files: frozenset[int] | None = None
    without: frozenset[int] = frozenset()


@dataclass(frozen=True)
class View:
    """`left` and `right` hold a row id or NOTHING; in a unified view they are one sequence.

    `parts` says which part of a wrapped line stands at an index; empty where nothing is wrapped.
    """

    mode: Mode
    revision: int
    pieces: tuple[Piece, ...]

    def __len__(self) -> int:
        return len(self.left)

    @cached_property
    def left(self) -> Joined:
        return Joined([piece.left for piece in self.pieces])

    @cached_property
    def right(self) -> Joined:
        is_one = self.mode == "unified"
        return self.left if is_one else Joined([piece.right for piece in self.pieces])

    @cached_property
    def parts(self) -> Joined:
        return Joined([piece.parts for piece in self.pieces])

    @cached_property
    def hunks(self) -> Joined:
        """The first changed line of each hunk, or the row of a folded file."""
        return Joined([piece.hunks for piece in self.pieces], self._bases)

    @cached_property
    def files(self) -> Joined:
        """The header of each file that is shown."""
        return Joined([piece.files for piece in self.pieces], self._bases)

    @cached_property
    def shown(self) -> Joined:
        """The ordinal in the model of each of these files."""
        return Joined([piece.shown for piece in self.pieces])

    @cached_property
    def _bases(self) -> list[int]:
        """Where each piece begins."""
        return [0, *accumulate(len(piece.left) for piece in self.pieces)][:-1]

    def row_at(self, index: int) -> int:
        """The row to name a line by: the new side where there is one."""
        right = self.right[index]
        return self.left[index] if right == NOTHING else right

    def index_of(self, row: int) -> int:
        """Where a row stands; of a row that is folded away, where its segment begins."""
        segment = place(row)[0]
        nth = bisect_right(self.pieces, segment, key=lambda piece: piece.first) - 1
        piece, base = self.pieces[nth], self._bases[nth]
        start, end = piece.span(segment)
        sides = (piece.right,) if piece.right is piece.left else (piece.right, piece.left)
        for side in sides:
            try:
                return base + side.index(row, start, end)
            except ValueError:
                continue
        if start == end:  # a file that is folded, or left out: what stands before it
            return max(base + start - 1, 0)
        return min(base + start, max(len(self) - 1, 0))

    def part_at(self, index: int) -> int:
        return self.parts[index] if self.parts else 0

    def hunk_at(self, index: int) -> int:
        """The ordinal of the hunk at or before an index; -1 before the first."""
        return bisect_right(self.hunks, index) - 1

    def file_at(self, index: int) -> int:
        return max(bisect_right(self.files, index) - 1, 0)


def make_view(
    model: RowModel,
    mode: Mode,
    files: Collection[int] | None = None,
    without: Collection[int] = (),
    before: View | None = None,
) -> View:
    """The rows of the model in the given layout: all, or those of some files and segments.

    `before` is the same view of an earlier revision: what did not change since is taken from it.
    """
    revision, firsts = model.revision, model.cuts.firsts
    known = before.pieces if before else ()
    pieces = []
    for nth, (first, stamp) in enumerate(zip(firsts, model.cuts.stamps, strict=True)):
        if before is not None and stamp <= before.revision:
            pieces.append(known[nth])
            continue
        end = firsts[nth + 1] if nth + 1 < len(firsts) else len(model.segments)
        left_out = {n for n in range(first, end) if n in without or _is_filtered(model, n, files)}
        pieces.append(_make_piece(model, mode, range(first, end), left_out))
    return View(mode, revision, tuple(pieces))


def _is_filtered(model: RowModel, number: int, files: Collection[int] | None) -> bool:
    return files is not None and model.segments[number].file not in files


def _make_piece(model: RowModel, mode: Mode, numbers: range, left_out: Collection[int]) -> Piece:
    piece = new_piece(numbers.start, is_one=mode == "unified")
    for number in numbers:
        segment, base = model.segments[number], number << BITS
        piece.starts.append(len(piece.left))
        if number in left_out:
            continue
        if isinstance(segment, Body):
            _hunk(piece, model, number, segment)
        elif isinstance(segment, Gap):
            if segment.count and not model.files[segment.file].is_folded:
                _both(piece, range(base, base + segment.above))
                _both(piece, (base + HEAD,) if segment.hidden else ())
                end = base + segment.count
                _both(piece, range(end - segment.below, end))
        else:
            piece.files.append(len(piece.left))
            piece.shown.append(segment.file)
            _both(piece, range(base, base + 1 + len(model.files[segment.file].notes)))
    piece.starts.append(len(piece.left))
    return piece


def _hunk(piece: Piece, model: RowModel, number: int, body: Body) -> None:
    """Its lines, or of a folded file one row for all of them."""
    entry, above = model.files[body.file], model.segments[number - 1]
    if not entry.is_folded:
        has_header = not isinstance(above, Gap) or above.count == 0
        _body(piece, model, number, body, has_header=has_header)
    elif body.hunk is entry.patch.hunks[0]:
        piece.hunks.append(len(piece.left))
        _both(piece, ((number << BITS) + HEAD,))


def _both(piece: Piece, ids: Sequence[int]) -> None:
    piece.left.extend(ids)
    if piece.right is not piece.left:
        piece.right.extend(ids)


def _body(piece: Piece, model: RowModel, number: int, body: Body, *, has_header: bool) -> None:
    """A hunk's own row is spared where the gap above speaks for it, or it would say nothing."""
    base = number << BITS
    kinds = body.hunk.kinds
    if has_header and (body.hunk.section or blank_change(body)):
        _both(piece, (base + HEAD,))
    unchanged = len(kinds) - len(kinds.lstrip(b" "))
    if unchanged < len(kinds):  # the lines of a raw document are all context
        piece.hunks.append(len(piece.left) + unchanged)
    if piece.right is piece.left:
        piece.left.extend(range(base, base + len(kinds)))
        return
    for run in _RUNS.finditer(kinds):
        start, end = run.span()
        if kinds[start] == 0x20:
            ids = range(base + start, base + end)
            piece.left.extend(ids)
            piece.right.extend(ids)
        else:
            n_old = kinds.count(b"-", start, end)
            _block(piece, model, number, body, Block(start, n_old, end - start - n_old))


def _block(piece: Piece, model: RowModel, number: int, body: Body, block: Block) -> None:
    """Paired lines on one row; what lies between two pairs side by side, without a link."""
    base = row_id(number, block.first)
    middle = base + block.n_old
    if not block.n_old or not block.n_new or pairs_in_order(model, block):
        _beside(piece, range(base, middle), range(middle, middle + block.n_new))
        return
    old = new = 0
    for at_old, at_new in [*pairs_of(model, number, body, block), (block.n_old, block.n_new)]:
        _beside(piece, range(base + old, base + at_old), range(middle + new, middle + at_new))
        if at_old < block.n_old and at_new < block.n_new:
            piece.left.append(base + at_old)
            piece.right.append(middle + at_new)
        old, new = at_old + 1, at_new + 1


def _beside(piece: Piece, old: range, new: range) -> None:
    height = max(len(old), len(new))
    for side, ids in ((piece.left, old), (piece.right, new)):
        side.extend(ids)
        if len(ids) < height:
            side.extend(_NOTHING * (height - len(ids)))
