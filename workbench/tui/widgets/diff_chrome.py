"""The lines between the code: notes on a file, folds, heads of hunks, parts of a file's header."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from workbench.diff.blanks import blank_change
from workbench.diff.document import DiffDocument
from workbench.diff.rows import Body, FileEntry, Gap, Kind, Row, place, row_id
from workbench.text import cells, clip, steady
from workbench.tui.widgets.diff_palette import Palette

CURSOR, MINUS = "▌", "\N{MINUS SIGN}"
BADGE_CELLS = 64  # of one badge: the longest rule fits, a path that crowds out others does not


class Space(NamedTuple):
    """Where such a line stands: cells before the column of code, and cells in all."""

    palette: Palette
    indent: int
    width: int


def note(row: Row, space: Space, *, cursor: bool) -> list[Segment]:
    """One sentence about a file."""
    part = partial(space.palette.part, cursor=cursor)
    text = clip(row.text, space.width - space.indent - 1)
    made = [
        Segment(CURSOR if cursor else " ", part("mark")),
        Segment(" " * space.indent, part("note")),
    ]
    return fit([*made, Segment(text, part("note"))], space.width)


def fold(row: Row, space: Space, document: DiffDocument, *, cursor: bool) -> list[Segment]:
    """A fold or the head of a hunk: what is hidden, and the function that follows."""
    part = partial(space.palette.part, cursor=cursor)
    glyph = "↕" if document.is_expandable(row.id) else "⋯"
    hidden = row.text if row.kind is Kind.GAP else ""
    section, blank = _next_hunk(row, document)
    room = space.width - space.indent - 2 - sum(cells(text) + 3 for text in (hidden, blank) if text)
    says = [(hidden, "gap"), (clip(section, max(room, 0)), "section"), (blank, "gap")]
    made = [
        Segment(CURSOR if cursor else " ", part("gap-mark")),
        Segment(" " * (space.indent - 2) + f"{glyph} ", part("gap")),
        *(Segment(f"{text}   ", part(name)) for text, name in says if text),
    ]
    return fit(made, space.width)


def fit_badges(said: Sequence[str], room: int) -> list[str]:
    """As many badges as there is room for; those that find none are counted, never just cut."""
    texts = [f" {clip(text, BADGE_CELLS)} " for text in said]
    for n in range(len(texts), 0, -1):
        made = [*texts[:n], *([f" +{len(texts) - n} "] if n < len(texts) else [])]
        if sum(cells(text) + 1 for text in made) <= room:
            return made
    return [f" +{len(texts)} "] if texts else []


def _next_hunk(row: Row, document: DiffDocument) -> tuple[str, str]:
    """What the change stands in that a fold leads to, and whether it changes blanks only."""
    number, _ = place(row.id)
    segments = document.model.segments
    if isinstance(segments[number], Gap):
        number += 1
    body = segments[number] if number < len(segments) else None
    if not isinstance(body, Body) or document.files[body.file].is_folded:
        return "", ""
    kinds = body.hunk.kinds
    first = row_id(number, len(kinds) - len(kinds.lstrip(b" ")))
    return document.enclosing(first), blank_change(body)


def counts_of(entry: FileEntry, *, is_loose: bool) -> list[tuple[str, str]]:
    """Lines added and removed, and how many of them are shown where blanks are left out."""
    if not entry.added and not entry.removed:
        return []
    made = [(f"+{entry.added:,}", "header-new"), (" ", "header")]
    made.append((f"{MINUS}{entry.removed:,}", "header-old"))
    patch = entry.patch
    if is_loose and (patch.added, patch.removed) != (entry.added, entry.removed):
        made.append((f" (shown +{patch.added:,} {MINUS}{patch.removed:,})", "header-dim"))
    return made


def nth_file(file: int, shown: frozenset[int] | None, count: int) -> str:
    """The place of a file among those that are shown."""
    if shown is None:
        return f"{file + 1}/{count}"
    return f"{sum(other <= file for other in shown)}/{len(shown)}"


def fit(segments: list[Segment], width: int) -> list[Segment]:
    """Cut or filled with the last look to exactly so many cells."""
    strip = Strip(segments).adjust_cell_length(width, segments[-1].style)
    return list(strip)


def clip_start(path: str, width: int) -> str:
    """A long path loses its beginning: the file's own name tells most."""
    path = steady(path)
    if cells(path) <= width:
        return path
    room, start = width - 1, len(path)
    while start and (room := room - cells(path[start - 1])) >= 0:
        start -= 1
    return f"…{path[start:]}"
