"""How much better, and why: one or two keys before the answer, for who wants to say so."""

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from workbench.domain.pair import Why
from workbench.tui.widgets.lines import LinesView, Span

STRENGTHS = {"1": "slightly", "2": "clearly", "3": "by far"}
REASONS = {str(n): why for n, why in enumerate(Why, 1)}


@dataclass(frozen=True, slots=True)
class Weight:
    """What goes with an answer; 0 and "" where nothing was said."""

    strength: int = 0
    why: str = ""


def describe_weight(weight: Weight) -> str:
    """As the bar shows it, beside the question."""
    said = [STRENGTHS[str(weight.strength)]] if weight.strength else []
    said += [weight.why] if weight.why else []
    return f" ({', '.join(said)})" if said else ""


class WhyScreen(ModalScreen[Weight | None]):
    """Dismisses with a Weight, or None on Escape at the first question."""

    BINDINGS = [Binding("escape", "cancel", show=False)]  # noqa: RUF012 - Textual's own form

    def __init__(self) -> None:
        """Nothing is said yet."""
        super().__init__()
        self._strength = 0

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="prompt-box"):
            yield LinesView(id="prompt-title")

    def on_mount(self) -> None:
        """Ask how much."""
        self._ask("How much better?", STRENGTHS, "esc: nothing")

    def _ask(self, question: str, choices: dict[str, str], way_out: str) -> None:
        spans = [Span(" ")]
        for key, word in choices.items():
            spans += [Span(key, "key"), Span(f" {word}  ")]
        head = (Span(f" {question}", "strong"), Span(f"   {way_out}", "dim"))
        self.query_one("#prompt-title", LinesView).show_lines([head, tuple(spans)])

    def on_key(self, event: events.Key) -> None:
        """A digit answers."""
        if not self._strength and event.key in STRENGTHS:
            self._strength = int(event.key)
            self._ask("Why?", {key: why.value for key, why in REASONS.items()}, "esc: no reason")
        elif self._strength and event.key in REASONS:
            self.dismiss(Weight(self._strength, REASONS[event.key].value))
        else:
            return
        event.stop()
        event.prevent_default()

    def action_cancel(self) -> None:
        """Without a reason, or without anything."""
        self.dismiss(Weight(self._strength) if self._strength else None)
