"""The end of the queue: the numbers, what is unknown, and the one command that would resolve it."""

from workbench.domain.metrics import Scorecard
from workbench.domain.outcome import Outcome
from workbench.domain.queue import Progress
from workbench.text import display
from workbench.tui.widgets.lines import Line, LinesView, Span
from workbench.tui.widgets.metrics_pane import (
    MetricsSnapshot,
    render_scorecard,
    render_settled_count,
)

_EXPORT = "workbench export jsonl -o labels.jsonl"


def render_card(snapshot: MetricsSnapshot, progress: Progress, width: int) -> list[Line]:
    """The whole card."""
    lines: list[Line] = [
        (),
        (Span("  That was the last one.", "title"),),
        (Span(f"  {render_settled_count(progress)}", "dim"),),
    ]
    for alias, card in sorted(snapshot.scorecards.items()):
        name = display(snapshot.names.get(alias, alias))
        lines += [(), *render_scorecard(name, card, min(width, 64))]
    lines += [(), *render_unknown(list(snapshot.scorecards.values())), ()]
    lines += [
        (Span("  Export what you decided:   "), Span(_EXPORT, "key")),
        (Span("  With names and companions: "), Span("workbench metrics", "key")),
        (Span("  u", "key"), Span(" takes the last label back, ", "dim"), Span("K", "key"),
         Span(" looks at it again, ", "dim"), Span("q", "key"), Span(" quits.", "dim")),
    ]  # fmt: skip
    return lines


def render_unknown(cards: list[Scorecard]) -> list[Line]:
    """What the numbers do not know, and the command that would tell."""
    untested = sum(card.unverified.hits + card.states[Outcome.UNKNOWN_ESCAPE] for card in cards)
    if not untested:
        return []
    what = "output has" if untested == 1 else "outputs have"
    return [
        (
            Span(
                f"  Unknown: {untested} labelled {what} no test status, so no escape rate. ", "warn"
            ),
        ),
        (Span("  Bring results in: "), Span("workbench outputs tests FILE", "key")),
    ]


class EndCard(LinesView):
    """Shows render_card."""

    def show(self, snapshot: MetricsSnapshot, progress: Progress) -> None:
        """Show the numbers as they stand."""
        self.show_lines(render_card(snapshot, progress, self.size.width or 80))
