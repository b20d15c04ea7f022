"""What stands around a ticket that is to be called: header, list, hints, bar, the end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workbench.domain.spec import Spec
from workbench.text import cells, clip, display
from workbench.tui.actions import Action
from workbench.tui.notices import Notice
from workbench.tui.widgets.label_bar import render_footer
from workbench.tui.widgets.lines import Line, LinesView, Span
from workbench.tui.widgets.text_pane import TextPane, mark_warnings

_GLYPHS = {
    Spec.CLEAR: Span("c", "good"),
    Spec.VAGUE: Span("v", "warn"),
    Spec.UNSET: Span("·", "dim"),
}


class Row(NamedTuple):
    """A ticket of the list as it is shown."""

    ticket_id: str
    title: str
    spec: Spec
    n_hints: int
    is_skipped: bool


def render_triage_header(ticket_id: str, progress: str, said: str, width: int) -> Line:
    """Which ticket, what was said of it, and how far this person is: `7 of 42 · 35 left`."""
    right = f"{progress} "
    held = f"  {said}" if said and width - cells(right) - cells(said) > 10 else ""
    room = max(4, width - cells(right) - cells(held) - 2)
    name = clip(display(ticket_id), room)
    gap = max(1, width - cells(right) - cells(held) - cells(name) - 1)
    return (Span(f" {name}", "title"), Span(held), Span(" " * gap), Span(right, "dim"))


def find_top(at: int, n: int, height: int) -> int:
    """The first of `n` rows to show, so that the one in front is in the middle if it can be."""
    return min(max(at - height // 2, 0), max(n - height, 0))


def render_triage_list(rows: Sequence[Row], at: int, width: int) -> list[Line]:
    """The rows in sight, each with its call as a letter; `at` is the one in front."""
    lines: list[Line] = []
    for n, row in enumerate(rows):
        glyph = Span("s", "dim") if row.is_skipped and row.spec is Spec.UNSET else _GLYPHS[row.spec]
        hints = "!" * min(row.n_hints, 3)
        name = clip(display(f"{row.ticket_id} {row.title}"), max(4, width - 8))
        pad = " " * max(0, width - 8 - cells(name))
        style = "current" if n == at else "dim" if row.spec is not Spec.UNSET else ""
        here = Span("▸" if n == at else " ", "accent")
        lines.append((here, glyph, Span(f" {name}{pad} ", style), Span(hints, "dim")))
    return lines


def render_hints(hints: Sequence[str]) -> Line:
    """What the text lacks at a glance: it sorts the list and decides nothing."""
    told = " · ".join(hints) or "none"
    return (Span(f" hints, they only sort the list: {told}", "dim"),)


def count_specs(rows: Sequence[Row]) -> str:
    """`30 clear, 10 vague, 2 left`."""
    n = Counter(row.spec for row in rows)
    told = f"{n[Spec.CLEAR]} clear, {n[Spec.VAGUE]} vague"
    return f"{told}, {n[Spec.UNSET]} left" if n[Spec.UNSET] else told


def render_end(rows: Sequence[Row], option: str, *, is_settling: bool) -> list[Line]:
    """What was called, and what comes next."""
    second = () if is_settling else (
        (Span("  Another person, blind to yours: "),
         Span(f"workbench tickets triage --reviewer NAME{option}", "key")),
        (Span("  How far you two agree:          "),
         Span(f"workbench tickets agreement{option}", "key")),
    )  # fmt: skip
    return [
        (),
        (Span("  That was the last one.", "title"),),
        (Span(f"  You {'settled' if is_settling else 'called'}: {count_specs(rows)}.", "dim"),),
        (),
        *second,
        (Span("  Draw a suite from these:        "),
         Span(f"workbench tickets sample{option}", "key")),
        (Span("  Then freeze it, before any run: "),
         Span(f"workbench tickets freeze{option}", "key")),
        (),
        (Span("  u", "key"), Span(" takes the last call back, ", "dim"), Span("K", "key"),
         Span(" looks at it again, ", "dim"), Span("q", "key"), Span(" quits.", "dim")),
    ]  # fmt: skip


class TicketPane(TextPane):
    """A ticket as it was written; headings stand out, quotes step back, nothing is rendered."""

    def style(self, line: str) -> Line:
        """A line as it is shown."""
        spans = mark_warnings(line)
        head = line.lstrip("#")
        if line != head and head.startswith(" ") and len(line) - len(head) < 7:
            return tuple(span._replace(style=span.style or "strong") for span in spans)
        if line.startswith(("> ", "```")):
            return tuple(span._replace(style=span.style or "dim") for span in spans)
        return spans

    def find(self, text: str) -> None:
        """Scroll to the first line that holds a text, if it is among the first lines."""
        wanted = text.casefold()
        lines = self.first_lines()
        n = next((n for n, line in enumerate(lines) if wanted in line.casefold()), None)
        if n is not None:
            self.scroll_lines(max(0, n - 2) - self.top)


class TriageBar(LinesView):
    """What happened last, and the keys."""

    def __init__(self, footer: list[Action], keys: Mapping[str, tuple[str, ...]]) -> None:
        """Keep the footer's actions; the keys are those in force."""
        super().__init__(id="label-bar")
        self._footer, self._keys, self._notice = footer, keys, Notice()

    def show(self, notice: Notice) -> None:
        """Show this."""
        self._notice = notice
        footer = render_footer(self._footer, self._keys, self.size.width or 80)
        self.show_lines([(Span(f" {notice.text}", notice.style),), footer])

    def on_resize(self) -> None:
        """Fit the footer to the new width."""
        self.show(self._notice)
