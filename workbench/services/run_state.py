"""How far a run is: what waits, what runs, what it has cost, and whether more may begin."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.domain.harness import RunSettings
from workbench.domain.run import Ending, Job
from workbench.domain.run_board import CurrentJob, RunBoard, RunRow


@dataclass(slots=True)
class Pace:
    """How far one candidate is; `spent_usd` None: no cost is known. Read it, do not keep it."""

    name: str
    total: int
    done: int = 0
    running: int = 0
    failed: int = 0
    leaks: int = 0
    spent_usd: float | None = None
    halted: str = ""
    n_run: int = 0
    began_at: float = 0.0

    @property
    def row(self) -> RunRow:
        """As it stands on a board."""
        return RunRow(
            self.name,
            self.total,
            self.done,
            self.running,
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
    waiting: deque[Job]
    running: dict[str, Job] = field(default_factory=dict)
    began_at: dict[str, float] = field(default_factory=dict)

    def begin(self, job: Job) -> None:
        """A job runs from here on."""
        now, pace = time.monotonic(), self.paces[job.candidate]
        pace.began_at = pace.began_at or now
        pace.running += 1
        self.running[job.key], self.began_at[job.key] = job, now

    def end(self, job: Job) -> None:
        """It does no longer."""
        del self.running[job.key], self.began_at[job.key]
        self.paces[job.candidate].running -= 1

    def make_board(self, *, is_stopping: bool) -> RunBoard:
        """How far it is at this moment."""
        now = time.monotonic()
        jobs = [
            CurrentJob(job.ticket_id, job.candidate, job.trial, now - self.began_at[key])
            for key, job in self.running.items()
        ]
        rows = tuple(pace.row for pace in self.paces.values())
        return RunBoard(rows, tuple(jobs), is_live=True, is_stopping=is_stopping)

    @property
    def spent(self) -> float:
        """US dollars by now, as far as anybody can tell."""
        return sum(pace.spent_usd or 0.0 for pace in self.paces.values())

    def is_in_budget(self, job: Job) -> bool:
        """Running jobs count at their cap, and so does the one that is to begin."""
        total = self.settings.max_total_cost_usd
        reserved = sum(self.caps[other.candidate] for other in self.running.values())
        cap = self.caps[job.candidate]
        return not total or (self.spent + reserved + cap <= total and self.spent + reserved < total)

    def take(self) -> Job | None:
        """The next job that may begin; those of a halted candidate are passed over for good."""
        self.waiting = deque(j for j in self.waiting if not self.paces[j.candidate].halted)
        if not self.waiting or len(self.running) >= self.settings.max_workers:
            return None
        return self.waiting.popleft() if self.is_in_budget(self.waiting[0]) else None
