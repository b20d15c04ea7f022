"""A finding in three steps: what kind, how bad, in what words. Escape records nothing."""

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from workbench.domain.finding import Finding, FindingKind
from workbench.tui.label_keys import Anchor
from workbench.tui.widgets.lines import LinesView, Span

KINDS = {
    "1": FindingKind.FUNCTIONAL,
    "2": FindingKind.BREAKS_OTHER,
    "3": FindingKind.SECURITY,
    "4": FindingKind.DATA_LOSS,
    "5": FindingKind.QUALITY,
    "6": FindingKind.REMARK,
}
SEVERITIES = {"1": "slight", "2": "real", "3": "grave"}


class FindingScreen(ModalScreen[Finding | None]):
    """Dismisses with a Finding, or None on Escape."""

    BINDINGS = [Binding("escape", "cancel", show=False)]  # noqa: RUF012 - Textual's own form

    def __init__(self, anchor: Anchor, place: str) -> None:
        """Keep where the finding stands; `place` is that as text, safe to show."""
        super().__init__()
        self._anchor, self._place = anchor, place
        self._kind: FindingKind | None = None
        self._severity: int | None = None

    def compose(self) -> ComposeResult:
        """The question, and a field that is asked last."""
        with Vertical(id="prompt-box"):
            yield LinesView(id="prompt-title")
            yield Input(disabled=True)

    def on_mount(self) -> None:
        """Ask for the kind."""
        self._ask({key: kind.value.replace("_", " ") for key, kind in KINDS.items()})

    def _ask(self, choices: dict[str, str]) -> None:
        spans = [Span(" ")]
        for key, word in choices.items():
            spans += [Span(key, "key"), Span(f" {word}  ")]
        place = (Span(f" Finding on {self._place}", "strong"), Span("   esc cancels", "dim"))
        self.query_one("#prompt-title", LinesView).show_lines([place, tuple(spans)])

    def on_key(self, event: events.Key) -> None:
        """Take the digits of the first two steps."""
        if self._kind is None and event.key in KINDS:
            self._kind = KINDS[event.key]
            if self._kind is FindingKind.REMARK:
                self._ask_words(1)
            else:
                self._ask(SEVERITIES)
        elif self._severity is None and self._kind and event.key in SEVERITIES:
            self._ask_words(int(event.key))
        else:
            return
        event.stop()
        event.prevent_default()

    def _ask_words(self, severity: int) -> None:
        self._severity = severity
        self._ask({"enter": "save (words may be left out)", "esc": "cancel"})
        field = self.query_one(Input)
        field.disabled = False
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Done."""
        if self._kind is None or self._severity is None:
            return
        where = self._anchor
        self.dismiss(
            Finding(
                self._kind, self._severity, where.file, where.line, where.side, event.value.strip()
            )
        )

    def action_cancel(self) -> None:
        """Nothing is recorded."""
        self.dismiss(None)
