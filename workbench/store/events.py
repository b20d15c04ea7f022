"""The log goes out to exporters and comes in from them.

Export holds no read open between pages: a slow consumer must not hold back a label. Events only
grow, so what is read is the log as it stood when the export began.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from workbench.domain.clarity import SpecEvent
from workbench.domain.errors import StoreDamaged, UsageError
from workbench.domain.event import Event
from workbench.domain.history import Links, link_act
from workbench.domain.label import NO_JUDGEMENT, Act
from workbench.domain.outcome import derive_outcome
from workbench.domain.record import Record
from workbench.domain.ticket import Ticket
from workbench.store.append import Facts, Origin, append
from workbench.store.database import Found, Params, one, rows
from workbench.store.edits import load_patch
from workbench.store.event_rows import EVENT_COLUMNS, to_event
from workbench.store.labels import check_flags
from workbench.store.listing import OUTPUT_COLUMNS, to_check, to_output
from workbench.store.specs import events_of_ticket
from workbench.store.study import Study
from workbench.store.tickets import load_ticket

_PAGE = 200
_PAGE_BYTES = 8 << 20
_KEYS = (
    "SELECT id, ticket, output_id FROM output WHERE (ticket, output_id) > (:ticket, :output_id)"
    " ORDER BY ticket, output_id LIMIT :n"
)
_OUTPUT = f"SELECT {OUTPUT_COLUMNS} FROM output o WHERE o.id = :output"  # noqa: S608 - constants
_OF_OUTPUT = (
    f"SELECT {EVENT_COLUMNS}, s.hash AS old_hash, s.origin AS old_origin FROM label_event e"  # noqa: S608 - constants
    " CROSS JOIN output eo ON eo.id = e.output"
    " LEFT JOIN label_event s ON s.event_id = e.supersedes"
    " WHERE e.output = :output AND e.event_id <= :last ORDER BY e.event_id"
)
_IS_IMPORTED = (
    "SELECT 1 FROM output o CROSS JOIN label_event e ON e.output = o.id AND e.reviewer = :reviewer"
    " WHERE o.output_id = :output_id AND e.origin = :origin"
)
_KEY_LENGTH = 16


class _Logged(NamedTuple):
    """An event with the key of the one it supersedes."""

    event: Event
    supersedes_key: str


class _Loaded(NamedTuple):
    """One output with its events, as rows."""

    row: Found
    events: list[Found]


class Events(Study):
    """The log as a stream; a part of Store."""

    gates: Callable[[], str] = str

    def events(
        self, *, current_only: bool = True, with_unlabelled: bool = False
    ) -> Iterator[Record]:
        """Joined rows by ticket, output, event; memory holds one page of them.

        `current_only` keeps the last event of each reviewer on each output; `with_unlabelled`
        adds a record without event for each output nobody touched.
        """
        with self._reading() as connection:
            row = one(connection, "SELECT max(event_id) AS n FROM label_event")
            last = (row.n if row else 0) or 0
        ticket: Ticket | None = None
        calls: tuple[SpecEvent, ...] = ()
        for loaded in self._load_all(last, with_unlabelled=with_unlabelled):
            if ticket is None or ticket.ticket_id != loaded.row.ticket:
                ticket, calls = self._load_ticket(loaded.row.ticket)
            logged = [_to_logged(event) for event in loaded.events]
            if current_only:
                latest = {entry.event.reviewer: entry for entry in logged}
                logged = sorted(latest.values(), key=lambda entry: entry.event.event_id)
            entries: list[_Logged | None] = [*logged] or [None]
            for entry in entries:
                record = _to_record(self.study_id, ticket, loaded.row, entry)
                record = record._replace(calls=calls) if calls else record
                yield self._with_corrected(record) if _has_patch(record) else record

    def _with_corrected(self, record: Record) -> Record:
        held = record.event and record.event.judgement.edited
        with self._reading() as connection:
            patch = load_patch(connection, held.patch) if held else None
        if patch is None:
            which = f"event {record.event.event_id if record.event else ''}"
            raise StoreDamaged(f"{self.path}: the corrected patch of {which} is missing")
        return record._replace(corrected=patch)

    def _load_all(self, last: int, *, with_unlabelled: bool) -> Iterator[_Loaded]:
        """Outputs with their events up to `last`, a page in one short read."""
        key = {"ticket": "", "output_id": ""}
        while True:
            page, end = self._load_page(key, last, with_unlabelled=with_unlabelled)
            yield from page
            if end is None:
                return
            key = {"ticket": end.ticket, "output_id": end.output_id}

    def _load_page(
        self, key: Params, last: int, *, with_unlabelled: bool
    ) -> tuple[list[_Loaded], Found | None]:
        """A page that ends early where patches are large; with the key it ended at, if any."""
        page: list[_Loaded] = []
        n_bytes = 0
        end: Found | None = None
        with self._reading() as connection:
            for end in rows(connection, _KEYS, {**key, "n": _PAGE}):
                found = rows(connection, _OF_OUTPUT, {"output": end.id, "last": last})
                if not found and not with_unlabelled:
                    continue
                row = one(connection, _OUTPUT, output=end.id)
                if row is None:
                    continue
                page.append(_Loaded(row, found))
                n_bytes += len(row.patch_data) + len(row.diff_data) + len(row.message)
                if n_bytes > _PAGE_BYTES:
                    break
        return page, end

    def _load_ticket(self, ticket_id: str) -> tuple[Ticket, tuple[SpecEvent, ...]]:
        with self._reading() as connection:
            ticket = load_ticket(connection, ticket_id)
            if ticket is None:
                raise StoreDamaged(f"{self.path}: ticket {ticket_id} is missing")
            return ticket, tuple(events_of_ticket(connection, ticket_id))

    def add_imported_event(self, event: Event) -> Event | None:
        """Add an event of another study; None where the same one is there already.

        Taken from it: output, reviewer, judgement, effort, versions, time and origin. The
        reviewer's queue must exist (UsageError).
        """
        check_flags(event.judgement)
        with self._saving() as connection:
            return _import(connection, event, self.gates)

    def add_imported_events(self, events: Iterable[Event]) -> int:
        """The same for many in one transaction; returns how many were new."""
        n_added = 0
        with self._saving() as connection:
            for event in events:
                check_flags(event.judgement)
                n_added += _import(connection, event, self.gates) is not None
        return n_added


def _import(connection: Connection, event: Event, gates: Callable[[], str]) -> Event | None:
    if not event.origin:
        raise UsageError(f"output {event.output_id}: an imported event must say where it is from")
    key = {"reviewer": event.reviewer, "output_id": event.output_id, "origin": event.origin}
    if one(connection, _IS_IMPORTED, **key) is not None:
        return None
    origin = Origin(
        event.reviewer,
        event.effort,
        event.at,
        event.rubric_version,
        event.app_version,
        event.origin,
        gates,
    )

    def link(event_id: int, facts: Facts) -> Links:
        return link_act(event_id, Act.IMPORT, event.judgement, facts.head, facts.last)

    return append(connection, event.output_id, Act.IMPORT, origin, link).event


def _to_logged(row: Found) -> _Logged:
    event = to_event(row)
    if event.origin:
        return _Logged(event, str(json.loads(event.origin).get("supersedes_event_id") or ""))
    key = "" if event.supersedes is None else _event_key(row.old_hash, row.old_origin)
    return _Logged(event, key)


def _has_patch(record: Record) -> bool:
    held = record.event.judgement.edited if record.event else None
    return held is not None and bool(held.patch)


def _event_key(digest: str, origin: str) -> str:
    """A name that holds beyond this database: the hash, or what the import called it."""
    imported = json.loads(origin).get("event_id") if origin else None
    return str(imported or digest[:_KEY_LENGTH])


def _to_record(study_id: str, ticket: Ticket, row: Found, entry: _Logged | None) -> Record:
    output, check = to_output(row), to_check(row)
    event = None if entry is None else entry.event
    judgement = NO_JUDGEMENT if event is None else event.judgement
    outcome = derive_outcome(output.delivery, check.tests, judgement)
    if event is None or entry is None:
        return Record(study_id, ticket, output, check, outcome)
    origin = json.loads(event.origin) if event.origin else {}
    return Record(
        study_id=study_id,
        ticket=ticket,
        output=output,
        check=check,
        outcome=outcome,
        event=event,
        event_key=_event_key(event.hash, event.origin),
        supersedes_key=entry.supersedes_key,
        source=str(origin.get("source", "rater")),
        tool_version=str(origin.get("tool_version", event.app_version)),
    )
