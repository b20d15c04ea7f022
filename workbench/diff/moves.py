"""Code that moved: which lines git says did, and which line is the other end of which.

git tells by a colour in front of each line's sign, in a run made for nothing else. Only that
first colour is read and only the signs are compared; every text comes from the plain run, because
what a file holds can look like a colour.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.diff.rows import NOTHING, Body, RowModel, row_id

# The colours that adapters/diffs.py pins: removed and added lines, moved ones in two colours
# each, so that neighbouring blocks can be told apart.
_CODES = {b"31": 0, b"35": 1, b"34": 2, b"32": 0, b"36": 1, b"33": 2}
_REMOVED, _ADDED = {b"31", b"35", b"34"}, {b"32", b"36", b"33"}
_LINE = re.compile(rb"^\x1b\[(3[1-6])m([-+])", re.MULTILINE)
MAX_LINES = 20_000  # changed lines above which nobody looks for moves
_CANDIDATES = 16  # places where a block may come from that are looked at
DISAGREE, TOO_LARGE, FAILED = "git's runs disagree", "too large", "git failed"


class Moves(NamedTuple):
    """Rows by rows: where each moved line has its other end, NOTHING where none is found.

    `problem` says why none is marked.
    """

    ends: dict[int, int]
    problem: str = ""

    @property
    def badge(self) -> str:
        return f"moves not marked: {self.problem}" if self.problem else ""


NO_MOVES = Moves({})


def read_moves(model: RowModel, coloured: bytes) -> Moves:
    """The moved lines of a document, from git's coloured diff of the same trees."""
    signs = _LINE.findall(coloured)
    bodies = [(n, s) for n, s in enumerate(model.segments) if isinstance(s, Body)]
    bodies.sort(key=lambda pair: model.files[pair[1].file].order)
    kinds = b"".join(body.hunk.kinds.replace(b" ", b"") for _, body in bodies)
    if kinds != b"".join(sign for _, sign in signs):
        return Moves({}, DISAGREE)
    if not all(code in (_ADDED if sign == b"+" else _REMOVED) for code, sign in signs):
        return Moves({}, DISAGREE)
    codes = iter([_CODES[code] for code, _ in signs])
    removed: list[_Line] = []
    added: list[_Line] = []
    for number, body in bodies:
        for offset, kind in enumerate(body.hunk.kinds):
            code = next(codes) if kind != 0x20 else 0
            if code:
                text = body.hunk.lines[offset][1:].strip()
                line = _Line(row_id(number, offset), code, text)
                (added if kind == 0x2B else removed).append(line)
    return Moves(_pair(removed, added))


class _Line(NamedTuple):
    row: int
    code: int
    text: bytes


def _pair(removed: list[_Line], added: list[_Line]) -> dict[int, int]:
    """Block by block, each to the place that most of it comes from."""
    ends = dict.fromkeys((line.row for line in (*removed, *added)), NOTHING)
    places: dict[bytes, list[int]] = {}
    for at, line in enumerate(removed):
        places.setdefault(line.text, []).append(at)
    for block in _blocks(added):
        at = 0
        while at < len(block):
            found = places.get(block[at].text, ())[:_CANDIDATES]
            runs = [(_common(removed, start, block, at), -start) for start in found]
            length, start = max(runs, default=(0, 0))
            for nth in range(length):
                here, there = block[at + nth].row, removed[nth - start].row
                ends[here] = there
                if ends[there] == NOTHING:
                    ends[there] = here
            at += max(length, 1)
    return ends


def _blocks(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Lines that follow each other in one colour."""
    block: list[_Line] = []
    for line in lines:
        if block and (line.row != block[-1].row + 1 or line.code != block[-1].code):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _common(removed: list[_Line], start: int, block: list[_Line], at: int) -> int:
    """How many lines from here on are the same on both sides and follow each other."""
    length = 0
    while (
        at + length < len(block)
        and start + length < len(removed)
        and removed[start + length].text == block[at + length].text
        and removed[start + length].row == removed[start].row + length
    ):
        length += 1
    return length
