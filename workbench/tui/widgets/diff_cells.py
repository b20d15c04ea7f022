"""One line of code as styled pieces that fill exactly so many cells.

The text is cut to the window before any piece is made: a line of a megabyte costs as much as a
short one. Widths are those of the terminal library, so that both columns of a split stay in line.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style

from workbench.diff.syntax import TOKENS, Colour
from workbench.diff.words import Span
from workbench.diff.wrap import breaks
from workbench.text import mixed_words

LEVELS = ("line", "word", "warn", "match", "here", "picked")
_TOKEN_CODES = {token: code for code, token in enumerate(TOKENS, 1)}
_NAMES = ("", *TOKENS)
_TOKEN_BITS = 4  # a look is one byte: the kind of token below, the level above
_RUN = re.compile(rb"(.)\1*", re.DOTALL)


# What `display` puts in place of what must not be drawn; a CR before the line's end is usual.
_REPLACED = re.compile("<U\\+[0-9A-F]{4,6}>|[\u2400-\u240c\u240e-\u2421]|\u240d(?!$)")


class Cut(NamedTuple):
    """What a window shows of a text: characters start..end, with blanks for halves of wide ones."""

    text: str
    start: int
    before: int  # blanks in front, where a wide character was cut in two
    after: int  # blanks behind, to fill the window
    more: bool  # whether text goes on beyond the window


def cut(text: str, left: int, width: int) -> Cut:
    """The part of a text that stands in cells left..left+width."""
    if text.isascii():
        part = text[left : left + width]
        return Cut(part, left, 0, width - len(part), len(text) > left + width)
    at, start, before = 0, 0, 0
    while start < len(text) and at < left:
        at += get_character_cell_size(text[start])
        start += 1
    while start < len(text) and left and not get_character_cell_size(text[start]):
        start += 1  # marks of a character that is out of sight
    before = max(at - left, 0)
    room, end = width - before, start
    while end < len(text):
        size = get_character_cell_size(text[end])
        if size > room:
            break
        room -= size
        end += 1
    return Cut(text[start:end], start, min(before, width), max(room, 0), end < len(text))


def cut_part(text: str, nth: int, room: int) -> Cut:
    """One part of a wrapped line; blanks where the line has fewer parts than its neighbour."""
    starts = breaks(text, room)
    start = starts[nth] if nth < len(starts) else len(text)
    end = starts[nth + 1] if nth + 1 < len(starts) else len(text)
    part = text[start:end]
    taken = len(part) if part.isascii() else sum(map(get_character_cell_size, part))
    return Cut(part, start, 0, max(room - taken, 0), more=False)


def warnings(text: str) -> list[Span]:
    """Where a shown line tells of a control or hidden character, or mixes scripts in a name."""
    if text.isascii() and "<U+" not in text:
        return []
    return [*(match.span() for match in _REPLACED.finditer(text)), *mixed_words(text)]


def pieces(
    window: Cut,
    colours: Sequence[Colour],
    layers: Sequence[tuple[int, Sequence[Span]]],
    style: Callable[[str, str], Style],
) -> list[Segment]:
    """Segments of a window. `layers` are (index in LEVELS, spans), the later above the earlier.

    `style` gives the look of (token, level).
    """
    text, start = window.text, window.start
    looks = bytearray(len(text))
    for first, last, token in colours:
        _paint(looks, first - start, last - start, _TOKEN_CODES[token])
    if any(spans for _, spans in layers):
        levels = bytearray(len(text))
        for level, spans in layers:
            for first, last in spans:
                _paint(levels, first - start, last - start, level << _TOKEN_BITS)
        both = int.from_bytes(looks, "big") | int.from_bytes(levels, "big")
        looks = bytearray(both.to_bytes(len(text), "big"))
    made = [Segment(" " * window.before, style("", LEVELS[0]))] if window.before else []
    for run in _RUN.finditer(looks):
        level, token_code = divmod(looks[run.start()], 1 << _TOKEN_BITS)
        made.append(
            Segment(text[run.start() : run.end()], style(_NAMES[token_code], LEVELS[level]))
        )
    if window.after:
        made.append(Segment(" " * window.after, style("", LEVELS[0])))
    return made


def _paint(cells: bytearray, start: int, end: int, value: int) -> None:
    start, end = max(start, 0), min(end, len(cells))
    if start < end:
        cells[start:end] = bytes([value]) * (end - start)
