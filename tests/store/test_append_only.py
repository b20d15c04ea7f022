"""The log cannot be changed, and a change from outside is found and named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from workbench.domain.label import Act, Judgement, Label
from workbench.store.store import Store, open_store

from .kit import EDITED, EFFORT, MERGED, NOW, ids_of, label, query

REPLACE = "REPLACE INTO label_event SELECT * FROM label_event WHERE event_id = 1"

_COLUMNS = (
    "output, reviewer, seq, act, started_at, active_ms, idle_ms, peeks, rubric_version,"
    " app_version, at, prev_hash, hash, judgement, origin"
)
AGAIN = f"INSERT INTO label_event ({_COLUMNS}) SELECT {_COLUMNS} FROM label_event"  # noqa: S608


@pytest.mark.parametrize(
    "sql",
    ["UPDATE label_event SET at = 'x'", "DELETE FROM label_event WHERE event_id = 1", REPLACE],
)
def test_d3_refuses_to_change_the_log(store: Store, path: Path, sql: str) -> None:
    """D3: UPDATE, DELETE and REPLACE on label_event are refused."""
    label(store, ids_of(store)[0])
    before = query(path, "SELECT * FROM label_event")
    with pytest.raises(DBAPIError, match="append-only"), store._engine.begin() as connection:
        connection.exec_driver_sql(sql)
    assert query(path, "SELECT * FROM label_event") == before


def test_d4_a_second_writer_cannot_take_the_same_number(store: Store) -> None:
    """D4: output, reviewer and seq are unique."""
    label(store, ids_of(store)[0])
    with pytest.raises(DBAPIError, match="UNIQUE"), store._engine.begin() as connection:
        connection.exec_driver_sql(AGAIN)


def flip(path: Path, old: bytes, new: bytes) -> None:
    """Change bytes of the file where they stand once."""
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))


@pytest.mark.parametrize("new", [b"a note of mime", b"a note of m\xe9ne", b'a note of m"ne'])
def test_d3_d7_flipped_bit_is_named(path: Path, new: bytes) -> None:
    """D3, D7: quick_check says ok to a flipped bit in a text; verify names the row."""
    with open_store(path) as store:
        ids = ids_of(store)
        for i, output_id in enumerate(ids[:4]):
            note = "a note of mine" if i == 2 else f"note {i}"
            label(store, output_id, Judgement(label=Label.MERGED, note=note))
        assert store.verify() == []
    flip(path, b"a note of mine", new)
    with open_store(path) as store:
        assert store.quick_check() == []
        faults = [fault for fault in store.verify() if fault.kind != "unreadable"]
    assert [(fault.kind, fault.row) for fault in faults] == [("hash", "label_event 3")]
    assert "label_event 3" in faults[0].sentence


TAMPER = {
    "item": "UPDATE item SET label = 'edited' WHERE label = 'merged'",
    "tally": "UPDATE tally SET n = n + 1 WHERE candidate = 'm1' AND reviewer = ''",
    "tests": "UPDATE output SET tests_reason = 'x' WHERE id = 1",
    "blob": "UPDATE blob SET data = x'00' WHERE data = CAST('patch 1 m1' AS BLOB)",
    "gap": "DROP TRIGGER label_event_no_delete; DELETE FROM label_event WHERE event_id = 2",
    "trigger": "DROP TRIGGER label_event_no_update",
}


@pytest.mark.parametrize("kind", TAMPER)
def test_d3_verify_finds_what_was_changed_by_hand(store: Store, path: Path, kind: str) -> None:
    """D3: every kind of derived row, the triggers, blobs and gaps in the log are compared."""
    for output_id, judgement in zip(ids_of(store), (MERGED, EDITED, EDITED), strict=False):
        label(store, output_id, judgement)
    assert store.verify() == []
    with closing(sqlite3.connect(path)) as db:
        db.executescript(TAMPER[kind])
    faults = store.verify()
    assert kind in {fault.kind for fault in faults}
    assert all(fault.sentence for fault in faults)


GATES = '{"gates": {"gate.toml": "ab"}, "tickets": "cd"}'
_ANCHOR = "gate_lock_event"
TAMPERED = {
    "another gate": "UPDATE meta SET value = replace(value, 'ab', 'ef') WHERE key = 'gate_lock'",
    "no gate": "DELETE FROM meta WHERE key = 'gate_lock'",
    "never chained": "DELETE FROM meta WHERE key = 'gate_lock_event'",
    "gone": "DELETE FROM meta WHERE key LIKE 'gate_lock%'",
    "chained later": "UPDATE meta SET value = '3' WHERE key = 'gate_lock_event'",
    "chained nowhere": "UPDATE meta SET value = '99' WHERE key = 'gate_lock_event'",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_d3_the_lock_of_the_gates_is_in_the_chain(path: Path, what: str) -> None:
    """Whoever changes it, or hides that it was there, breaks the chain where it was locked."""
    with open_store(path, gates=lambda: GATES) as store:
        first, second, third = ids_of(store)[:3]
        store.record("ann", first, Act.SKIP, Judgement(skipped=True), EFFORT, NOW)
        assert store.get_meta(_ANCHOR) is None  # a gate is locked by the first label
        for output_id in (second, third):
            label(store, output_id)
        assert (store.gate_lock, store.get_meta(_ANCHOR)) == (GATES, "2")
        assert store.verify() == []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(TAMPERED[what])
    with open_store(path) as store:
        faults = store.verify()
    assert faults
    assert {fault.kind for fault in faults} <= {"chain", "gate_lock"}
    assert "lock of the gates" in " ".join(fault.sentence for fault in faults) or (
        what == "never chained"
    )
