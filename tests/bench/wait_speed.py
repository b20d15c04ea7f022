"""How long a label waits while four programs label one study as fast as they can.

    python tests/bench/wait_speed.py

The peer does the same with a plain sqlite3 INSERT under the same journal and synchronous settings.
Exit 1 where the 99th percentile of the slowest program is over a second; taken at most three times.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from figures import TRIES
from store_speed import JUDGEMENTS, NOW, REVIEWER, make_raw, make_study, quantile, timed

from workbench.domain.label import Act, Effort
from workbench.store.store import open_store

N_PROGRAMS, N_LABELS = 4, 150
LIMIT_MS = 1000


def label(study: Path, number: int) -> Iterator[Callable[[], object]]:
    """One program's labels; no two programs touch the same output."""
    with open_store(study) as store:
        queue = store.queue_page(REVIEWER, None, N_PROGRAMS * N_LABELS)
        for i, item in enumerate(queue[number::N_PROGRAMS]):
            held = JUDGEMENTS[i % len(JUDGEMENTS)]
            yield partial(store.record, REVIEWER, item.output_id, Act.LABEL, held, Effort(NOW), NOW)


def insert(raw: Path, _number: int) -> Iterator[Callable[[], object]]:
    """What the peer does instead."""
    with closing(sqlite3.connect(raw, timeout=10, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=FULL")
        for _ in range(N_LABELS):
            yield partial(db.execute, "INSERT INTO label_event(body) VALUES (?)", ("x" * 500,))


JOBS = {"label": label, "insert": insert}


def measure(job: str, path: Path) -> list[float]:
    """The 99th percentile of each program, in milliseconds."""
    children = [
        subprocess.Popen(
            [sys.executable, "-B", __file__, "--job", job, "--path", str(path), "--number", str(i)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(N_PROGRAMS)
    ]
    waits = [[float(line) for line in child.communicate()[0].split()] for child in children]
    if [len(times) for times in waits] != [N_LABELS] * N_PROGRAMS:
        raise SystemExit(f"{job}: not every label was saved")
    return [quantile(times, 0.99) for times in waits]


def measure_both(folder: Path) -> bool:
    """A fresh study and a fresh peer; whether nobody waited too long."""
    study, raw = folder / "study.db", folder / "raw.db"
    make_study(study, 100)
    with closing(sqlite3.connect(study)) as like:
        make_raw(raw, like).close()
    ours, peer = max(measure("label", study)), max(measure("insert", raw))
    print(f"p99 wait, {N_PROGRAMS} programs: {ours:.0f} ms, plain sqlite3 {peer:.0f} ms")
    return ours < LIMIT_MS


def main() -> int:
    """Measure, or be one of the programs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        for act in JOBS[options.job](options.path, options.number):
            print(timed(act))
        return 0
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(prefix="wb-wait-") as folder:
            if measure_both(Path(folder)):
                return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
