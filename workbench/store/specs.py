"""What people call tickets: an append-only, chained log, and each ticket's spec derived from it.

The spec is written in the transaction of the event, by the rule in domain/clarity.py; verify
derives it again. The log is short (people times tickets): what stands is read from all of it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from workbench.domain.clarity import (
    NO_CALL,
    SpecAct,
    SpecCall,
    SpecEvent,
    compute_spec_hash,
    decide_by_events,
    find_standing,
)
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.label import format_time, parse_time
from workbench.domain.spec import Spec
from workbench.store.database import one, rows
from workbench.store.tickets import Tickets, check_not_frozen, move_spec

_NAMES = (
    *("event_id", "ticket", "reviewer", "act", "spec", "severity", "settles", "given", "undoes"),
    *("app_version", "at", "origin", "prev_hash", "hash"),
)
_COLUMNS = ", ".join(_NAMES)
_INSERT = f"INSERT INTO spec_event ({_COLUMNS}) VALUES ({', '.join(f':{n}' for n in _NAMES)})"  # noqa: S608 - constants
SPEC_EVENTS = f"SELECT {_COLUMNS} FROM spec_event ORDER BY event_id"  # noqa: S608 - constants
_OF_TICKET = f"SELECT {_COLUMNS} FROM spec_event WHERE ticket = :ticket ORDER BY event_id"  # noqa: S608 - constants
_LAST = "SELECT event_id, hash FROM spec_event ORDER BY event_id DESC LIMIT 1"
_MINE = f"SELECT {_COLUMNS} FROM spec_event WHERE reviewer = :reviewer ORDER BY event_id DESC"  # noqa: S608 - constants


class SpecSaved(NamedTuple):
    """What is on disk now: the event, the ticket's spec after it, and whether it is a new event."""

    event: SpecEvent
    spec: Spec
    is_new: bool = True


class Specs(Tickets):
    """The calls; a part of Store."""

    app_version = ""

    def record_spec(
        self, reviewer: str, ticket_id: str, act: SpecAct, call: SpecCall, at: datetime
    ) -> SpecSaved:
        """Keep a person's call, or what settles it; their other one stays as it was.

        What stands already makes no event. InputRefused once frozen, UsageError for an unknown
        ticket, NotSaved where it is not on disk.
        """
        with self._saving() as connection:
            row = one(connection, "SELECT spec FROM ticket WHERE ticket_id = :t", t=ticket_id)
            if row is None:
                raise UsageError(f"no ticket {ticket_id} in this study")
            events = events_of_ticket(connection, ticket_id)
            last = next((e for e in reversed(events) if e.reviewer == reviewer), None)
            held = last.call if last else NO_CALL
            wanted = (
                held._replace(settles=call.settles)
                if act is SpecAct.SETTLE
                else call._replace(settles=held.settles)
            )
            if last is not None and wanted == held:
                return SpecSaved(last, Spec(row.spec), is_new=False)
            given = events[0].given if events else Spec(row.spec)
            event = SpecEvent(
                0, ticket_id, reviewer, act, wanted, given, None, self.app_version, at
            )
            return self._append(connection, event, Spec(row.spec), events)

    def undo_spec(self, reviewer: str, at: datetime) -> SpecSaved | None:
        """Take back the last thing a person recorded, any number of times; None for nothing."""
        with self._saving() as connection:
            undone: set[int] = set()
            for event in map(to_spec_event, rows(connection, _MINE, {"reviewer": reviewer})):
                if event.undoes is not None:
                    undone.add(event.undoes)
                elif event.act is not SpecAct.IMPORT and event.event_id not in undone:
                    return self._undo(connection, event, at)
        return None

    def _undo(self, connection: Connection, event: SpecEvent, at: datetime) -> SpecSaved | None:
        row = one(connection, "SELECT spec FROM ticket WHERE ticket_id = :t", t=event.ticket_id)
        if row is None:  # left out by a sample: nothing of it is in the study any more
            return None
        events = events_of_ticket(connection, event.ticket_id)
        before = [e for e in events if e.event_id < event.event_id]
        held = next((e.call for e in reversed(before) if e.reviewer == event.reviewer), NO_CALL)
        new = event._replace(
            act=SpecAct.UNDO,
            call=held,
            undoes=event.event_id,
            app_version=self.app_version,
            at=at,
        )
        return self._append(connection, new, Spec(row.spec), events)

    def _append(
        self, connection: Connection, event: SpecEvent, spec: Spec, events: list[SpecEvent]
    ) -> SpecSaved:
        check_not_frozen(connection, event.ticket_id)
        end = one(connection, _LAST)
        event_id, prev_hash = (end.event_id + 1, end.hash) if end else (1, "")
        made = event._replace(event_id=event_id, prev_hash=prev_hash)
        made = made._replace(hash=compute_spec_hash(made))
        connection.exec_driver_sql(_INSERT, _to_params(made))
        new = decide_by_events([*events, made])
        move_spec(connection, event.ticket_id, spec, new)
        return SpecSaved(made, new)

    def add_imported_spec_events(self, events: Iterable[SpecEvent]) -> tuple[int, list[str]]:
        """Events of another study, in one transaction: how many were new, and what was left out.

        One that is here already, by its key, adds nothing; a ticket that is not here, or a call
        that is older than the same person's here, is said.
        """
        n_added, left_out = 0, []
        with self._saving() as connection:
            known = {event.key for event in map(to_spec_event, rows(connection, SPEC_EVENTS, {}))}
            for event in sorted(events, key=lambda e: (e.at, e.key)):
                if event.key in known:
                    continue
                known.add(event.key)
                problem = self._import(connection, event)
                n_added += not problem
                left_out += [problem] if problem else []
        return n_added, left_out

    def _import(self, connection: Connection, event: SpecEvent) -> str:
        row = one(connection, "SELECT spec FROM ticket WHERE ticket_id = :t", t=event.ticket_id)
        if row is None:
            return f"ticket {event.ticket_id} is not in the study: a call was left out"
        events = events_of_ticket(connection, event.ticket_id)
        if any(e.reviewer == event.reviewer and e.at > event.at for e in events):
            return f"ticket {event.ticket_id}: older than the call of {event.reviewer} here"
        try:
            self._append(connection, event._replace(act=SpecAct.IMPORT), Spec(row.spec), events)
        except InputRefused as error:
            return str(error)
        return ""

    def spec_events(self) -> list[SpecEvent]:
        """The whole log."""
        with self._reading() as connection:
            return [to_spec_event(row) for row in rows(connection, SPEC_EVENTS, {})]

    def spec_calls(self) -> dict[str, dict[str, SpecCall]]:
        """What stands, by ticket and person; also of tickets that a sample left out."""
        by_ticket: dict[str, list[SpecEvent]] = {}
        for event in self.spec_events():
            by_ticket.setdefault(event.ticket_id, []).append(event)
        return {ticket: find_standing(events) for ticket, events in by_ticket.items()}


def events_of_ticket(connection: Connection, ticket_id: str) -> list[SpecEvent]:
    """Everything that was recorded about one ticket, in order."""
    return [to_spec_event(row) for row in rows(connection, _OF_TICKET, {"ticket": ticket_id})]


def to_spec_event(row: Iterable[Any]) -> SpecEvent:
    """A row of SPEC_EVENTS (Any: SQLite types no columns); ValueError where it cannot be read."""
    event_id, ticket, reviewer, act, spec, severity, settles, given, undoes, *more = row
    app_version, at, origin, prev_hash, digest = more
    return SpecEvent(
        event_id=event_id,
        ticket_id=ticket,
        reviewer=reviewer,
        act=SpecAct(act),
        call=SpecCall(Spec(spec), severity, Spec(settles)),
        given=Spec(given),
        undoes=undoes,
        app_version=app_version,
        at=parse_time(at),
        origin=origin,
        prev_hash=prev_hash,
        hash=digest,
    )


def _to_params(event: SpecEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "ticket": event.ticket_id,
        "reviewer": event.reviewer,
        "act": event.act.value,
        "spec": event.call.spec.value,
        "severity": event.call.severity,
        "settles": event.call.settles.value,
        "given": event.given.value,
        "undoes": event.undoes,
        "app_version": event.app_version,
        "at": format_time(event.at),
        "origin": event.origin,
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }


def stream_spec_faults(driver: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """What of the log does not hold, and tickets whose spec is not what it says.

    Each is kind, row and a sentence. A log that is broken says nothing about specs.
    """
    number, digest = 0, ""
    by_ticket: dict[str, list[SpecEvent]] = {}
    for row in driver.execute(SPEC_EVENTS):
        name = f"spec_event {row[0]}"
        try:
            event = to_spec_event(row)
        except (ValueError, TypeError) as error:
            yield "unreadable", name, f"{name} cannot be read: {error}"
            return
        if event.event_id != number + 1:
            yield "gap", name, f"{name} follows {number}: events are missing"
        if event.prev_hash != digest:
            yield "chain", name, f"{name} does not continue the hash of the one before"
        if compute_spec_hash(event) != event.hash:
            yield "hash", name, f"{name} was changed: its content does not fit its hash"
        number, digest = event.event_id, event.hash
        by_ticket.setdefault(event.ticket_id, []).append(event)
    for ticket_id, spec in driver.execute("SELECT ticket_id, spec FROM ticket"):
        events = by_ticket.get(ticket_id)
        if events and decide_by_events(events) != spec:
            sentence = f"ticket {ticket_id} is {spec}, which is not what people called it"
            yield "spec", ticket_id, sentence
