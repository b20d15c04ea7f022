"""A diff ready to be read: the row model, its files, its views and its badges.

`build_document` is pure and runs in a worker thread; the result is handed to the widget as it is.
Nothing is coloured until the whole files arrive by `attach_blobs`, because colours made from a
hunk are wrong as often as not.
"""

from collections.abc import Sequence

from workbench.diff.blocks import words_of
from workbench.diff.hunk import Hunk
from workbench.diff.notes import is_binary_text, notes_of
from workbench.diff.patch import FilePatch, Status, parse
from workbench.diff.rows import (
    HEAD,
    NOTHING,
    Blob,
    Body,
    FileEntry,
    Gap,
    Head,
    RowModel,
    Segment,
    column_of,
    place,
)
from workbench.diff.syntax import Colour, highlight
from workbench.diff.views import Mode, View, make_view
from workbench.text import Marks, count_marks, decode, display

MAX_BLOB = 32 << 20
EXPAND_STEP, EXPAND_CAP = 40, 2_000  # lines that one keystroke unfolds


class DiffDocument:
    """What the diff pane shows. `key` names the output; the caller gives further `badges`."""

    def __init__(
        self, model: RowModel, *, key: str, badges: Sequence[str] = (), marks: Marks | None = None
    ) -> None:
        self.model = model
        self.key = key
        self.badges = tuple(badges)
        self.marks = marks or Marks()
        self._views: dict[Mode, View] = {}
        self._colours: dict[tuple[int, str], list[Colour]] = {}

    @property
    def files(self) -> list[FileEntry]:
        return self.model.files

    @property
    def added(self) -> int:
        return sum(entry.added for entry in self.files)

    @property
    def removed(self) -> int:
        return sum(entry.removed for entry in self.files)

    @property
    def n_hunks(self) -> int:
        return sum(len(entry.patch.hunks) for entry in self.files)

    @property
    def n_digits(self) -> int:
        """Digits of the greatest line number, for the gutter."""
        ends = [
            max(hunk.old_start + hunk.old_count, hunk.new_start + hunk.new_count)
            for entry in self.files
            for hunk in entry.patch.hunks[-1:]
        ]
        ends += [len(blob.lines) for e in self.files for blob in (e.old, e.new) if blob]
        return len(str(max(ends, default=0)))

    def view(self, mode: Mode) -> View:
        """The rows in this layout; made once until a fold opens or blobs arrive."""
        view = self._views.get(mode)
        if view is None or view.revision != self.model.revision:
            view = self._views[mode] = make_view(self.model, mode)
        return view

    def warm(self, width: int, height: int, mode: Mode) -> None:
        """Prepares the first screen so that showing it costs nothing; for a worker thread."""
        view = self.view(mode)
        for index in range(min(height, len(view))):
            for row in {view.left[index], view.right[index]} - {NOTHING}:
                if self.model.row(row).is_line and width:
                    words_of(self.model, row)
                    self.colours(row)

    def words(self, row: int) -> list[tuple[int, int]]:
        """Changed words of a line, in columns of its text."""
        return words_of(self.model, row)

    def colours(self, row: int) -> list[Colour]:
        """Colours of a line in columns of its text; none while the whole file is unknown."""
        line = self.model.row(row)
        side = "old" if line.new_line is None else "new"
        number = line.old_line if side == "old" else line.new_line
        blob = getattr(self.files[line.file], side)
        if number is None or blob is None or blob.highlight is None:
            return []
        known = self._colours.get((row, side))
        if known is None:
            known = list(blob.highlight.line(number - 1))
            table = column_of(line.raw.removesuffix(b"\n")) if known else None
            if table is not None:
                last = len(table) - 1
                known = [
                    Colour(table[min(c.start, last)], table[min(c.end, last)], c.token)
                    for c in known
                ]
            self._colours[row, side] = known
        return known

    def attach_blobs(self, path: str, old: bytes | None, new: bytes | None) -> bool:
        """Gives the whole file of both sides: colours and foldable context; for a worker thread.

        `path` is a file's `address`. False means that the bytes do not fit the diff, and are
        not used. The widget draws them after `DiffView.update_blobs()`.
        """
        entry = next((entry for entry in self.files if entry.address == path), None)
        if entry is None or not _fits(entry, old, new):
            return False
        entry.old, entry.new = (_blob(entry, data) for data in (old, new))
        entry.notes = notes_of(entry.patch, old, new)
        entry.notes += sorted(
            {blob.coloured.reason for blob in (entry.old, entry.new) if blob} - {""}
        )
        self._measure_last_gap(entry)
        self.model.forget_notes()
        return True

    def expand(self, row: int, *, whole: bool = False) -> int:
        """Opens the fold of a GAP row, a long one bit by bit from both its ends.

        Returns how many lines appeared; 0 where the whole file is not known.
        """
        segment = self.model.segments[place(row)[0]]
        if not self.is_expandable(row):
            return 0
        if isinstance(segment, Body):
            segment.folded = False
            self.model.forget_notes()
            return len(segment.hunk.lines)
        if not isinstance(segment, Gap):
            return 0
        hidden = segment.hidden
        step = min(hidden, EXPAND_CAP if whole else EXPAND_STEP)
        if segment.old_first == 1 == segment.new_first:
            segment.below += step
        elif segment.is_last or step == hidden:
            segment.above += step
        else:
            segment.above += step // 2
            segment.below += step - step // 2
        self.model.forget_notes()
        return step

    def is_expandable(self, row: int) -> bool:
        number, offset = place(row)
        segment = self.model.segments[number]
        if isinstance(segment, Body):
            return segment.folded and offset == HEAD
        entry = self.files[segment.file]
        known = entry.old is not None or entry.new is not None
        return known and isinstance(segment, Gap) and segment.hidden > 0

    def _measure_last_gap(self, entry: FileEntry) -> None:
        gaps = [s for s in self.model.segments if isinstance(s, Gap) and s.file == entry.index]
        blob, first = (entry.new, "new_first") if entry.new else (entry.old, "old_first")
        if gaps and gaps[-1].count is None and blob is not None:
            n_lines = len(blob.lines)
            gaps[-1].count = max(n_lines - getattr(gaps[-1], first) + 1, 0)


def build_document(diff: bytes, *, key: str, badges: Sequence[str] = ()) -> DiffDocument:
    """A document of git's own diff; raises PatchError. Pure, made for a worker thread."""
    has_cr, ascii_only = b"\r\n" in diff, diff.isascii() and b"\\" not in diff
    files: list[FileEntry] = []
    segments: list[Segment] = []
    marks = Marks()
    for patch in parse(diff):
        entry = _entry(patch, len(files), has_cr=has_cr)
        files.append(entry)
        segments += _segments(entry)
        if not ascii_only:
            marks += _marks(patch)
    return DiffDocument(RowModel(files, segments), key=key, badges=badges, marks=marks)


def raw_document(
    data: bytes,
    reason: str,
    *,
    key: str = "",
    badges: Sequence[str] = (),
    title: str = "patch as delivered",
) -> DiffDocument:
    """Bytes line by line with the reason above them: a patch that did not apply, or a message."""
    lines = data.split(b"\n")
    unended = frozenset([len(lines) - 1] if lines[-1] else [])
    lines = [b" " + line for line in (lines if lines[-1] else lines[:-1])]
    hunk = Hunk(1, len(lines), 1, len(lines), b"", b" " * len(lines), lines, unended)
    patch = FilePatch(None, b"", hunks=[hunk] if lines else [])
    entry = FileEntry(patch, 0, title, "", 0, 0, [display(reason)])
    segments: list[Segment] = [Head(0), *([Body(0, hunk)] if lines else [])]
    marks = count_marks(decode(data))
    return DiffDocument(RowModel([entry], segments, raw=True), key=key, badges=badges, marks=marks)


def _entry(patch: FilePatch, index: int, *, has_cr: bool) -> FileEntry:
    moved = patch.status in {Status.RENAMED, Status.COPIED}
    return FileEntry(
        patch,
        index,
        display(decode(patch.path)),
        decode(patch.path),
        patch.added,
        patch.removed,
        notes_of(patch, has_cr=has_cr),
        old_path=display(decode(patch.old_path or b"")) if moved else "",
    )


def _segments(entry: FileEntry) -> list[Segment]:
    segments: list[Segment] = [Head(entry.index)]
    folded = is_binary_text(entry.patch)
    old = new = 1
    for hunk in entry.patch.hunks:
        segments.append(Gap(entry.index, old, new, hunk.old_first - old))
        segments.append(Body(entry.index, hunk, folded))
        old, new = hunk.old_first + hunk.old_count, hunk.new_first + hunk.new_count
    whole = entry.patch.status in {Status.ADDED, Status.DELETED}
    segments.append(
        Gap(entry.index, old, new, 0 if whole or not entry.patch.hunks else None, is_last=True)
    )
    return segments


def _marks(patch: FilePatch) -> Marks:
    """Over everything that is drawn: the names and all lines, the unchanged ones as well."""
    names = {patch.old_path, patch.new_path} - {None}
    marks = Marks()
    for text in [*(name for name in names if name), *(b"\n".join(h.lines) for h in patch.hunks)]:
        marks += count_marks(decode(text))
    return marks


def _fits(entry: FileEntry, old: bytes | None, new: bytes | None) -> bool:
    """Whether each hunk's lines stand where the diff says; also false for a side too large."""
    for data, code, side in ((old, b"-", "old"), (new, b"+", "new")):
        if data is None:
            continue
        if len(data) > MAX_BLOB:
            return False
        lines = data.split(b"\n")
        for hunk in entry.patch.hunks:
            start = getattr(hunk, f"{side}_first") - 1
            wanted = [
                line[1:]
                for kind, line in zip(hunk.kinds, hunk.lines, strict=True)
                if kind in (0x20, code[0])
            ]
            if lines[start : start + len(wanted)] != wanted:
                return False
    return True


def _blob(entry: FileEntry, data: bytes | None) -> Blob | None:
    if data is None:
        return None
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return Blob(data, lines, highlight(entry.address, data))
