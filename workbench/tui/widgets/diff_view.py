"""The diff pane: every row of a diff in one widget that never starts a layout pass.

It keeps its own place instead of a virtual size, hands out strips that it made before, and asks
for one refresh per change, so that a key costs one frame whatever the length of the diff. It has
no keys of its own: the registry of actions calls its methods. `painted_key` names the document
that was really drawn, which is the only one a label may belong to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from workbench.diff.document import DiffDocument
from workbench.diff.rows import NOTHING, Address
from workbench.diff.views import Mode
from workbench.tui.widgets.diff_frame import Frames, empty_strips
from workbench.tui.widgets.diff_paint import Look
from workbench.tui.widgets.diff_palette import Palette, palette_for
from workbench.tui.widgets.diff_viewport import Viewport

LayoutMode = Literal["auto", "unified", "split"]

SPLIT_FROM = 150  # cells from which two columns show most lines whole
WHEEL_LINES = 3
SIDEWAYS = 8
_LAYOUTS: tuple[LayoutMode, ...] = ("auto", "unified", "split")


class DiffView(Widget, can_focus=True):
    """Shows a DiffDocument. Give it no border and no padding: it fills all of its cells."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "DiffView { width: 1fr; height: 1fr; background: $background; }"

    @dataclass
    class Painted(Message):
        """A document was drawn for the first time."""

        key: str

    @dataclass
    class CursorMoved(Message):
        address: Address | None

    @dataclass
    class SearchChanged(Message):
        """The reader stands on hit `index` of `total`, counted from 1; 0 of 0 is no search."""

        index: int
        total: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.layout_mode: LayoutMode = "auto"
        self.painted_key: str | None = None
        self._viewport: Viewport | None = None
        self._empty = ""
        self._left = 0
        self._frames = Frames()

    # What is shown

    def show(self, document: DiffDocument | None, *, message: str = "") -> None:
        """Another document, from its top; or none, with a text that says why."""
        self._empty = message
        self._left = 0
        self._viewport = None
        self.painted_key = None
        if document is not None and document.files:
            self._viewport = Viewport(document, self.mode, self.size.height)
        self.refresh()

    def update_blobs(self) -> None:
        """Whole files arrived by `attach_blobs`: draws colours and folds where they are."""
        if self._viewport:
            self._viewport.fit(self.mode, self.size.height)
            self.refresh()

    def prepare(self, document: DiffDocument) -> None:
        """Makes the strips of the first screen of a document that may be shown next."""
        if document.files and self.size.area:
            viewport = Viewport(document, self.mode, self.size.height)
            self._strips(viewport, range(self.size.height))

    @property
    def document(self) -> DiffDocument | None:
        return self._viewport.document if self._viewport else None

    # Layout

    @property
    def mode(self) -> Mode:
        """The layout in use."""
        if self.layout_mode == "auto":
            return "split" if self.size.width >= SPLIT_FROM else "unified"
        return self.layout_mode

    def set_layout(self, layout: LayoutMode) -> None:
        self.layout_mode = layout
        if self._viewport:
            self._viewport.fit(self.mode, self.size.height)
        self.refresh()

    def cycle_layout(self) -> LayoutMode:
        """auto, unified, split; the cursor keeps its source line."""
        nth = _LAYOUTS.index(self.layout_mode) + 1
        self.set_layout(_LAYOUTS[nth % len(_LAYOUTS)])
        return self.layout_mode

    def on_resize(self) -> None:
        if self._viewport:
            self._viewport.fit(self.mode, self.size.height)

    # Where the reader is

    @property
    def cursor_address(self) -> Address | None:
        return self._viewport.address if self._viewport else None

    @property
    def cursor_moved(self) -> bool:
        """Whether the reader moved the cursor to a line of this document."""
        return bool(self._viewport and self._viewport.moved and self._viewport.address)

    @property
    def file_position(self) -> tuple[int, int]:
        """(nth, all) files, counted from 1; (0, 0) without a document."""
        port = self._viewport
        return (port.view.file_at(port.cursor) + 1, len(port.view.files)) if port else (0, 0)

    @property
    def hunk_position(self) -> tuple[int, int]:
        port = self._viewport
        return (port.view.hunk_at(port.cursor) + 1, len(port.view.hunks)) if port else (0, 0)

    def move_line(self, lines: int) -> None:
        self._move(lambda port: port.move(lines))

    def move_page(self, pages: int) -> None:
        self._move(lambda port: port.page(pages))

    def move_half_page(self, halves: int) -> None:
        self._move(lambda port: port.page(halves / 2))

    def move_hunk(self, step: int) -> bool:
        """False at the last hunk in that direction."""
        return self._move(lambda port: port.hunk(step))

    def move_file(self, step: int) -> bool:
        return self._move(lambda port: port.next_file(step))

    def home(self) -> None:
        self._move(lambda port: port.go(0))

    def end(self) -> None:
        self._move(lambda port: port.go(len(port) - 1))

    def toggle_side(self) -> None:
        """In a side-by-side row the cursor names the new line, or the old one."""
        if self._viewport:
            self._viewport.side = "old" if self._viewport.side == "new" else "new"
            self._tell_cursor()
            self.refresh()

    def scroll_sideways(self, steps: int) -> None:
        self._left = max(self._left + steps * SIDEWAYS, 0)
        self.refresh()

    def expand_fold(self, *, whole: bool = False) -> int:
        """Opens the fold under the cursor, or the nearest on the screen; lines that appeared."""
        port = self._viewport
        fold = port.nearest_fold() if port else NOTHING
        if port is None or fold == NOTHING:
            return 0
        count = port.document.expand(fold, whole=whole)
        port.fit(self.mode, self.size.height)
        self.refresh()
        return count

    # Search

    @property
    def match_at(self) -> tuple[int, int]:
        """(i, n): the hit the reader stands on, from 1, and how many there are."""
        port = self._viewport
        return (port.nth + 1, len(port.matches.hits)) if port else (0, 0)

    def search(self, query: str, *, regex: bool = False) -> int:
        """Finds all and goes to the first at or below the cursor; raises SearchError."""
        self._move(lambda port: port.search(query, regex=regex))
        return self._search_changed()

    def next_match(self, step: int) -> None:
        """The next or last hit, around the ends."""
        self._move(lambda port: port.to_match(port.nth + step))
        self._search_changed()

    def clear_search(self) -> None:
        self._move(lambda port: port.clear_search())
        self._search_changed()

    def _search_changed(self) -> int:
        self.post_message(self.SearchChanged(*self.match_at))
        self.refresh()
        return self.match_at[1]

    # Mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        """The cursor to the line; a click on a fold opens it."""
        port = self._viewport
        if port is None or not 0 < event.y < len(port) - port.top:
            return
        if self.mode == "split":
            port.side = "old" if event.x < self.size.width // 2 else "new"
        self._move(lambda port: port.go(port.top + event.y))
        if port.is_fold(port.cursor):
            self.expand_fold()

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self._move(lambda port: port.wheel(lines))

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        port = self._viewport
        if port is None:
            strips = empty_strips(self._empty, self._palette, *self.size)[crop.y : crop.bottom]
        else:
            strips = self._strips(port, range(crop.y, crop.bottom))
            if crop.height > 1 or self.size.height == 1:
                self._was_painted(port.document.key)
        if crop.x or crop.width != self.size.width:
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _was_painted(self, key: str) -> None:
        """The compositor draws whole areas; what asks for one line only looks under the mouse."""
        if self.painted_key != key:
            self.painted_key = key
            self.call_later(self._tell_painted, key)

    def _tell_painted(self, key: str) -> None:
        """In our own turn: made while drawing, the message would count as the screen's own."""
        self.post_message(self.Painted(key))

    def _strips(self, port: Viewport, lines: range) -> list[Strip]:
        look = Look(
            port.document,
            port.document.model.revision,
            self.mode,
            self.size.width,
            self._palette,
            self._left,
            port.matches,
            tuple(self.get_line_filters()),
        )
        return self._frames.strips(look, port, lines)

    @property
    def _palette(self) -> Palette:
        return palette_for(self.app.current_theme, self.background_colors[1])

    def _move(self, act: Callable[[Viewport], bool | None]) -> bool:
        """Moves and asks for what must be drawn anew: two lines, or all when the top changed."""
        port = self._viewport
        if port is None:
            return False
        top, cursor = port.top, port.cursor
        done = act(port)
        if port.top != top:
            self.refresh()
        elif port.cursor != cursor:
            width = self.size.width
            lines = (cursor - top, port.cursor - top)
            self.refresh(*(Region(0, y, width, 1) for y in lines))
        if port.cursor != cursor:
            self._tell_cursor()
        return done is not False

    def _tell_cursor(self) -> None:
        self.post_message(self.CursorMoved(self.cursor_address))
