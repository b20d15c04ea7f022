"""Who takes part in a run: our program, its peers, and the studies they show, each made once.

A player is at rest before every key, as it is when a person has read what stands there.
"""

import math
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from terminal import Pty, Seen, quantile
from workload import Batch, BenchStudy, make_workload, mark

LARGE, QUICK_LARGE = 1_000_000, 20_000
OUTPUTS = {100: 16, 1_000: 48, 10_000: 16, 100_000: 4}
BARE = [sys.executable, str(Path(__file__).with_name("bare.py"))]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    large: int = LARGE
    starts: int = 20
    presses: int = 40
    counts: dict[int, int] = field(default_factory=lambda: dict(OUTPUTS))


QUICK = Plan(QUICK_LARGE, 7, 30, {**OUTPUTS, 100_000: 2})


class Bench:
    """The workload of one run, its studies made when they are first asked for."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        """Make the repository."""
        self.plan = plan
        self.work, self.batches = make_workload(folder, plan.counts)
        self._studies: dict[str, BenchStudy] = {}

    def lines(self, changed: int) -> BenchStudy:
        """The study of outputs of one size, without a label."""
        return self._study(f"lines-{changed}", self.batches[changed], 0)

    def labels(self, n_labels: int) -> BenchStudy:
        """A study with so many labels, and the outputs of 1,000 lines open."""
        return self._study(f"labels-{n_labels}", self.batches[1_000], n_labels)

    def _study(self, name: str, batch: Batch, n_labels: int) -> BenchStudy:
        if name not in self._studies:
            self._studies[name] = self.work.add_study(name, batch, n_labels)
        return self._studies[name]

    @property
    def env(self) -> dict[str, str]:
        """For every program of the run."""
        return self.work.env


def bounce(order: Sequence[str], at: int) -> Iterator[tuple[str, str]]:
    """Keys that walk to the end and back for ever, each with the output it leads to."""
    step = 1
    while True:
        if not 0 <= at + step < len(order):
            step = -step
        at += step
        yield "J" if step > 0 else "K", order[at]


class Walker:
    """A program that shows one output after the other."""

    def __init__(self, program: Pty, order: Sequence[str]) -> None:
        """Begin at the one that the program shows."""
        self.program, self.order = program, order
        text = program.screen.text()
        self.at = next((i for i, name in enumerate(order) if mark(name) in text), 0)
        self._steps = bounce(order, self.at)

    def press(self) -> float:
        """Milliseconds until the next output stands there and nothing is painted any more."""
        key, name = next(self._steps)
        took = self.program.key(key).ms
        self.program.rest()
        return took if mark(name) in self.program.screen.text() else math.inf

    def burst(self, n: int) -> float:
        """Milliseconds for n keys at once to the last output shown."""
        key, step = ("J", n) if self.at + n < len(self.order) else ("K", -n)
        return self.program.key(key * n, mark(self.order[self.at + step])).ms


def open_review(stack: ExitStack, bench: Bench, study: BenchStudy, *options: str) -> Pty:
    """Our program on a study, at rest, and not where an earlier one stopped."""
    shutil.rmtree(study.folder / ".workbench" / "reading", ignore_errors=True)
    program = stack.enter_context(Pty([*study.review, *options], env=bench.env))
    program.wait(mark(""))
    program.rest()
    return program


def walk_ours(stack: ExitStack, bench: Bench, changed: int) -> Walker:
    """Our program on outputs of one size."""
    study = bench.lines(changed)
    program = open_review(stack, bench, study)
    return Walker(program, study.order(bench.batches[changed]))


def walk_tig(stack: ExitStack, bench: Bench, changed: int) -> Walker:
    """The peer on the same diffs: its list of commits, one of them open beside it."""
    batch = bench.batches[changed]
    command = [need("tig"), f"--glob={batch.branches}"]
    program = stack.enter_context(
        Pty(
            command,
            env={**bench.env, "TIGRC_USER": ""},
            folder=bench.work.repository,
            term="screen-256color",  # the emulator knows no "repeat this character"
        )
    )
    program.wait("change c")
    program.drain()
    program.key("enter", mark(""))
    listed = re.findall(r"\] change (\S+)", program.screen.text())
    program.rest()
    return Walker(program, listed)


def need(name: str) -> str:
    """A program that must be there."""
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed: it is the peer of this measure")
    return found


def start_bare(stack: ExitStack, bench: Bench) -> Pty:
    """The bare app, at rest."""
    program = stack.enter_context(Pty(BARE, env=bench.env))
    program.wait("bare 0")
    program.rest()
    return program


def take_turns(n: int, jobs: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """One of each in turn, so that noise hits all alike; the first round is not counted."""
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for i in range(n + 1):
        for name, job in jobs.items():
            value = job()
            if i:
                took[name].append(value)
    return took


def p95(values: Sequence[float]) -> float:
    return quantile(values, 0.95)


class Jumper:
    """Clicks on outputs in the queue that nothing was prepared for."""

    ROWS = (4, 8, 12)  # the neighbours of each are prepared once it is shown

    def __init__(self, stack: ExitStack, bench: Bench, changed: int) -> None:
        """Nothing runs yet."""
        self._stack, self._bench = stack, bench
        self._study, self._batch = bench.lines(changed), bench.batches[changed]
        self._left: list[int] = []
        self._program: Pty | None = None

    def jump(self) -> float:
        """Milliseconds from a click to the frame of an output not seen before."""
        if self._program is None or not self._left:
            if self._program:
                self._program.close()
            self._program = open_review(self._stack, self._bench, self._study)
            self._left = list(self.ROWS)
        row = self._left.pop(0)
        line = row + 3  # below header and title, counted from 1
        name = self._study.order(self._batch)[row]
        took = self._program.key(f"\x1b[<0;10;{line}M\x1b[<0;10;{line}m", mark(name)).ms
        self._program.rest()
        return took


class Labeller:
    """Labels one output after the other, and knows from a second connection what is on disk."""

    def __init__(self, stack: ExitStack, bench: Bench, study: BenchStudy) -> None:
        """Open the study and wait until labels can be saved."""
        self._db = stack.enter_context(closing(sqlite3.connect(study.database)))
        self.program = open_review(stack, bench, study)
        self.program.rest(1)
        self._n = 0
        self.late = 0
        self.seen: list[Seen] = []

    def press(self) -> float:
        """Milliseconds from a label key to the frame with the next output."""
        self._n += 1
        before, found = self._count(), 0

        def look() -> None:
            nonlocal found
            found = found or self._count()

        key = "m"
        if self._n % 2 == 0:  # the same key again so soon could be one that is held down
            self.program.key("e")
            key = "1"
        seen = self.program.key(key, at_frame=look)
        if not seen.n_frames:
            raise SystemExit(f"a label key painted nothing:\n{self.program.screen.text()}")
        self.late += found != before + 1
        self.seen.append(seen)
        self.program.rest()
        return seen.ms

    def _count(self) -> int:
        sql = "SELECT coalesce(max(event_id), 0) FROM label_event"
        return int(self._db.execute(sql).fetchone()[0])
