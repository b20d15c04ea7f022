"""Two diff panes over a common base: where the reader goes in one, the other follows.

They meet by file and by line of the base; a file that only one of them touched leaves the other
where it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message

from workbench.diff.places import find_row
from workbench.diff.rows import NOTHING, Address, RowModel, Side
from workbench.text import decode
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.widgets.diff_viewport import Viewport


@dataclass(frozen=True, slots=True)
class BasePlace:
    """A line of the base, or the file's head with line 0; `above` is its row on the screen."""

    path: str
    line: int
    above: int


class LinkedDiff(DiffView):
    """A DiffView that tells when its reader moved, and can be taken to a place of the base."""

    @dataclass
    class Walked(Message):
        """The reader moved in this pane."""

        pane: str

    @dataclass
    class Chosen(Message):
        """This pane was clicked."""

        pane: str

    def on_click(self, event: events.Click) -> None:
        """The cursor to the line, and the keys to this side."""
        super().on_click(event)
        self.post_message(self.Chosen(self.id or ""))

    def move(self, act: Callable[[Viewport], bool | None]) -> bool:
        """As any diff pane; then the other one may follow."""
        done = super().move(act)
        self.post_message(self.Walked(self.id or ""))
        return done

    @property
    def base_place(self) -> BasePlace | None:
        """Where the reader is, as a line of the base; None without a diff of files."""
        port = self._viewport
        if port is None or not len(port) or port.document.model.raw:
            return None
        return find_base_place(port)

    def follow(self, place: BasePlace) -> bool:
        """Go where the other pane is; False where this one does not touch the file."""
        port = self._viewport
        if port is None or not len(port) or port.document.model.raw:
            return False
        row = find_base_row(port.document.model, place)
        if row == NOTHING:
            return False
        if port.document.reveal(row):
            self.refit()
        top, cursor = port.top, port.cursor
        port.put(row, place.above)
        if (port.top, port.cursor) != (top, cursor):
            self.refresh()
        return True

    def touches(self, path: str) -> bool:
        """Whether a file of the base, or a new one, is in this diff."""
        port = self._viewport
        return (
            port is not None
            and find_base_row(port.document.model, BasePlace(path, 0, 0)) != NOTHING
        )


def find_base_place(port: Viewport) -> BasePlace | None:
    """The base's line at the cursor, or the nearest one above it in the same file."""
    model, above = port.document.model, port.cursor - port.top
    if port.row == NOTHING:
        return None
    file = model.row(port.row).file
    path = path_of(model, file)
    for index in range(port.cursor, -1, -1):
        for row_id in (port.view.left[index], port.view.right[index]):
            if row_id == NOTHING:
                continue
            row = model.row(row_id)
            if row.file != file:
                return BasePlace(path, 0, above)
            if row.old_line is not None:
                return BasePlace(path, row.old_line, above)
    return BasePlace(path, 0, above)


def find_base_row(model: RowModel, place: BasePlace) -> int:
    """The row of a line of the base; the head of its file where the line is not in sight."""
    if model.raw:
        return NOTHING
    for entry in model.files:
        if path_of(model, entry.index) == place.path:
            side: Side = "old" if entry.patch.old_path is not None else "new"
            return find_row(model, Address(place.path, side, place.line, ""))
    return NOTHING


def path_of(model: RowModel, file: int) -> str:
    """What names a file on both sides: its path in the base, or of a new one its own."""
    patch = model.files[file].patch
    path = patch.old_path if patch.old_path is not None else patch.new_path
    return decode(path) if path is not None else model.files[file].address
