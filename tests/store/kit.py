"""What the store's tests share: a small study, a clock handed in, and ways to look inside."""

import os
import signal
import sqlite3
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.domain.clarity import SpecAct, SpecCall
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import Act, Aside, EditClass, Effort, Judgement, Label
from workbench.domain.metrics import Cell
from workbench.domain.output import Applied, Delivered, NewOutput
from workbench.domain.queue import Place
from workbench.domain.saved import Saved
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket
from workbench.store import sqlite
from workbench.store.store import SpecSaved, Store, create_store, open_store

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
EFFORT = Effort(NOW, active_ms=1200, idle_ms=30)
CHILD = Path(__file__).parent / "label_child.py"

MERGED = Judgement(label=Label.MERGED)
EDITED = Judgement(label=Label.EDITED, edit=EditClass.MINOR, note="täst \N{SNOWMAN}")
ESCAPED = Judgement(label=Label.ESCAPED, findings=(Finding(FindingKind.FUNCTIONAL, line=3),))
CONFESSED = Judgement(
    label=Label.EDITED,
    edit=EditClass.MAJOR,
    findings=(Finding(FindingKind.SECURITY, severity=3, flag=0),),
    flags=(Flag("this may leak"),),
)
ABSTAINED = Judgement(label=Label.ABSTAINED, quote="which one?", delivery=Delivery.ASK)
SKIPPED = Judgement(skipped=True)
TO_DISCUSS = Judgement(aside=Aside.DISCUSS)
LATER = Judgement(aside=Aside.LATER)
REMARKED = Judgement(findings=(Finding(FindingKind.REMARK, text="hm"),))
CORRECTED = Judgement(delivery=Delivery.EMPTY)
JUDGEMENTS = (
    *(MERGED, EDITED, ESCAPED, CONFESSED, ABSTAINED, SKIPPED, REMARKED, CORRECTED),
    *(TO_DISCUSS, LATER),
)


def at(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def make_ticket(name: str, spec: Spec = Spec.CLEAR) -> Ticket:
    return Ticket(name, f"title of {name}", f"body of {name}", "", "c" * 40, spec, ("bug",))


def make_output(
    ticket: str,
    candidate: str,
    patch: bytes = b"",
    message: str = "",
    delivery: Delivery | None = None,
) -> NewOutput:
    """A patch that applied, or with b"" whatever came instead."""
    rung = Rung.PLAIN if patch else Rung.EMPTY
    diff = b"diff of " + patch if patch else b""
    applied = Applied(rung, "a" * 40 if patch else "", diff=diff, files=1, added=2, removed=1)
    return NewOutput(Delivered(ticket, candidate, patch, message, delivery), applied)


def make_outputs(n_tickets: int = 4, candidates: tuple[str, ...] = ("m1", "m2")) -> list[NewOutput]:
    return [
        make_output(f"t{i}", name, f"patch {i} {name}".encode())
        for i in range(n_tickets)
        for name in candidates
    ]


def make_study(
    folder: Path, n_tickets: int = 4, reviewers: tuple[str, ...] = ("ann",), name: str = "study.db"
) -> Path:
    path = folder / name
    create_store(path, study_id="study-1", created_at=NOW, tool_version="1")
    with open_store(path) as store:
        specs = (Spec.CLEAR, Spec.VAGUE)
        store.add_tickets(make_ticket(f"t{i}", specs[i % 2]) for i in range(n_tickets))
        store.add_outputs(make_outputs(n_tickets))
        for reviewer in reviewers:
            store.ensure_reviewer(reviewer, NOW)
    return path


def ids_of(store: Store, reviewer: str = "ann") -> list[str]:
    """All output ids in the order of a reviewer's queue."""
    return [item.output_id for item in store.queue_page(reviewer, None, 1000, places=list(Place))]


def label(
    store: Store, output_id: str, judgement: Judgement = MERGED, reviewer: str = "ann"
) -> Saved:
    return store.record(reviewer, output_id, Act.LABEL, judgement, EFFORT, NOW)


def mark(store: Store, ticket_id: str, spec: Spec, reviewer: str = "ann") -> SpecSaved:
    return store.record_spec(reviewer, ticket_id, SpecAct.CALL, SpecCall(spec), NOW)


def judgements_of(store: Store, reviewer: str = "ann") -> dict[str, Judgement]:
    return {i: store.get_judgement(reviewer, i) for i in ids_of(store, reviewer)}


def tallies_by_name(store: Store, reviewer: str) -> dict[str, Counter[Cell]]:
    names = {c.alias: c.name for c in store.list_candidates()}
    return {names[alias]: counts for alias, counts in store.tallies(reviewer).items()}


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows read by a connection of nobody's."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def count_events(path: Path) -> int:
    return len(query(path, "SELECT 1 FROM label_event"))


def run_child(*arguments: object) -> subprocess.CompletedProcess[str]:
    """label_child.py with these arguments, to its end."""
    return subprocess.run(
        [sys.executable, "-B", str(CHILD), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def is_killed(act: Callable[[Callable[[], None]], None], n: int) -> bool:
    """Run `act` in a fork of this process; the n-th call of what it is handed is SIGKILL.

    Whether it came to that; no store may be open.
    """
    child = os.fork()
    if not child:
        left = n

        def step() -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            act(step)
        except BaseException:  # noqa: BLE001 - it must be seen, and the child must end here
            traceback.print_exc()
            os._exit(70)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, -signal.SIGKILL}
    return code != 0


def watch_files(step: Callable[[], None], folder: Path) -> None:
    """Call `step` before each operation of this process on a file in a folder; for good."""
    kinds = {"open", "sqlite3.connect", "os.link", "os.rename", "os.remove", "os.utime"}

    def see(event: str, arguments: tuple[object, ...]) -> None:
        if event in kinds and any(str(folder) in str(each) for each in arguments):
            step()

    sys.addaudithook(see)


def trace_statements(step: Callable[[], None]) -> None:
    """Call `step` before each statement of this process that changes anything; for good."""
    plain = sqlite.connect

    def see(sql: str) -> None:
        if not sql.lstrip().startswith(("SELECT", "PRAGMA")):
            step()

    def connect(path: Path, *, read_only: bool, busy_ms: int) -> sqlite3.Connection:
        connection = plain(path, read_only=read_only, busy_ms=busy_ms)
        connection.set_trace_callback(see)
        return connection

    sqlite.connect = connect
