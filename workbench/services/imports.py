"""A canonical export comes back: tickets, outputs, test results, and labels as they were."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from workbench.domain.check import CheckResult
from workbench.domain.clarity import SpecEvent
from workbench.domain.errors import InputRefused, WorkbenchError
from workbench.domain.event import Event
from workbench.domain.imported import RowProblem
from workbench.domain.output import Delivered, NewOutput
from workbench.domain.record import Record
from workbench.services.edit_trees import EditTrees, GivenEdit, make_imported_trees
from workbench.services.outputs import Outputs
from workbench.services.spool import Spool
from workbench.services.tickets import Placed, Tickets

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Clock = Callable[[], datetime]
Progress = Callable[[str, int], None]
PlacedRecord = tuple[str, Record]
"""A record with its place in the file, such as "line 3"."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordImport:
    """What an import of a canonical export did."""

    read: int
    tickets: int
    outputs: int
    labels: int
    problems: tuple[RowProblem, ...]


class Imports:
    """Takes a canonical export into a study; the same file twice adds nothing."""

    def __init__(
        self, store: "Store", tickets: Tickets, outputs: Outputs, trees: EditTrees, clock: Clock
    ) -> None:
        """Keep what it works with."""
        self._store, self._tickets, self._trees = store, tickets, trees
        self._outputs, self._clock = outputs, clock

    def add(
        self,
        rows: Iterable[PlacedRecord | RowProblem],
        file: str,
        progress: Progress = lambda _what, _n: None,
    ) -> RecordImport:
        """Read every row once; then tickets, outputs, test results and labels, in this order.

        An empty study takes over the identity of the one the file came from; any other must be it.
        """
        problems: list[RowProblem] = []
        with ExitStack() as stack:
            good: Spool[PlacedRecord] = stack.enter_context(Spool())
            for n, row in enumerate(rows, 1):
                progress("rows read", n)
                if isinstance(row, RowProblem):
                    problems.append(row)
                else:
                    good.put(row)
            n_read = len(good) + len(problems)
            if not n_read:
                raise InputRefused(f"{file}: no rows")
            self._adopt(good, file)
            tickets = self._tickets.add(_tickets(good, file), progress)
            outputs = self._outputs.add(((file, new) for new in _outputs(good)), progress)
            here = {line.output_id for line in self._store.list_outputs()}
            self._store.record_checks(self._checks(good, here), self._clock())
            calls = self._add_calls(good)
            events: Spool[Event] = stack.enter_context(Spool())
            refused = make_imported_trees(self._store, self._trees, _edits(good, here))
            left_out = list(self._sort(good, here, events, file, refused))
            labels = self._store.add_imported_events(events)
        problems += [*tickets.problems, *outputs.problems]
        problems += [*(RowProblem(file, "", told) for told in calls), *left_out]
        return RecordImport(n_read, tickets.added, outputs.added, labels, tuple(problems))

    def _add_calls(self, rows: Iterable[PlacedRecord]) -> list[str]:
        """Who called the tickets what: each ticket's rows repeat it, so the first is enough."""
        found: list[SpecEvent] = []
        for _, group in groupby(rows, key=lambda row: row[1].ticket.ticket_id):
            found += next(group)[1].calls
        return self._store.add_imported_spec_events(found)[1]

    def _adopt(self, rows: Iterable[PlacedRecord], file: str) -> None:
        studies = {record.study_id for _, record in rows}
        if not studies or studies == {self._store.study_id}:
            return
        if len(studies) > 1:
            raise InputRefused(f"{file}: its rows come from {len(studies)} studies: split it")
        try:
            self._store.adopt_study_id(studies.pop(), self._clock())
        except WorkbenchError as error:
            raise InputRefused(
                f"{file}: it comes from another study, and this one is not empty: "
                "import it into a new study"
            ) from error

    def _checks(
        self, rows: Iterable[PlacedRecord], here: set[str]
    ) -> Iterator[tuple[str, str, int, CheckResult]]:
        """Test results of outputs that have none yet: a result that is here is not older."""
        for output_id, group in groupby(rows, key=_output_id):
            record = next(group)[1]
            output = record.output
            if output_id in here and self._store.get_check(output_id) == CheckResult():
                yield output.ticket_id, output.candidate, output.trial, record.check

    def _sort(
        self,
        rows: Iterable[PlacedRecord],
        here: set[str],
        events: Spool[Event],
        file: str,
        refused: Mapping[str, str],
    ) -> Iterator[RowProblem]:
        """New events go to `events` in the order of the file; what cannot be taken is named."""
        known, last = self._known_events()
        reviewers = set(self._store.list_reviewers())
        for where, record in rows:
            event, output_id = record.event, record.output.output_id
            if event is None or record.event_key in known:
                continue
            reason = ""
            if output_id not in here:
                reason = f"its label was left out: output {output_id} is not in the study"
            elif event.at <= last.get((output_id, event.reviewer), _NEVER):
                reason = f"older than the label that {event.reviewer} has here: left out"
            elif record.event_key in refused:
                reason = f"its label was left out: {refused[record.event_key]}"
            if reason:
                yield RowProblem(file, where, reason)
                continue
            if event.reviewer not in reviewers:
                self._store.ensure_reviewer(event.reviewer, self._clock())
                reviewers.add(event.reviewer)
            if record.corrected is not None:
                self._store.add_patch(record.corrected)
            events.put(event)

    def _known_events(self) -> tuple[set[str], dict[tuple[str, str], datetime]]:
        """The names of all events here, and when each reviewer last acted on each output."""
        known: set[str] = set()
        last: dict[tuple[str, str], datetime] = {}
        for record in self._store.events(current_only=False):
            if record.event is not None:
                known.add(record.event_key)
                last[record.output.output_id, record.event.reviewer] = record.event.at
        return known, last


def _edits(rows: Iterable[PlacedRecord], here: set[str]) -> Iterator[GivenEdit]:
    for _, record in rows:
        held = record.event.judgement.edited if record.event else None
        if held and record.corrected is not None and record.output.output_id in here:
            ticket_id = record.ticket.ticket_id
            yield GivenEdit(record.event_key, ticket_id, held.tree, record.corrected)


def _output_id(row: PlacedRecord) -> str:
    return row[1].output.output_id


def _tickets(rows: Iterable[PlacedRecord], file: str) -> Iterator[Placed]:
    for _, group in groupby(rows, key=lambda row: row[1].ticket.ticket_id):
        where, record = next(group)
        yield Placed(file, where, record.ticket)


def _outputs(rows: Iterable[PlacedRecord]) -> Iterator[NewOutput]:
    for _, group in groupby(rows, key=_output_id):
        yield _as_new(*next(group))


def _as_new(where: str, record: Record) -> NewOutput:
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
        where=where,
    )
    return NewOutput(delivered, output.applied, output.output_id, output.trial)
