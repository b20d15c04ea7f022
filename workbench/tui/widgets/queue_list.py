"""The queue: one line an output, by alias; the one in front of the reviewer stays in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual.events import Click
from textual.message import Message

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.label import EditClass, Label
from workbench.domain.queue import Place, Progress, QueueItem, list_aside
from workbench.text import display
from workbench.tui.widgets.lines import Line, LinesView, Span


class QueueSnapshot(NamedTuple):
    """What the list shows. `names` maps an alias to a name; empty while names are hidden.

    `top` is the output that was on the first line before: the list stands still while it can.
    """

    items: tuple[QueueItem, ...]
    current: str
    progress: Progress
    names: Mapping[str, str]
    view: str = ""
    top: str = ""


_LABELS = {Label.MERGED: "m", Label.EDITED: "e", Label.ABSTAINED: "a", Label.ESCAPED: "x"}
_EDITS = {EditClass.MINOR: "1", EditClass.MAJOR: "2", EditClass.REJECTED: "3"}
_PLACES = {Place.SKIPPED: "s ", Place.TO_DISCUSS: "d ", Place.LATER: "l ", Place.SETTLED: "- "}
_STYLES = {
    Label.MERGED: "good",
    Label.EDITED: "warn",
    Label.ABSTAINED: "accent",
    Label.ESCAPED: "bad",
}
_TESTS = {CheckStatus.PASS: "✓", CheckStatus.FAIL: "✗", CheckStatus.NOT_RUN: "·"}


def label_mark(item: QueueItem) -> Span:
    """Two cells that say what was decided: a letter as well as a colour."""
    if item.label is not None:
        digit = _EDITS[item.edit] if item.edit else " "
        return Span(_LABELS[item.label] + digit, _STYLES[item.label])
    return Span(_PLACES.get(item.place, "  "), "dim")


def tests_mark(item: QueueItem) -> Span:
    """One cell for what came: tests green, red or not run; `?` a question, `∅` nothing.

    `!` says of any result that it was had without a sandbox.
    """
    if item.delivery in {Delivery.ASK, Delivery.DECLINE}:
        return Span("?", "accent")
    if item.delivery is not Delivery.PATCH:
        return Span("∅", "dim")
    if item.is_bare and item.tests is not CheckStatus.NOT_RUN:
        return Span("!", "bad")
    styles = {CheckStatus.PASS: "good", CheckStatus.FAIL: "bad", CheckStatus.NOT_RUN: "dim"}
    return Span(_TESTS[item.tests], styles[item.tests])


def render_item(item: QueueItem, *, is_current: bool, names: Mapping[str, str]) -> Line:
    """One line of the queue."""
    style = (
        "current" if is_current else ("dim" if item.label or item.place is Place.SETTLED else "")
    )
    who = display(names.get(item.alias, item.alias))
    return (
        Span("▸" if is_current else " ", "accent"),
        label_mark(item),
        tests_mark(item),
        Span(f" {who} ", "strong" if style != "dim" else "dim"),
        Span(f"{display(item.ticket_id)} {display(item.title)}", style),
    )


def render_settled(progress: Progress) -> list[Line]:
    """What was set aside, and why some outputs are not in the queue; nothing where all are."""
    parts = [
        (progress.tests_failed, "with failed tests"),
        (progress.nothing_delivered, "nothing delivered"),
        (progress.void, "harness failed"),
    ]
    said = [f"{n} {why}" for n, why in parts if n]
    away = list_aside(progress.skipped, progress.to_discuss, progress.later)
    aside: list[Line] = [(Span(f"set aside: {away}", "dim"),)] if away else []
    if not said:
        return aside
    why_not = [(Span(f"  {text}", "dim"),) for text in said]
    return [*aside, (Span("not in the queue:", "dim"),), *why_not]


def render_queue(snapshot: QueueSnapshot, height: int) -> list[Line]:
    """Title, as many items as fit around the current one, and what was left out with its reason."""
    title = f" Queue  {snapshot.progress.left} left of {snapshot.progress.total}"
    head: list[Line] = [(Span(title, "title"),)]
    if snapshot.view:
        head.append((Span(f" {display(snapshot.view)} (esc clears)", "warn"),))
    foot = render_settled(snapshot.progress)
    room = _room(snapshot, height)
    shown = visible_items(snapshot, height)
    body = [
        render_item(i, is_current=i.output_id == snapshot.current, names=snapshot.names)
        for i in shown
    ]
    if not snapshot.items:
        body = [(Span("  nothing matches" if snapshot.view else "  empty", "dim"),)]
    gap: list[Line] = [()] * max(0, room - len(body))
    return [*head, *body, *gap, (), *foot] if foot else [*head, *body]


def head_height(snapshot: QueueSnapshot) -> int:
    """Lines above the first item."""
    return 2 if snapshot.view else 1


def visible_items(snapshot: QueueSnapshot, height: int) -> Sequence[QueueItem]:
    """The items that fit around the current one."""
    items, room = snapshot.items, _room(snapshot, height)
    start = _start([item.output_id for item in items], snapshot, room)
    return items[start : start + room]


def _room(snapshot: QueueSnapshot, height: int) -> int:
    foot = len(render_settled(snapshot.progress))
    return max(1, height - head_height(snapshot) - (foot + 1 if foot else 0))


def _start(ids: list[str], snapshot: QueueSnapshot, room: int) -> int:
    """Where it was, while the current one is well inside; else it turns over, as a page does."""
    margin, last = room // 6, max(0, len(ids) - room)
    here = ids.index(snapshot.current) if snapshot.current in ids else 0
    above = margin
    if snapshot.top in ids:
        top = min(ids.index(snapshot.top), last)
        first = top + (margin if top else 0)
        end = top + room - (margin if top < last else 0)
        if first <= here < end:
            return top
        if top - room < here < first:  # going back
            above = room - margin - 1
    return max(0, min(here - above, last))


class QueueList(LinesView):
    """Shows a QueueSnapshot."""

    snapshot: QueueSnapshot | None = None
    _top = ""

    @dataclass
    class Chosen(Message):
        """A line was clicked."""

        output_id: str

    def on_click(self, event: Click) -> None:
        """Ask for the output on that line."""
        if self.snapshot:
            rows = visible_items(self.snapshot, self.size.height)
            index = event.y - head_height(self.snapshot)
            if 0 <= index < len(rows):
                self.post_message(self.Chosen(rows[index].output_id))

    def show(self, snapshot: QueueSnapshot) -> None:
        """Show this; the rows that did not change are not painted."""
        height = self.size.height
        snapshot = self.snapshot = snapshot._replace(top=self._top)
        self.show_lines(render_queue(snapshot, height))
        if height:
            self._top = next((i.output_id for i in visible_items(snapshot, height)), "")

    def on_resize(self) -> None:
        """Fit the window of items to the new height."""
        if self.snapshot:
            self.show(self.snapshot)
