"""The four numbers, live: hits and n, percent, and the Wilson interval as a bar.

Painted from one frozen snapshot after every label. 0/0 is a dash with the reason beside it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from workbench.domain.metrics import Rate, Scorecard, explain_undefined
from workbench.domain.queue import Progress
from workbench.text import clip, display
from workbench.tui.widgets.lines import Line, LinesView, Span

_TRIALS = "n counts outputs, not tickets"
_INDENT = " " * 5  # of a companion, under its rate


class MetricsSnapshot(NamedTuple):
    """One scorecard per alias, with what the reviewer did so far.

    `active_seconds` is the mean over labelled outputs, idle time cut off; None before the first.
    `definitions` says whose they are counted by, `has_trials` that outputs of one ticket are
    counted as if they were of several.
    """

    scorecards: Mapping[str, Scorecard]
    names: Mapping[str, str]
    labelled: int
    total: int
    active_seconds: float | None
    definitions: str = ""
    has_trials: bool = False


def render_metrics(snapshot: MetricsSnapshot, width: int, height: int = 1000) -> list[Line]:
    """The whole pane: progress, then a block per alias.

    Where there is no room companions give way first; what still has none is counted.
    """
    done = f" {snapshot.labelled} labelled of {snapshot.total}"
    lines: list[Line] = [*render_whose(snapshot, width), (Span(done, ""),)]
    if snapshot.active_seconds is not None:
        lines.append((Span(f" {format_seconds(snapshot.active_seconds)} an output", "dim"),))
    blocks = [
        [(), *render_scorecard(display(snapshot.names.get(alias, alias)), card, width)]
        for alias, card in sorted(snapshot.scorecards.items())
    ]
    if len(lines) + sum(map(len, blocks)) > height:
        blocks = [[line for line in block if not _is_companion(line)] for block in blocks]
    while blocks and len(lines) + len(blocks[0]) <= height - (len(blocks) > 1):
        lines += blocks.pop(0)
    rest = f" {len(blocks)} more: workbench metrics"
    return [*lines, (Span(rest, "dim"),)] if blocks else lines


def render_whose(snapshot: MetricsSnapshot, width: int) -> list[Line]:
    """What stands over the numbers: whose definitions they are counted by, once that was read."""
    whose = clip(display(snapshot.definitions), max(8, width - 11))
    head: Line = (Span(" Numbers", "title"), Span(f"  {whose}", "dim"))
    return [head, (Span(f" {_TRIALS}", "dim"),)] if snapshot.has_trials else [head]


def render_settled_count(progress: Progress) -> str:
    """What was labelled, and what needed no label."""
    settled = progress.tests_failed + progress.nothing_delivered + progress.void
    rest = f"; {settled} needed no label" if settled else ""
    return f"{progress.labelled} of {progress.total} labelled{rest}."


def render_scorecard(name: str, card: Scorecard, width: int) -> list[Line]:
    """Name and progress, the four rates with their companions beside them."""
    settled = card.n_outputs - card.n_pending
    clear, total = card.abstention_rate_clear, card.escape_rate_total

    def rate(title: str, field: str, value: Rate, style: str) -> Line:
        return render_rate(title, value, width, style, explain_undefined(field, card))

    return [
        (Span(f" {name}", "strong"), Span(f"  {settled}/{card.n_outputs} settled", "dim")),
        rate("merge", "merge_rate", card.merge_rate, "good"),
        _companion("of all", card.merge_yield, card.unverified.hits),
        rate("abstain", "abstention_rate_vague", card.abstention_rate_vague, "accent"),
        _companion("on clear", clear),
        rate("self-flag", "self_flag_rate", card.self_flag_rate, "accent"),
        rate("escape", "escape_rate", card.escape_rate, "bad"),
        _companion("total", total),
    ]


def render_rate(name: str, rate: Rate, width: int, style: str, reason: str) -> Line:
    """One rate: name, k/n, percent, and its interval as a bar; a dash and the reason for 0/0."""
    if not rate.n:
        return (Span(f"   {name:<10}   — {reason}", "dim"),)
    head = f"   {name:<10}{format_count(rate):>7} {format_percent(rate.value):>5} "
    return (Span(head, "strong"), Span(render_bar(rate, max(8, width - len(head) - 1)), style))


def _is_companion(line: Line) -> bool:
    return len(line) == 1 and line[0].text.startswith(_INDENT)


def _companion(name: str, rate: Rate, n_untested: int = 0) -> Line:
    untested = f"  {n_untested} untested" if n_untested else ""
    numbers = f"{format_count(rate):>7} {format_percent(rate.value):>5}"
    return (Span(f"{_INDENT}{name:<8}{numbers}{untested}", "dim"),)


def format_count(rate: Rate) -> str:
    """k/n; a dash where nothing can be counted."""
    return f"{rate.hits}/{rate.n}" if rate.n else "—"


def format_percent(value: float | None) -> str:
    """A percentage without decimals, as twenty tickets deserve; a dash where undefined."""
    return "—" if value is None else f"{value * 100:.0f}%"


def format_seconds(seconds: float) -> str:
    """1:07 or 0:12."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def render_bar(rate: Rate, cells: int) -> str:
    """The interval on a scale from 0 to 1: `·` outside, `━` inside, `●` the rate itself."""
    low, high = rate.interval
    last = cells - 1
    first, end = round(low * last), round(high * last)
    point = round((rate.value or 0.0) * last)
    return "".join("●" if i == point else "━" if first <= i <= end else "·" for i in range(cells))


class MetricsPane(LinesView):
    """Shows a MetricsSnapshot."""

    snapshot: MetricsSnapshot | None = None

    def show(self, snapshot: MetricsSnapshot) -> None:
        """Show this; the rows that did not change are not painted."""
        self.snapshot = snapshot
        self.show_lines(render_metrics(snapshot, self.size.width, self.size.height or 1000))

    def on_resize(self) -> None:
        """Fit the bars to the new width."""
        if self.snapshot:
            self.show(self.snapshot)
