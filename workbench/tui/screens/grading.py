"""The rubric of what a ticket leaves open, 0 to 3, under the ticket: a digit is the call."""

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from workbench.domain.clarity import SEVERITIES, VAGUE_FROM
from workbench.tui.widgets.lines import Line, LinesView, Span


def render_rubric() -> list[Line]:
    """A line a severity, with the call that it is."""
    lines: list[Line] = [
        (Span(" How much does the ticket leave open?", "strong"), Span("   esc cancels", "dim"))
    ]
    for severity, meaning in SEVERITIES.items():
        call = "vague" if severity >= VAGUE_FROM else "clear"
        lines.append((Span(f" {severity}", "key"), Span(f" {call}  ", "dim"), Span(meaning)))
    return lines


class GradingScreen(ModalScreen[int | None]):
    """Dismisses with a severity, or None on Escape."""

    BINDINGS = [Binding("escape", "cancel", show=False)]  # noqa: RUF012 - Textual's own form

    def compose(self) -> ComposeResult:
        """The four lines, at the bottom: the ticket stays in sight."""
        with Vertical(id="prompt-box"):
            yield LinesView(id="prompt-title")

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#prompt-title", LinesView).show_lines(render_rubric())

    def on_key(self, event: events.Key) -> None:
        """A digit answers; no other key does anything."""
        if event.key in {str(severity) for severity in SEVERITIES}:
            event.stop()
            self.dismiss(int(event.key))

    def action_cancel(self) -> None:
        """No call."""
        self.dismiss(None)
