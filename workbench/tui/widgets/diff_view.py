"""The diff pane: every row of a diff in one widget that never starts a layout pass.

It keeps its own place instead of a virtual size, hands out strips that it made before, and asks
for one refresh per change, so that a key costs one frame whatever the length of the diff. It has
no keys of its own: the registry of actions calls its methods. `painted_key` names the document
that was really drawn, which is the only one a label may belong to.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from workbench.diff.document import DiffDocument
from workbench.diff.places import find_row
from workbench.diff.rows import NOTHING
from workbench.diff.views import Mode, Shape
from workbench.diff.wrap import Rooms
from workbench.tui.widgets.diff_frame import NO_SIGNS, Frames, empty_strips
from workbench.tui.widgets.diff_mouse import DiffMouse
from workbench.tui.widgets.diff_paint import Look
from workbench.tui.widgets.diff_palette import Palette, palette_for
from workbench.tui.widgets.diff_rooms import rooms_of, wrapped_rooms
from workbench.tui.widgets.diff_scope import WHOLE
from workbench.tui.widgets.diff_viewport import Viewport
from workbench.tui.work import start_work

LayoutMode = Literal["auto", "unified", "split"]

SPLIT_FROM = 150  # cells from which two columns show most lines whole
LARGE = 10_000  # changed lines from which a worker makes the rows of another layout
LARGE_WRAPPED = 1_000  # the same for lines in parts: every character is looked at
SIDEWAYS = 8
AHEAD_SECONDS = 0.02  # of rest before each few lines of the page that comes
AHEAD_LINES = 12
FEW_COLOURS = {"standard", "256"}  # as Rich names what a terminal can do
_LAYOUTS: tuple[LayoutMode, ...] = ("auto", "unified", "split")


class DiffView(DiffMouse):
    """Shows a DiffDocument. Give it no border and no padding: it fills all of its cells."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "DiffView { width: 1fr; height: 1fr; background: $background; }"

    @dataclass
    class Painted(Message):
        """A document was drawn for the first time."""

        key: str

    @dataclass
    class SearchChanged(Message):
        """The reader stands on hit `index` of `total`, counted from 1; 0 of 0 is no search."""

        index: int
        total: int
        problem: str = ""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.layout_mode: LayoutMode = "auto"
        self.wrap = False
        self.painted_key: str | None = None
        self._empty = ""
        self.left = 0
        self._frames = Frames()
        self._rest: Timer | None = None
        self._coming: Viewport | None = None  # the page that `_paint_ahead` makes the strips of
        self._n_ahead = 0  # lines of it that are made
        self._last_top, self._step = 0, 1

    def on_mount(self) -> None:
        self._rest = self.set_interval(AHEAD_SECONDS, self._paint_ahead, pause=True)

    # What is shown

    def show(self, document: DiffDocument | None, *, message: str = "") -> None:
        """Another document, from its top; or none, with a text that says why."""
        self.clear(message)
        if document is not None and document.files:
            self._viewport = Viewport(document, self._shape(document), self.size.height)
        self.refresh()

    def clear(self, message: str) -> None:
        """No document, with a text that says why; on the screen it is after the next refresh."""
        self._empty, self._begin = message, None
        self.left = 0
        self.show_whole()
        self._viewport = None
        self.painted_key = None
        self.stop_search()

    def replace(self, document: DiffDocument) -> None:
        """The same output read in another way: the cursor stays on its source line."""
        before, shape = self._viewport, self._shape(document)
        if before is None:
            return
        address, above, chosen = before.address, before.cursor - before.top, before.moved
        port = self._viewport = Viewport(document, shape, self.size.height)
        port.side = before.side
        row = find_row(document.model, address) if address else NOTHING
        if row != NOTHING:
            port.put(row, above)
        port.moved = chosen
        self.painted_key = None
        self.stop_search()
        self.refresh()

    def update_blobs(self) -> None:
        """Whole files arrived by `attach_blobs`: draws colours and folds where they are."""
        self.refit()
        self.resume()

    def prepare(self, document: DiffDocument) -> None:
        """Makes the strips of the first screen of a document that may be shown next."""
        if document.files and self.size.area:
            shape = self._shape(document)._replace(files=None, without=frozenset())
            viewport = Viewport(document, shape, self.size.height)
            self._strips(viewport, range(self.size.height))

    @property
    def document(self) -> DiffDocument | None:
        return self._viewport.document if self._viewport else None

    @property
    def plain(self) -> DiffDocument | None:
        """The whole diff behind what is shown."""
        return self._viewport.document.plain if self._viewport else None

    # Layout

    @property
    def mode(self) -> Mode:
        """The layout in use."""
        if self.layout_mode == "auto":
            return "split" if self.size.width >= SPLIT_FROM else "unified"
        return self.layout_mode

    def set_layout(self, layout: LayoutMode) -> None:
        self.layout_mode = layout
        self.reshape()

    def toggle_wrap(self) -> bool:
        """Long lines in several parts, or cut at the edge; whether they are in parts."""
        self.wrap, self.left = not self.wrap, 0
        self.reshape()
        return self.wrap

    def reshape(self) -> None:
        """Other rows: at once, or as soon as a worker has made those of a large diff."""
        document = self.document
        self.post_message(self.Moved())
        if document is None or self._is_at_hand(document):
            self.refit()
        else:
            start_work(self, partial(self._make_view, document, self._shape(document)), "view")

    def _is_at_hand(self, document: DiffDocument) -> bool:
        """Whether the rows of the shape in use are there, or are made within a frame."""
        shape = self._shape(document)
        least = LARGE_WRAPPED if shape.rooms else LARGE
        is_small = document.model.n_changed < least
        return is_small or document.has_view(shape) or document.has_most_of(shape)

    def _make_view(self, document: DiffDocument, shape: Shape) -> None:
        document.view(*shape)
        self.app.call_from_thread(self.refit)

    def refit(self) -> None:
        """Layout, size or rows changed: the cursor keeps its source line."""
        if self._viewport:
            self._viewport.fit(self._shape(self._viewport.document), self.size.height)
        self.refresh()

    def _shape(self, document: DiffDocument) -> Shape:
        wrapped = wrapped_rooms(document, self.mode, self.size.width) if self.wrap else None
        return Shape(self.mode, wrapped, self.files, self.without)

    def rooms(self, document: DiffDocument) -> Rooms:
        return rooms_of(document, self.mode, self.size.width)

    def cycle_layout(self) -> LayoutMode:
        """auto, unified, split; the cursor keeps its source line."""
        nth = _LAYOUTS.index(self.layout_mode) + 1
        self.set_layout(_LAYOUTS[nth % len(_LAYOUTS)])
        return self.layout_mode

    def on_resize(self) -> None:
        port = self._viewport
        if port is None:
            return
        if port.height == 1 and not port.moved:  # shown before there was any size
            self._viewport = Viewport(port.document, self._shape(port.document), self.size.height)
        elif not self._is_at_hand(port.document):
            port.fit(port.shape, self.size.height)
            self.reshape()
        else:
            port.fit(self._shape(port.document), self.size.height)
        self.resume()
        self.refresh()

    def scroll_sideways(self, steps: int) -> bool:
        """Both sides together, as far as the longest line in sight; False where code is wrapped."""
        port = self._viewport
        if self.wrap or port is None:
            return not self.wrap
        furthest = max(port.longest_text() - min(self.rooms(port.document)), 0)
        left = min(max(self.left + steps * SIDEWAYS, 0), max(furthest, self.left))
        if left != self.left:
            self.left = left
            self.refresh()
        return True

    def show_column(self, start: int, end: int) -> None:
        """Scroll sideways where a match would be out of sight."""
        if self._viewport is None or self.wrap:
            return
        room = max(min(self.rooms(self._viewport.document)) - 1, 1)
        if not self.left <= start <= end <= self.left + room:
            self.left = max(min(start, end - room // 2), 0) if end > room else 0

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        port = self._viewport
        if port is None:
            strips = empty_strips(self._empty, self._palette, *self.size)[crop.y : crop.bottom]
        else:
            strips = self._strips(port, range(crop.y, crop.bottom))
            if crop.height > 1 or self.size.height == 1:
                self.see(port)
                self._was_painted(port.document.key)
                self._turn(port)
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

    def _turn(self, port: Viewport) -> None:
        """The page that comes next is made once the reader rests; towards where they went last."""
        if port.top != self._last_top:
            self._step = 1 if port.top > self._last_top else -1
        self._coming, self._n_ahead, self._last_top = port.turned(self._step), 0, port.top
        if self._rest:
            self._rest.reset()

    def _paint_ahead(self) -> None:
        """Some lines at a time, so that no key waits; the painter keeps their strips."""
        port, shown = self._coming, self._viewport
        if port and shown and port.view is shown.view and self._n_ahead < port.height:
            lines = range(self._n_ahead, min(self._n_ahead + AHEAD_LINES, port.height))
            self._strips(port, lines)
            self._n_ahead = lines.stop
        elif self._rest:
            self._rest.pause()

    def _strips(self, port: Viewport, lines: range) -> list[Strip]:
        look = Look(
            port.document,
            port.document.model.revision,
            port.shape.mode,
            port.shape.rooms,
            self.size.width,
            self._palette,
            self.left,
            port.matches,
            port.shape.files,
            self.scope if port.shape[2:] != WHOLE[2:] else "",
            tuple(self.get_line_filters()),
        )
        is_shown = self._viewport and port.document is self._viewport.document
        signs = self.signs if is_shown else NO_SIGNS
        return self._frames.strips(look, port, lines, signs)

    @property
    def _palette(self) -> Palette:
        is_few = self.app.console.color_system in FEW_COLOURS
        return palette_for(self.app.current_theme, self.background_colors[1], is_few=is_few)

    def tell_search(self, problem: str = "") -> None:
        self.post_message(self.SearchChanged(*self.match_at, problem))
