"""System calls that fail while a label is committed: what is said, and what is on disk after it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

from workbench.store.store import open_store

from .kit import CHILD, MERGED, count_events, ids_of, make_study, query

STRACE = which("strace") or "strace"
# Calls of a commit, how each fails, and how many of them are tried (all but of the writes).
FAULTS = (("fsync,fdatasync", "EIO", 8), ("pwrite64", "ENOSPC", 4), ("ftruncate", "EIO", 3))


def run_with_fault(path: Path, journal: str, calls: str, error: str, n: int) -> tuple[str, bool]:
    """What the child said when its n-th call on the database's files failed; whether one did."""
    trace = path.parent / "trace"
    files = [path.parent, path, *(Path(f"{path}-{end}") for end in ("journal", "wal"))]
    watched = [word for file in files for word in ("-P", str(file))]
    fault = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={n}"]
    child = [sys.executable, "-B", str(CHILD), "again", str(path), journal]
    ran = subprocess.run(
        [STRACE, "-f", "-qq", "-o", str(trace), *watched, *fault, *child],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout, "INJECTED" in trace.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.needs_strace
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
@pytest.mark.parametrize("journal", ["truncate", "wal"])
def test_d5_field_t6_a_commit_that_fails_anywhere_is_said_and_saved_once(
    tmp_path: Path,
    journal: str,
    fault: tuple[str, str, int],
    record_property: Callable[[str, object], None],
) -> None:
    """Each sync, write and truncation in turn: NOT SAVED, and the retry leaves one event.

    Also where the disk complained after it had taken the label.
    """
    calls, error, most = fault
    n_faults = 0
    for n in range(1, most + 1):
        folder = tmp_path / str(n)
        folder.mkdir()
        path = make_study(folder)
        query(path, f"PRAGMA journal_mode={journal}")
        said, is_faulty = run_with_fault(path, journal, calls, error, n)
        *before, last, _ = said.split("\n")
        assert last == "saved", said
        assert len(before) <= is_faulty
        assert all(line.startswith("NOT SAVED: ") for line in before), said
        assert count_events(path) == 1
        with open_store(path) as store:
            assert store.get_judgement("ann", ids_of(store)[0]) == MERGED
            assert (store.quick_check(), store.verify()) == ([], [])
        if not is_faulty:
            break
        n_faults += 1
    record_property("cases", n_faults)
    assert n_faults >= 1
