"""Where the reader is in a diff: the top of the screen and the cursor, as plain integers.

Pure state, no Textual: each move is one method, and the invariants hold after every one: the
cursor is a row of the view, is on the screen, and is not under the header on the first line.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from copy import copy

from workbench.diff.document import DiffDocument
from workbench.diff.picks import Pick, Picked, picked_at
from workbench.diff.rows import HEAD, NOTHING, Address, Kind, Side, place
from workbench.diff.search import NO_MATCHES, Hit, Matches
from workbench.diff.views import Shape, View
from workbench.diff.wrap import part_of
from workbench.text import cells

MARGIN = 3  # lines kept in sight beyond the cursor


class Viewport:
    """One document as seen through `height` lines, of which the first shows the file."""

    def __init__(self, document: DiffDocument, shape: Shape, height: int) -> None:
        self.document = document
        self.shape = shape
        self.view: View = document.view(*shape)
        self.height = max(height, 1)
        self.top = 0
        self.side: Side = "new"
        self.moved = False
        self.begin = NOTHING  # the row where a range begins; the cursor is its other end
        self.matches: Matches = NO_MATCHES
        self.nth = -1
        self.pick: Pick | None = None  # what the mouse has picked
        first = self.view.hunks[0] if self.view.hunks else 0
        self.cursor = first if first < self.height else 0

    def __len__(self) -> int:
        return len(self.view)

    @property
    def row(self) -> int:
        """The row under the cursor, on the chosen side where it exists."""
        if not len(self.view):
            return NOTHING
        left, right = self.view.left[self.cursor], self.view.right[self.cursor]
        chosen, other = (right, left) if self.side == "new" else (left, right)
        return other if chosen == NOTHING else chosen

    @property
    def address(self) -> Address | None:
        return self.document.model.address(self.row, self.side)

    @property
    def chosen(self) -> range:
        """The places in the view of the lines of the range, or of the one under the cursor."""
        low = high = self.cursor
        if self.begin != NOTHING:
            low, high = sorted((self.view.index_of(self.begin), self.cursor))
        return range(low, high + 1)

    @property
    def file(self) -> int:
        """The ordinal of the file whose name stands on the first line."""
        return self.view.file_at(self.top)

    @property
    def enclosing(self) -> str:
        """What the first line of code below the header stands in; "" where the file begins."""
        if not len(self.view) or self.is_header(self.top):
            return ""
        for index in range(self.top + 1, min(self.top + 3, len(self))):
            row = self.document.model.row(self.view.row_at(index))
            if row.is_line or self.is_header(index):
                return self.document.enclosing(row.id) if row.is_line else ""
        return ""

    def is_header(self, index: int) -> bool:
        return self.document.model.row(self.view.row_at(index)).kind is Kind.FILE_HEADER

    def is_fold(self, index: int) -> bool:
        return self.document.model.row(self.view.row_at(index)).kind is Kind.GAP

    def fit(self, shape: Shape, height: int) -> None:
        """Another layout or size, or rows that came or went: the cursor keeps its source line."""
        if not len(self.view):
            return
        row, height = self.row, max(height, 1)
        above = self.cursor - self.top
        self.shape, self.height = shape, height
        self.view = self.document.view(*shape)
        self.put(row, above)

    def put(self, row: int, above: int) -> None:
        """The cursor to a row, so many lines below the top."""
        self.cursor = self.view.index_of(row)
        self._scroll(self.cursor - min(above, self.height - 1))

    def move(self, lines: int) -> None:
        self.go(self.cursor + lines)

    def page(self, pages: float) -> None:
        """Screen and cursor move together; two lines of the last page stay in sight."""
        step = max(int((self.height - 2) * abs(pages)), 1) * (1 if pages > 0 else -1)
        self._land(self.cursor + step)
        self._scroll(self.top + step)
        self.moved = False  # the screen moved, nobody chose this line

    def turned(self, pages: float) -> "Viewport":
        """The same document so many pages on; this one stays where it is."""
        other = copy(self)
        other.page(pages)
        return other

    def wheel(self, lines: int) -> None:
        """The screen moves; the cursor only where it would leave it."""
        self._scroll(self.top + lines)

    def go(self, index: int) -> None:
        """The cursor to a row of the view; the screen follows as little as possible."""
        self._land(index)
        margin = min(MARGIN, max((self.height - 2) // 3, 0))
        top = self.top
        top = min(top, self.cursor - 1 - margin)
        top = max(top, self.cursor + margin + 1 - self.height)
        self._scroll(top)

    def hunk(self, step: int) -> bool:
        """To the first changed line of the next or last hunk; False where there is none."""
        return self._to_start(self.view.hunks, step, context=min(4, self.height // 4))

    def next_file(self, step: int) -> bool:
        """To the first change of the next or last file, its header on the first line."""
        here = self.view.file_at(self.cursor)
        near = range(max(here - 1, 0), min(here + 2, len(self.view.files)))
        if not self._to_start([self._start_of(nth) for nth in near], step, context=0):
            return False
        self._scroll(self.view.files[self.view.file_at(self.cursor)])
        return True

    def _start_of(self, nth: int) -> int:
        """The first change of a file where the screen holds it below the header, else that."""
        hunks, files = self.view.hunks, self.view.files
        after = files[nth + 1] if nth + 1 < len(files) else len(self)
        first = bisect_left(hunks, files[nth])
        is_near = first < len(hunks) and hunks[first] < min(after, files[nth] + self.height)
        return hunks[first] if is_near else files[nth]

    def to_file(self, file: int) -> None:
        """Its header on the first line, the cursor on its first change where that is in sight."""
        nth = self.view.shown.find(file)
        if nth >= 0:
            header = self.view.files[nth]
            self._land(header)
            self._scroll(header)
            self._to_change_in_sight()

    def _to_change_in_sight(self) -> None:
        """From a header to the first change below it, if the screen shows it."""
        after = bisect_left(self.view.hunks, self.cursor)
        if after < len(self.view.hunks):
            index = self.view.hunks[after]
            is_here = self.view.file_at(index) == self.view.file_at(self.cursor)
            if is_here and index < self.top + self.height:
                self._land(index)

    def show_row(self, row: int, column: int = 0) -> None:
        """The cursor to a row by its id, a third of the screen down when it was out of sight."""
        if self.document.reveal(row):
            self.fit(self.shape, self.height)
        index = self.view.index_of(row)
        if self.view.parts and self.shape.rooms:
            room = self.shape.rooms[self.view.right[index] == row]
            index += part_of(self.document.model.row(row).text, room, column)
        if not self.top < index < self.top + self.height - 1:
            self._scroll(index - self.height // 3)
        self.go(index)

    def is_shown(self, row: int) -> bool:
        """Whether a row is in none of the files and hunks that are left out."""
        files = self.shape.files
        is_among = files is None or self.document.model.row(row).file in files
        return is_among and place(row)[0] not in self.shape.without

    @property
    def hit(self) -> Hit | None:
        """The hit that the reader stands on."""
        return self.matches.hits[self.nth] if self.nth >= 0 else None

    def take_matches(self, matches: Matches) -> None:
        """Takes what was found and goes to the first at or below the cursor."""
        self.matches, self.nth = matches, -1
        here = _order(self.row)
        self.to_match(bisect_left(matches.hits, here, key=lambda hit: _order(hit.row)))

    def to_match(self, nth: int) -> None:
        """To a hit by its ordinal, around the ends."""
        if self.matches.hits:
            self.nth = nth % len(self.matches.hits)
            hit = self.matches.hits[self.nth]
            self.side = hit.side
            self.show_row(hit.row, hit.start)

    def clear_search(self) -> None:
        self.matches, self.nth = NO_MATCHES, -1

    def picked_at(self, index: int) -> Picked | None:
        """What of a row of the view the mouse has picked."""
        return picked_at(self.view, self.pick, index) if self.pick else None

    def nearest_fold(self) -> int:
        """The row of a fold that can open: under the cursor or else the nearest on the screen."""
        model = self.document.model
        indices = range(self.top, min(self.top + self.height, len(self)))
        for index in sorted(indices, key=lambda index: abs(index - self.cursor)):
            row = self.view.row_at(index)
            if model.row(row).kind is Kind.GAP and self.document.is_expandable(row):
                return row
        return NOTHING

    def longest_text(self) -> int:
        """Cells of the longest line on the screen."""
        model, view = self.document.model, self.view
        indices = range(self.top, min(self.top + self.height, len(self)))
        rows = {row for i in indices for row in (view.left[i], view.right[i])} - {NOTHING}
        lines = (model.row(row) for row in rows)
        return max((cells(line.text) for line in lines if line.is_line), default=0)

    def thumb(self) -> range:
        """The lines of the position bar that stand for what is on the screen; empty if all is."""
        if len(self) <= self.height:
            return range(0)
        size = max(self.height * self.height // len(self), 1)
        start = round(self.top / (len(self) - self.height) * (self.height - size))
        return range(start, start + size)

    def _to_start(self, starts: Sequence[int], step: int, *, context: int) -> bool:
        """To the next of some rising places, or to the one before; False where there is none."""
        here = self.cursor
        nth = bisect_right(starts, here) if step > 0 else bisect_left(starts, here) - 1
        if not 0 <= nth < len(starts):
            return False
        target = starts[nth]
        self._land(target)
        last = self.top + self.height - 1
        if not self.top + 1 + context <= target <= last - self.height // 3:
            self._scroll(target - context - 1)
        return True

    def _land(self, index: int) -> None:
        if len(self):
            self.cursor = min(max(index, 0), len(self) - 1)
            self.moved = True

    def _scroll(self, top: int) -> None:
        """The screen to a place within the document; the cursor stays on it."""
        if not len(self):
            return
        self.top = min(max(top, 0), max(len(self) - self.height, 0))
        first = self.top if self.height == 1 or self.is_header(self.top) else self.top + 1
        last = min(self.top + self.height, len(self)) - 1
        self.cursor = min(max(self.cursor, min(first, last)), last)


def _order(row: int) -> tuple[int, int]:
    """Rows from top to bottom as far as ids tell; a hunk's own row is before its lines."""
    segment, offset = place(row)
    return segment, -1 if offset == HEAD else offset
