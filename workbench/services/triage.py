"""Calling tickets clear or vague: one person's list, and what they record.

Hints only sort the list. Nobody is shown another person's calls before what differs is settled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.domain.clarity import NO_CALL, SpecAct, SpecCall, is_disputed
from workbench.domain.hints import find_hints
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import SpecSaved, Store

Clock = Callable[[], datetime]
Calls = dict[str, dict[str, SpecCall]]
FROZEN = "the tickets are frozen: read only (start a new study to change them)"


class Order(StrEnum):
    """How the list is sorted: a view, nothing counts by it."""

    HINTS = "most hints first"
    FEWEST = "fewest hints first"
    CAME = "as they came"


@dataclass(frozen=True, slots=True)
class Entry:
    """A ticket in the list; `held` is what this person holds about it."""

    ticket_id: str
    title: str
    hints: tuple[str, ...]
    held: SpecCall

    @property
    def is_done(self) -> bool:
        """Whether this person has called it."""
        return self.held.spec is not Spec.UNSET


class Triage:
    """One person in front of the tickets; `is_settling` lists only what people differ on."""

    def __init__(
        self, store: "Store", reviewer: str, clock: Clock, *, is_settling: bool = False
    ) -> None:
        """`is_settling`: a call decides where people differ, instead of being one more."""
        self._store, self._clock = store, clock
        self.reviewer, self.is_settling = reviewer, is_settling
        self.why_closed = FROZEN if store.is_frozen else store.why_read_only

    def list(self) -> list[Entry]:
        """In the order in which tickets came."""
        calls = self._store.spec_calls()
        return [
            Entry(t.ticket_id, t.title, find_hints(t.title, t.body), self._held(calls, t))
            for t in self._store.list_tickets()
            if not self.is_settling or is_disputed(calls.get(t.ticket_id, {}))
        ]

    def _held(self, calls: Calls, ticket: Ticket) -> SpecCall:
        held = calls.get(ticket.ticket_id, {}).get(self.reviewer, NO_CALL)
        return SpecCall(held.settles) if self.is_settling else held

    def open(self, ticket_id: str) -> Ticket:
        """One ticket with its text."""
        return self._store.get_ticket(ticket_id)

    def tell_calls(self, ticket_id: str) -> str:
        """While settling: what was said, by nobody's name, in an order that tells nothing."""
        calls = self._store.spec_calls().get(ticket_id, {}) if self.is_settling else {}
        said = (call for call in calls.values() if call.spec is not Spec.UNSET)
        return ", ".join(sorted(map(describe_call, said)))

    def call(self, ticket_id: str, call: SpecCall) -> "SpecSaved":
        """Record a call, or what settles the ticket; raises NotSaved, InputRefused once frozen."""
        if self.is_settling:
            act, call = SpecAct.SETTLE, SpecCall(settles=call.spec)
        else:
            act = SpecAct.CALL
        return self._store.record_spec(self.reviewer, ticket_id, act, call, self._clock())

    def undo(self) -> "SpecSaved | None":
        """Take back the last thing this person recorded; None where there is nothing."""
        return self._store.undo_spec(self.reviewer, self._clock())

    def find(self, text: str) -> frozenset[str]:
        """The tickets that hold a text, without case."""
        wanted = text.casefold()
        return frozenset(
            t.ticket_id
            for t in self._store.list_tickets()
            if wanted in f"{t.ticket_id}\n{t.title}\n{t.body}".casefold()
        )


def sort_entries(entries: "list[Entry]", order: Order) -> "list[Entry]":
    """A list in another order; equal ones stay as they came."""
    if order is Order.CAME:
        return list(entries)
    sign = -1 if order is Order.HINTS else 1
    return sorted(entries, key=lambda entry: sign * len(entry.hints))


def describe_call(call: SpecCall) -> str:
    """A call in a word or two: `vague (2)`."""
    return call.spec if call.severity is None else f"{call.spec} ({call.severity})"
