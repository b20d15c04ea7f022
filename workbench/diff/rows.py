"""The one model that maps rows to the source: (file, side, line, content hash).

Search, findings, marks, copying, both layouts and the folds address rows through here and never
through what is on the screen. A row is made when it is first looked at, its text sanitised once;
so a diff of any length opens at once. A row id stays the same while folds open and close.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate
from operator import ne
from typing import Literal, NamedTuple

from workbench.diff.file_lines import FileLines
from workbench.diff.hunk import Hunk
from workbench.diff.notes import count_lines
from workbench.diff.patch import FilePatch
from workbench.diff.pieces import Cuts
from workbench.diff.scopes import Scopes
from workbench.diff.syntax import Coloured, Highlight
from workbench.diff.words import Span
from workbench.text import Marks, decode, display, offsets, steady

Side = Literal["old", "new"]

BITS = 32
HEAD = (1 << BITS) - 1  # the place of a gap's or a hunk's own row, before its lines
NOTHING = -1  # no row here: the empty half of a side-by-side row


class Kind(StrEnum):
    CONTEXT = "context"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    GAP = "gap"
    FILE_HEADER = "file-header"
    HUNK_HEADER = "hunk-header"
    NOTE = "note"


class Address(NamedTuple):
    """A line of the source. `path` is decoded, not yet safe to draw; `digest` is of the bytes."""

    path: str
    side: Side
    line: int
    digest: str


class Row(NamedTuple):
    """`raw` is the line as in the blob, its terminator included; `text` is safe to draw.

    `old_raw` and `old_text` differ from these where an unchanged line has other blanks.
    """

    id: int
    kind: Kind
    file: int
    text: str
    raw: bytes = b""
    old_line: int | None = None
    new_line: int | None = None
    old_raw: bytes = b""
    old_text: str = ""

    @property
    def is_line(self) -> bool:
        return self.old_line is not None or self.new_line is not None


@dataclass(slots=True)
class Blob:
    """One side of a whole file."""

    data: bytes
    lines: FileLines
    coloured: Coloured
    scopes: Scopes

    @property
    def highlight(self) -> Highlight | None:
        return self.coloured.highlight

    def line(self, number: int) -> bytes:
        """A line by its number from 1, with its newline where it has one."""
        is_unended = number == len(self.lines) and not self.data.endswith(b"\n")
        return self.lines[number - 1] + (b"" if is_unended else b"\n")


@dataclass(slots=True)
class FileEntry:
    """One file of the document; `path` is safe to draw, `address` is what an Address holds."""

    patch: FilePatch
    index: int
    path: str
    address: str
    added: int
    removed: int
    notes: list[str] = field(default_factory=list)
    old: Blob | None = None
    new: Blob | None = None
    old_path: str = ""  # where a renamed or copied file comes from
    order: int = 0  # its place in git's diff
    why_folded: str = ""  # what it is that is folded for a start
    is_folded: bool = False  # one row stands for all its lines
    marks: Marks = field(default_factory=Marks)  # what could deceive, in its names and lines


@dataclass(slots=True)
class Head:
    """A file's header row and its notes."""

    file: int


@dataclass(slots=True)
class Gap:
    """Unchanged lines between hunks; `count` is None after the last hunk of an unknown file."""

    file: int
    old_first: int
    new_first: int
    count: int | None
    above: int = 0  # lines shown below the hunk before
    below: int = 0  # lines shown above the hunk after
    is_last: bool = False

    @property
    def hidden(self) -> int:
        return (self.count or 0) - self.above - self.below

    @property
    def least(self) -> int:
        """Lines that stay: one alone needs no more room than the row that would stand for it."""
        return int(self.count == 1 and not self.below)


@dataclass(slots=True)
class Body:
    """A hunk."""

    file: int
    hunk: Hunk


Segment = Head | Gap | Body


def row_id(segment: int, offset: int) -> int:
    return segment << BITS | offset


def place(row: int) -> tuple[int, int]:
    """(segment, offset) of a row id."""
    return row >> BITS, row & HEAD


class RowModel:
    """All rows of one diff, by id. Rows are made when first asked for and kept."""

    def __init__(
        self, files: list[FileEntry], segments: list[Segment], *, raw: bool = False
    ) -> None:
        self.files = files
        self.segments = segments
        self.raw = raw
        self.n_changed = sum(entry.added + entry.removed for entry in files)
        self.cuts = Cuts([len(s.hunk.kinds) if isinstance(s, Body) else 0 for s in segments])
        self.pairs: dict[int, list[tuple[int, int]]] = {}  # of a block, by its first row
        self.words: dict[int, list[Span]] = {}  # of a line, by its row
        self.is_loose = False  # unchanged lines may have other blanks
        self._rows: dict[int, Row] = {}
        self._others: dict[int, Row] = {}  # rows whose text may change

    @property
    def revision(self) -> int:  # counts folds opened, files arrived: views made before are old
        return self.cuts.revision

    def row(self, row: int) -> Row:
        """The row of an id; KeyError and IndexError mean a wrong id."""
        known = self._rows.get(row) or self._others.get(row)
        if known is None:
            known = self._make(row)
            (self._rows if known.is_line else self._others)[row] = known
        return known

    def forget_notes(self, numbers: range | None = None) -> None:
        """Drops the rows whose text may have changed; of these segments also their number."""
        self._others = {}
        self.cuts.touch(numbers)

    def address(self, row: int, side: Side = "new") -> Address | None:
        """Where a row stands in the source; the other side where it has only that."""
        if row == NOTHING:
            return None
        line = self.row(row)
        number = line.new_line if side == "new" else line.old_line
        if number is None:
            side = "old" if side == "new" else "new"
            number = line.new_line if side == "new" else line.old_line
        if number is None:
            return None
        raw = line.old_raw if side == "old" and line.old_raw else line.raw
        digest = sha256(raw).hexdigest()[:16]
        entry = self.files[line.file]
        path = entry.patch.old_path if side == "old" else entry.patch.new_path
        return Address(entry.address if path is None else decode(path), side, number, digest)

    def _make(self, row: int) -> Row:
        number, offset = place(row)
        segment = self.segments[number]
        if isinstance(segment, Head):
            return self._head(row, segment, offset)
        if isinstance(segment, Gap):
            return self._gap(row, segment, offset)
        return self._line(row, segment, offset)

    def _head(self, row: int, segment: Head, offset: int) -> Row:
        entry = self.files[segment.file]
        if offset == 0:
            return Row(row, Kind.FILE_HEADER, segment.file, entry.path)
        return Row(row, Kind.NOTE, segment.file, entry.notes[offset - 1])

    def _gap(self, row: int, gap: Gap, offset: int) -> Row:
        if offset == HEAD:
            text = count_lines(gap.hidden, "unchanged ") + self._hidden_blanks(gap)
            return Row(row, Kind.GAP, gap.file, text)
        entry = self.files[gap.file]
        new, old = gap.new_first + offset, gap.old_first + offset
        blob, line = (entry.new, new) if entry.new else (entry.old, old)
        if blob is None:
            raise KeyError(row)
        raw = blob.line(line)
        text = shown(raw.removesuffix(b"\n"))
        return Row(row, Kind.CONTEXT, gap.file, text, raw, old, new, *self._loose(entry, old, raw))

    def _loose(self, entry: FileEntry, old: int | None, raw: bytes) -> tuple[bytes, str]:
        """The old line behind one that is shown as unchanged, where its bytes are others."""
        if not self.is_loose or entry.old is None or old is None:
            return b"", ""
        before = entry.old.line(old)
        return (b"", "") if before == raw else (before, shown(before.removesuffix(b"\n")))

    def _hidden_blanks(self, gap: Gap) -> str:
        entry = self.files[gap.file]
        if not self.is_loose or entry.old is None or entry.new is None:
            return ""
        first, end = gap.above - 1, (gap.count or 0) - gap.below - 1
        old = entry.old.lines[gap.old_first + first : gap.old_first + end]
        new = entry.new.lines[gap.new_first + first : gap.new_first + end]
        count = sum(map(ne, old, new))
        return f", {count:,} with other blanks" if count else ""

    def _line(self, row: int, body: Body, offset: int) -> Row:
        hunk = body.hunk
        if offset == HEAD:
            entry = self.files[body.file]
            if entry.is_folded:
                count = sum(len(hunk.lines) for hunk in entry.patch.hunks)
                text = f"{count_lines(count)} of {entry.why_folded}, folded"
                return Row(row, Kind.GAP, body.file, text)
            return Row(row, Kind.HUNK_HEADER, body.file, shown(hunk.section))
        kind = hunk.kinds[offset]
        raw = hunk.lines[offset][1:]
        end = b"" if offset in hunk.unended else b"\n"
        old: int | None = hunk.old_first + offset - hunk.kinds.count(b"+", 0, offset)
        new: int | None = hunk.new_first + offset - hunk.kinds.count(b"-", 0, offset)
        which = Kind.CONTEXT
        if kind == 0x2B:
            which, old = Kind.ADDED, None
        elif kind == 0x2D:
            which, new = Kind.REMOVED, None
        elif self.raw:
            old = None
        loose = self._loose(self.files[body.file], old if new else None, raw + end)
        return Row(row, which, body.file, shown(raw), raw + end, old, new, *loose)


def shown(raw: bytes) -> str:
    """One line of bytes as text safe to draw, of a width that all terminals agree on."""
    return steady(display(decode(raw)))


def column_of(raw: bytes) -> list[int] | None:
    """Where each decoded character begins in `shown(raw)`; None where nothing moved."""
    text = decode(raw)
    table = offsets(text)
    if table is None or text.isascii():
        return table
    whole = display(text)
    if steady(whole) == whole:
        return table
    before = [0, *accumulate(len(steady(character)) for character in whole)]
    return [before[at] for at in table]
