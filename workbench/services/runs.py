"""Candidates are run over the tickets, and what they deliver becomes outputs.

What is done is told by records, one a job, named by all that its output depends on: running again
continues and repeats nothing. Threads run candidates; the store is this thread's alone.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from workbench.domain.harness import CandidateSettings, RunSettings
from workbench.domain.run import Ending, ExitClass, Job, make_key
from workbench.domain.run_board import RunBoard
from workbench.services.outputs import Outputs
from workbench.services.run_deliveries import deliver
from workbench.services.run_state import Pace, RunState
from workbench.services.run_turns import Turn, Turns

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

Retries = Callable[[Callable[[], Ending]], Ending]
_Ended = queue.SimpleQueue[tuple[Turn, Ending | BaseException] | None]
_LOOK_SECONDS = 0.2


class Harness(Protocol):
    """Runs the jobs of one candidate; never raises what a user could be told."""

    def run(self, job: Job, turn: Turn) -> Ending:
        """One try at a job; only in its turn may anything of the candidate run."""
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
        return replace(state.make_board((), is_stopping=False), is_live=False)

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
        ended: _Ended = queue.SimpleQueue()
        events, n_slots = (control.stop, control.cancel), state.settings.max_workers
        turns = Turns(state, n_slots, events, lambda: ended.put(None))
        try:
            while True:
                while not control.stop.is_set() and (job := state.take(turns)):
                    _start(by_name[job.candidate].harness, turns.open(job), control, ended)
                board = state.make_board(turns.running, is_stopping=control.stop.is_set())
                control.progress(board)
                if not turns.n_begun:
                    break
                try:
                    got = ended.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    continue
                if got is None:
                    continue
                turn, ending = got[0], _check(got[1])
                finished = self._take(state, turn.job, ending, earlier[turn.job.key])
                if ending.exit_class is ExitClass.CANCELLED:  # its turn may come in another run
                    state.waiting.appendleft(turn.job)
                turns.close(turn)  # what it cost is counted by now
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
            if not ending.stops_candidate:
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
        is_taken = self._store.has_trial(job.ticket_id, job.candidate, job.trial)
        trial = 0 if is_taken else job.trial
        done = self._outputs.add([(job.candidate, deliver(job, ending, trial=trial))])
        reasons = tuple(problem.reason for problem in done.problems)
        return Finished(job, ending, is_new, reasons)


def _make_state(settings: RunSettings, candidates: Iterable[CandidateSettings]) -> RunState:
    caps = {one.name: one.max_cost_usd for one in candidates}
    return RunState(settings, {name: Pace(name, 0) for name in caps}, caps, deque())


def _check(ending: Ending | BaseException) -> Ending:
    if isinstance(ending, BaseException):
        raise ending
    return ending


def _start(harness: Harness, turn: Turn, control: Control, ended: _Ended) -> None:
    """A thread that ends with the program: nobody waits for one that waits for a provider."""

    def attempt() -> Ending:
        turn.begin_try()
        ending = harness.run(turn.job, turn)
        turn.end_try(ending)
        return ending

    def work() -> None:
        try:
            ended.put((turn, control.retries(attempt)))
        except BaseException as error:  # noqa: BLE001 - raised where the run is driven
            ended.put((turn, error))

    threading.Thread(target=work, name="run", daemon=True).start()
