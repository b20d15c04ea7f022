"""Where the reader of the diff pane is and goes: lines, pages, hunks, files, matches, folds.

The other half of the diff pane (`diff_view.py`) shows; both know the reader's place from one
`Viewport` and ask for one refresh per change.
"""

from collections.abc import Callable

from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from workbench.diff.folds import reach
from workbench.diff.moves import NO_MOVES
from workbench.diff.rows import NOTHING, Address, Side
from workbench.tui.widgets.diff_lines import SourceLines, chosen_lines, rows_of
from workbench.tui.widgets.diff_viewport import Viewport


class DiffReader(Widget, can_focus=True):
    """Moves a viewport; what moved is told by the other half."""

    class Moved(Message):
        """The reader is at another place, or sees more of it."""

    _viewport: Viewport | None = None
    _begin: tuple[Address, int] | None = None  # where the reader stopped the last time
    _noted: tuple[SourceLines, ...] = ()
    _noted_rows: tuple[object, int, frozenset[int]] = (None, 0, frozenset())

    def tell_search(self, problem: str = "") -> None:
        """There are other matches, the reader stands on another one, or there is a problem."""
        raise NotImplementedError

    def show_column(self, start: int, end: int) -> None:
        """Bring these columns of the cursor's line into sight."""
        raise NotImplementedError

    def refit(self) -> None:
        """Rows came or went: draw all anew, the cursor on its source line."""
        raise NotImplementedError

    def reshape(self) -> None:
        """Many rows may have come or gone: as `refit`, once a worker has made them."""
        raise NotImplementedError

    # Where the reader is.

    @property
    def cursor_address(self) -> Address | None:
        return self._viewport.address if self._viewport else None

    @property
    def cursor_moved(self) -> bool:
        """Whether the reader moved the cursor to a line of this document."""
        port = self._viewport
        return bool(port and (port.moved or port.begin != NOTHING) and port.address)

    @property
    def chosen(self) -> SourceLines | None:
        """The lines of the range that is being chosen, or the one under the cursor."""
        return chosen_lines(self._viewport) if self._viewport else None

    def chosen_of(self, side: Side) -> SourceLines | None:
        """The same as one side has them; None where it has none."""
        return chosen_lines(self._viewport, side) if self._viewport else None

    @property
    def is_choosing(self) -> bool:
        """Whether a range was begun."""
        return bool(self._viewport and self._viewport.begin != NOTHING)

    @property
    def noted_rows(self) -> frozenset[int]:
        """The rows of the document in front on which a finding stands."""
        port = self._viewport
        if port is None or not self._noted or port.document.is_comparison:
            return frozenset()
        model, revision = port.document.model, port.document.model.revision
        if self._noted_rows[:2] != (model, revision):
            self._noted_rows = (model, revision, rows_of(port.document, self._noted))
        return self._noted_rows[2]

    @property
    def file_position(self) -> tuple[int, int]:
        """(nth, all) files, counted from 1; (0, 0) without a document."""
        port = self._viewport
        return (port.view.file_at(port.cursor) + 1, len(port.view.files)) if port else (0, 0)

    @property
    def current_file(self) -> int:
        """The ordinal in the document of the file at the cursor; -1 without one."""
        port = self._viewport
        return port.document.model.row(port.row).file if port and len(port) else -1

    @property
    def current_row(self) -> int:
        """The id of the row under the cursor; NOTHING without a document."""
        return self._viewport.row if self._viewport else NOTHING

    @property
    def current_path(self) -> str:
        """The path of the file at the cursor, as an address has it; "" without one."""
        port, file = self._viewport, self.current_file
        return port.document.files[file].address if port and file >= 0 else ""

    @property
    def hunk_position(self) -> tuple[int, int]:
        port = self._viewport
        return (port.view.hunk_at(port.cursor) + 1, len(port.view.hunks)) if port else (0, 0)

    # Where the reader goes.

    def move_line(self, lines: int) -> None:
        self.move(lambda port: port.move(lines))

    def move_page(self, pages: int) -> None:
        self.move(lambda port: port.page(pages))

    def move_half_page(self, halves: int) -> None:
        self.move(lambda port: port.page(halves / 2))

    def move_hunk(self, step: int) -> bool:
        """False at the last hunk in that direction."""
        return self.move(lambda port: port.hunk(step))

    def move_file(self, step: int) -> bool:
        return self.move(lambda port: port.next_file(step))

    def go_to_file(self, file: int) -> None:
        """To the first change of a file by its ordinal in the document."""
        self.move(lambda port: port.to_file(file))

    def home(self) -> None:
        self.move(lambda port: port.go(0))

    def end(self) -> None:
        self.move(lambda port: port.go(len(port) - 1))

    def to_other_end(self) -> str:
        """From a line that moved to where it went or came from; why not, where it is not shown."""
        port = self._viewport
        moves = port.document.moves if port else NO_MOVES
        end = moves.ends.get(port.row) if port else None
        if port is None or end is None:
            return moves.badge or "this line did not move"
        if end == NOTHING:
            return "git says that this line moved, and its other end was not found"
        if not port.is_shown(end):
            return "its other end is in a file that is not shown"
        port.side = "old" if port.document.model.row(end).new_line is None else "new"
        self.go_to_row(end)
        return ""

    def go_to_line(self, address: Address) -> bool:
        """To a line, out of the folds that hide it; False where no file here has it."""
        port = self._viewport
        row = reach(port.document.model, address) if port else NOTHING
        if port is None or row == NOTHING:
            return False
        port.side = address.side
        self.refit()
        self.go_to_row(row)
        return True

    def go_to_row(self, row: int) -> None:
        """To a row by its id."""
        self.move(lambda port: port.show_row(row))

    # Where the reader stopped, and goes on.

    @property
    def lines_above(self) -> int:
        """Lines of the screen over the cursor."""
        port = self._viewport
        return port.cursor - port.top if port else 0

    @property
    def place(self) -> Address | None:
        """The line under the cursor, else the nearest above it, else the header of its file."""
        port = self._viewport
        if port is None or not len(port):
            return None
        model, view = port.document.model, port.view
        for index in range(port.cursor, view.files[view.file_at(port.cursor)] - 1, -1):
            if address := model.address(view.row_at(index), port.side):
                return address
        return Address(self.current_path, port.side, 0, "")

    def begin_at(self, address: Address, above: int) -> None:
        """Go on there once it is drawn, and once its whole file is known, until a key moves on."""
        self._begin = (address, above)

    def resume(self) -> None:
        """Go where the reader stopped, if that is what is still wanted."""
        port = self._viewport
        if port is None or self._begin is None or port.height == 1:
            return
        address, above = self._begin
        row = reach(port.document.model, address)
        if row != NOTHING:
            port.fit(port.shape, port.height)
            port.side = address.side
            port.put(row, above)
            self.refresh()

    # A range, and the lines that carry a finding.

    def toggle_range(self) -> bool:
        """A range begins at the cursor, or ends; False where the cursor is on no line of code."""
        port = self._viewport
        if port is None or (port.begin == NOTHING and port.address is None):
            return False
        port.begin = port.row if port.begin == NOTHING else NOTHING
        self.refresh()
        return True

    def end_range(self) -> bool:
        """Whether there was one."""
        return self.is_choosing and self.toggle_range()

    def note(self, lines: tuple[SourceLines, ...]) -> None:
        """Mark the lines that carry a finding."""
        if lines != self._noted:
            self._noted, self._noted_rows = lines, (None, 0, frozenset())
            self.refresh()

    def expand_fold(self, *, whole: bool = False) -> int:
        """Opens the fold under the cursor, or the nearest on the screen; lines that appeared."""
        port = self._viewport
        fold = port.nearest_fold() if port else NOTHING
        if port is None or fold == NOTHING:
            return 0
        count = port.document.expand(fold, whole=whole)
        self.reshape()
        return count

    def expand_from_cursor(self, step: int) -> int:
        """More unchanged lines above or below the change at the cursor; lines that appeared."""
        port = self._viewport
        count = port.document.expand_from(port.row, step) if port and len(port) else 0
        if count:
            self.refit()
        return count

    def toggle_file_folds(self) -> int:
        """The whole file at the cursor, or its changes only; lines that came, or went."""
        port = self._viewport
        if port is None or not len(port):
            return 0
        count = port.document.toggle_file(port.document.model.row(port.row).file)
        if count:
            self.reshape()
        return count

    # One act.

    def move(self, act: Callable[[Viewport], bool | None]) -> bool:
        """Moves and asks for what must be drawn anew: two lines, or all when the top changed."""
        port = self._viewport
        if port is None:
            return False
        top, cursor = port.top, port.cursor
        self._begin = None
        done = act(port)
        if port.top != top or port.begin != NOTHING:
            self.refresh()
        elif port.cursor != cursor:
            width = self.size.width
            lines = (cursor - top, port.cursor - top)
            self.refresh(*(Region(0, y, width, 1) for y in lines))
        self.post_message(DiffReader.Moved())  # a pane of a pair has one of its own
        return done is not False
