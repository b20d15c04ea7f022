"""The mouse in the diff pane: the wheel, a click for the cursor, a drag that picks source.

What is picked goes to whoever listens, once, when the button is let go; the pane itself writes to
no clipboard. Textual's own selection would copy numbers and signs, both sides, and no more than
what is on the screen.
"""

from dataclasses import dataclass

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.timer import Timer

from workbench.diff.document import DiffDocument
from workbench.diff.picks import (
    END,
    Pick,
    Point,
    picked_text,
    point_at,
    row_on,
    source_of,
    text_on,
    word_at,
)
from workbench.diff.rows import NOTHING
from workbench.diff.wrap import Rooms, breaks
from workbench.tui.widgets.diff_rooms import column_at, spot_at
from workbench.tui.widgets.diff_scope import DiffScope
from workbench.tui.widgets.diff_viewport import Viewport

WHEEL_LINES = 3
DRAG_SECONDS = 0.05  # between two lines, while the mouse is held beyond the pane


class DiffMouse(DiffScope):
    """Follows the mouse."""

    left: int = 0  # first cell of the code in sight
    _pressed: Point | None = None  # where the button went down
    _pick_was_made = False  # by the press that is about to become a click
    _scrolling: Timer | None = None
    _beyond = 0  # lines by which the mouse is above (less than 0) or below the pane
    _last_x = 0

    @dataclass
    class Picked(Message):
        """The source of what was picked."""

        text: str

    def rooms(self, document: DiffDocument) -> Rooms:
        """The cells for code on both sides."""
        raise NotImplementedError

    def scroll_sideways(self, steps: int) -> bool:
        """Both sides together; False where code is wrapped."""
        raise NotImplementedError

    @property
    def pick_text(self) -> str:
        """The source of what is picked."""
        port = self._viewport
        pick = port.pick if port else None
        return picked_text(port.document.model, port.view, pick) if port and pick else ""

    @property
    def picked(self) -> str:
        """The source of what is picked; else of the line under the cursor."""
        port = self._viewport
        if port is None or not len(port) or port.pick:
            return self.pick_text
        row = port.document.model.row(port.row)
        return source_of(row, port.side) if row.is_line else row.text

    def drop_pick(self) -> bool:
        """Nothing is picked any more; whether anything was."""
        port = self._viewport
        if port is None or port.pick is None:
            return False
        port.pick = None
        self.refresh()
        return True

    # Events.

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -WHEEL_LINES)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self.scroll_sideways(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self.scroll_sideways(-1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Perhaps the beginning of a drag."""
        self.drop_pick()
        self._pick_was_made = False
        if event.button == 1:
            self._pressed = self._point(event.x, event.y)
        if self._pressed:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button held: to here. Beyond an edge the screen goes on by itself."""
        if self._pressed is None:
            return
        if not event.button:
            self._let_go()
            return
        self._last_x = event.x
        self._beyond = min(event.y - 1, 0) or max(event.y - self.size.height + 1, 0)
        if self._beyond and self._scrolling is None:
            self._scrolling = self.set_interval(DRAG_SECONDS, self._go_beyond)
        self._pick_to(event.x, event.y)

    def on_mouse_up(self) -> None:
        """What is picked is told."""
        if self._pressed:
            self._let_go()

    def on_click(self, event: events.Click) -> None:
        """The cursor to the line, a fold opens; twice picks a word, three times a line."""
        port = self._viewport
        if self._pick_was_made or port is None or not 0 < event.y < len(port) - port.top:
            return
        if event.chain > 1 and self._pick_here(port, event):
            return
        if port.shape.mode == "split":
            port.side = "old" if event.x < self.size.width // 2 else "new"
        self.move(lambda port: port.go(port.top + event.y))
        if event.chain == 1 and port.is_fold(port.cursor):
            self.expand_fold()

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self.move(lambda port: port.wheel(lines))

    # Picking.

    def _point(self, x: int, y: int) -> Point | None:
        """The character at a place of the widget; on the side where the drag began, once it did."""
        port = self._viewport
        if port is None or not len(port):
            return None
        rooms = self.rooms(port.document)
        side = self._pressed.side if self._pressed else None
        spot = spot_at(rooms, port.shape.mode, self.size.width, x, side)
        index = min(port.top + min(max(y, 1), self.size.height - 1), len(port) - 1)
        row = row_on(port.view, index, spot.side)
        if row == NOTHING:
            return point_at(port.view, index, spot.side, 0)
        text, start = text_on(port.document.model.row(row), spot.side), 0
        if port.shape.rooms:
            starts = breaks(text, rooms[spot.side == "new"])
            start = (*starts, len(text))[min(port.view.part_at(index), len(starts))]
        before = 0 if port.shape.rooms else self.left
        column = start + column_at(text[start:], spot.cell + before) if spot.cell > 0 else start
        return Point(row, spot.side, column)

    def _pick_to(self, x: int, y: int) -> None:
        port, head = self._viewport, self._point(x, y)
        if port is None or head is None or self._pressed is None:
            return
        before = port.pick
        if head == (before.head if before else self._pressed):
            return
        port.pick = Pick(self._pressed, head)
        if port.view.parts:
            self.refresh()
            return
        was = before.head if before else self._pressed
        ends = [port.view.index_of(point.row) - port.top for point in (was, head)]
        first, last = max(min(ends), 0), min(max(ends), self.size.height - 1)
        self.refresh(Region(0, first, self.size.width, max(last - first + 1, 1)))

    def _go_beyond(self) -> None:
        """One step further while the mouse stays outside."""
        if not self._beyond or self._pressed is None:
            self._stop_scrolling()
            return
        lines = self._beyond
        self.move(lambda port: port.wheel(lines))
        self._pick_to(self._last_x, 1 if lines < 0 else self.size.height)

    def _stop_scrolling(self) -> None:
        if self._scrolling:
            self._scrolling.stop()
            self._scrolling = None

    def _let_go(self) -> None:
        self._pressed, self._beyond = None, 0
        self._stop_scrolling()
        self.release_mouse()
        self._tell_picked()

    def _tell_picked(self) -> None:
        port = self._viewport
        if port and port.pick:
            self._pick_was_made = True
            self.post_message(self.Picked(self.pick_text))

    def _pick_here(self, port: Viewport, event: events.Click) -> bool:
        """A word or a line; False where no source stands."""
        point = self._point(event.x, event.y)
        row = port.document.model.row(point.row) if point else None
        if point is None or row is None or not row.is_line:
            return False
        text = text_on(row, point.side)
        start, end = word_at(text, point.column) if event.chain == 2 else (0, END)
        port.pick = Pick(point._replace(column=start), point._replace(column=end))
        self.refresh()
        self._tell_picked()
        return True
