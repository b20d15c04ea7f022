"""The files of an output: a tree of what became of each, found by typing a part of its name.

Only the lines in sight are made, so a patch of ten thousand files opens as fast as one of ten.
"""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Input

from workbench.domain.counted import name_counted
from workbench.tui.widgets.file_tree import (
    FileLine,
    FileTree,
    match_lines,
    render_found,
    render_tree,
    top_of,
)
from workbench.tui.widgets.lines import LinesView, Span

WHEEL = 3  # files that one step of the wheel passes
_IN_TREE = "   type a part of a name · enter goes there · ←→ fold · esc"
_FOUND = "   enter goes there · esc"


class FilesScreen(ModalScreen[int | None]):
    """Dismisses with the index of a file, or None on Escape."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "cancel", show=False),
        Binding("down,ctrl+n", "choose(1)", show=False),
        Binding("up,ctrl+p", "choose(-1)", show=False),
        Binding("pagedown", "choose(10)", show=False),
        Binding("pageup", "choose(-10)", show=False),
        Binding("left", "fold(True)", show=False, priority=True),
        Binding("right", "fold(False)", show=False, priority=True),
        Binding("ctrl+left", "fold_all(True)", show=False, priority=True),
        Binding("ctrl+right", "fold_all(False)", show=False, priority=True),
    ]

    def __init__(self, tree: FileTree, current: int) -> None:
        """Keep the files; `current` is the index of the one in front."""
        super().__init__()
        self._files, self._tree = tree.files, tree
        self._found: list[FileLine] | None = None  # what fits, while something is typed
        nth = next((n for n, line in enumerate(tree.files) if line.index == current), 0)
        self._chosen = self._tree.find(nth)

    def compose(self) -> ComposeResult:
        """A question, a field, and the files below."""
        with Vertical(id="files-box"):
            yield LinesView(id="files-title")
            yield Input()
            yield LinesView(id="files-list")

    def on_resize(self) -> None:
        """Draw for the size there is, once it is known."""
        self.call_after_refresh(self._draw)

    @property
    def _count(self) -> int:
        return len(self._tree.rows if self._found is None else self._found)

    def _draw(self) -> None:
        shown = self._files if self._found is None else self._found
        title = f" {len(shown):,} of {len(self._files):,} {name_counted(len(self._files), 'file')}"
        head = (Span(title, "strong"), Span(_IN_TREE if self._found is None else _FOUND, "dim"))
        self.query_one("#files-title", LinesView).show_lines([head])
        view = self.query_one("#files-list", LinesView)
        if not (height := view.size.height):
            return
        if self._found is None:
            view.show_lines(render_tree(self._tree, self._chosen, height, view.size.width))
        else:
            view.show_lines(render_found(self._found, self._chosen, height, view.size.width))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep what fits; with nothing typed it is the tree again."""
        before = self._at()
        if event.value.strip():
            self._found, self._chosen = match_lines(self._files, event.value), 0
        elif self._found is not None:
            self._found = None
            self._chosen = self._tree.find(self._files.index(before) if before else 0)
        self._draw()

    def _at(self) -> FileLine | None:
        """The file that is chosen; None on a folder."""
        if self._found is not None:
            return self._found[self._chosen] if self._found else None
        node = self._tree.rows[self._chosen] if self._tree.rows else None
        return None if node is None or node.is_folder else self._files[node.start]

    def on_input_submitted(self) -> None:
        """Go there; a folder is folded or unfolded."""
        self._take()

    def _take(self) -> None:
        if (line := self._at()) is not None:
            self.dismiss(line.index)
        elif self._found is None and self._tree.rows:
            node = self._tree.rows[self._chosen]
            self._tree.fold(node, is_folded=not self._tree.is_folded(node))
            self._draw()

    def on_click(self, event: Click) -> None:
        """A click on a file goes there, on a folder folds it."""
        view = self.query_one("#files-list", LinesView)
        nth = event.screen_y - view.region.y + top_of(self._chosen, self._count, view.size.height)
        if not view.region.contains(event.screen_x, event.screen_y) or nth >= self._count:
            return
        if self._found is None and self._tree.rows[nth].is_heading:
            return
        self._chosen = nth
        self._take()

    def on_mouse_scroll_down(self) -> None:
        """The wheel goes on in the list."""
        self.action_choose(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """And back."""
        self.action_choose(-WHEEL)

    def action_choose(self, n: int) -> None:
        """Another row; a heading is passed over."""
        last = max(self._count - 1, 0)
        nth = min(max(self._chosen + n, 0), last)
        if self._found is None and self._tree.rows and self._tree.rows[nth].is_heading:
            nth += 1 if n > 0 or not nth else -1
        self._chosen = min(nth, last)
        self._draw()

    def action_fold(self, is_folded: bool) -> None:
        """Fold the folder chosen, or go to the one around; while something is typed, move in it."""
        if self._found is not None:
            field = self.query_one(Input)
            (field.action_cursor_left if is_folded else field.action_cursor_right)()
            return
        if not self._tree.rows:
            return
        node = self._tree.rows[self._chosen]
        if node.is_folder and self._tree.is_folded(node) != is_folded:
            self._tree.fold(node, is_folded=is_folded)
        elif is_folded:
            self._chosen = self._tree.parent(self._chosen)
        self._draw()

    def action_fold_all(self, is_folded: bool) -> None:
        """Every folder, or none; the file in front stays chosen, or the folder it lies in."""
        if self._found is None and self._tree.rows:
            nth = self._tree.rows[self._chosen].start
            self._tree.fold_all(is_folded=is_folded)
            self._chosen = self._tree.find(nth)
            self._draw()

    def action_cancel(self) -> None:
        """No file."""
        self.dismiss(None)
