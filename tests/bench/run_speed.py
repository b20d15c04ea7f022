"""What a run costs beyond the candidates' own work.

    python tests/bench/run_speed.py [--rounds N] [--tickets N] [--workers N]

First one command candidate whose command takes a second, job after job: what each takes beyond
that. Then N tickets for three such candidates by `workbench run`, against what they would take
with no overhead at all. Needs bubblewrap. Ends with 1 where a limit is missed.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from figures import Figure, ms, render_table

from workbench.bootstrap import open_workbench
from workbench.running import make_retries, open_entries, open_runs, read_plan
from workbench.services.runs import Control
from workbench.study import find_study

sys.path.insert(0, str(Path(__file__).parents[1]))
from cli.kit import WORKBENCH, Cli, environment
from cli.run_kit import FIX, make_run_study, rows_of, set_candidates

AGENT = f"{FIX}; sleep 1"
N_CANDIDATES = 3
OVERHEAD = (0.5, 1.0)  # of a command of one second: target and limit
MATRIX = (1.15, 1.5)  # of the ideal


def measure_overhead(folder: Path, rounds: int) -> Figure:
    """Checkout, sandbox, harvest, apply, records: per job, one after the other."""
    cli = make_run_study(folder, {"a": AGENT}, n_tickets=rounds + 1)
    set_candidates(cli, {"a": {"command": ["a"]}}, max_workers=1)
    took = []
    with open_workbench(find_study(folder)) as bench:
        plan = read_plan(bench, ())
        stop, cancel = threading.Event(), threading.Event()
        control = Control(make_retries(plan, stop, cancel), stop, cancel)
        before = time.perf_counter()
        for _ in open_runs(bench).run(open_entries(bench, plan), plan.run, control):
            took.append(time.perf_counter() - before)
            before = time.perf_counter()
    alone = []
    for _ in range(rounds):
        before = time.perf_counter()
        subprocess.run(["/bin/sh", "-c", "sleep 1"], check=True)
        alone.append(time.perf_counter() - before)
    ours, peer = median(took[1:]), median(alone)
    beyond = ours - peer
    name = f"run, one job beyond its command, {rounds} jobs"
    return Figure("R1", name, ms(beyond * 1000), f"sleep {ms(peer * 1000)}", beyond, *OVERHEAD)


def measure_matrix(folder: Path, n_tickets: int, n_workers: int) -> Figure:
    """The whole command, its start and its end with it."""
    names = [f"c{n}" for n in range(N_CANDIDATES)]
    cli = make_run_study(folder, dict.fromkeys(names, AGENT), n_tickets=n_tickets)
    set_candidates(cli, {name: {"command": [name]} for name in names}, max_workers=n_workers)
    before = time.perf_counter()
    _run(cli)
    ours = time.perf_counter() - before
    ideal = n_tickets * N_CANDIDATES / n_workers
    if len(rows_of(cli)) != n_tickets * N_CANDIDATES:
        raise SystemExit("outputs are missing: nothing was measured")
    name = f"run, {n_tickets} tickets x {N_CANDIDATES}, {n_workers} workers"
    return Figure("R2", name, f"{ours:.1f} s", f"ideal {ideal:.1f} s", ours / ideal, *MATRIX)


def _run(cli: Cli) -> None:
    command, env = [*WORKBENCH, "run"], environment(cli.folder)
    subprocess.run(command, cwd=cli.folder, env=env, check=True, capture_output=True)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--tickets", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-run-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        figures = [
            measure_overhead(folder / "overhead", options.rounds),
            measure_matrix(folder / "matrix", options.tickets, options.workers),
        ]
    print(render_table(figures))
    return 0 if all(figure.is_allowed for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
