"""The one model that maps rows to the source: (file, side, line, content hash).

Search, findings, marks, copying, both layouts and the folds address rows through here and never
through what is on the screen. A row is made when it is first looked at, its text sanitised once;
so a diff of any length opens at once. A row id stays the same while folds open and close.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Literal, NamedTuple

from workbench.diff.hunk import Hunk
from workbench.diff.patch import FilePatch
from workbench.diff.syntax import Coloured, Highlight
from workbench.diff.words import Span
from workbench.text import decode, display, offsets, steady

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


@dataclass(frozen=True, slots=True)
class Row:
    """`raw` is the line as in the blob, its terminator included; `text` is safe to draw."""

    id: int
    kind: Kind
    file: int
    text: str
    raw: bytes = b""
    old_line: int | None = None
    new_line: int | None = None

    @property
    def is_line(self) -> bool:
        return self.old_line is not None or self.new_line is not None


@dataclass(slots=True)
class Blob:
    """One side of a whole file."""

    data: bytes
    lines: list[bytes]
    coloured: Coloured

    @property
    def highlight(self) -> Highlight | None:
        return self.coloured.highlight


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


@dataclass(slots=True)
class Body:
    """A hunk; when folded only its head is shown."""

    file: int
    hunk: Hunk
    folded: bool = False


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
        self.revision = 0  # counts folds opened and blobs arrived: views made before are old
        self.pairs: dict[int, list[tuple[int, int]]] = {}  # of a block, by its first row
        self.words: dict[int, list[Span]] = {}  # of a line, by its row
        self._rows: dict[int, Row] = {}

    def row(self, row: int) -> Row:
        """The row of an id; KeyError and IndexError mean a wrong id."""
        known = self._rows.get(row)
        if known is None:
            known = self._rows[row] = self._make(row)
        return known

    def forget_notes(self) -> None:
        """Drops the rows whose text may have changed; lines never change."""
        for key in [key for key, row in self._rows.items() if not row.is_line]:
            self._rows.pop(key, None)
        self.revision += 1

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
        digest = sha256(line.raw).hexdigest()[:16]
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
            return Row(row, Kind.GAP, gap.file, _unchanged(gap.hidden))
        entry = self.files[gap.file]
        new, old = gap.new_first + offset, gap.old_first + offset
        blob, line = (entry.new, new) if entry.new else (entry.old, old)
        if blob is None:
            raise KeyError(row)
        raw = blob.lines[line - 1]
        end = b"" if line == len(blob.lines) and not blob.data.endswith(b"\n") else b"\n"
        return Row(row, Kind.CONTEXT, gap.file, shown(raw), raw + end, old, new)

    def _line(self, row: int, body: Body, offset: int) -> Row:
        hunk = body.hunk
        if offset == HEAD:
            if body.folded:
                text = f"{len(hunk.lines):,} lines of binary content, folded"
                return Row(row, Kind.GAP, body.file, text)
            text = shown(hunk.section)
            return Row(row, Kind.HUNK_HEADER, body.file, text)
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
        return Row(row, which, body.file, shown(raw), raw + end, old, new)


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
    return [len(steady(whole[:at])) for at in table]


def _unchanged(count: int) -> str:
    return f"{count:,} unchanged line{'' if count == 1 else 's'}"
