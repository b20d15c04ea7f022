"""Finds text in a whole diff: in the model's text, never in what happens to be on the screen.

Lines folded away inside a hunk are searched too; unchanged lines of a closed gap are not part of
the diff and are left out. Case counts only when the query holds a capital letter.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from workbench.diff.document import DiffDocument
from workbench.diff.rows import Body, Gap, Head, Side, place, row_id, shown
from workbench.diff.words import Span
from workbench.text import LINE_LIMIT, decode

_ADDED, _REMOVED = 0x2B, 0x2D


class SearchError(ValueError):
    """The query is no regular expression; the message says where it goes wrong."""


class Hit(NamedTuple):
    """Columns start..end of the text of a row."""

    row: int
    side: Side
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """All hits from top to bottom; `spans` holds the same by row."""

    query: str
    hits: list[Hit]
    spans: dict[int, list[Span]]


NO_MATCHES = Matches("", [], {})


def search(
    document: DiffDocument, query: str, *, regex: bool = False, added_only: bool = False
) -> Matches:
    """Every place where the query stands. Raises SearchError for a broken expression."""
    if not query:
        return NO_MATCHES
    flags = re.NOFLAG if any(letter.isupper() for letter in query) else re.IGNORECASE
    try:
        pattern = re.compile(query if regex else re.escape(query), flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise SearchError(f"not a regular expression: {error}") from error
    hits: list[Hit] = []
    for number, segment in enumerate(document.model.segments):
        if not isinstance(segment, Body):
            hits += [] if added_only else _in_rows(document, number, segment, pattern)
        elif regex or (found := _in_plain_hunk(number, segment, pattern)) is None:
            hits += _in_hunk(number, segment, pattern, added_only=added_only)
        else:
            hits += [h for h in found if not added_only or _kind(segment, h.row) == _ADDED]
    spans: dict[int, list[Span]] = {}
    for hit in hits:
        spans.setdefault(hit.row, []).append((hit.start, hit.end))
    return Matches(query, hits, spans)


def _kind(body: Body, row: int) -> int:
    return body.hunk.kinds[place(row)[1]]


def _in_rows(
    document: DiffDocument, number: int, segment: Head | Gap, pattern: re.Pattern[str]
) -> Iterator[Hit]:
    """Names, notes, and the unchanged lines that the reader unfolded."""
    if isinstance(segment, Head):
        offsets = [*range(1 + len(document.files[segment.file].notes))]
    else:
        count = segment.count or 0
        offsets = [*range(segment.above), *range(count - segment.below, count)]
    for offset in offsets:
        row = row_id(number, offset)
        yield from _in_text(document.model.row(row).text, row, "new", pattern)


def _in_text(text: str, row: int, side: Side, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for match in pattern.finditer(text):
        if match.end() > match.start():
            yield Hit(row, side, match.start(), match.end())


def _in_hunk(
    number: int, body: Body, pattern: re.Pattern[str], *, added_only: bool
) -> Iterator[Hit]:
    row = row_id(number, 0)
    for kind, line in zip(body.hunk.kinds, body.hunk.lines, strict=True):
        if not added_only or kind == _ADDED:
            side: Side = "old" if kind == _REMOVED else "new"
            yield from _in_text(shown(line[1:]), row, side, pattern)
        row += 1


def _in_plain_hunk(number: int, body: Body, pattern: re.Pattern[str]) -> list[Hit] | None:
    """One search in one string; None for a hunk whose text is not drawn as it is."""
    lines = body.hunk.lines
    text = decode(b"\n".join([line[1:] for line in lines]))
    if not text.isascii() or not text.replace("\n", "").isprintable():
        return None
    found = list(pattern.finditer(text))
    if not found:
        return []
    starts = [0, *accumulate(max(len(line), 1) for line in lines)]
    if max(map(len, lines)) > LINE_LIMIT:
        return None
    hits = []
    for match in found:
        nth = bisect_right(starts, match.start()) - 1
        side: Side = "old" if body.hunk.kinds[nth] == _REMOVED else "new"
        start, end = match.start() - starts[nth], match.end() - starts[nth]
        hits.append(Hit(row_id(number, nth), side, start, end))
    return hits
