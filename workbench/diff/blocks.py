"""Replace blocks: removed lines followed at once by added ones, and what became what in them.

Worked out block by block when a row of it is looked at. The rule depends on the diff alone, never
on the order of looking, so that every view of one diff pairs the same lines.
"""

from typing import NamedTuple

from workbench.diff.rows import NOTHING, Body, Kind, RowModel, place, row_id
from workbench.diff.words import MAX_CELLS, MAX_LINE, Span, pair_lines, word_spans
from workbench.text import decode

IN_ORDER_ABOVE = 8_000  # changed lines; beyond, a block's lines are paired in order


class Block(NamedTuple):
    """Places in the hunk: removed lines first..first+n_old, added lines right behind them."""

    first: int
    n_old: int
    n_new: int


def block_at(kinds: bytes, offset: int) -> Block | None:
    """The replace block around a line, or None for a line that is not part of one."""
    kind = kinds[offset]
    if kind == 0x20:
        return None
    before = kinds[:offset]
    first = len((before.rstrip(b"+") if kind == 0x2B else before).rstrip(b"-"))
    rest = kinds[first:]
    n_old = len(rest) - len(rest.lstrip(b"-"))
    n_new = len(rest) - n_old - len(rest[n_old:].lstrip(b"+"))
    return Block(first, n_old, n_new) if n_old and n_new else None


def pairs_in_order(model: RowModel, block: Block) -> bool:
    """Whether lines are paired as they come: the diff or the block is too large for more."""
    return model.n_changed > IN_ORDER_ABOVE or block.n_old * block.n_new > MAX_CELLS


def pairs_of(model: RowModel, number: int, body: Body, block: Block) -> list[tuple[int, int]]:
    """(nth removed, nth added) of a block of segment `number`, rising on both sides."""
    key = row_id(number, block.first)
    known = model.pairs.get(key)
    if known is None:
        middle = block.first + block.n_old
        lines = body.hunk.lines
        # Heads are enough to tell which lines belong together.
        old = [decode(line[1:MAX_LINE]) for line in lines[block.first : middle]]
        new = [decode(line[1:MAX_LINE]) for line in lines[middle : middle + block.n_new]]
        known = model.pairs[key] = pair_lines(old, new)
    return known


def partner(model: RowModel, row: int) -> int:
    """The row that a removed line became or an added one came from; NOTHING if none."""
    number, offset = place(row)
    body = model.segments[number]
    if not isinstance(body, Body) or offset >= len(body.hunk.kinds):
        return NOTHING
    block = block_at(body.hunk.kinds, offset)
    if block is None:
        return NOTHING
    middle = block.first + block.n_old
    if pairs_in_order(model, block):
        nth = offset - (block.first if offset < middle else middle)
        other = block.first if offset >= middle else middle
        return row_id(number, other + nth) if nth < min(block.n_old, block.n_new) else NOTHING
    for old, new in pairs_of(model, number, body, block):
        if block.first + old == offset:
            return row_id(number, middle + new)
        if middle + new == offset:
            return row_id(number, block.first + old)
    return NOTHING


def words_of(model: RowModel, row: int) -> list[Span]:
    """The changed words of a line, in columns of its text; none for a line without a partner."""
    known = model.words.get(row)
    if known is None:
        known = []
        other = NOTHING
        if model.row(row).kind in {Kind.ADDED, Kind.REMOVED}:
            other = partner(model, row)
        if other != NOTHING:
            old, new = sorted((row, other))
            spans = word_spans(model.row(old).text, model.row(new).text)
            model.words[old], model.words[new] = spans
            known = model.words[row]
        model.words[row] = known
    return known
