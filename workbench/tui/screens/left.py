"""The question about an edit that was left: go on with it, drop it, or later."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from workbench.tui.widgets.lines import LinesView, Span


class LeftEditScreen(ModalScreen[bool | None]):
    """Dismisses with whether the edit goes on; None on Escape."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "answer(None)", show=False),
        Binding("enter,1", "answer(True)", show=False),
        Binding("d", "answer(False)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical(id="prompt-box"):
            yield LinesView(id="prompt-title")

    def on_mount(self) -> None:
        """Ask."""
        keys = (("enter", "go on"), ("d", "drop it"), ("esc", "later"))
        spans = [Span(" An edit of this output was left:  ", "strong")]
        for key, word in keys:
            spans += [Span(key, "key"), Span(f" {word}  ")]
        self.query_one("#prompt-title", LinesView).show_lines([tuple(spans)])

    def action_answer(self, goes_on: bool | None) -> None:
        """What becomes of it."""
        self.dismiss(goes_on)
