"""How fast a label is saved and the first screen read, at 100 and at 1,000,000 labels.

    python tests/bench/store_speed.py [--labels 1000000] [--n 300] [--keep FOLDER]

Peers measured in the same run, key by key in turn: the same label in a study of 100, and a raw
sqlite3 INSERT with the same journal and synchronous settings. Exit 1 where p95 at the large size
is over 1.2 times that at 100.
"""

import argparse
import math
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from workbench.domain.candidate import choose_alias
from workbench.domain.event import Event, compute_hash
from workbench.domain.label import Act, EditClass, Effort, Judgement, Label
from workbench.domain.queue import compute_position
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket
from workbench.store.derive import BASE, Ground, Shift, place_judgement
from workbench.store.event_rows import INSERT_EVENT, to_params
from workbench.store.first_screen import read_first_screen
from workbench.store.store import Store, create_store, open_store

NOW = datetime(2026, 1, 2, tzinfo=UTC)
REVIEWER = "ann"
N_OPEN = 2000
WARM_UP = 30
LIMIT = 1.2
CANDIDATES = ("m1", "m2", "m3", "m4")
TICKETS = 200
JUDGEMENTS = (
    Judgement(label=Label.MERGED),
    Judgement(label=Label.EDITED, edit=EditClass.MINOR),
    Judgement(label=Label.EDITED, edit=EditClass.MAJOR, note="a note of some length"),
    Judgement(label=Label.ESCAPED),
    Judgement(label=Label.ABSTAINED),
)
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_OUTPUT = (
    "INSERT INTO output VALUES (?, ?, ?, ?, ?, 'patch', 'pass', 'not_run', 'plain', '', 1, 2, 3,"
    " ?, ?, ?, '', 'bench', '', '[]', '', '[]', '[]', '', '{}')"
)
JOINED = (
    "SELECT count(*), max(length(e.judgement)) FROM output o"
    " CROSS JOIN ticket t ON t.ticket_id = o.ticket CROSS JOIN label_event e ON e.output = o.id"
)
_CHECK = "INSERT INTO check_result VALUES (?, ?, 'pass', 'not_run', 'bench', '', '')"


def make_study(path: Path, n_labels: int, n_open: int = N_OPEN) -> None:
    """A valid study with n labels and some open outputs, written past the store for speed."""
    create_store(path, study_id="bench", created_at=NOW, tool_version="1")
    n_outputs = n_labels + n_open
    with open_store(path) as store:
        store.add_tickets(
            Ticket(f"t{i:04}", f"Ticket {i}", "body", "", "c" * 40, Spec.CLEAR)
            for i in range(TICKETS)
        )
        store.ensure_reviewer(REVIEWER, NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "cache_size=-400000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN")
        db.execute("INSERT INTO blob VALUES (?, x'')", (_EMPTY,))
        taken: set[str] = set()
        for name in CANDIDATES:
            taken.add(alias := choose_alias("bench", name, frozenset(taken)))
            db.execute("INSERT INTO candidate VALUES (?, ?)", (name, alias))
        db.executemany(_OUTPUT, map(_output, range(1, n_outputs + 1)))
        db.executemany(_CHECK, ((i, i) for i in range(1, n_outputs + 1)))
        _fill_labels(db, n_outputs, n_open)
        db.execute("COMMIT")


def _output(i: int) -> tuple[int | str, ...]:
    ticket = f"t{i % TICKETS:04}"
    candidate = CANDIDATES[i // TICKETS % len(CANDIDATES)]
    trial = 1 + i // (TICKETS * len(CANDIDATES))
    return i, f"{i:012x}", ticket, candidate, trial, _EMPTY, _EMPTY, f"{i:064x}"


def _fill_labels(db: sqlite3.Connection, n_outputs: int, n_open: int) -> None:
    seed = db.execute("SELECT seed FROM reviewer").fetchone()[0]
    order = sorted((compute_position(seed, f"{i:012x}"), i) for i in range(1, n_outputs + 1))
    # Open ones lie anywhere in the queue, as they do when a second batch came later.
    is_open = {order[k * n_outputs // n_open][1] for k in range(n_open)}
    labelled = [(position, i) for position, i in order if i not in is_open]
    ground = Ground("clear", "patch", "pass")
    texts: dict[int, str] = {}

    def events() -> Iterator[object]:
        last = ""
        for event_id, (_, i) in enumerate(labelled, 1):
            event = _event(event_id, i, last)
            last = event.hash
            params = to_params(event, i)
            texts[event_id % len(JUDGEMENTS)] = str(params["judgement"])
            yield params

    db.executemany(INSERT_EVENT, events())  # type: ignore[arg-type]  # rows are mappings
    base, shift = place_judgement(ground, ""), Shift()
    rows = []
    by_output = {i: event_id for event_id, (_, i) in enumerate(labelled, 1)}
    for position, i in order:
        event_id = by_output.get(i)
        text = "" if event_id is None else texts[event_id % len(JUDGEMENTS)]
        where = place_judgement(ground, text)
        held = None if event_id is None else JUDGEMENTS[event_id % len(JUDGEMENTS)]
        candidate = CANDIDATES[i // TICKETS % len(CANDIDATES)]
        shift.add(BASE, candidate, base, 1)
        shift.add(REVIEWER, candidate, base, -1)
        shift.add(REVIEWER, candidate, where, 1)
        label, edit = (held.label, held.edit) if held else (None, None)
        rows.append((i, position, where.place.value, where.outcome, label, edit, event_id))
    rows.sort()
    insert = "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    db.executemany(insert, ((REVIEWER, *row, row[-1]) for row in rows))
    tally = [(*key, n) for key, n in shift.peek().items()]
    db.executemany("INSERT INTO tally VALUES (?, ?, ?, ?)", tally)


def _event(event_id: int, output: int, prev_hash: str) -> Event:
    at = NOW + timedelta(seconds=event_id)
    event = Event(
        event_id=event_id,
        output_id=f"{output:012x}",
        reviewer=REVIEWER,
        seq=1,
        act=Act.LABEL,
        judgement=JUDGEMENTS[event_id % len(JUDGEMENTS)],
        supersedes=None,
        undoes=None,
        back=None,
        below=event_id - 1 or None,
        undo=event_id,
        redo=None,
        effort=Effort(at, 20_000),
        rubric_version="1",
        app_version="1",
        at=at,
        prev_hash=prev_hash,
    )
    return event._replace(hash=compute_hash(event))


def make_raw(path: Path, like: sqlite3.Connection) -> sqlite3.Connection:
    """The peer: one row a transaction, same journal and synchronous, nothing else."""
    journal = like.execute("PRAGMA journal_mode").fetchone()[0]
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA journal_mode={journal}")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS label_event (event_id INTEGER PRIMARY KEY, body TEXT)")
    return db


def timed(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return (time.perf_counter() - start) * 1000


def quantile(times: list[float], share: float) -> float:
    """Nearest rank."""
    return sorted(times)[math.ceil(share * len(times)) - 1]


def show(name: str, times: list[float]) -> None:
    p50, p95, p99 = (quantile(times, share) for share in (0.5, 0.95, 0.99))
    print(f"{name:34} p50 {p50:7.3f}  p95 {p95:7.3f}  p99 {p99:7.3f} ms  (n {len(times)})")


class Labeller:
    """Labels one open output after the other."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = store.next_open(REVIEWER)
        self.n = 0

    def label(self) -> float:
        item = self.at
        if item is None:
            raise SystemExit("no open output is left")
        judgement = JUDGEMENTS[self.n % len(JUDGEMENTS)]
        self.n += 1
        effort = Effort(NOW)
        spent = timed(
            lambda: self.store.record(REVIEWER, item.output_id, Act.LABEL, judgement, effort, NOW)
        )
        self.at = self.store.next_open(REVIEWER, item.position)
        return spent


def measure(folder: Path, large: int, n: int) -> bool:
    """The whole table; a failed ratio is taken again at most twice."""
    paths = {100: folder / "small.db", large: folder / f"large-{large}.db"}
    for size, path in paths.items():
        if not path.exists():
            print(f"make {size:,} labels: {timed(partial(make_study, path, size)) / 1000:.1f} s")
    with open_store(paths[100]) as small, open_store(paths[large]) as big:
        with closing(sqlite3.connect(paths[100])) as like:
            raw = make_raw(folder / "raw.db", like)
        many_name = f"label at {large:,}"
        for _ in range(3):
            times = take_turns(raw, small, big, n)
            for name, key in (("raw sqlite3 INSERT", "raw"), ("label at 100", "few")):
                show(name, times[key])
            show(many_name, times["many"])
            ratio = quantile(times["many"], 0.95) / quantile(times["few"], 0.95)
            print(f"label p95, {large:,} against 100: {ratio:.2f}  (limit {LIMIT})")
            if ratio <= LIMIT:
                break
        raw.close()
        show_reads(small, paths[100], "100")
        show_reads(big, paths[large], f"{large:,}")
        show_passes(big, large)
    return ratio <= LIMIT


def take_turns(raw: sqlite3.Connection, small: Store, big: Store, n: int) -> dict[str, list[float]]:
    """One of each in turn, so that what the machine does otherwise hits all alike."""
    few, many = Labeller(small), Labeller(big)
    body = "x" * 500
    times: dict[str, list[float]] = {"raw": [], "few": [], "many": []}
    sql = "INSERT INTO label_event(body) VALUES (?)"
    for i in range(n + WARM_UP):
        spent = {
            "raw": timed(lambda: raw.execute(sql, (body,))),
            "few": few.label(),
            "many": many.label(),
        }
        if i >= WARM_UP:
            for key, ms in spent.items():
                times[key].append(ms)
    return times


def show_reads(store: Store, path: Path, size: str) -> None:
    item = store.next_open(REVIEWER)
    where = item.position if item else 0
    show(
        f"first screen at {size}",
        [timed(lambda: read_first_screen(path, REVIEWER)) for _ in range(60)],
    )
    show(
        f"page of 60 at {size}",
        [timed(lambda: store.queue_page(REVIEWER, where, 60)) for _ in range(60)],
    )
    if item:
        undo = lambda: store.undo(REVIEWER, Effort(NOW), NOW)  # noqa: E731
        show(f"undo at {size}", [timed(undo) for _ in range(60)])


def show_passes(store: Store, size: int) -> None:
    """What is linear in the study, against counting the same rows."""
    with closing(sqlite3.connect(store.path)) as db:
        counted = timed(lambda: db.execute(JOINED).fetchone())
    recounted = timed(lambda: store.recount(REVIEWER))
    print(f"{size:,} labels: count(*) of the join {counted:.0f} ms, recount {recounted:.0f} ms")
    checked, verified = timed(store.quick_check), timed(store.verify)
    print(f"quick_check {checked / 1000:.1f} s, verify {verified / 1000:.1f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        return 0 if measure(options.keep, options.labels, options.n) else 1
    with tempfile.TemporaryDirectory(prefix="wb-store-") as folder:
        return 0 if measure(Path(folder), options.labels, options.n) else 1


if __name__ == "__main__":
    sys.exit(main())
