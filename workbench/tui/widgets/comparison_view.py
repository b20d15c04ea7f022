"""Candidates side by side: a row a number, a column a candidate, the interval of each drawn.

Pure: from a frozen Comparison and where the cursor stands to lines. A drawn interval is marks, not
colour: `·` outside, `━` inside, `●` the rate. What does not fit is reached by moving there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from workbench.domain.comparison import LINES, Column, Comparison, Line, describe_line
from workbench.domain.report import Duel
from workbench.text import cells, clip, display
from workbench.tui.widgets import lines as drawn
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.metrics_pane import format_count, format_percent, render_bar

HEAD = 16  # cells before the columns
LEAST, MOST = 24, 44  # cells of a column
_STYLES = {"merge_rate": "good", "escape_rate": "bad", "escape_rate_total": "bad"}


class Item(NamedTuple):
    """A line on which the cursor can stand: a number, a pair of candidates, or words alone."""

    line: Line | None = None
    duel: Duel | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where it stands: the item, and the column."""

    row: int = 0
    column: int = 0


def list_items(comparison: Comparison) -> list[Item]:
    """What the cursor moves over, from top to bottom."""
    known = {line for column in comparison.columns for line in column.rates}
    items = [Item(line) for line in LINES if line in known]
    if comparison.columns:
        items.append(Item(text="still needed"))
        items += [Item(text=f"  {c.name}: {c.need}") for c in comparison.columns]
        items.append(Item(text="beside the numbers"))
        items += [Item(text=f"  {_describe_costs(column)}") for column in comparison.columns]
        items += [Item(text=f"  {note}") for note in comparison.notes]
    items += [Item(text="which is preferred, in pairs")] if comparison.preferences else []
    items += [Item(text=f"  {line}") for line in comparison.preferences]
    items += [Item(text="pairs, on the same tickets")] if comparison.duels else []
    items += [Item(duel=duel) for duel in comparison.duels]
    return items


def _describe_costs(column: Column) -> str:
    minutes = "—" if column.minutes is None else f"{column.minutes:.1f}"
    cost = column.cost.told
    return f"{column.name}: {minutes} minutes of review an output, a merged output cost {cost}"


def describe_duel(duel: Duel) -> str:
    """As in: A better on 5, B on 1, 14 the same."""
    if not duel.n:
        return f"{duel.first} and {duel.second}: no ticket counts for both"
    return (
        f"{duel.first} better on {duel.first_better}, {duel.second} on {duel.second_better},"
        f" {duel.same} the same (p {duel.p:.2f})"
    )


def describe_item(item: Item, column: Column | None) -> tuple[str, str]:
    """Under the table: what the cursor stands on in full, and what it means."""
    if item.duel:
        duel = item.duel
        low, high = duel.interval
        told = f"{low * 100:+.0f} to {high * 100:+.0f} points (95 %), p adjusted by Holm"
        return f"{duel.title}: {describe_duel(duel)}", f"difference {told}" if duel.n else ""
    if item.line is None or column is None:
        return item.text.strip(), ""
    rate = column.rates.get(item.line)
    if rate is None or rate.value is None:
        reason = column.reasons.get(item.line, "no ticket of this kind")
        return f"{column.name}: — {reason}", describe_line(item.line)
    low, high = rate.interval
    told = f"{column.name}: {format_count(rate)} {rate.value:.1%} (95 %: {low:.1%} to {high:.1%})"
    if rate.is_mean:
        told += ", the mean of its tickets' own rates"
    return told, describe_line(item.line)


class Layout(NamedTuple):
    """Which columns and items are in sight: the first of each, how many, and a column's cells."""

    column: int
    n_columns: int
    size: int
    top: int
    n_rows: int


def lay_out(comparison: Comparison, cursor: Cursor, width: int, height: int) -> Layout:
    """What fits around the cursor, under two lines of title and names."""
    total = len(comparison.columns)
    room = max(1, (width - HEAD) // LEAST)
    first = max(0, min(cursor.column - room + 1, total - room))
    n_columns = min(room, total - first)
    size = min(MOST, (width - HEAD) // max(1, n_columns))
    n_rows = max(1, height - 2)
    n_items = len(list_items(comparison))
    top = max(0, min(cursor.row - n_rows // 2, n_items - n_rows))
    return Layout(first, n_columns, size, top, n_rows)


def locate(comparison: Comparison, layout: Layout, x: int, y: int) -> Cursor | None:
    """What stands at a place of the view; None where nothing does."""
    row, column = layout.top + y - 2, layout.column + max(0, x - HEAD) // layout.size
    is_there = y >= 2 and row < len(list_items(comparison)) and column < len(comparison.columns)
    return Cursor(row, column) if is_there else None


def render_comparison(
    comparison: Comparison, cursor: Cursor, width: int, height: int
) -> list[drawn.Line]:
    """Title, names, and the items around the cursor."""
    first, n_columns, size, top, n_rows = lay_out(comparison, cursor, width, height)
    columns = comparison.columns[first : first + n_columns]
    chosen = cursor.column - first
    head = [_title(comparison, first, n_columns, width), _names(columns, size, chosen)]
    shown = list_items(comparison)[top : top + n_rows]
    return head + [
        _render(item, columns, size, width, chosen if nth == cursor.row else None)
        for nth, item in enumerate(shown, top)
    ]


def _title(comparison: Comparison, first: int, n: int, width: int) -> drawn.Line:
    total = len(comparison.columns)
    part = f"   candidates {first + 1} to {first + n} of {total}" if n < total else ""
    title = " Side by side"
    rest = clip(f"   {display(comparison.whose)}{part}", width - len(title))
    return (Span(title, "title"), Span(rest, "dim"))


def _names(columns: Sequence[Column], size: int, chosen: int) -> drawn.Line:
    spans = [Span(" " * HEAD)]
    for nth, column in enumerate(columns):
        settled = f" {column.n_settled}/{column.n_outputs}"
        name = clip(display(column.name), max(4, size - len(settled) - 2))
        gap = " " * max(1, size - cells(name) - len(settled))
        style = "current" if nth == chosen else "strong"
        spans += [Span(name, style), Span(settled, "dim"), Span(gap)]
    return tuple(spans)


def _render(
    item: Item, columns: Sequence[Column], size: int, width: int, chosen: int | None
) -> drawn.Line:
    mark = Span("▸" if chosen is not None else " ", "accent")
    if item.line is None:
        told = f"  {item.duel.title}: {describe_duel(item.duel)}" if item.duel else item.text
        is_head = not item.duel and not told.startswith(" ")
        return (mark, Span(clip(display(told), width - 1), "title" if is_head else ""))
    line = item.line
    title = line.title if line.is_open else f"  {line.title}"
    spans = [mark, Span(f"{title:<{HEAD - 1}}", "strong" if line.is_open else "dim")]
    for nth, column in enumerate(columns):
        spans += _cell(line, column, size, is_chosen=nth == chosen)
    return tuple(spans)


def _cell(line: Line, column: Column, size: int, *, is_chosen: bool) -> list[Span]:
    """`[` and `]` mark the one under the cursor: no colour is needed to find it."""
    left, right = ("[", "]") if is_chosen else (" ", " ")
    rate = column.rates.get(line)
    if rate is None or rate.value is None:
        text = f"{'—':>6} {column.reasons.get(line, '')}"
        return [Span(f"{left}{clip(text, size - 3):<{size - 3}}{right} ", "dim")]
    numbers = f"{format_count(rate):>6} {format_percent(rate.value):>4} "
    bar = render_bar(rate, max(6, size - len(numbers) - 3))
    return [
        Span(f"{left}{numbers}", "current" if is_chosen else "" if line.is_open else "dim"),
        Span(bar, _STYLES.get(line.name, "accent") if line.is_open else "dim"),
        Span(f"{right} "),
    ]


class ComparisonView(LinesView):
    """Shows render_comparison; says which place was clicked, or that the wheel was turned."""

    @dataclass
    class Clicked(Message):
        """The cursor belongs there."""

        cursor: Cursor

    @dataclass
    class Turned(Message):
        """By so many items."""

        n: int

    _layout: tuple[Comparison, Layout] | None = None

    def show(self, comparison: Comparison, cursor: Cursor) -> None:
        """Show it with the cursor there."""
        width, height = self.size
        if width and height:
            self._layout = comparison, lay_out(comparison, cursor, width, height)
            self.show_lines(render_comparison(comparison, cursor, width, height))

    def on_click(self, event: Click) -> None:
        """Tell what stands there."""
        cursor = locate(*self._layout, event.x, event.y) if self._layout else None
        if cursor:
            self.post_message(self.Clicked(cursor))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """On."""
        event.stop()
        self.post_message(self.Turned(3))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Back."""
        event.stop()
        self.post_message(self.Turned(-3))
