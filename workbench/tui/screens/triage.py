"""Tickets called clear or vague, one key each: the text in front, and nothing else to read.

A call belongs to what was painted, and is shown as saved only once it is on disk. Hints sort the
list and decide nothing; what others called a ticket is not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.geometry import Size

from workbench.domain.errors import WorkbenchError
from workbench.services.triage import Entry, Order, Triage, describe_call, sort_entries
from workbench.text import display
from workbench.tui.messages import TicketsFound, TicketsNotFound
from workbench.tui.notices import Notice
from workbench.tui.screens.ground import GroundScreen
from workbench.tui.screens.help import HelpScreen
from workbench.tui.screens.prompt import PromptScreen
from workbench.tui.screens.triage_walk import Seen
from workbench.tui.triage_actions import TRIAGE
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.triage_bars import (
    TicketPane,
    TriageBar,
    find_top,
    render_end,
    render_hints,
    render_triage_header,
    render_triage_list,
)
from workbench.tui.work import start_work

SMALLEST = Size(40, 10)
LIST_FROM = 100  # columns from which the list is open by itself


class TriageView(GroundScreen):
    """The half that shows and walks; the other half records."""

    def __init__(
        self,
        triage: Triage,
        entries: Sequence[Entry],
        keys: Mapping[str, tuple[str, ...]],
        option: str = "",
        notice: str = "",
    ) -> None:
        """`entries` as they came; `option` is what a command needs to find the study."""
        super().__init__()
        self.triage, self.keys, self._option = triage, keys, option
        self._came = list(entries)
        self.seen = Seen(tuple(sort_entries(self._came, Order.HINTS)))
        self.notice = Notice(notice or display(triage.why_closed), "warn")
        self._is_list_open: bool | None = None
        self._sought, self._found = "", frozenset[str]()
        self.painted = ""

    def compose(self) -> ComposeResult:
        """Header, list and ticket, hints, bar."""
        yield LinesView(id="header")
        with Horizontal(id="body"):
            yield LinesView(id="list")
            yield TicketPane(id="ticket")
            yield LinesView(id="card")
        yield LinesView(id="hints")
        yield TriageBar([a for a in TRIAGE if a.footer], self.keys)
        yield LinesView(id="small")

    def on_mount(self) -> None:
        """The first ticket that this person has not called."""
        first = next((n for n, e in enumerate(self.seen.entries) if not e.is_done), None)
        self.show_ticket(first or 0)
        if first is None:
            self.finish()

    # Drawing.

    def on_resize(self, event: Resize) -> None:
        """Draw for the size there is."""
        size = event.size
        is_small = size.width < SMALLEST.width or size.height < SMALLEST.height
        self.set_class(is_small, "-small")
        least = f"at least {SMALLEST.width}x{SMALLEST.height}"
        told = f"{size.width}x{size.height}: {least}"
        self.query_one("#small", LinesView).show_lines([(Span(told),), (Span("q quits"),)])
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Everything around the ticket."""
        seen, entry = self.seen, self.seen.entry
        width = self.size.width or 80
        is_open = width >= LIST_FROM if self._is_list_open is None else self._is_list_open
        self.set_class(not is_open, "-no-list")
        name = entry.ticket_id if entry else ""
        head = render_triage_header(name, seen.progress, self._tell_held(), width)
        self.query_one("#header", LinesView).show_lines([head])
        found = self.query_one("#list", LinesView)
        if is_open:
            top = find_top(seen.at, len(seen.entries), found.size.height)
            rows = seen.rows(top, found.size.height)
            found.show_lines(render_triage_list(rows, seen.at - top, found.size.width))
        hints = render_hints(entry.hints if entry else ())
        self.query_one("#hints", LinesView).show_lines([hints])
        self.query_one(TriageBar).show(self.notice)

    def _tell_held(self) -> str:
        entry = self.seen.entry
        if entry is None:
            return ""
        own = describe_call(entry.held) if entry.is_done else ""
        said = self.triage.tell_calls(entry.ticket_id)
        if not said:
            return own or "not called yet"
        return f"people differ: {said} · {own or 'not settled yet'}"

    def say(self, text: str, style: str = "dim") -> None:
        """Put one line into the bar; the text is ours or has been through display()."""
        self.notice = Notice(text, style)
        self.query_one(TriageBar).show(self.notice)

    def show_ticket(self, at: int) -> None:
        """Put a ticket in front."""
        self.seen = replace(self.seen, at=at)
        self.remove_class("-finished")
        entry = self.seen.entry
        self.painted = ""
        if entry is None:
            return
        try:
            ticket = self.triage.open(entry.ticket_id)
        except WorkbenchError as error:
            self.say(display(str(error)), "bad")
            return
        text = f"{ticket.title}\n\n{ticket.body or '(no text beside the title)'}"
        self.query_one(TicketPane).show("What a candidate will read", text)
        self.draw()
        self.call_after_refresh(self._mark_painted, entry.ticket_id)

    def _mark_painted(self, ticket_id: str) -> None:
        entry = self.seen.entry
        if entry and entry.ticket_id == ticket_id and not self.has_class("-small"):
            self.painted = ticket_id

    def finish(self) -> None:
        """The end is a card; the last ticket stays reachable."""
        self.add_class("-finished")
        lines = render_end(self.seen.rows(), self._option, is_settling=self.triage.is_settling)
        self.query_one("#card", LinesView).show_lines(lines)
        self.draw()

    # Walking.

    def advance(self) -> None:
        """To the next ticket without a call, or to the end."""
        at = self.seen.next_open()
        if at is None:
            self.finish()
        else:
            self.show_ticket(at)

    def action_go_ticket(self, n: int) -> None:
        """The next or the previous ticket, called or not."""
        if self.has_class("-finished"):
            self.show_ticket(self.seen.at)
        elif 0 <= self.seen.at + n < len(self.seen.entries):
            self.show_ticket(self.seen.at + n)
        else:
            self.say("the last one" if n > 0 else "the first one")

    def action_sort(self) -> None:
        """Another order; the same ticket stays in front."""
        orders = list(Order)
        order = orders[(orders.index(self.seen.order) + 1) % len(orders)]
        entry, by_id = self.seen.entry, {e.ticket_id: e for e in self.seen.entries}
        came = [by_id[e.ticket_id] for e in self._came]
        self.seen = replace(self.seen, entries=tuple(sort_entries(came, order)), order=order)
        at = self.seen.find(entry.ticket_id) if entry else None
        self.seen = replace(self.seen, at=at or 0)
        self.draw()
        self.say(f"the list: {order}")

    def action_text(self, n: int) -> None:
        """Scroll the ticket."""
        self.query_one(TicketPane).scroll_lines(n)

    def action_page(self, n: int) -> None:
        """A screen of it."""
        self.action_text(n * max(1, self.query_one(TicketPane).size.height - 2))

    def action_pane(self) -> None:
        """Open or close the list."""
        self._is_list_open = self.has_class("-no-list")
        self.set_class(not self._is_list_open, "-no-list")
        self.call_after_refresh(self.draw)

    def action_help(self) -> None:
        """All keys."""
        self.app.push_screen(HelpScreen(self.keys, TRIAGE))

    # Searching.

    def action_search(self) -> None:
        """Ask for a text."""
        prompt = PromptScreen("Search in all tickets", display(self._sought))
        self.app.push_screen(prompt, self._seek)

    def _seek(self, text: str | None) -> None:
        if text:
            self.say("searching ...")
            start_work(self, partial(self._look, text), "search")

    def _look(self, text: str) -> None:
        try:
            self.post_message(TicketsFound(text, self.triage.find(text)))
        except WorkbenchError as error:
            self.post_message(TicketsNotFound(str(error)))

    def on_tickets_found(self, message: TicketsFound) -> None:
        """Show the ticket in front, or the next that holds it."""
        self._sought, self._found = message.text, message.ids
        if self.seen.entry and self.seen.entry.ticket_id in message.ids:
            self._show_match(self.seen.at)
        else:
            self.action_match(1)

    def on_tickets_not_found(self, message: TicketsNotFound) -> None:
        """Why it could not be searched."""
        self.say(display(message.sentence), "bad")

    def action_match(self, n: int) -> None:
        """The next ticket that holds what was searched for, or the one before."""
        entries = self.seen.entries
        places = [(self.seen.at + n * step) % len(entries) for step in range(1, len(entries) + 1)]
        at = next((p for p in places if entries[p].ticket_id in self._found), None)
        if at is None:
            self.say(f"not found: {display(self._sought)}" if self._sought else "search first: /")
        else:
            self._show_match(at)

    def _show_match(self, at: int) -> None:
        if at != self.seen.at or self.has_class("-finished"):
            self.show_ticket(at)
        listed = [n for n, e in enumerate(self.seen.entries) if e.ticket_id in self._found]
        nth = listed.index(at) + 1
        self.query_one(TicketPane).find(self._sought)
        self.say(f"[{nth}/{len(listed)}] {display(self._sought)}")
