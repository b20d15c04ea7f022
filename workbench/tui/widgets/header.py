"""One line at the top: what is in front, how much is left, when the last label was saved."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from workbench.domain.blind import ReviewItem
from workbench.domain.check import CONCEALED, NO_SANDBOX, CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.queue import Progress
from workbench.text import cells, clip, display
from workbench.tui.widgets.lines import Line, LinesView, Span

NARROW = 60  # columns below which the time gives way as well


class HeaderSnapshot(NamedTuple):
    """What the header shows; times are shown in local time."""

    study_name: str
    item: ReviewItem | None
    progress: Progress
    last_saved_at: datetime | None
    names: Mapping[str, str]


_TESTS = {
    CheckStatus.PASS: Span("✓ tests green", "good"),
    CheckStatus.FAIL: Span("✗ tests red", "bad"),
    CheckStatus.NOT_RUN: Span("· tests not run", "dim"),
}


def render_delivery(item: ReviewItem) -> Span:
    """What came, and what the tests say of it."""
    if item.delivery is Delivery.PATCH:
        mark, check = _TESTS[item.check.tests], item.check
        if check == CONCEALED:
            return Span(f"· tests: {check.reason}", "dim")
        if check.is_bare:
            return Span(f"{mark.text}, NO SANDBOX", "bad")
        why = check.delta or (check.reason if check.reason == NO_SANDBOX else "")
        return mark._replace(text=f"{mark.text}: {why}") if why else mark
    words = {
        Delivery.ASK: "? asks",
        Delivery.DECLINE: "? declines",
        Delivery.EMPTY: "∅ nothing delivered",
        Delivery.CRASH_MODEL: "∅ ended without an output",
        Delivery.VOID: "∅ harness failed",
    }
    return Span(words[item.delivery], "accent")


def render_header(snapshot: HeaderSnapshot, width: int) -> Line:
    """Left what is in front, right what is left; the title gives way first."""
    saved = snapshot.last_saved_at
    is_narrow = width < NARROW
    when = f" · saved {saved.astimezone():%H:%M:%S}" if saved and not is_narrow else ""
    right = f"{snapshot.progress.left} left{when} "
    item = snapshot.item
    if item is None:
        name = clip(display(snapshot.study_name), max(4, width - cells(right) - 2))
        gap = max(1, width - cells(right) - cells(name) - 1)
        return (Span(f" {name}", "title"), Span(" " * gap), Span(right, "dim"))
    who = display(snapshot.names.get(item.alias, item.alias))
    mark = render_delivery(item)
    spec = "" if item.ticket.spec == "unset" else f" · {item.ticket.spec}"
    room = width - cells(right) - cells(who) - cells(mark.text) - len(spec) - 6
    title = clip(f"{display(item.ticket.ticket_id)} {display(item.ticket.title)}", max(4, room))
    gap = max(
        1, width - cells(right) - cells(who) - cells(mark.text) - cells(title) - len(spec) - 5
    )
    return (
        Span(f" {who} ", "title"),
        Span(f" {title}", "strong"),
        Span(spec, "dim"),
        Span("  "),
        mark,
        Span(" " * gap),
        Span(right, "dim"),
    )


class HeaderBar(LinesView):
    """Shows a HeaderSnapshot."""

    snapshot: HeaderSnapshot | None = None

    def show(self, snapshot: HeaderSnapshot) -> None:
        """Show this."""
        self.snapshot = snapshot
        self.show_lines([render_header(snapshot, self.size.width or 80)])

    def on_resize(self) -> None:
        """Fit the title to the new width."""
        if self.snapshot:
            self.show(self.snapshot)
