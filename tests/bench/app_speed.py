"""What a reviewer waits for: P1 to P15 and P17 of PERFORMANCE.md, in a real terminal.

    python tests/bench/app_speed.py [--quick]

Peers run in the same minutes and take turns with ours, key by key: B is a bare Textual app with
one Static (bare.py), L one repaint of that Static, T is tig on a repository with the same diffs.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from figures import FRAME_MS, Figure, ms, render_table, take
from label_speed import measure_labels
from pair_speed import measure_pairs
from players import (
    BARE,
    QUICK,
    Bench,
    Jumper,
    Plan,
    Walker,
    open_review,
    p95,
    start_bare,
    take_turns,
    walk_ours,
    walk_tig,
)
from terminal import Pty
from workload import mark

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "git", "httpx", "scipy", "alembic")
BURST = 30
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
    pattern = f"--glob={bench.batches[1_000].branches}"
    subjects = bench.work.git("log", "--topo-order", "--format=%s", pattern).split("\n")
    listed = [subject.removeprefix("change ") for subject in subjects]

    def burst(walk: Callable[[ExitStack], Walker]) -> float:
        with ExitStack() as stack:
            return walk(stack).burst(BURST)

    took = take_turns(
        5,
        {
            "ours": lambda: burst(lambda stack: walk_ours(stack, bench, 1_000)),
            "tig": lambda: burst(lambda s: Walker(walk_tig(s, bench, 1_000).program, listed)),
        },
    )
    ours, tig = median(took["ours"]), median(took["tig"])
    what = f"{BURST} next-keys at once"
    return [Figure("P14", what, ms(ours), f"T {ms(tig)}", ours / tig, 0.15, 0.4)]


MEASURES = (
    measure_modules,
    measure_starts,
    measure_next,
    measure_long,
    measure_sizes,
    measure_burst,
    measure_pairs,
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
