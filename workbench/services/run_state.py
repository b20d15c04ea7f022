"""How far a run is: what waits, what runs, what it has cost, and whether more may begin."""

import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.domain.harness import RunSettings
from workbench.domain.run import Ending, Job
from workbench.domain.run_board import CurrentJob, RunBoard, RunRow
from workbench.services.run_turns import Turn, Turns


@dataclass(slots=True)
class Pace:
    """How far one candidate is; `spent_usd` None: no cost is known. Read it, do not keep it."""

    name: str
    total: int
    done: int = 0
    failed: int = 0
    leaks: int = 0
    spent_usd: float | None = None
    halted: str = ""
    n_run: int = 0
    began_at: float = 0.0

    def row(self, n_running: int) -> RunRow:
        """As it stands on a board."""
        return RunRow(
            self.name,
            self.total,
            self.done,
            n_running,
            self.failed,
            self.leaks,
            self.spent_usd,
            self.seconds_left,
            self.halted,
        )

    @property
    def seconds_left(self) -> float | None:
        """A guess from what was run by now; None before the first."""
        if not self.n_run or self.halted:
            return None
        rest = self.total - self.done - self.failed  # what failed is for another run
        return (time.monotonic() - self.began_at) / self.n_run * rest

    def count(self, ending: Ending) -> None:
        """Count what a job cost, and whether it reached for the answer."""
        self.leaks += bool(ending.leaks)
        if ending.spent_usd is not None:
            self.spend(ending.spent_usd)

    def spend(self, usd: float) -> None:
        """Count a cost."""
        self.spent_usd = (self.spent_usd or 0.0) + usd


@dataclass(slots=True)
class RunState:
    """One run under way."""

    settings: RunSettings
    paces: dict[str, Pace]
    caps: Mapping[str, float]
    waiting: deque[Job] = field(default_factory=deque)

    def make_board(self, running: Sequence[Turn], *, is_stopping: bool) -> RunBoard:
        """How far it is at this moment."""
        now = time.monotonic()
        jobs = [
            CurrentJob(turn.job.ticket_id, turn.job.candidate, turn.job.trial, now - turn.began_at)
            for turn in running
        ]
        n_running = Counter(job.candidate for job in jobs)
        rows = tuple(pace.row(n_running[pace.name]) for pace in self.paces.values())
        return RunBoard(rows, tuple(jobs), is_live=True, is_stopping=is_stopping)

    @property
    def spent(self) -> float:
        """US dollars by now, as far as anybody can tell."""
        return sum(pace.spent_usd or 0.0 for pace in self.paces.values())

    def cap(self, job: Job) -> float:
        """What it may cost; 0: nobody has said."""
        return self.caps[job.candidate]

    def is_halted(self, job: Job) -> bool:
        """Whether its candidate was stopped."""
        return bool(self.paces[job.candidate].halted)

    def is_in_budget(self, job: Job, reserved: float) -> bool:
        """What is under way is `reserved`; the one that is to begin counts at its cap too."""
        total, taken = self.settings.max_total_cost_usd, self.spent + reserved
        return not total or (taken + self.cap(job) <= total and taken < total)

    def take(self, turns: Turns) -> Job | None:
        """The next job that may begin; those of a halted candidate are passed over for good."""
        self.waiting = deque(job for job in self.waiting if not self.is_halted(job))
        if not self.waiting or turns.is_full or not turns.has_room:
            return None
        if not self.is_in_budget(self.waiting[0], turns.reserved):
            return None
        pace = self.paces[self.waiting[0].candidate]
        pace.began_at = pace.began_at or time.monotonic()
        return self.waiting.popleft()
