"""One line of text, asked at the bottom; while it has focus only Escape, Enter and quit act."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from workbench.tui.widgets.lines import LinesView, Span


class PromptScreen(ModalScreen[str | None]):
    """Dismisses with the text, or None on Escape."""

    BINDINGS = [Binding("escape", "cancel", show=False)]  # noqa: RUF012 - Textual's own form

    def __init__(self, title: str, value: str = "") -> None:
        """Keep the question; both texts are ours or have been through display()."""
        super().__init__()
        self._title, self._value = title, value

    def compose(self) -> ComposeResult:
        """The question and the field under it."""
        with Vertical(id="prompt-box"):
            yield LinesView(id="prompt-title")
            yield Input(self._value)

    def on_mount(self) -> None:
        """Ask."""
        title = self.query_one("#prompt-title", LinesView)
        title.show_lines([(Span(f" {self._title}", "strong"), Span("   esc cancels", "dim"))])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        """No answer."""
        self.dismiss(None)
