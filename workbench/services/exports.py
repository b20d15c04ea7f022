"""What was decided leaves the study and comes back: streamed, deterministic, never empty unsaid."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from workbench.domain.check import CheckResult
from workbench.domain.errors import InputRefused, WorkbenchError
from workbench.domain.imported import RowProblem
from workbench.domain.output import Delivered, NewOutput
from workbench.domain.record import Record
from workbench.services.outputs import Outputs
from workbench.services.repositories import choose_repository

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Clock = Callable[[], datetime]


class Format(Protocol):
    """Turns records into text, a line at a time."""

    @property
    def name(self) -> str:
        """jsonl, csv."""

    @property
    def lossy_fields(self) -> tuple[str, ...]:
        """What the format cannot carry."""

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """Lines with their ends; counts what was redacted."""


@dataclass
class ExportCounts:
    """Filled while an export is streamed; complete once it has been read to its end."""

    written: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    taken_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class RecordImport:
    """What an import of a canonical export did."""

    read: int
    tickets: int
    outputs: int
    labels: int
    problems: tuple[RowProblem, ...]


def export_lines(
    store: "Store", into: Format, *, everything: bool, counts: ExportCounts
) -> Iterator[str]:
    """The lines of an export. Without `everything`: current labels only, the rest is counted."""

    def chosen() -> Iterator[Record]:
        for record in store.events(current_only=not everything, with_unlabelled=True):
            is_label = record.event is not None and record.event.judgement.label is not None
            if everything or is_label:
                counts.written += 1
                yield record
            else:
                counts.dropped["unlabelled"] += 1

    yield from into.render(chosen(), counts.taken_out)


class Imports:
    """Takes a canonical export into a study: tickets, outputs, test results and labels."""

    def __init__(
        self, store: "Store", outputs: Outputs, repositories: tuple[str, ...], clock: Clock
    ) -> None:
        """`repositories` are the names in workbench.toml."""
        self._store, self._outputs = store, outputs
        self._repositories, self._clock = repositories, clock

    def add(self, records: Callable[[], Iterable[Record | RowProblem]], file: str) -> RecordImport:
        """Read the file's records three times: tickets, outputs, then labels in their order.

        An empty study takes over the identity of the one the file came from; any other must be it.
        """
        self._adopt(records(), file)
        problems = [row for row in records() if isinstance(row, RowProblem)]
        tickets = self._add_tickets(_only(records()), file, problems)
        outputs = self._outputs.add((file, _as_new(record)) for record in _only(records()))
        problems += outputs.problems
        self._store.record_checks((_reported(r) for r in _only(records())), self._clock())
        labels = self._add_labels(_only(records()), file, problems)
        read = sum(1 for _ in records())
        return RecordImport(read, tickets, outputs.added, labels, tuple(problems))

    def _adopt(self, rows: Iterable[Record | RowProblem], file: str) -> None:
        first = next((row for row in rows if isinstance(row, Record)), None)
        if first is None or first.study_id == self._store.study_id:
            return
        try:
            self._store.adopt_study_id(first.study_id, self._clock())
        except WorkbenchError as error:
            raise InputRefused(
                f"{file}: it comes from another study, and this one is not empty ({error})"
            ) from error

    def _add_tickets(self, records: Iterable[Record], file: str, problems: list[RowProblem]) -> int:
        seen = {}
        for record in records:
            ticket = record.ticket
            try:
                repo = choose_repository(ticket.repo, self._repositories)
            except InputRefused as error:
                problems.append(RowProblem(file, ticket.ticket_id, str(error)))
                continue
            seen[ticket.ticket_id] = replace(ticket, repo=repo)
        counts = self._store.add_tickets(seen.values())
        problems += counts.refused
        return counts.added

    def _add_labels(self, records: Iterable[Record], file: str, problems: list[RowProblem]) -> int:
        events = []
        for record in records:
            if record.event is None:
                continue
            try:
                self._store.get_output(record.output.output_id)
            except WorkbenchError as error:
                problems.append(RowProblem(file, record.output.output_id, str(error)))
                continue
            self._store.ensure_reviewer(record.event.reviewer, self._clock())
            events.append(record.event)
        events.sort(key=lambda event: event.at)
        return self._store.add_imported_events(events)


def _only(rows: Iterable[Record | RowProblem]) -> Iterator[Record]:
    return (row for row in rows if isinstance(row, Record))


def _reported(record: Record) -> tuple[str, str, int, CheckResult]:
    output = record.output
    return record.ticket.ticket_id, output.candidate, output.trial, record.check


def _as_new(record: Record) -> NewOutput:
    output = record.output
    delivered = Delivered(
        ticket_id=output.ticket_id,
        candidate=output.candidate,
        patch=output.patch,
        message=output.message,
        delivery=output.delivery,
        self_flagged=output.self_flagged,
        questions=output.questions,
        run_id=output.run_id,
        extra=output.extra,
    )
    return NewOutput(delivered, output.applied, output.output_id, output.trial)
