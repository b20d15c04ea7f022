"""Finds text in a whole diff: in the model's text, never in what happens to be on the screen.

Lines folded away inside a hunk are searched too; unchanged lines of a closed gap are not part of
the diff and are left out. Case counts only when the query holds a capital letter.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import NamedTuple

from workbench.diff.document import DiffDocument
from workbench.diff.rows import Body, Gap, Head, Side, row_id, shown
from workbench.diff.words import Span
from workbench.text import LINE_LIMIT, decode

AT_ONCE = 256  # hits, or lines, between two looks at the clock
PART = 2_048  # lines of a hunk that are searched as one text
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


class Query(NamedTuple):
    """What is looked for; `files` are those to look in, None all; `without` segments left out."""

    text: str
    regex: bool = False
    added_only: bool = False
    files: frozenset[int] | None = None
    without: frozenset[int] = frozenset()


def search(
    document: DiffDocument,
    query: str,
    *,
    regex: bool = False,
    added_only: bool = False,
    files: frozenset[int] | None = None,
) -> Matches:
    """Every place where the query stands. Raises SearchError for a broken expression."""
    run = Run(document, Query(query, regex, added_only, files))
    while not run.step():
        pass
    return run.matches


class Run:
    """A search bit by bit, so that a screen can go on between; raises SearchError."""

    def __init__(self, document: DiffDocument, query: Query) -> None:
        self.query = query
        self.matches = Matches(query.text, [], {})
        self._left = _find(document, query, _compile(query)) if query.text else iter(())

    def step(self) -> bool:
        """Looks a little further; whether that was all."""
        found = next(self._left, None)
        if found is None:
            return True
        for hit in found:
            self.matches.hits.append(hit)
            self.matches.spans.setdefault(hit.row, []).append((hit.start, hit.end))
        return False


def _compile(query: Query) -> re.Pattern[str]:
    text = query.text
    flags = re.NOFLAG if any(letter.isupper() for letter in text) else re.IGNORECASE
    try:
        return re.compile(text if query.regex else re.escape(text), flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise SearchError(f"not a regular expression: {error}") from error


def _find(document: DiffDocument, query: Query, pattern: re.Pattern[str]) -> Iterator[list[Hit]]:
    """Hits from top to bottom, a few at a time."""
    added_only = query.added_only
    for number, segment in enumerate(document.model.segments):
        is_other = query.files is not None and segment.file not in query.files
        if is_other or number in query.without:
            continue
        if not isinstance(segment, Body):
            if not added_only and not (isinstance(segment, Gap) and not segment.count):
                yield from _parted(_in_rows(document, number, segment, pattern))
        else:
            for part in _parts(number, segment):
                yield from _in_part(part, query, pattern)


def _parted(hits: Iterable[Hit]) -> Iterator[list[Hit]]:
    """As they come, in handfuls; an empty one where there was nothing."""
    rest = iter(hits)
    part = [*islice(rest, AT_ONCE)]
    yield part
    while len(part) == AT_ONCE:
        part = [*islice(rest, AT_ONCE)]
        yield part


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


class _Part(NamedTuple):
    """Some lines of a hunk; `base` is the row of the first of them."""

    base: int
    kinds: bytes
    lines: list[bytes]


def _parts(number: int, body: Body) -> Iterator[_Part]:
    kinds, lines = body.hunk.kinds, body.hunk.lines
    for start in range(0, len(lines), PART):
        stop = start + PART
        yield _Part(row_id(number, start), kinds[start:stop], lines[start:stop])


def _in_part(part: _Part, query: Query, pattern: re.Pattern[str]) -> Iterator[list[Hit]]:
    found = None if query.regex else _in_plain_part(part, pattern)
    if found is None:
        yield from _in_lines(part, pattern, added_only=query.added_only)
    else:
        base, kinds = part.base, part.kinds
        is_all = not query.added_only
        yield from _parted(h for h in found if is_all or kinds[h.row - base] == _ADDED)


def _in_lines(part: _Part, pattern: re.Pattern[str], *, added_only: bool) -> Iterator[list[Hit]]:
    """Line by line: a handful of hits, or of lines, at a time."""
    found: list[Hit] = []
    for nth, (kind, line) in enumerate(zip(part.kinds, part.lines, strict=True), 1):
        side: Side = "old" if kind == _REMOVED else "new"
        is_wanted = not added_only or kind == _ADDED
        for hit in (
            _in_text(shown(line[1:]), part.base + nth - 1, side, pattern) if is_wanted else ()
        ):
            found.append(hit)
            if len(found) == AT_ONCE:
                yield found
                found = []
        if not nth % AT_ONCE:
            yield found
            found = []
    yield found


def _in_plain_part(part: _Part, pattern: re.Pattern[str]) -> Iterable[Hit] | None:
    """One search in one string; None for lines that are not drawn as they are."""
    text = decode(b"\n".join([line[1:] for line in part.lines]))
    if not text.isascii() or not text.replace("\n", "").isprintable():
        return None
    if not pattern.search(text):
        return ()
    if max(map(len, part.lines)) > LINE_LIMIT:
        return None
    return _place_hits(part, pattern.finditer(text))


def _place_hits(part: _Part, found: Iterator[re.Match[str]]) -> Iterator[Hit]:
    starts = [0, *accumulate(max(len(line), 1) for line in part.lines)]
    nth = 0
    for match in found:
        start, end = match.span()
        nth = bisect_right(starts, start, nth) - 1
        side: Side = "old" if part.kinds[nth] == _REMOVED else "new"
        yield Hit(part.base + nth, side, start - starts[nth], end - starts[nth])
