"""What a reviewer waits for: P1 to P7, P9 to P15 and P17 of PERFORMANCE.md, in a real terminal.

    python tests/bench/app_speed.py [--quick]

Peers run in the same minutes and take turns with ours, key by key: B is a bare Textual app with
one Static (bare.py), L one repaint of that Static, T is tig on a repository with the same diffs.
"""

import argparse
import math
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median

from figures import FRAME_MS, Figure, ms, render_table, take
from terminal import COLUMNS, LINES, Pty, Seen, quantile
from workload import Batch, BenchStudy, make_workload, mark

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "git", "httpx", "scipy", "alembic")
LARGE, QUICK_LARGE = 1_000_000, 20_000
OUTPUTS = {100: 16, 1_000: 48, 10_000: 16, 100_000: 4}
BURST = 30
BARE = [sys.executable, str(Path(__file__).with_name("bare.py"))]
# Run before the program: tells what is loaded when the first frame is out.
NOTE_MODULES = """
import sys
from workbench.__main__ import main
from workbench.tui.screens.review import ReviewScreen
open_desk = ReviewScreen._open_desk
def note(screen):
    open({path!r}, "w").write("\\n".join(sys.modules))
    open_desk(screen)
ReviewScreen._open_desk = note
main()
"""


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


def bounce(order: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Keys that walk to the end and back for ever, each with the output it leads to."""
    return cycle([*(("J", name) for name in order[1:]), *(("K", name) for name in order[-2::-1])])


class Walker:
    """A program that shows one output after the other."""

    def __init__(self, program: Pty, order: Sequence[str]) -> None:
        """Begin at the first of `order`, which the program shows."""
        self.program = program
        self._steps = bounce(order)

    def press(self) -> float:
        """Milliseconds until the next output stands there and nothing is painted any more."""
        key, name = next(self._steps)
        took = self.program.key(key).ms
        self.program.rest()
        return took if mark(name) in self.program.screen.text() else math.inf


def open_review(stack: ExitStack, bench: Bench, study: BenchStudy) -> Pty:
    """Our program on a study, at rest."""
    program = stack.enter_context(Pty(study.review, env=bench.env))
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


def measure_starts(bench: Bench) -> list[Figure]:
    """P1 and P15: medians, for a start is not repeated within a sitting."""

    def start(command: list[str], until: str) -> float:
        with Pty(command, env=bench.env) as program:
            return program.wait(until).ms

    large, small = bench.labels(bench.plan.large), bench.labels(100)
    took = take_turns(
        bench.plan.starts,
        {
            "bare": partial(start, BARE, "bare 0"),
            "small": partial(start, small.review, mark("")),
            "large": partial(start, large.review, mark("")),
        },
    )
    bare, few, many = (median(took[name]) for name in ("bare", "small", "large"))
    n = f"{bench.plan.large:,}"
    peer = f"B {ms(bare)}"
    return [
        Figure("P1", f"start, {n} labels", ms(many), peer, many / bare, 1.25, 1.6),
        Figure("P15", f"start, {n} queued", ms(many), f"100: {ms(few)}", many / few, 1.05, 1.2),
    ]


def measure_modules(bench: Bench) -> list[Figure]:
    """P2: how many heavy libraries are loaded when the first diff is painted."""
    path = bench.work.folder / "modules.txt"
    arguments = bench.lines(100).review[3:]
    command = [sys.executable, "-c", NOTE_MODULES.format(path=str(path)), *arguments]
    with Pty(command, env=bench.env) as program:
        program.wait(mark(""))
        program.rest()
    loaded = path.read_text().split("\n")
    heavy = [name for name in HEAVY if name in loaded]
    said = ", ".join(heavy) or f"none of {len(loaded)}"
    return [Figure("P2", "heavy modules at first paint", said, "", len(heavy), 0, 0)]


def measure_next(bench: Bench) -> list[Figure]:
    """P3, P6 and P9: the next output and the next line at 1,000 changed lines."""
    with ExitStack() as stack:
        ours, tig = walk_ours(stack, bench, 1_000), walk_tig(stack, bench, 1_000)
        bare, reader = start_bare(stack, bench), walk_ours(stack, bench, 1_000)

        def key(program: Pty, name: str) -> float:
            return program.key(name).ms

        jobs: dict[str, Callable[[], float]] = {
            "ours": ours.press,
            "tig": tig.press,
            "label": partial(key, bare, "l"),
            "line": partial(key, reader.program, "j"),
        }
        took = {name: p95(values) for name, values in take_turns(bench.plan.presses, jobs).items()}
    tig_ms, label = took["tig"], took["label"]
    peers = f"T {ms(tig_ms)}", f"L {ms(label)}"
    ours_ms, line = took["ours"], took["line"]
    return [
        Figure("P3", "next output, 1,000 lines", ms(ours_ms), peers[0], ours_ms / tig_ms, 0.5, 1),
        Figure("P6", "the same", ms(ours_ms), peers[1], ours_ms / label, 3, 5),
        Figure("P9", "next line", ms(line), peers[1], line / label, 2, 4),
        Figure("P9", "the same", ms(line), "frame", line / FRAME_MS, 1, 1),
    ]


def measure_long(bench: Bench) -> list[Figure]:
    """P4, P7 and P10 at 10,000 changed lines: next, a jump to one not prepared, and a page."""
    study = bench.lines(10_000)
    with ExitStack() as stack:
        ours, tig = walk_ours(stack, bench, 10_000), walk_tig(stack, bench, 10_000)
        jumper, pager = Jumper(stack, bench, 10_000), open_review(stack, bench, study)

        def page() -> float:
            return pager.key("pagedown").ms

        jobs = {"ours": ours.press, "tig": tig.press, "page": page, "jump": jumper.jump}
        took = take_turns(bench.plan.presses, jobs)
    ours_ms, tig_ms, page_ms, jump_ms = (p95(took[n]) for n in ("ours", "tig", "page", "jump"))
    peer = f"T {ms(tig_ms)}"
    frame = f"frame {ms(FRAME_MS)}"
    return [
        Figure("P4", "next output, 10,000 lines", ms(ours_ms), peer, ours_ms / tig_ms, 0.15, 0.3),
        Figure("P7", "jump, nothing prepared", ms(jump_ms), peer, jump_ms / tig_ms, 0.8, 1.2),
        Figure("P10", "page down", ms(page_ms), frame, page_ms / FRAME_MS, 0.5, 1),
    ]


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


def measure_sizes(bench: Bench) -> list[Figure]:
    """P5 and P17: 100,000 changed lines against 100."""
    with ExitStack() as stack:
        small, large = walk_ours(stack, bench, 100), walk_ours(stack, bench, 100_000)
        memory = [walker.program.memory_mb() for walker in (small, large)]
        took = take_turns(bench.plan.presses, {"small": small.press, "large": large.press})
    few, many = p95(took["small"]), p95(took["large"])
    of = f"{memory[1]:.0f} MB", f"100: {memory[0]:.0f} MB"
    return [
        Figure("P5", "next output, 100,000 lines", ms(many), f"100: {ms(few)}", many / few, 1.5, 2),
        Figure("P17", "memory, 100,000 lines", *of, memory[1] / memory[0], 2.5, 3.5),
    ]


def measure_burst(bench: Bench) -> list[Figure]:
    """P14: many next-keys at once, to the last output shown."""
    order = bench.lines(1_000).order(bench.batches[1_000])
    listed = list(bench.batches[1_000].names)

    def burst(open_program: Callable[[ExitStack], Walker], names: list[str]) -> float:
        with ExitStack() as stack:
            program = open_program(stack).program
            return program.key("J" * BURST, mark(names[BURST])).ms

    jobs: dict[str, Callable[[], float]] = {
        "ours": lambda: burst(lambda stack: walk_ours(stack, bench, 1_000), order),
        "tig": lambda: burst(lambda stack: walk_tig(stack, bench, 1_000), listed),
    }
    took = take_turns(5, jobs)
    ours, tig = median(took["ours"]), median(took["tig"])
    what = f"{BURST} next-keys at once"
    return [Figure("P14", what, ms(ours), f"T {ms(tig)}", ours / tig, 0.15, 0.4)]


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
        self.late += found != before + 1
        self.seen.append(seen)
        self.program.rest()
        return seen.ms

    def undo_all(self) -> None:
        """As it was before."""
        for _ in range(self._n):
            self.program.key("u")

    def _count(self) -> int:
        sql = "SELECT coalesce(max(event_id), 0) FROM label_event"
        return int(self._db.execute(sql).fetchone()[0])


def measure_labels(bench: Bench) -> list[Figure]:
    """P11 to P13: a label key, at the large study, at 100 labels, and from the first one on."""
    n = bench.plan.large
    studies = bench.labels(n), bench.labels(100), bench.lines(1_000)
    with ExitStack() as stack:
        many, few, new = (Labeller(stack, bench, study) for study in studies)
        jobs = {"many": many.press, "few": few.press, "new": new.press}
        took = take_turns(bench.plan.presses, jobs)
        late = many.late + few.late + new.late
        # The introduction leaves with a study's first label: a layout, once.
        frames = {"m": worst(seen.n_frames for seen in (*many.seen, *new.seen[1:]))}
        sent = quantile([outside_diff(seen.output) for seen in new.seen[1:]], 0.95)
        for labeller in (many, few, new):
            labeller.undo_all()
        for key in ("j", "J", "K", "]", "a"):
            for _ in range(3):
                many.program.rest()
                n_frames = many.program.key(key).n_frames
                frames[key] = worst((frames.get(key, 1), n_frames))
                if key == "a":
                    many.program.key("escape")
    large, small = p95(took["many"]), p95(took["few"])
    if late:
        large = math.inf  # painted before it was on disk
    told = " ".join(f"{key}:{count:g}" for key, count in frames.items())
    what = f"label key, {n:,} labels"
    return [
        Figure("P11", what, ms(large), f"frame {ms(FRAME_MS)}", large / FRAME_MS, 1, 2),
        Figure("P11", "the same", ms(large), f"100: {ms(small)}", large / small, 1.2, 1.5),
        Figure("P12", "frames per key", told, "", worst(frames.values()), 1, 1),
        Figure("P13", "bytes per label, diff apart", f"{sent:.0f}", "2,000", sent / 2000, 1, 2.5),
    ]


def worst(counts: Iterable[float]) -> float:
    """The most frames of a key; a key that painted nothing was not taken."""
    listed = list(counts)
    return max(listed) if min(listed) else math.inf


def outside_diff(output: bytes) -> int:
    """Bytes of a frame that draw outside of the diff pane: each run begins with its place.

    A run without text only ends a line that the diff drew.
    """
    sent = 0
    for run in re.finditer(rb"\x1b\[(\d+);(\d+)H(.*?)(?=\x1b\[\d+;\d+H|\Z)", output, re.DOTALL):
        line, column = int(run[1]), int(run[2])
        is_diff = 34 < column <= COLUMNS - 40 and 1 < line <= LINES - 2
        sent += 0 if is_diff or not run[3].strip() else len(run[0])
    return sent


MEASURES = (
    measure_modules,
    measure_starts,
    measure_next,
    measure_long,
    measure_sizes,
    measure_burst,
    measure_labels,
)


def measure_app(folder: Path, plan: Plan, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Every figure, as it is found."""
    bench = Bench(folder, plan)
    for measure in MEASURES:
        if not only or measure.__name__.removeprefix("measure_") in only:
            yield from take(partial(measure, bench))


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    names = [measure.__name__.removeprefix("measure_") for measure in MEASURES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 labels, fewer presses")
    parser.add_argument("only", nargs="*", help=f"of {', '.join(names)}; all without")
    parser.add_argument("--keep", type=Path, help="a folder whose studies are used again")
    options = parser.parse_args()
    plan = QUICK if options.quick else Plan()
    with tempfile.TemporaryDirectory(prefix="wb-app-") as folder:
        figures = list(measure_app(options.keep or Path(folder), plan, options.only))
    print(render_table(figures))
    return 0 if all(figure.is_allowed for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
