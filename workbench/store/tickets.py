"""Tickets come in and are frozen; after that they never change."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.imported import RowProblem
from workbench.domain.label import format_time, parse_time
from workbench.domain.spec import Spec
from workbench.domain.ticket import SuiteEntry, Ticket, suite_digest
from workbench.store.database import Found, one, rows
from workbench.store.derive import Ground, Known, Shift, change_ground
from workbench.store.screen_rows import join_texts, split_texts
from workbench.store.study import Study, set_meta

if TYPE_CHECKING:
    from workbench.store.tables import TicketRow


class TicketCounts(NamedTuple):
    """What an import of tickets did; `refused` are those that would change a stored one."""

    added: int
    same: int
    refused: tuple[RowProblem, ...]


class Tickets(Study):
    """The tickets; a part of Store."""

    def add_tickets(self, tickets: Iterable[Ticket]) -> TicketCounts:
        """Store new tickets; a stored one stays as it is.

        Once frozen, a new or changed ticket raises InputRefused that names it.
        """
        from sqlmodel import Session, func, select

        from workbench.store.tables import TicketRow

        added, same = 0, 0
        refused: list[RowProblem] = []
        with self._writing() as connection, Session(connection) as session:
            is_frozen = _read_frozen_at(connection) is not None
            last = session.exec(select(func.max(TicketRow.position))).one() or 0
            for ticket in tickets:
                stored = session.get(TicketRow, ticket.ticket_id)
                if stored is not None and stored.digest == ticket.digest:
                    same += 1
                elif is_frozen:
                    raise InputRefused(_frozen(ticket.ticket_id))
                elif stored is not None:
                    refused.append(_changed(ticket))
                else:
                    added += 1
                    session.add(_to_row(ticket, last + added))
            session.flush()
        return TicketCounts(added, same, tuple(refused))

    def keep_tickets(self, ticket_ids: Iterable[str], how: str) -> int:
        """Remove every other ticket, and keep how these were chosen; returns how many went.

        InputRefused once frozen, or where one that would go has outputs.
        """
        wanted = set(ticket_ids)
        with self._writing() as connection:
            if _read_frozen_at(connection) is not None:
                raise InputRefused("the tickets are frozen: draw a sample in a new study")
            listed = rows(connection, "SELECT ticket_id FROM ticket ORDER BY position", {})
            gone = [r.ticket_id for r in listed if r.ticket_id not in wanted]
            sql = "SELECT DISTINCT ticket FROM output ORDER BY ticket"
            kept = [r.ticket for r in rows(connection, sql, {}) if r.ticket in set(gone)]
            if kept:
                raise InputRefused(f"ticket {kept[0]} has outputs: draw a sample before any run")
            for ticket_id in gone:
                connection.exec_driver_sql("DELETE FROM ticket WHERE ticket_id = ?", (ticket_id,))
            set_meta(connection, "sample", how)
        return len(gone)

    def list_tickets(self) -> list[Ticket]:
        """All tickets in the order they came."""
        with self._reading() as connection:
            found = rows(connection, "SELECT * FROM ticket ORDER BY position", {})
            return [_to_ticket(row) for row in found]

    def get_ticket(self, ticket_id: str) -> Ticket:
        """One ticket; UsageError where there is none."""
        with self._reading() as connection:
            ticket = load_ticket(connection, ticket_id)
            if ticket is None:
                raise UsageError(f"no ticket {ticket_id} in this study")
            return ticket

    def freeze(self, at: datetime) -> tuple[SuiteEntry, ...]:
        """From here on tickets cannot change; freezing again changes nothing."""
        with self._writing() as connection:
            found = rows(connection, "SELECT * FROM ticket ORDER BY ticket_id", {})
            entries = tuple(SuiteEntry(r.ticket_id, r.digest, Spec(r.spec)) for r in found)
            if not entries:
                raise InputRefused("there are no tickets to freeze: import some first")
            if _read_frozen_at(connection) is None:
                set_meta(connection, "frozen_digest", suite_digest(entries))
                set_meta(connection, "frozen_at", format_time(at))
            return entries

    @property
    def is_frozen(self) -> bool:
        """Whether the tickets can no longer change."""
        return self.frozen_at is not None

    @property
    def frozen_at(self) -> datetime | None:
        """When the tickets were frozen."""
        with self._reading() as connection:
            return _read_frozen_at(connection)

    @property
    def frozen_digest(self) -> str:
        """The digest of the frozen suite, "" before."""
        return self.get_meta("frozen_digest") or ""


def load_ticket(connection: Connection, ticket_id: str) -> Ticket | None:
    """One ticket, or None."""
    row = one(connection, "SELECT * FROM ticket WHERE ticket_id = :ticket", ticket=ticket_id)
    return None if row is None else _to_ticket(row)


def _to_ticket(row: Found) -> Ticket:
    return Ticket(
        ticket_id=row.ticket_id,
        title=row.title,
        body=row.body,
        repo=row.repo,
        base_commit=row.base_commit,
        spec=Spec(row.spec),
        labels=split_texts(row.labels),
        url=row.url,
        source=row.source,
        hidden=row.hidden,
        extra=row.extra,
    )


def _to_row(ticket: Ticket, position: int) -> "TicketRow":
    from workbench.store.tables import TicketRow

    return TicketRow(
        ticket_id=ticket.ticket_id,
        position=position,
        spec=ticket.spec.value,
        title=ticket.title,
        repo=ticket.repo,
        base_commit=ticket.base_commit,
        digest=ticket.digest,
        labels=join_texts(ticket.labels),
        url=ticket.url,
        source=ticket.source,
        body=ticket.body,
        hidden=ticket.hidden,
        extra=ticket.extra,
    )


def _read_frozen_at(connection: Connection) -> datetime | None:
    row = one(connection, "SELECT value FROM meta WHERE key = 'frozen_at'")
    return parse_time(row.value) if row else None


def _frozen(ticket_id: str) -> str:
    return f"ticket {ticket_id}: the tickets are frozen; start a new study to change them"


def _changed(ticket: Ticket) -> RowProblem:
    reason = "differs from the stored ticket of this id, which was kept"
    return RowProblem(ticket.source, ticket.ticket_id, reason)


def check_not_frozen(connection: Connection, ticket_id: str) -> None:
    """InputRefused once the tickets are frozen."""
    if _read_frozen_at(connection) is not None:
        raise InputRefused(_frozen(ticket_id))


def move_spec(connection: Connection, ticket_id: str, old: Spec, new: Spec) -> None:
    """Write a ticket's spec; cells hold it, so its outputs move."""
    if old is new:
        return
    update = "UPDATE ticket SET spec = ? WHERE ticket_id = ?"
    connection.exec_driver_sql(update, (new.value, ticket_id))
    shift = Shift()
    sql = "SELECT id, candidate, delivery, tests FROM output WHERE ticket = :ticket"
    for row in rows(connection, sql, {"ticket": ticket_id}):
        known = Known(row.id, row.candidate, Ground(old.value, row.delivery, row.tests))
        change_ground(connection, shift, known, known.ground._replace(spec=new.value))
    shift.apply(connection)
