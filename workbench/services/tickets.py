"""Tickets come in, are judged clear or vague, and are frozen into a suite."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.ticket import SuiteEntry, Ticket, suite_digest
from workbench.services.repositories import Commits, choose_repository

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Progress = Callable[[str, int], None]


class Placed(NamedTuple):
    """A ticket with its place: a file, and "line 3" or the like in it."""

    file: str
    where: str
    ticket: Ticket

    def problem(self, reason: str) -> RowProblem:
        """Why it cannot be taken; names place and id, each once."""
        parts = dict.fromkeys((self.where, self.ticket.ticket_id))
        return RowProblem(self.file, ", ".join(part for part in parts if part), reason)


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

    def add(
        self,
        rows: Iterable[Placed | RowProblem],
        progress: Progress = lambda _what, _n: None,
    ) -> TicketImport:
        """Resolve base commits and store the good rows; the others come back as problems."""
        good: dict[str, Placed] = {}
        problems: list[RowProblem] = []
        read = same = 0
        for read, row in enumerate(rows, 1):
            progress("tickets read", read)
            taken = row if isinstance(row, RowProblem) else self._take(row)
            if isinstance(taken, RowProblem):
                problems.append(taken)
                continue
            first = good.setdefault(taken.ticket.ticket_id, taken)
            if first.ticket.digest != taken.ticket.digest:
                problems.append(taken.problem(f"differs from the ticket of this id, {first.where}"))
            elif first is not taken:
                same += 1
        counts = self._store.add_tickets(placed.ticket for placed in good.values())
        problems += [good[p.where].problem(p.reason) for p in counts.refused]
        return TicketImport(read, counts.added, same + counts.same, tuple(problems))

    def _take(self, placed: Placed) -> Placed | RowProblem:
        try:
            return placed._replace(ticket=self._resolve(placed.ticket))
        except InputRefused as error:
            return placed.problem(str(error))

    def _resolve(self, ticket: Ticket) -> Ticket:
        repo = choose_repository(ticket.repo, self._repositories)
        commit = self._commits.resolve_commit(repo, ticket.base_commit or "HEAD")
        return ticket._replace(repo=repo, base_commit=commit)

    def list(self) -> list[Ticket]:
        """In the order in which they came."""
        return self._store.list_tickets()

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
