"""The tests are run: on base first, then on every output, and what each changed is recorded.

A result is recorded as soon as it is there, and is named by all that it depends on: what is done
is never repeated, whatever ended the program before. Threads run tests; the store is this
thread's alone.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from workbench.domain.check import NO_SANDBOX, CheckResult, CheckStatus, key_of
from workbench.domain.check_report import CheckReport
from workbench.domain.delivery import Delivery
from workbench.domain.errors import InputRefused, UsageError, WorkbenchError
from workbench.domain.output import Output
from workbench.domain.ticket import Ticket
from workbench.services.paces import Pace, Watch

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class HiddenTests:
    """Tests that the candidate never saw: a patch, and the ids that must pass with it."""

    patch: bytes = b""
    fail_to_pass: tuple[str, ...] = ()
    pass_to_pass: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One output to check, by its names alone: a million of them are kept in memory.

    Those with an equal `start` share their tests on base.
    """

    output_id: str
    ticket_id: str
    candidate: str
    trial: int
    start: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Job:
    """One output to check, with what it takes."""

    output_id: str
    ticket_id: str
    candidate: str
    trial: int
    repo: str
    base_commit: str
    tree: str
    hidden: HiddenTests


P = TypeVar("P")
"""What one job comes to: whatever the bench makes of it."""


class Bench(Protocol[P]):
    """Runs tests. `plan` and `find` are for one thread, `run` for many, `describe` for any."""

    def plan(self, job: Job) -> P:
        """Lay out what is to be tested; raises InputRefused."""
        ...

    def find(self, plan: P) -> CheckReport | None:
        """The report that is there already."""
        ...

    def run(self, plan: P, cancel: threading.Event) -> CheckReport | None:
        """Test it on base where that is not known, then itself; None after a cancel."""
        ...

    def describe(self, plan: P) -> str:
        """What comes before its own tests, while it is done; "" when these run."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """One output with its report; `is_new` where the tests were run or it is now its result."""

    job: Wanted
    report: CheckReport
    is_new: bool


Progress = Callable[[Pace], None]


class Checks:
    """The checks of one study."""

    def __init__(self, store: "Store", clock: Callable[[], datetime], workers: int) -> None:
        """`workers` is how many run side by side."""
        self._store, self._clock, self._workers = store, clock, workers

    def list_wanted(self, candidates: Collection[str] = ()) -> list[Wanted]:
        """Every output with a tree, grouped by what it starts from; UsageError for a name."""
        known = {candidate.name for candidate in self._store.list_candidates()}
        for name in candidates:
            if name not in known:
                listed = ", ".join(sorted(known)) or "none"
                raise UsageError(f"no candidate {name} in this study (known: {listed})")
        start = {t.ticket_id: (t.repo, t.base_commit) for t in self._store.list_tickets()}
        wanted = [
            Wanted(
                line.output_id,
                line.ticket_id,
                line.candidate,
                line.trial,
                start[line.ticket_id],
            )
            for line in self._store.list_outputs()
            if line.delivery is Delivery.PATCH
            and line.rung.has_tree
            and (not candidates or line.candidate in candidates)
        ]
        return sorted(wanted, key=lambda one: one.start)

    def run(
        self,
        bench: Bench[P],
        wanted: Collection[Wanted],
        *,
        again: bool = False,
        progress: Progress = lambda _: None,
        stop: threading.Event | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Checked]:
        """Check every output, recording each as it is done; `again` runs what is known too.

        After `stop` nothing more begins; after `cancel` what runs is ended and leaves no trace.
        """
        stop, cancel = stop or threading.Event(), cancel or threading.Event()
        watch, waiting = Watch([job.start for job in wanted]), deque(wanted)
        running: dict[Future[CheckReport | None], tuple[Wanted, P]] = {}
        with ThreadPoolExecutor(self._workers, "check") as pool:
            try:
                while running or (waiting and not stop.is_set()):
                    while waiting and len(running) < self._workers and not stop.is_set():
                        job = waiting.popleft()
                        try:
                            plan = bench.plan(self._make_job(job))
                            known = None if again else bench.find(plan)
                        except InputRefused as refusal:
                            known = _refused(refusal)
                        if known is None:
                            running[pool.submit(bench.run, plan, cancel)] = job, plan
                            continue
                        is_new = self._record(job, known)
                        progress(watch.skip(job.start))
                        yield Checked(job, known, is_new)
                    for future in wait(running, LOOK_SECONDS, FIRST_COMPLETED).done:
                        job, report = running.pop(future)[0], _answer(future)
                        if report is not None:
                            self._record(job, report)
                            progress(watch.step(job.start))
                            yield Checked(job, report, is_new=True)
                    progress(watch.look(_describe(bench, [plan for _, plan in running.values()])))
            except BaseException:
                cancel.set()
                raise

    def record_no_sandbox(self, wanted: Collection[Wanted]) -> None:
        """Say of every output without a result why it has none."""
        missing = CheckResult(reason=NO_SANDBOX)
        for job in wanted:
            if self._store.get_check(job.output_id) == CheckResult():
                self._put(job, missing)

    def _make_job(self, wanted: Wanted) -> Job:
        output = self._store.get_output(wanted.output_id)
        return _make_job(output, self._store.get_ticket(wanted.ticket_id))

    def _record(self, job: Wanted, report: CheckReport) -> bool:
        """The latest result counts; one that proves nothing does not replace one that does."""
        known = self._store.get_check(job.output_id)
        is_proof = known.tests is not CheckStatus.NOT_RUN and not key_of(known.source)
        if report.tests is CheckStatus.NOT_RUN and is_proof:
            return False
        if known == report.result:
            return False
        self._put(job, report.result)
        return True

    def _put(self, job: Wanted, result: CheckResult) -> None:
        report = (job.ticket_id, job.candidate, job.trial, result)
        self._store.record_checks([report], self._clock())


def _answer(future: "Future[CheckReport | None]") -> CheckReport | None:
    """What a thread came to; a disk that is full ends all, a tree that is bad only itself."""
    try:
        return future.result()
    except InputRefused as refusal:
        return _refused(refusal)
    except OSError as error:
        why = error.strerror or str(error)
        sentence = f"a check cannot be written ({why}): what is finished is kept; mend it, go on"
        raise WorkbenchError(sentence) from error


def _refused(refusal: InputRefused) -> CheckReport:
    """One output that cannot be tested, with the reason; not kept."""
    return CheckReport("", CheckStatus.NOT_RUN, str(refusal), str(refusal))


def _describe(bench: Bench[P], plans: Collection[P]) -> str:
    """What all that run are waiting for; "" where one is tested."""
    steps = [bench.describe(plan) for plan in plans]
    return steps[0] if steps and all(steps) else ""


def _make_job(output: Output, ticket: Ticket) -> Job:
    return Job(
        output.output_id,
        output.ticket_id,
        output.candidate,
        output.trial,
        ticket.repo,
        ticket.base_commit,
        output.applied.tree,
        read_hidden(ticket.hidden),
    )


def read_hidden(hidden: str) -> HiddenTests:
    """The hidden tests among what a ticket hides; lists may be lists or JSON in a string."""
    try:
        raw = json.loads(hidden)
    except ValueError:
        return HiddenTests()
    if not isinstance(raw, Mapping):
        return HiddenTests()
    patch = raw.get("test_patch")
    return HiddenTests(
        patch.encode("utf-8", "surrogateescape") if isinstance(patch, str) else b"",
        _ids(raw.get("FAIL_TO_PASS")),
        _ids(raw.get("PASS_TO_PASS")),
    )


def _ids(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return ()
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
