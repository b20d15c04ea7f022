"""What a backup costs those who label meanwhile, and how long it takes: at 1,000,000 labels.

    python tests/bench/backup_speed.py [--labels 1000000] [--keep FOLDER]

Labels come twenty a second, by the program that makes the backup and by another one; the peer is
the same label with no backup under way. Exit 1 where a label takes longer than the 250 ms after
which the app says NOT SAVED.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from store_speed import NOW, Labeller, make_study, show, timed

from workbench.domain.backup import Backup, Kind
from workbench.store.restore import prepare_restore
from workbench.store.store import Store, open_store

BUSY_MS = 250
PACE = 0.05  # seconds
N_QUIET = 200
N_OTHER = 12  # labels of another program: each makes the copy begin again


def label_until(store: Store, is_over: threading.Event, at_least: int = 0) -> list[float]:
    labeller = Labeller(store)
    times: list[float] = []
    while not is_over.is_set() or len(times) < at_least:
        times.append(labeller.label())
        time.sleep(PACE)
    return times


def measure(folder: Path, n_labels: int) -> bool:
    path = folder / "study" / f"large-{n_labels}.db"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        made_in = timed(partial(make_study, path, n_labels)) / 1000
        print(f"make {n_labels:,} labels: {made_in:.1f} s")
    shutil.rmtree(path.parent / "backups", ignore_errors=True)
    made: list[Backup] = []
    with open_store(path, busy_ms=BUSY_MS) as store:
        over = threading.Event()
        over.set()
        show("label, no backup", label_until(store, over, N_QUIET))

        def back_up() -> None:
            made.extend(filter(None, [store.back_up(Kind.BY_HAND, NOW)]))
            over.set()

        over.clear()
        worker = threading.Thread(target=back_up)
        begun_at = time.perf_counter()
        worker.start()
        times = label_until(store, over)
        spent = time.perf_counter() - begun_at
        worker.join()
        show("label, backup by the same program", times)
        print(f"the longest: {max(times):.0f} ms; the backup: {spent:.1f} s")
        print(f"{made[0].events:,} events, {made[0].size / 1e6:.0f} MB")
    others = show_other(path)
    show_restore(path, made[0].path)
    return max(*times, *others) < BUSY_MS


def show_other(path: Path) -> list[float]:
    """A backup by a command, while a program labels now and then."""
    command = [sys.executable, "-B", __file__, "--label", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with open_store(path) as store:
            spent = timed(partial(store.back_up, Kind.BY_HAND, NOW)) / 1000
        times = [float(line) for line in child.stdout]
    show("label, backup by another program", times)
    print(f"the longest: {max(times):.0f} ms; the backup: {spent:.1f} s")
    return times


def label_as_other(path: Path) -> None:
    with open_store(path, busy_ms=BUSY_MS) as store:
        labeller = Labeller(store)
        print("READY", flush=True)
        for _ in range(N_OTHER):
            time.sleep(0.5)
            print(labeller.label(), flush=True)


def show_restore(path: Path, file: Path) -> None:
    begun_at = time.perf_counter()
    with prepare_restore(path, file) as ready:
        checked_at = time.perf_counter()
        ready.put(NOW)
    print(
        f"restore: {checked_at - begun_at:.1f} s to check the backup, "
        f"{time.perf_counter() - checked_at:.1f} s to keep what is there and put it in place"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--label", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.label:
        label_as_other(options.label)
        return 0
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        return 0 if measure(options.keep, options.labels) else 1
    with tempfile.TemporaryDirectory(prefix="wb-backup-") as folder:
        return 0 if measure(Path(folder), options.labels) else 1


if __name__ == "__main__":
    sys.exit(main())
