"""The end of the queue: the numbers, what is unknown, and the one command that would resolve it."""

from collections.abc import Sequence
from itertools import zip_longest

from workbench.domain.counted import counted
from workbench.domain.metrics import Scorecard
from workbench.domain.outcome import Outcome
from workbench.domain.queue import Progress, list_aside
from workbench.text import cells, clip, display
from workbench.tui.widgets.lines import Line, LinesView, Span
from workbench.tui.widgets.metrics_pane import (
    MetricsSnapshot,
    render_scorecard,
    render_settled_count,
    render_whose,
)

_EXPORT = "workbench export jsonl -o labels.jsonl"
TWO_COLUMNS_FROM = 76
_SETTLED = 20  # cells beside a name: `  1234/1234 settled`


def render_card(
    snapshot: MetricsSnapshot, progress: Progress, width: int, option: str = "", key: str = "G"
) -> list[Line]:
    """The whole card; what to do next comes first, so that it is in sight at 24 lines.

    `option` is what the commands need to find the study from here, `key` asks for what was set
    aside.
    """
    cards = snapshot.scorecards
    lines: list[Line] = [
        (),
        *render_why_empty(progress, key),
        (Span(f"  {render_settled_count(progress)}", "dim"),),
        *render_unknown(list(cards.values())),
        (),
        *render_command("Export what you decided:   ", _EXPORT, option, width),
        *render_command("With names and companions: ", "workbench metrics", option, width),
        (Span("  u", "key"), Span(" takes the last label back, ", "dim"), Span("K", "key"),
         Span(" looks at it again, ", "dim"), Span("q", "key"), Span(" quits.", "dim")),
    ]  # fmt: skip
    column = min(width // 2 if width >= TWO_COLUMNS_FROM else width, 64)
    blocks = [
        render_scorecard(_name(snapshot, alias, column), card, column - 2)
        for alias, card in sorted(cards.items())
    ]
    at_a_time = 2 if width >= TWO_COLUMNS_FROM else 1
    if blocks:
        lines += [(), *render_whose(snapshot, width)]
    for n in range(0, len(blocks), at_a_time):
        lines += [(), *_beside(blocks[n : n + at_a_time], column)]
    return lines


def render_command(title: str, command: str, option: str, width: int) -> list[Line]:
    """What to type and what for, whole as a shell reads it: on two lines where one is too short.

    An option that is longer than a line is spared: in the study's folder none is needed.
    """
    lead = f"  {title}"
    if cells(lead + command + option) <= width:
        return [(Span(lead), Span(command + option, "key"))]
    if cells(option) + 1 <= width:
        return [
            (Span(lead), Span(f"{command} \\", "key")),
            (Span(f" {option}", "key"),),
        ]
    return [(Span(lead), Span(command, "key")), (Span("    in the study's folder", "dim"),)]


def render_why_empty(progress: Progress, key: str) -> list[Line]:
    """Why nothing comes any more, how many are where, and the key to get at them."""
    aside = list_aside(progress.skipped, progress.to_discuss, progress.later)
    if not aside:
        return [(Span("  That was the last one.", "title"),)]
    return [
        (Span("  Nothing comes by itself any more: ", "title"), Span(aside, "title")),
        (Span(f"  {key}", "key"), Span(" goes through what was set aside.", "dim")),
    ]


def _name(snapshot: MetricsSnapshot, alias: str, column: int) -> str:
    """A name that leaves the column beside it where it is."""
    return clip(display(snapshot.names.get(alias, alias)), max(8, column - _SETTLED))


def _beside(blocks: Sequence[list[Line]], column: int) -> list[Line]:
    """Blocks side by side, each in a column of its own."""
    lines: list[Line] = []
    for parts in zip_longest(*blocks, fillvalue=()):
        line: list[Span] = []
        for part in parts:
            line += [*part, Span(" " * (column - sum(cells(span.text) for span in part)))]
        lines.append(tuple(line))
    return lines


def render_unknown(cards: list[Scorecard]) -> list[Line]:
    """What the numbers do not know, and the command that would tell."""
    untested = sum(card.unverified.hits + card.states[Outcome.UNKNOWN_ESCAPE] for card in cards)
    if not untested:
        return []
    outputs = counted(untested, "labelled output has", "labelled outputs have")
    return [
        (
            Span(
                f"  {outputs} no test status: not in the escape rate. ",
                "warn",
            ),
        ),
        (Span("  Bring results in: "), Span("workbench outputs tests FILE", "key")),
    ]


class EndCard(LinesView):
    """Shows render_card."""

    _shown: tuple[MetricsSnapshot, Progress] | None = None

    def __init__(self, option: str, key: str) -> None:
        """`option` is what commands need to find the study, `key` asks for what was set aside."""
        super().__init__(id="card")
        self._option, self._key = option, key

    def show(self, snapshot: MetricsSnapshot, progress: Progress) -> None:
        """Show the numbers as they stand."""
        self._shown = snapshot, progress
        width = self.size.width or 80
        self.show_lines(render_card(snapshot, progress, width, self._option, self._key))

    def on_resize(self) -> None:
        """Fit the numbers to the new width."""
        if self._shown:
            self.show(*self._shown)
