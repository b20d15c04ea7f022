"""A program that labels through the store, for tests that kill, starve or multiply it.

label_child.py label DB REVIEWER N [SEED]   N labels; prints "ACK i" in one write after each COMMIT
label_child.py full DB LIMIT                labels until it is NOT SAVED with files limited to LIMIT
label_child.py open DB [UID]                opens, reads and tries one label; prints what came of it
label_child.py create DB STATEMENTS         creates a database and dies at that many statements
label_child.py power DB JOURNAL SYNC N      creates a study and labels, undoing now and then
"""

import os
import random
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.domain.label import Act, Effort, Judgement, Label
from workbench.domain.output import Applied, Delivered, NewOutput, Rung
from workbench.domain.ticket import Ticket
from workbench.store import sqlite
from workbench.store.migrate import upgrade
from workbench.store.store import Store, create_store, open_store

NOW = datetime(2026, 1, 2, tzinfo=UTC)
EFFORT = Effort(NOW)
LABELS = (Label.MERGED, Label.EDITED)


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def find_ids(store: Store, reviewer: str) -> list[str]:
    return [item.output_id for item in store.queue_page(reviewer, None, 1000)]


def record(store: Store, reviewer: str, output_id: str, i: int) -> None:
    judgement = Judgement(label=LABELS[i % 2])
    store.record(reviewer, output_id, Act.LABEL, judgement, EFFORT, NOW)


def run_label(path: str, reviewer: str, n: str, seed: str = "1") -> None:
    order = random.Random(int(seed))
    waits: list[float] = []
    with open_store(Path(path)) as store:
        ids = find_ids(store, reviewer)
        say("READY")
        for i in range(int(n)):
            start = time.perf_counter()
            record(store, reviewer, order.choice(ids), i)
            waits.append(time.perf_counter() - start)
            say(f"ACK {i + 1}")
    say(f"P99 {sorted(waits)[int(len(waits) * 0.99)]:.4f}")


def run_full(path: str, limit: str) -> None:
    with open_store(Path(path)) as store:
        ids = find_ids(store, "ann")
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
        n = 0
        try:
            while True:
                record(store, "ann", ids[n % len(ids)], n)
                n += 1
        except WorkbenchError as error:
            say(f"{n} {error}")


def run_open(path: str, user: str = "") -> None:
    """As `user`, for whom the interpreter may not be readable: all is imported before."""
    if user:
        with open_store(Path(path)) as store:
            find_ids(store, "ann")
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    try:
        with open_store(Path(path)) as store:
            ids = find_ids(store, "ann")
            say(f"read {len(ids)} read_only {store.is_read_only} {store.warnings}")
            record(store, "ann", ids[0], 0)
            say("saved")
    except WorkbenchError as error:
        say(f"{type(error).__name__} {error}")


def run_create(path: str, statements: str) -> None:
    """Die by SIGKILL when the given number of statements has begun."""
    left = int(statements)
    plain = sqlite.connect

    def count(_: str) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(path: Path, *, read_only: bool, busy_ms: int) -> sqlite3.Connection:
        connection = plain(path, read_only=read_only, busy_ms=busy_ms)
        connection.set_trace_callback(count)
        return connection

    sqlite.connect = connect
    upgrade(Path(path))
    say(f"LEFT {left}")


def run_power(path: str, _journal: str, _sync: str, n: str) -> None:
    """ACK i promises i events of labels; every fifth is an undo."""
    create_store(Path(path), study_id="s", created_at=NOW, tool_version="1")
    with open_store(Path(path)) as store:
        store.add_tickets(Ticket(f"t{i}", "title", "body", "", "c" * 40) for i in range(5))
        applied = Applied(Rung.PLAIN, "a" * 40, diff=b"diff")
        store.add_outputs(
            NewOutput(Delivered(f"t{i}", "m", b"patch %d" % i), applied) for i in range(5)
        )
        store.ensure_reviewer("ann", NOW)
        ids = find_ids(store, "ann")
        for i in range(int(n)):
            if i % 5 == 4:
                store.undo("ann", EFFORT, NOW)
            else:
                record(store, "ann", ids[i % len(ids)], i)
            say(f"ACK {i + 1}")


RUNS: dict[str, Callable[..., None]] = {
    "label": run_label,
    "full": run_full,
    "open": run_open,
    "create": run_create,
    "power": run_power,
}

if __name__ == "__main__":
    RUNS[sys.argv[1]](*sys.argv[2:])
