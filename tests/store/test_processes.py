"""Several programs on one study, and programs that die."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from workbench.domain.errors import NotSaved
from workbench.store.first_screen import read_first_screen
from workbench.store.store import open_store

from .kit import CHILD, EFFORT, NOW, count_events, ids_of, label, make_study, query

N_PROCESSES, N_LABELS = 4, 150
Record = Callable[[str, object], None]


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-B", str(CHILD), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_d4_four_processes(tmp_path: Path, record_property: Record) -> None:
    """D4: 4 processes of 150 labels each leave 600 rows and no error: nobody waits for 10 s.

    How long they wait is measured where nothing else runs: tests/bench/wait_speed.py.
    """
    record_property("cases", N_PROCESSES * N_LABELS)
    path = make_study(tmp_path, reviewers=("ann", "bob"))
    names = ("ann", "ann", "bob", "bob")
    children = [start("label", path, name, N_LABELS, i) for i, name in enumerate(names)]
    outs = [child.communicate(timeout=120) for child in children]
    assert [err for _, err in outs] == [""] * N_PROCESSES
    assert [out.splitlines()[-1] for out, _ in outs] == [f"ACK {N_LABELS}"] * N_PROCESSES
    assert count_events(path) == N_PROCESSES * N_LABELS
    with open_store(path) as store:
        assert store.verify() == []


@pytest.mark.slow
def test_d2_killed_while_labelling(tmp_path: Path, record_property: Record) -> None:
    """D2: SIGKILL at 20 random points: what was acknowledged is stored, and at most one more."""
    path = make_study(tmp_path)
    rng = random.Random(7)
    record_property("cases", 20)
    for _ in range(20):
        before = count_events(path)
        child = start("label", path, "ann", 10_000)
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(rng.randrange(1, 40))]
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()  # communicate() would pass over what is buffered here
        child.communicate()
        acknowledged = sum(line.startswith("ACK") for line in said)
        assert count_events(path) - before in {acknowledged, acknowledged + 1}
        with open_store(path) as store:
            assert store.quick_check() == []
            assert store.verify() == []


def test_threads_of_one_program(path: Path) -> None:
    """One store may be used from several threads: every label is an event, none is lost."""
    with open_store(path) as store, ThreadPoolExecutor(4) as pool:
        ids = ids_of(store)
        saved = list(pool.map(lambda i: label(store, ids[i % len(ids)]), range(100)))
        assert sorted(s.event.event_id for s in saved) == list(range(1, 101))
        assert store.verify() == []


def test_data_version_tells_of_others(path: Path) -> None:
    """An open store notices another one's commit, and not its own."""
    with open_store(path) as ours, open_store(path) as others:
        ids = ids_of(ours)
        before = ours.data_version()
        label(ours, ids[0])
        assert ours.data_version() == before
        label(others, ids[1])
        assert ours.data_version() != before


def test_d5_busy_is_not_saved(path: Path) -> None:
    """D5: while another program writes, a label is NOT SAVED after the wait, and can be retried."""
    with open_store(path, busy_ms=250) as store, closing(sqlite3.connect(path)) as other:
        first = ids_of(store)[0]
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotSaved, match=r"another program is writing \(waited 250 ms\)"):
            label(store, first)
        with pytest.raises(NotSaved):
            store.undo("ann", EFFORT, NOW)
        other.execute("ROLLBACK")
        assert count_events(path) == 0
        assert label(store, first).event.event_id == 1


def test_reader_that_holds_back_the_commit(path: Path) -> None:
    """D5: where only COMMIT fails, nothing is stored either."""
    with open_store(path, busy_ms=100) as store, closing(sqlite3.connect(path)) as other:
        first = ids_of(store)[0]
        if query(path, "PRAGMA journal_mode") == [("wal",)]:
            pytest.skip("in WAL a reader holds back nobody")
        other.isolation_level = None
        other.execute("BEGIN")
        other.execute("SELECT * FROM item").fetchone()
        with pytest.raises(NotSaved, match="another program"):
            label(store, first)
        other.execute("ROLLBACK")
        assert count_events(path) == 0
        label(store, first)
        assert count_events(path) == 1
        assert store.verify() == []


def test_first_screen_beside_a_writer(path: Path) -> None:
    """The first screen is read while another program is in the middle of a transaction."""
    with closing(sqlite3.connect(path)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE meta SET value = value")
        screen = read_first_screen(path, "ann")
        other.execute("ROLLBACK")
    assert screen is not None
    assert screen.item is not None
