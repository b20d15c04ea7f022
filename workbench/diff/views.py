"""What is drawn, top to bottom: arrays of row ids, made from the model by a pure function.

Unified and side by side are two such arrays over the same rows; a filter leaves files out, and
`wrap.py` gives a long line several places. Nothing is stored in a view that the model does not
know, so each can be thrown away and made again when a fold opens.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from workbench.diff.blanks import blank_change
from workbench.diff.blocks import Block, pairs_in_order, pairs_of
from workbench.diff.rows import BITS, HEAD, NOTHING, Body, Gap, Head, RowModel, place, row_id

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
    """`left` and `right` hold a row id or NOTHING; in a unified view they are one array.

    `starts` has the first index of each segment, and the length of the view as its last item.
    `parts` says which part of a wrapped line stands at an index; empty where nothing is wrapped.
    """

    mode: Mode
    revision: int
    left: "array[int]"
    right: "array[int]"
    starts: list[int]
    hunks: list[int]  # the first changed line of each hunk, or the row of a folded file
    files: list[int]
    shown: list[int]  # the ordinal in the model of each of these files
    parts: "array[int]"

    def __len__(self) -> int:
        return len(self.left)

    def row_at(self, index: int) -> int:
        """The row to name a line by: the new side where there is one."""
        right = self.right[index]
        return self.left[index] if right == NOTHING else right

    def index_of(self, row: int) -> int:
        """Where a row stands; of a row that is folded away, where its segment begins."""
        segment = place(row)[0]
        start, end = self.starts[segment], self.starts[segment + 1]
        for side in (self.right,) if self.right is self.left else (self.right, self.left):
            try:
                return side.index(row, start, end)
            except ValueError:
                continue
        if start == end:  # a file that is folded, or left out: what stands before it
            start = max(start - 1, 0)
        return min(start, max(len(self) - 1, 0))

    def part_at(self, index: int) -> int:
        return self.parts[index] if self.parts else 0

    def hunk_at(self, index: int) -> int:
        """The ordinal of the hunk at or before an index; -1 before the first."""
        return bisect_right(self.hunks, index) - 1

    def file_at(self, index: int) -> int:
        return max(bisect_right(self.files, index) - 1, 0)

    @cached_property
    def hunk_set(self) -> frozenset[int]:
        return frozenset(self.hunks)


def make_view(
    model: RowModel,
    mode: Mode,
    files: Collection[int] | None = None,
    without: Collection[int] = (),
) -> View:
    """The rows of the model in the given layout: all, or those of some files and segments."""
    left: array[int] = array("q")
    right: array[int] = left if mode == "unified" else array("q")
    view = View(mode, model.revision, left, right, [], [], [], [], array("H"))
    has_header = True
    for number, segment in enumerate(model.segments):
        view.starts.append(len(left))
        base = number << BITS
        if number in without or (files is not None and segment.file not in files):
            continue
        if model.files[segment.file].is_folded and not isinstance(segment, Head):
            if (
                isinstance(segment, Body)
                and segment.hunk is model.files[segment.file].patch.hunks[0]
            ):
                view.hunks.append(len(left))
                _both(view, (base + HEAD,))
            continue
        if isinstance(segment, Body):
            _body(view, model, number, segment, has_header=has_header)
        elif isinstance(segment, Gap):
            has_header = segment.count == 0
            if segment.count:
                _both(view, range(base, base + segment.above))
                _both(view, (base + HEAD,) if segment.hidden else ())
                end = base + segment.count
                _both(view, range(end - segment.below, end))
        else:
            view.files.append(len(left))
            view.shown.append(segment.file)
            _both(view, range(base, base + 1 + len(model.files[segment.file].notes)))
    view.starts.append(len(left))
    return view


def _both(view: View, ids: Sequence[int]) -> None:
    view.left.extend(ids)
    if view.right is not view.left:
        view.right.extend(ids)


def _body(view: View, model: RowModel, number: int, body: Body, *, has_header: bool) -> None:
    """A hunk's own row is spared where the gap above speaks for it, or it would say nothing."""
    base = number << BITS
    kinds = body.hunk.kinds
    if has_header and (body.hunk.section or blank_change(body)):
        _both(view, (base + HEAD,))
    unchanged = len(kinds) - len(kinds.lstrip(b" "))
    if unchanged < len(kinds):  # the lines of a raw document are all context
        view.hunks.append(len(view.left) + unchanged)
    if view.mode == "unified":
        view.left.extend(range(base, base + len(kinds)))
        return
    for run in _RUNS.finditer(kinds):
        start, end = run.span()
        if kinds[start] == 0x20:
            ids = range(base + start, base + end)
            view.left.extend(ids)
            view.right.extend(ids)
        else:
            n_old = kinds.count(b"-", start, end)
            _block(view, model, number, body, Block(start, n_old, end - start - n_old))


def _block(view: View, model: RowModel, number: int, body: Body, block: Block) -> None:
    """Paired lines on one row; what lies between two pairs side by side, without a link."""
    base = row_id(number, block.first)
    middle = base + block.n_old
    if not block.n_old or not block.n_new or pairs_in_order(model, block):
        _beside(view, range(base, middle), range(middle, middle + block.n_new))
        return
    old = new = 0
    for at_old, at_new in [*pairs_of(model, number, body, block), (block.n_old, block.n_new)]:
        _beside(view, range(base + old, base + at_old), range(middle + new, middle + at_new))
        if at_old < block.n_old and at_new < block.n_new:
            view.left.append(base + at_old)
            view.right.append(middle + at_new)
        old, new = at_old + 1, at_new + 1


def _beside(view: View, old: range, new: range) -> None:
    height = max(len(old), len(new))
    for side, ids in ((view.left, old), (view.right, new)):
        side.extend(ids)
        if len(ids) < height:
            side.extend(_NOTHING * (height - len(ids)))
