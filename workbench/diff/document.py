"""A diff ready to be read: the row model, its files, its views and its badges.

`build_document` is pure and runs in a worker thread; the result is handed to the widget as it is.
Nothing is coloured until the whole files arrive by `attach_blobs`, because colours made from a
hunk are wrong as often as not.
"""

from collections.abc import Sequence

from workbench.diff.blanks import Blanks, visible
from workbench.diff.blocks import words_of
from workbench.diff.entries import (
    MAX_BLOB,
    fits,
    make_blob,
    make_entry,
    make_segments,
    marks_of,
    measure_gaps,
)
from workbench.diff.folds import expand, expand_from, is_expandable, reveal, toggle_file
from workbench.diff.hunk import Hunk
from workbench.diff.moves import NO_MOVES, Moves
from workbench.diff.notes import notes_of
from workbench.diff.order import rank_of
from workbench.diff.patch import FilePatch, parse
from workbench.diff.places import enclosing, segments_of
from workbench.diff.rows import NOTHING, Body, FileEntry, Head, RowModel, Segment, Side, column_of
from workbench.diff.syntax import Colour
from workbench.diff.views import Mode, Shape, View, make_view
from workbench.diff.wrap import Rooms, Wraps, wrap_view
from workbench.text import Marks, count_marks, decode, display

__all__ = ["MAX_BLOB", "DiffDocument", "build_document", "raw_document"]

MAX_WRAPS = 2  # layouts and rooms of which wrapped segments are kept
FEW = 4  # pieces of a view that are made within a frame
MAX_VIEWS = 6  # layouts, wrapped or not, and the file filter before this one


class DiffDocument:
    """What the diff pane shows. `key` names the output; the caller gives further `badges`."""

    def __init__(
        self, model: RowModel, *, key: str, badges: Sequence[str] = (), marks: Marks | None = None
    ) -> None:
        self.model = model
        self.key = key
        self._badges = tuple(badges)
        self.marks = marks or Marks()
        self.whole: DiffDocument | None = None  # of one that leaves blanks out of account
        self.blanks = Blanks.NONE
        self.is_whole = False  # the whole files were asked for
        self.is_comparison = False  # of other trees than base and output
        self.moves = NO_MOVES
        self.keys: dict[int, str] | None = None  # of hunks, by diff/marks.py
        self._views: dict[Shape, View] = {}
        self._wraps: dict[tuple[Mode, Rooms], Wraps] = {}
        self._colours: dict[tuple[int, str], list[Colour]] = {}

    @property
    def badges(self) -> tuple[str, ...]:
        """What the header says beside counts and names."""
        return (*self._badges, self.moves.badge) if self.moves.problem else self._badges

    @property
    def plain(self) -> "DiffDocument":
        """The whole diff behind a reading that leaves blanks out of account; else itself."""
        return self.whole or self

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

    def view(
        self,
        mode: Mode,
        rooms: Rooms | None = None,
        files: frozenset[int] | None = None,
        without: frozenset[int] = frozenset(),
    ) -> View:
        """The rows in this layout; made once until a fold opens or blobs arrive.

        `rooms` wraps long lines, `files` leaves all others out, `without` some segments.
        """
        key = Shape(mode, rooms, files, without)
        view = self._views.get(key)
        if view is None or view.revision != self.model.revision:
            if rooms is None:
                view = make_view(self.model, mode, files, without, before=view)
            else:
                plain = self.view(mode, None, files, without)
                view = wrap_view(plain, self.model, rooms, self.wraps(mode, rooms))
            while len(self._views) >= MAX_VIEWS:
                self._views.pop(next(iter(self._views.copy())), None)  # workers make views too
            self._views[key] = view
        return view

    def wraps(self, mode: Mode, rooms: Rooms) -> Wraps:
        """What is wrapped already in this layout, for these rooms."""
        found = self._wraps.get((mode, rooms))
        if found is None:
            while len(self._wraps) >= MAX_WRAPS:
                self._wraps.pop(next(iter(self._wraps.copy())), None)
            found = self._wraps[mode, rooms] = Wraps()
        return found

    def has_view(self, shape: Shape) -> bool:
        """Whether `view` has it ready."""
        view = self._views.get(shape)
        return view is not None and view.revision == self.model.revision

    def has_most_of(self, shape: Shape) -> bool:
        """Whether `view` has little to make anew, as when a fold opened."""
        view = self._views.get(shape)
        return view is not None and self.model.cuts.n_newer(view.revision) <= FEW

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

    def enclosing(self, row: int) -> str:
        """The function or class that a line stands in; "" for what is no line."""
        line = self.model.row(row)
        return enclosing(self.model, line) if line.is_line and not self.model.raw else ""

    def visible(self, row: int) -> str | None:
        """Another text for a line without changed words whose change would not be seen, or None."""
        return visible(self.model, self.model.row(row))

    def colours(self, row: int, side: Side = "new") -> list[Colour]:
        """Colours of a line in columns of its text; none while the whole file is unknown.

        `side` counts for a line whose two sides differ in blanks only.
        """
        line = self.model.row(row)
        if line.new_line is None or not line.old_raw:
            side = "old" if line.new_line is None else "new"
        raw = line.old_raw if side == "old" and line.old_raw else line.raw
        number = line.old_line if side == "old" else line.new_line
        blob = getattr(self.files[line.file], side)
        if number is None or blob is None or blob.highlight is None:
            return []
        known = self._colours.get((row, side))
        if known is None:
            known = list(blob.highlight.line(number - 1))
            table = column_of(raw.removesuffix(b"\n")) if known else None
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
        if entry is None or not fits(entry, old, new):
            return False
        entry.old, entry.new = (make_blob(entry, data) for data in (old, new))
        tabs = b"\t" in (old or b"") or b"\t" in (new or b"")
        entry.notes = notes_of(entry.patch, old, new, has_tab=tabs)
        entry.notes += sorted(
            {blob.coloured.reason for blob in (entry.old, entry.new) if blob} - {""}
        )
        numbers = segments_of(self.model, entry.index)
        measure_gaps(entry, self.model.segments[numbers.start : numbers.stop])
        self.model.forget_notes(numbers)
        return True

    def attach_moves(self, moves: Moves) -> None:
        """Which lines moved, and where to; for a worker thread."""
        self.moves = moves
        if moves.ends or moves.problem:
            self.model.forget_notes()

    def expand(self, row: int, *, whole: bool = False) -> int:
        """Opens the fold of a GAP row; lines that appeared."""
        return expand(self.model, row, whole=whole)

    def reveal(self, row: int) -> bool:
        """Opens the file that hides a row; whether it was folded."""
        return reveal(self.model, row)

    def expand_from(self, row: int, step: int) -> int:
        """More lines above (`step` < 0) or below the change at a row; lines that appeared."""
        return expand_from(self.model, row, step)

    def toggle_file(self, file: int) -> int:
        """All folds of a file open, or shut again; lines that came, or went as less than 0."""
        return toggle_file(self.model, file)

    def is_expandable(self, row: int) -> bool:
        return is_expandable(self.model, row)


def build_document(diff: bytes, *, key: str, badges: Sequence[str] = ()) -> DiffDocument:
    """A document of git's own diff, its files in reading order; raises PatchError.

    Pure, made for a worker thread.
    """
    is_ascii = diff.isascii()
    has_cr, ascii_only = b"\r\n" in diff, is_ascii and b"\\" not in diff
    has_tab = b"\t" in diff
    files: list[FileEntry] = []
    segments: list[Segment] = []
    marks = Marks()
    for order, patch in sorted(enumerate(parse(diff)), key=lambda each: rank_of(each[1])):
        entry = make_entry(patch, len(files), has_cr=has_cr, has_tab=has_tab, is_ascii=is_ascii)
        entry.order = order
        files.append(entry)
        segments += make_segments(entry)
        if not ascii_only:
            entry.marks = marks_of(patch)
            marks += entry.marks
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
