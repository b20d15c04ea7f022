"""Outputs come in: each patch becomes a git tree on its base commit, or a reason why not."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from workbench.domain.errors import UsageError
from workbench.domain.imported import Reported, RowProblem
from workbench.domain.output import Applied, Delivered, NewOutput, Rung
from workbench.domain.ticket import Ticket
from workbench.services.spool import Spool

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Job = tuple[NewOutput, str, bytes]
Progress = Callable[[int], None]


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
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class CheckImport:
    """What an import of test results did."""

    read: int
    matched: int
    same: int
    problems: tuple[RowProblem, ...]


class Outputs:
    """The outputs of one study."""

    def __init__(self, store: "Store", ladder: Ladder) -> None:
        """Keep the store and the ladder."""
        self._store, self._ladder = store, ladder

    def add(
        self,
        rows: Iterable[tuple[str, Delivered | NewOutput | RowProblem]],
        progress: Progress = lambda _: None,
    ) -> OutputImport:
        """Apply and store; every row comes with the name of its file.

        Patches are applied first, so the database is locked only while the rows are written; they
        are written in one transaction. A patch that breaks a safety rule is stored as bytes, and
        is a problem too.
        """
        problems: list[RowProblem] = []
        rungs: dict[Rung, int] = defaultdict(int)
        with ExitStack() as stack:
            todo: dict[str, Spool[tuple[str, NewOutput, str]]] = {}
            read, same = 0, 0
            for file, row in rows:
                read += 1
                checked = self._check(file, row)
                if isinstance(checked, RowProblem):
                    problems.append(checked)
                elif checked is None:
                    same += 1
                else:
                    ticket, new = checked
                    if ticket.repo not in todo:
                        todo[ticket.repo] = stack.enter_context(Spool())
                    todo[ticket.repo].put((file, new, ticket.base_commit))
            done: Spool[NewOutput] = stack.enter_context(Spool())
            for repo, jobs in todo.items():
                for file, new in self._apply(repo, jobs):
                    if new.applied.rung is Rung.REFUSED:
                        problems.append(_refused(file, new))
                    rungs[new.applied.rung] += 1
                    done.put(new)
                    progress(len(done))
            counts = self._store.add_outputs(done)
        return OutputImport(read, counts.added, same + counts.same, dict(rungs), tuple(problems))

    def _check(
        self, file: str, row: Delivered | NewOutput | RowProblem
    ) -> RowProblem | tuple[Ticket, NewOutput] | None:
        """A row that can be applied, a problem, or None for one that is here already."""
        if isinstance(row, RowProblem):
            return row
        new = row if isinstance(row, NewOutput) else NewOutput(row, Applied(Rung.EMPTY))
        delivered = new.delivered
        try:
            ticket = self._store.get_ticket(delivered.ticket_id)
        except UsageError:
            return RowProblem(
                file, _place(delivered), "unknown ticket: import it first with `tickets import`"
            )
        if not delivered.candidate:
            return RowProblem(
                file, _place(delivered), "no model_name_or_path: name it by --candidate"
            )
        key = (delivered.ticket_id, delivered.candidate, delivered.content_digest)
        return None if self._store.has_output(*key) else (ticket, new)

    def _apply(
        self, repo: str, jobs: Iterable[tuple[str, NewOutput, str]]
    ) -> Iterator[tuple[str, NewOutput]]:
        files: list[str] = []

        def patches() -> Iterator[Job]:
            for file, new, base in jobs:
                files.append(file)
                yield new, base, new.delivered.patch

        for n, (new, applied) in enumerate(self._ladder.apply_many(repo, patches())):
            yield files[n], replace(new, applied=applied)

    def record_checks(
        self, rows: Iterable[Reported | RowProblem], file: str, candidate: str | None, at: datetime
    ) -> CheckImport:
        """Keep what tests said; `candidate` stands in where a report names none."""
        rows = list(rows)
        problems = [row for row in rows if isinstance(row, RowProblem)]
        reported = [row for row in rows if isinstance(row, Reported)]
        counts = self._store.record_checks(
            [replace(r, candidate=candidate or r.candidate) for r in reported], at
        )
        problems += [RowProblem(file, "", sentence) for sentence in counts.unmatched]
        return CheckImport(len(rows), counts.matched, counts.same, tuple(problems))


def _refused(file: str, new: NewOutput) -> RowProblem:
    reason = f"patch refused: {new.applied.detail}; kept as bytes, no tree"
    return RowProblem(file, _place(new.delivered), reason)


def _place(delivered: Delivered) -> str:
    return ", ".join(part for part in (delivered.where, delivered.ticket_id) if part)
