"""The live pane of a blind pair: progress, pooled rates, the reviewer's own pace, the sides.

A rate of one candidate would tell who is who, so there is none.
"""

from dataclasses import dataclass

from workbench.tui.widgets.lines import Line, LinesView, Span
from workbench.tui.widgets.metrics_pane import MetricsSnapshot, format_seconds, render_metrics


@dataclass(frozen=True, slots=True)
class PairNumbers:
    """How far one reviewer is; `pooled` holds the rates over all candidates.

    `seconds` is the mean active time of this session's pairs, None before the first.
    """

    pooled: MetricsSnapshot
    done: int
    total: int
    aside: str
    left_wins: int
    right_wins: int
    seconds: float | None
    left_out: tuple[str, ...] = ()


def render_numbers(numbers: PairNumbers, width: int, height: int = 1000) -> list[Line]:
    """Pairs first, then the pooled rates."""
    lines: list[Line] = [
        (Span(" Pairs", "title"),),
        (Span(f" {numbers.done} done of {numbers.total}"),),
    ]
    if numbers.aside:
        lines.append((Span(f" {numbers.aside}", "dim"),))
    if numbers.seconds is not None:
        lines.append((Span(f" {format_seconds(numbers.seconds)} a pair", "dim"),))
    wins = numbers.left_wins + numbers.right_wins
    sides = f"left {numbers.left_wins}, right {numbers.right_wins}" if wins else "—"
    lines.append((Span(f" better side: {sides}", "dim"),))
    lines += [(Span(f" {text}", "dim"),) for text in numbers.left_out]
    rest = render_metrics(numbers.pooled, width, max(0, height - len(lines) - 1))
    return [*lines, (), *rest]


class PairNumbersPane(LinesView):
    """Shows PairNumbers."""

    numbers: PairNumbers | None = None

    def show(self, numbers: PairNumbers) -> None:
        """Show this; the rows that did not change are not painted."""
        self.numbers = numbers
        self.show_lines(render_numbers(numbers, self.size.width, self.size.height or 1000))

    def on_resize(self) -> None:
        """Fit the bars to the new width."""
        if self.numbers:
            self.show(self.numbers)
