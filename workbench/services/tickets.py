"""Tickets come in, are judged clear or vague, and are frozen into a suite."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.ticket import Spec, SuiteEntry, Ticket, suite_digest
from workbench.services.repositories import Commits, choose_repository

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


@dataclass(frozen=True, slots=True)
class TicketImport:
    """What an import of tickets did."""

    read: int
    added: int
    same: int
    problems: tuple[RowProblem, ...]


class Tickets:
    """The tickets of one study."""

    def __init__(self, store: "Store", commits: Commits, repositories: Sequence[str]) -> None:
        """`repositories` are the names in workbench.toml."""
        self._store, self._commits, self._repositories = store, commits, repositories

    def add(self, rows: Iterable[Ticket | RowProblem]) -> TicketImport:
        """Resolve base commits and store the good rows; the others come back as problems."""
        good: list[Ticket] = []
        problems: list[RowProblem] = []
        read = 0
        for row in rows:
            read += 1
            if isinstance(row, RowProblem):
                problems.append(row)
                continue
            try:
                good.append(self._resolve(row))
            except InputRefused as error:
                problems.append(RowProblem(row.source, row.ticket_id, str(error)))
        counts = self._store.add_tickets(good)
        return TicketImport(read, counts.added, counts.same, (*problems, *counts.refused))

    def _resolve(self, ticket: Ticket) -> Ticket:
        repo = choose_repository(ticket.repo, self._repositories)
        commit = self._commits.resolve_commit(repo, ticket.base_commit or "HEAD")
        return replace(ticket, repo=repo, base_commit=commit)

    def list(self) -> list[Ticket]:
        """In the order in which they came."""
        return self._store.list_tickets()

    def mark(self, ticket_id: str, spec: Spec) -> None:
        """A person's call whether a ticket says enough; raises InputRefused after the freeze."""
        self._store.mark_spec(ticket_id, spec)

    def freeze(self, at: datetime) -> tuple[SuiteEntry, ...]:
        """From here on tickets cannot change; freezing twice changes nothing."""
        return self._store.freeze(at)


def render_lock(entries: Iterable[SuiteEntry]) -> str:
    """tickets.lock.json: ids, content hashes, spec, and the digest over them."""
    listed = sorted(entries, key=lambda e: e.ticket_id)
    lock = {
        "schema_version": 1,
        "digest": suite_digest(listed),
        "tickets": [{"id": e.ticket_id, "digest": e.digest, "spec": e.spec} for e in listed],
    }
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"
