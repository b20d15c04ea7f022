"""Outputs come in: each patch becomes a git tree on its base commit, or a reason why not."""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from workbench.domain.delivery import Rung
from workbench.domain.errors import UsageError
from workbench.domain.imported import Reported, RowProblem
from workbench.domain.output import Applied, Delivered, NewOutput
from workbench.domain.ticket import Ticket
from workbench.services.spool import Spool

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Job = tuple[NewOutput, str, bytes]
Progress = Callable[[str, int], None]
_NOT_ASKED = Applied(Rung.EMPTY)  # stands where no ladder has been asked yet


class Ladder(Protocol):
    """Applies many patches in our private clone of one repository."""

    def apply_many(
        self, name: str, jobs: Iterable[Job], workers: int = 2
    ) -> Iterator[tuple[NewOutput, Applied]]:
        """Every job with what became of it, in order."""


@dataclass(frozen=True, slots=True)
class OutputImport:
    """What an import of outputs did; `rungs` counts how the new ones were applied."""

    read: int
    added: int
    same: int
    rungs: dict[Rung, int]
    candidates: frozenset[str]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class CheckImport:
    """What an import of test results did."""

    read: int
    matched: int
    same: int
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class _Todo:
    """A row that is new, on the way to its tree. `expected`: the rung it had elsewhere."""

    file: str
    new: NewOutput
    base_commit: str
    expected: Rung | None


@dataclass
class _Batch:
    """One import under way; what is long lies in spools on disk."""

    stack: ExitStack
    read: int = 0
    same: int = 0
    seen: set[bytes] = field(default_factory=set)
    candidates: set[str] = field(default_factory=set)
    problems: list[RowProblem] = field(default_factory=list)
    rungs: Counter[Rung] = field(default_factory=Counter)
    todo: dict[str, Spool[_Todo]] = field(default_factory=dict)

    def plan(self, repo: str, todo: _Todo) -> None:
        """Keep a new row for the ladder of its repository; the same content twice is one row."""
        delivered = todo.new.delivered
        key = f"{delivered.ticket_id}\0{delivered.candidate}\0{delivered.content_digest}"
        digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
        if digest in self.seen:
            self.same += 1
            return
        self.seen.add(digest)
        if repo not in self.todo:
            self.todo[repo] = self.stack.enter_context(Spool())
        self.todo[repo].put(todo)


class Outputs:
    """The outputs of one study."""

    def __init__(self, store: "Store", ladder: Ladder) -> None:
        """Keep the store and the ladder."""
        self._store, self._ladder = store, ladder

    def add(
        self,
        rows: Iterable[tuple[str, Delivered | NewOutput | RowProblem]],
        progress: Progress = lambda _what, _n: None,
    ) -> OutputImport:
        """Apply and store; every row comes with the name of its file.

        A NewOutput comes from another study: it keeps its id, and `applied` is compared.

        Patches are applied first, so the database is locked only while the rows are written; they
        are written in one transaction. A patch that breaks a safety rule is stored as bytes, and
        is a problem too.
        """
        with ExitStack() as stack:
            batch = _Batch(stack)
            for file, row in rows:
                self._sort(batch, file, row)
                progress("rows read", batch.read)
            done: Spool[NewOutput] = stack.enter_context(Spool())
            for repo, jobs in batch.todo.items():
                for todo, new in self._apply(repo, jobs):
                    batch.problems += _list_problems(todo, new)
                    batch.rungs[new.applied.rung] += 1
                    done.put(new)
                    progress("patches applied", len(done))
            counts = self._store.add_outputs(_counted(done, progress))
        same, candidates = batch.same + counts.same, frozenset(batch.candidates)
        problems = tuple(batch.problems)
        return OutputImport(batch.read, counts.added, same, dict(batch.rungs), candidates, problems)

    def _sort(self, batch: _Batch, file: str, row: Delivered | NewOutput | RowProblem) -> None:
        """A row is new, here already, or a problem."""
        batch.read += 1
        if isinstance(row, RowProblem):
            batch.problems.append(row)
            return
        new = row if isinstance(row, NewOutput) else NewOutput(row, _NOT_ASKED, trial=row.trial)
        delivered = new.delivered
        ticket = self._find_ticket(delivered)
        if isinstance(ticket, str):
            batch.problems.append(RowProblem(file, _place(delivered), ticket))
            return
        batch.candidates.add(delivered.candidate)
        key = (delivered.ticket_id, delivered.candidate, delivered.content_digest)
        if self._store.has_output(*key):
            batch.same += 1
        else:
            expected = new.applied.rung if isinstance(row, NewOutput) else None
            batch.plan(ticket.repo, _Todo(file, new, ticket.base_commit, expected))

    def _find_ticket(self, delivered: Delivered) -> Ticket | str:
        """The ticket of a delivery, or why it cannot be taken."""
        if not delivered.candidate:
            return "no model_name_or_path: name the candidate by --candidate"
        try:
            return self._store.get_ticket(delivered.ticket_id)
        except UsageError:
            return "unknown ticket: import it first with `workbench tickets import`"

    def _apply(self, repo: str, jobs: Iterable[_Todo]) -> Iterator[tuple[_Todo, NewOutput]]:
        waiting: deque[_Todo] = deque()  # the ladder reads ahead by a few

        def patches() -> Iterator[Job]:
            for todo in jobs:
                waiting.append(todo)
                yield todo.new, todo.base_commit, todo.new.delivered.patch

        for new, applied in self._ladder.apply_many(repo, patches()):
            yield waiting.popleft(), new._replace(applied=applied)

    def record_checks(
        self, rows: Iterable[Reported | RowProblem], candidate: str | None, at: datetime
    ) -> CheckImport:
        """Keep what tests said; `candidate` is whom a report means that names nobody."""
        read = list(rows)
        problems = [row for row in read if isinstance(row, RowProblem)]
        reported = [row for row in read if isinstance(row, Reported)]
        counts = self._store.record_checks(
            ((r.ticket_id, r.candidate or candidate, r.trial, r.result) for r in reported), at
        )
        for n, sentence in zip(counts.left_out, counts.unmatched, strict=True):
            problems.append(RowProblem(reported[n].file, reported[n].where, sentence))
        return CheckImport(len(read), counts.matched, counts.same, tuple(problems))


def _counted(rows: Spool[NewOutput], progress: Progress) -> Iterator[NewOutput]:
    for n, new in enumerate(rows, 1):
        progress("outputs stored", n)
        yield new


def _list_problems(todo: _Todo, new: NewOutput) -> Iterator[RowProblem]:
    rung, detail = new.applied.rung, new.applied.detail
    if rung is todo.expected:
        return
    if rung is Rung.REFUSED:
        reason = f"patch refused: {detail}; kept as bytes, no tree"
        yield RowProblem(todo.file, _place(new.delivered), reason)
    elif todo.expected is not None:
        reason = f"applied as {rung} here, as {todo.expected} where it was exported"
        yield RowProblem(todo.file, _place(new.delivered), reason)


def _place(delivered: Delivered) -> str:
    """The row's place in its file and its ticket, each once."""
    parts = dict.fromkeys((delivered.where, delivered.ticket_id))
    return ", ".join(part for part in parts if part)
