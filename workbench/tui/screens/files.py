"""The files of an output: what became of each, found by typing a part of its name.

Only the lines in sight are made, so a patch of ten thousand files opens as fast as one of ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Input

from workbench.text import cells
from workbench.tui.widgets.diff_chrome import clip_start
from workbench.tui.widgets.lines import Line, LinesView, Span

WHEEL = 3  # files that one step of the wheel passes


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file; both texts are safe to draw."""

    index: int
    letter: str
    path: str
    added: int
    removed: int
    label: str


def match_lines(files: Sequence[FileLine], typed: str) -> list[FileLine]:
    """Files that hold every word typed, in their order; those whose own name does come first."""
    words = typed.lower().split()
    found = [line for line in files if all(word in line.path.lower() for word in words)]
    if not words:
        return found
    return sorted(found, key=lambda line: words[-1] not in line.path.lower().rpartition("/")[2])


def render_files(files: Sequence[FileLine], chosen: int, height: int, width: int) -> list[Line]:
    """The files around the chosen one: letter, path, what kind of file, lines added and removed."""
    if not files:
        return [(Span("  no file is named so", "dim"),)]
    top = min(max(chosen - height // 2, 0), max(len(files) - height, 0))
    return [
        _render(line, width, is_chosen=nth == chosen)
        for nth, line in enumerate(files[top : top + height], top)
    ]


def _render(line: FileLine, width: int, *, is_chosen: bool) -> Line:
    added, removed = f"+{line.added:,}", f"\N{MINUS SIGN}{line.removed:,}"
    right = len(added) + len(removed) + len(line.label) + 5
    path = clip_start(line.path, max(width - right - 5, 8))
    gap = max(width - right - 4 - cells(path), 1)
    folder, slash, name = path.rpartition("/")
    return (
        Span("▸ " if is_chosen else "  ", "accent"),
        Span(f"{line.letter} ", "dim"),
        Span(f"{folder}{slash}", "dim"),
        Span(name, "current" if is_chosen else "dim" if line.label else ""),
        Span(" " * gap),
        Span(f"{line.label}  ", "dim"),
        Span(added, "good"),
        Span(" "),
        Span(removed, "bad"),
    )


class FilesScreen(ModalScreen[int | None]):
    """Dismisses with the index of a file, or None on Escape."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "cancel", show=False),
        Binding("down,ctrl+n", "choose(1)", show=False),
        Binding("up,ctrl+p", "choose(-1)", show=False),
        Binding("pagedown", "choose(10)", show=False),
        Binding("pageup", "choose(-10)", show=False),
    ]

    def __init__(self, files: Sequence[FileLine], current: int) -> None:
        """Keep the files; `current` is the index of the one in front."""
        super().__init__()
        self._files = files
        self._found = list(files)
        self._chosen = next((n for n, line in enumerate(files) if line.index == current), 0)

    def compose(self) -> ComposeResult:
        """A question, a field, and the files below."""
        with Vertical(id="files-box"):
            yield LinesView(id="files-title")
            yield Input()
            yield LinesView(id="files-list")

    def on_resize(self) -> None:
        """Draw for the size there is, once it is known."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        title = f" {len(self._found):,} of {len(self._files):,} files"
        hint = "   type a part of a name, enter goes there, esc cancels"
        head = (Span(title, "strong"), Span(hint, "dim"))
        self.query_one("#files-title", LinesView).show_lines([head])
        view = self.query_one("#files-list", LinesView)
        if view.size.height:
            lines = render_files(self._found, self._chosen, view.size.height, view.size.width)
            view.show_lines(lines)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep what fits."""
        self._found = match_lines(self._files, event.value)
        self._chosen = min(self._chosen, max(len(self._found) - 1, 0)) if not event.value else 0
        self._draw()

    def on_input_submitted(self) -> None:
        """Go there."""
        if self._found:
            self.dismiss(self._found[self._chosen].index)

    def on_click(self, event: Click) -> None:
        """A click on a file goes there."""
        view = self.query_one("#files-list", LinesView)
        height, count = view.size.height, len(self._found)
        nth = event.screen_y - view.region.y
        top = min(max(self._chosen - height // 2, 0), max(count - height, 0))
        if view.region.contains(event.screen_x, event.screen_y) and top + nth < count:
            self.dismiss(self._found[top + nth].index)

    def on_mouse_scroll_down(self) -> None:
        """The wheel goes on in the list."""
        self.action_choose(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """And back."""
        self.action_choose(-WHEEL)

    def action_choose(self, n: int) -> None:
        """Another file."""
        self._chosen = min(max(self._chosen + n, 0), max(len(self._found) - 1, 0))
        self._draw()

    def action_cancel(self) -> None:
        """No file."""
        self.dismiss(None)
