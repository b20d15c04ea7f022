"""Candidates are run over the tickets, and what they deliver becomes outputs.

What is done is told by records, one a job, named by all that its output depends on: running again
continues and repeats nothing. Threads run candidates; the store is this thread's alone.
"""

import json
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from workbench.domain.harness import CandidateSettings, RunSettings
from workbench.domain.output import Delivered
from workbench.domain.run import Ending, ExitClass, Job, make_key
from workbench.domain.run_board import RunBoard
from workbench.services.outputs import Outputs
from workbench.services.run_state import Pace, RunState

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Retries = Callable[[Callable[[], Ending]], Ending]
_LOOK_SECONDS = 0.2


class Cancel(Protocol):
    """Whether everything is to end at once."""

    def is_set(self) -> bool:
        """True from the moment on."""
        ...


class Harness(Protocol):
    """Runs the jobs of one candidate; never raises what a user could be told."""

    def run(self, job: Job, cancel: Cancel) -> Ending:
        """One try at a job."""
        ...

    def find_lost(self, job: Job) -> float:
        """US dollars of a try that ended with us, as far as anybody can tell."""
        ...

    def identify(self) -> str:
        """What its program calls itself, "" where nobody can tell."""
        ...


class Records(Protocol):
    """How jobs ended, on disk."""

    def get(self, job: Job) -> Ending | None:
        """How a job ended; None where it did not."""
        ...

    def put(self, job: Job, ending: Ending) -> None:
        """Keep it."""
        ...


@dataclass(frozen=True, slots=True)
class Control:
    """What steers a run from outside.

    After `stop` nothing more begins; after `cancel` what runs is ended and leaves no output.
    """

    retries: Retries
    stop: threading.Event = field(default_factory=threading.Event)
    cancel: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[RunBoard], None] = lambda _board: None


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate with what runs it."""

    settings: CandidateSettings
    harness: Harness


@dataclass(frozen=True, slots=True)
class Finished:
    """One job that ended. `warnings` are sentences on its way into the study."""

    job: Job
    ending: Ending
    is_new: bool
    warnings: tuple[str, ...] = ()


class Runs:
    """The runs of one study."""

    def __init__(self, store: "Store", outputs: Outputs, records: Records) -> None:
        """Nothing is started."""
        self._store, self._outputs, self._records = store, outputs, records
        self.paces: Mapping[str, Pace] = {}
        self.is_ceiling_reached = False

    def list_jobs(self, candidates: Iterable[CandidateSettings]) -> list[Job]:
        """Every ticket for every candidate, trial by trial, so that all are as far at any time."""
        tickets, listed = self._store.list_tickets(), list(candidates)
        most = max((one.trials for one in listed), default=0)
        return [
            Job(
                make_key(ticket.digest, one.digest, trial),
                ticket.ticket_id,
                ticket.title,
                ticket.body,
                ticket.repo,
                ticket.base_commit,
                one.name,
                trial,
                one.digest,
            )
            for trial in range(1, most + 1)
            for ticket in tickets
            for one in listed
            if trial <= one.trials
        ]

    def run(
        self,
        entries: Iterable[Entry],
        settings: RunSettings,
        control: Control,
    ) -> Iterator[Finished]:
        """Run what has no answer yet, storing outputs as they come; what is known comes first."""
        by_name = {entry.settings.name: entry for entry in entries}
        state = _make_state(settings, [entry.settings for entry in by_name.values()])
        self.paces = state.paces
        earlier: dict[str, float] = {}
        for job, known in self._recall(state, [entry.settings for entry in by_name.values()]):
            if known is not None and known.exit_class.is_answer:
                yield self._store_output(job, known, is_new=False)
                continue
            spent = self._find_spent(by_name[job.candidate].harness, state, job, known)
            earlier[job.key] = spent
            state.waiting.append(job)
        yield from self._drive(by_name, state, earlier, control)

    def _find_spent(
        self, harness: Harness, state: RunState, job: Job, known: Ending | None
    ) -> float:
        """What a job without an answer has cost by now; what a kill cut short is put on record."""
        known = known or Ending(ExitClass.CANCELLED)
        lost = harness.find_lost(job)
        if lost:
            state.paces[job.candidate].spend(lost)
            known = replace(known, spent_usd=(known.spent_usd or 0.0) + lost)
            self._records.put(job, known)
        return known.spent_usd or 0.0

    def survey(self, candidates: Sequence[CandidateSettings]) -> RunBoard:
        """How far the candidates are by their records alone, with nothing running."""
        state = _make_state(RunSettings(), candidates)
        for job, known in self._recall(state, candidates):
            state.paces[job.candidate].failed += bool(known and known.exit_class.is_retried)
        return replace(state.make_board(is_stopping=False), is_live=False)

    def _recall(
        self, state: RunState, candidates: Sequence[CandidateSettings]
    ) -> Iterator[tuple[Job, Ending | None]]:
        """Every job with how it ended, counted."""
        jobs = self.list_jobs(candidates)
        for job in jobs:
            state.paces[job.candidate].total += 1
        for job in jobs:
            known = self._records.get(job)
            if known is not None:
                state.paces[job.candidate].count(known)
                state.paces[job.candidate].done += known.exit_class.is_answer
            yield job, known

    def _drive(
        self,
        by_name: Mapping[str, Entry],
        state: RunState,
        earlier: Mapping[str, float],
        control: Control,
    ) -> Iterator[Finished]:
        ended: queue.SimpleQueue[tuple[Job, Ending | BaseException]] = queue.SimpleQueue()
        try:
            while True:
                while not control.stop.is_set() and (job := state.take()):
                    state.begin(job)
                    _start(by_name[job.candidate].harness, job, control, ended)
                control.progress(state.make_board(is_stopping=control.stop.is_set()))
                if not state.running:
                    break
                try:
                    job, ending = ended.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    continue
                state.end(job)
                finished = self._take(state, job, _check(ending), earlier[job.key])
                if finished is not None:
                    yield finished
        except BaseException:
            control.cancel.set()
            raise
        self.is_ceiling_reached = bool(state.waiting) and not control.stop.is_set()

    def _take(self, state: RunState, job: Job, ending: Ending, earlier: float) -> Finished | None:
        """Record how a job ended; None where there is nothing to tell of it."""
        pace = state.paces[job.candidate]
        pace.count(ending)
        if ending.spent_usd is not None or earlier:
            ending = replace(ending, spent_usd=(ending.spent_usd or 0.0) + earlier)
        if ending.delivery is None:  # tried again by the next run, which has to know what it cost
            if ending.spent_usd:
                self._records.put(job, ending)
            if ending.exit_class is ExitClass.CANCELLED:
                return None
            pace.halted = ending.reason or str(ending.exit_class)
            return Finished(job, ending, is_new=True)
        pace.n_run += 1
        pace.done += ending.exit_class.is_answer
        pace.failed += not ending.exit_class.is_answer
        self._records.put(job, ending)
        return self._store_output(job, ending, is_new=True)

    def _store_output(self, job: Job, ending: Ending, *, is_new: bool) -> Finished:
        if self._store.has_run(job.run_id, job.ticket_id, job.candidate):
            return Finished(job, ending, is_new=False)
        done = self._outputs.add([(job.candidate, self._deliver(job, ending))])
        reasons = tuple(problem.reason for problem in done.problems)
        return Finished(job, ending, is_new, reasons)

    def _deliver(self, job: Job, ending: Ending) -> Delivered:
        is_taken = self._store.has_trial(job.ticket_id, job.candidate, job.trial)
        return Delivered(
            ticket_id=job.ticket_id,
            candidate=job.candidate,
            patch=ending.patch,
            message=ending.said.message or ("" if ending.exit_class.is_answer else ending.reason),
            delivery=ending.delivery,
            self_flagged=ending.said.self_flagged,
            questions=ending.said.questions,
            run_id=job.run_id,
            extra=_extra(job, ending),
            trial=0 if is_taken else job.trial,
        )


def _make_state(settings: RunSettings, candidates: Iterable[CandidateSettings]) -> RunState:
    caps = {one.name: one.max_cost_usd for one in candidates}
    return RunState(settings, {name: Pace(name, 0) for name in caps}, caps, deque())


def _extra(job: Job, ending: Ending) -> str:
    """What numbers need stands at the top, as harnesses elsewhere write it; the rest in `run`."""
    told = {"run": describe(ending), "harness_sha": job.harness, "cost_usd": ending.spent_usd}
    return json.dumps(told, sort_keys=True)


def describe(ending: Ending) -> dict[str, object]:
    """What is kept beside an output of how it came about; null: nobody can tell."""
    return {
        "exit_class": ending.exit_class,
        "status": ending.said.status,
        "confidence": ending.said.confidence,
        "reason": ending.reason,
        "notes": list(ending.notes),
        "seconds": ending.seconds,
        "tries": ending.tries,
        "spent_usd": ending.spent_usd,
        "sandbox": ending.sandbox,
        "leaks": list(ending.leaks),
        **asdict(ending.usage),
    }


def _check(ending: Ending | BaseException) -> Ending:
    if isinstance(ending, BaseException):
        raise ending
    return ending


def _start(
    harness: Harness,
    job: Job,
    control: Control,
    ended: "queue.SimpleQueue[tuple[Job, Ending | BaseException]]",
) -> None:
    """A thread that ends with the program: nobody waits for one that waits for a provider."""

    def work() -> None:
        try:
            ended.put((job, control.retries(lambda: harness.run(job, control.cancel))))
        except BaseException as error:  # noqa: BLE001 - raised where the run is driven
            ended.put((job, error))

    threading.Thread(target=work, name="run", daemon=True).start()
