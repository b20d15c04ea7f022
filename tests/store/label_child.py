"""A program that labels through the store, for tests that kill, starve or multiply it.

label_child.py label DB REVIEWER N [SEED]   N labels; prints "ACK i" in one write after each COMMIT
label_child.py full DB LIMIT                labels until it is NOT SAVED with files limited to LIMIT
label_child.py again DB JOURNAL             one label, tried until it is saved
label_child.py open DB [UID]                opens, reads and tries one label; prints what came of it
label_child.py back_up DB LIMIT             backs up with files limited to LIMIT, reads labels
label_child.py idle DB                      opens, labels once a line is read
label_child.py cut_off DB                   dies in the middle of a write, with a journal to play
label_child.py power DB JOURNAL SYNC N      creates a study and labels, undoing now and then;
               migrate, restore             the same with an upgrade, with a way back
"""

import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from workbench.domain.backup import Kind
from workbench.domain.delivery import Rung
from workbench.domain.errors import WorkbenchError
from workbench.domain.label import Act, Effort, Judgement, Label
from workbench.domain.output import Applied, Delivered, NewOutput
from workbench.domain.queue import Place
from workbench.domain.ticket import Ticket
from workbench.store import sqlite
from workbench.store.migrate import back_up_and_upgrade
from workbench.store.restore import prepare_restore
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
    with open_store(Path(path)) as store:
        ids = find_ids(store, reviewer)
        say("READY")
        for i in range(int(n)):
            record(store, reviewer, order.choice(ids), i)
            say(f"ACK {i + 1}")


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


def run_again(path: str, journal: str) -> None:
    """Wants one label on the first output, tries until it is saved, and says what came each time.

    The act is one and the same: begun at one moment, on what was held then.
    """
    if journal == "wal":
        sqlite.WAL_SAFE_FROM = (0,)
    judgement, held = Judgement(label=Label.MERGED), Judgement()
    with open_store(Path(path)) as store:
        first = find_ids(store, "ann")[0]
        for _ in range(4):
            try:
                store.record("ann", first, Act.LABEL, judgement, EFFORT, NOW, held=held)
            except WorkbenchError as error:
                say(str(error))
            else:
                say("saved")
                break


def run_open(path: str, user: str = "") -> None:
    """As `user`, for whom the interpreter may not be readable: all is imported before."""
    if user:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copy(path, folder))
            copy.chmod(0o600)
            with open_store(copy) as store:
                find_ids(store, "ann")
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    try:
        with open_store(Path(path)) as store:
            ids = find_ids(store, "ann")
            say(f"read {len(ids)} read_only {store.is_read_only}: {store.why_read_only}")
            record(store, "ann", ids[0], 0)
            say("saved")
    except WorkbenchError as error:
        say(f"{type(error).__name__} {error}")


def run_back_up(path: str, limit: str) -> None:
    with open_store(Path(path)) as store:
        ids = find_ids(store, "ann")
        record(store, "ann", ids[0], 0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
        try:
            store.back_up(Kind.ROUTINE, NOW)
        except WorkbenchError as error:
            say(f"{type(error).__name__} {error}")
        say(f"labels {store.progress('ann').labelled}")


def run_idle(path: str) -> None:
    with open_store(Path(path)) as store:
        ids = find_ids(store, "ann")
        say("READY")
        sys.stdin.readline()
        record(store, "ann", ids[0], 0)
        say("LABELLED")


def run_cut_off(path: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    for sql in ("PRAGMA cache_size=1", "BEGIN", "UPDATE output SET message = hex(zeroblob(9000))"):
        db.execute(sql)
    os.kill(os.getpid(), signal.SIGKILL)


def run_power(path: str, _journal: str, _sync: str, n: str) -> None:
    """ACK i promises i events of labels; every fifth is an undo."""
    make_small(path)
    with open_store(Path(path)) as store:
        label_on(store, range(int(n)))


def run_migrate(path: str, _journal: str, _sync: str, n: str) -> None:
    """The same with an upgrade in the middle, after a backup."""
    make_small(path)
    with open_store(Path(path)) as store:
        label_on(store, range(15))
    revisions = [Path(__file__).parent / "revisions"]
    back_up_and_upgrade(Path(path), NOW, busy_ms=1000, revision="second", versions=revisions)
    with closing(Store(Path(path), busy_ms=1000, read_only=False)) as store:
        label_on(store, range(15, int(n)))


def run_restore(path: str, _journal: str, _sync: str, n: str) -> None:
    """The same with a way back: from then on ACK promises what the backup holds."""
    make_small(path)
    with open_store(Path(path)) as store:
        label_on(store, range(int(n)))
        made = store.back_up(Kind.BY_HAND, NOW)
        label_on(store, range(int(n), int(n) + 5))
    if made is not None:
        say(f"ACK {n}")
        with prepare_restore(Path(path), made.path) as ready:
            ready.put(NOW)
        say(f"ACK {n}")


def make_small(path: str) -> None:
    create_store(Path(path), study_id="s", created_at=NOW, tool_version="1")
    with open_store(Path(path)) as store:
        store.add_tickets(Ticket(f"t{i}", "title", "body", "", "c" * 40) for i in range(5))
        applied = Applied(Rung.PLAIN, "a" * 40, diff=b"diff")
        store.add_outputs(
            NewOutput(Delivered(f"t{i}", "m", b"patch %d" % i), applied) for i in range(5)
        )
        store.ensure_reviewer("ann", NOW)


def label_on(store: Store, numbers: range) -> None:
    ids = [item.output_id for item in store.queue_page("ann", None, 10, places=list(Place))]
    for i in numbers:
        if i % 5 == 4:
            store.undo("ann", EFFORT, NOW)
        else:
            record(store, "ann", ids[i % len(ids)], i)
        say(f"ACK {i + 1}")


RUNS: dict[str, Callable[..., None]] = {
    "label": run_label,
    "full": run_full,
    "again": run_again,
    "open": run_open,
    "power": run_power,
    "migrate": run_migrate,
    "restore": run_restore,
    "back_up": run_back_up,
    "idle": run_idle,
    "cut_off": run_cut_off,
}

if __name__ == "__main__":
    RUNS[sys.argv[1]](*sys.argv[2:])
