"""What people call tickets leaves the study, outputs or none: deterministic, never empty unsaid."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from workbench.domain.called import Called
from workbench.domain.clarity import (
    NO_CALL,
    SpecEvent,
    decide_by_events,
    find_kept,
    find_settled,
    find_standing,
)
from workbench.domain.errors import InputRefused
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class TriageFormat(Protocol):
    """Turns calls into text, a line at a time."""

    @property
    def name(self) -> str:
        """What the export is called."""

    @property
    def lossy_fields(self) -> tuple[str, ...]:
        """What the format cannot carry."""

    def render(self, calls: Iterable[Called], taken_out: Counter[str]) -> Iterator[str]:
        """Lines with their ends; counts what was redacted."""


@dataclass
class TriageExport:
    """One export; the counts and the digest are complete once `lines` has been read to its end.

    Without `everything` it holds what each person stands by; what else there is is counted by
    reason: superseded (a later call replaced it), undone (taken back, or the taking back), uncalled
    (a ticket that nobody called). It comes by ticket, and in the order of the log. No row could
    say whose an output is, so a seal takes nothing out.
    """

    store: "Store"
    into: TriageFormat
    everything: bool
    is_sealed: bool = False
    written: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    taken_out: Counter[str] = field(default_factory=Counter)
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def created_from(self) -> str:
        """A digest of the study, its tickets, and every event of the log by its hash."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[str]:
        """The text; raises InputRefused, before the first line, where there is nothing to write."""
        chosen = self._choose()
        first = next(chosen, None)
        if first is None:
            raise InputRefused(self._why_empty())
        yield from self.into.render(chain([first], chosen), self.taken_out)

    def _choose(self) -> Iterator[Called]:
        self._digest.update(self.store.study_id.encode())
        events: dict[str, list[SpecEvent]] = {}
        for event in self.store.spec_events():
            events.setdefault(event.ticket_id, []).append(event)
        tickets = {ticket.ticket_id: ticket for ticket in self.store.list_tickets()}
        for ticket_id in sorted(tickets.keys() | events.keys()):
            ticket, log = tickets.get(ticket_id), events.get(ticket_id, [])
            parts = [ticket.digest if ticket else ticket_id, *(event.hash for event in log)]
            self._digest.update(json.dumps(parts).encode())
            for called, reason in _sort(self.store.study_id, ticket_id, ticket, log):
                if reason and not self.everything:
                    self.dropped[reason] += 1
                else:
                    self.written += 1
                    yield called

    def _why_empty(self) -> str:
        if self.everything:
            return "nothing to export: the study has no tickets yet"
        if self.dropped["undone"]:
            return "nothing to export: every call was taken back (--all writes them too)"
        return "nothing to export: nobody has called a ticket yet: workbench tickets triage"


def _sort(
    study_id: str, ticket_id: str, ticket: Ticket | None, log: list[SpecEvent]
) -> Iterator[tuple[Called, str]]:
    """The calls of one ticket, each with the reason to leave it out, "" without one."""
    title = ticket.title if ticket else None
    if not log:
        spec = ticket.spec if ticket else Spec.UNSET
        yield Called(study_id, ticket_id, title, spec, Spec.UNSET), "uncalled"
        return
    spec, settled = decide_by_events(log), find_settled(find_standing(log).values())
    kept = find_kept(log)
    standing = {mine[-1].event_id for mine in kept.values() if mine and mine[-1].call != NO_CALL}
    held = {event.event_id for mine in kept.values() for event in mine}
    for event in log:
        is_standing = event.event_id in standing
        reason = "" if is_standing else "superseded" if event.event_id in held else "undone"
        yield Called(study_id, ticket_id, title, spec, settled, event, is_standing), reason
