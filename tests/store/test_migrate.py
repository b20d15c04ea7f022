"""The schema: what alembic makes is what the tables say, in one piece."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from workbench.domain.backup import Kind
from workbench.domain.errors import StoreDamaged, StoreNewer, WorkbenchError
from workbench.store.copies import list_copies
from workbench.store.files import HEAD, REVISIONS, read_revision
from workbench.store.first_screen import SCHEMA_REVISION
from workbench.store.migrate import back_up_and_upgrade, upgrade
from workbench.store.sqlite import make_engine
from workbench.store.store import Store, open_store
from workbench.store.tables import METADATA

from .kit import (
    EDITED,
    EFFORT,
    JUDGEMENTS,
    NOW,
    ids_of,
    is_killed,
    label,
    make_study,
    query,
    trace_statements,
)

SECOND = Path(__file__).parent / "revisions"


def test_migrations_make_the_tables(path: Path) -> None:
    """A migrated database and the SQLModel classes agree column for column."""
    engine = make_engine(path, read_only=False, busy_ms=100)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_known_revisions() -> None:
    """The revisions that opening knows are those that ship, in their order."""
    scripts = ScriptDirectory(str(files("workbench.store") / "migrations"))
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS
    assert scripts.get_current_head() == HEAD == SCHEMA_REVISION


def test_d9_killed_while_migrating(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """D9: SIGKILL at every operation leaves all of the schema or none, and it can go on."""
    path = tmp_path / "study.db"

    def act(step: Callable[[], None]) -> None:
        trace_statements(step)
        upgrade(path)

    for n in count(1):
        path.unlink(missing_ok=True)
        path.touch()
        if not is_killed(act, n):
            break
        assert query(path, "SELECT count(*) FROM sqlite_master") == [(0,)]
        upgrade(path)
        assert read_revision(path, read_only=False, busy_ms=100) == HEAD
    assert n > 20
    record_property("cases", n - 1)


_TABLES = METADATA.sorted_tables


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the first revision holds, by table; the columns it knows alone."""
    with closing(sqlite3.connect(path)) as db:
        return {
            name: db.execute(f"SELECT {', '.join(names)} FROM {name}").fetchall()  # noqa: S608 - constants
            for name, names in COLUMNS.items()
        }


COLUMNS = {
    table.name: [column.name for column in table.columns] for table in METADATA.sorted_tables
}


def schema(path: Path) -> list[tuple[object, ...]]:
    """Revision, tables, indexes, triggers; a rebuilt table has its constraints in any order."""
    sql = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    return [
        *query(path, "SELECT version_num FROM alembic_version"),
        *(
            (kind, name, *sorted(part.strip(" \t,") for part in str(text).split("\n")))
            for kind, name, text in query(path, sql)
        ),
    ]


def head(path: Path) -> list[tuple[object, ...]]:
    return query(path, "SELECT event_id, hash FROM label_event ORDER BY event_id DESC LIMIT 1")


def to_second(path: Path) -> Path:
    return back_up_and_upgrade(path, NOW, busy_ms=1000, revision="second", versions=[SECOND])


@pytest.fixture
def old(path: Path) -> Path:
    """A study of the first revision with labels, undo and redo in it."""
    with open_store(path) as store:
        for i, output_id in enumerate(ids_of(store)):
            label(store, output_id, JUDGEMENTS[i])
        store.undo("ann", EFFORT, NOW)
        store.undo("ann", EFFORT, NOW)
        store.redo("ann", EFFORT, NOW)
        assert store.upgraded == ""
    assert not (path.parent / "backups").exists()
    return path


@pytest.fixture
def new_schema(tmp_path: Path) -> list[tuple[object, ...]]:
    """What the second revision looks like."""
    (tmp_path / "new").mkdir()
    path = make_study(tmp_path / "new")
    to_second(path)
    return schema(path)


def assert_is_kept(path: Path, before: dict[str, list[tuple[object, ...]]], n_events: int) -> None:
    """Every row, every hash, the guards and every reference are as they were."""
    assert rows(path) == before
    assert head(path)[0][0] == n_events
    assert query(path, "PRAGMA foreign_key_check") == []
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    with closing(Store(path, busy_ms=1000, read_only=False)) as store:
        assert store.verify() == []
    for sql in ("UPDATE label_event SET seq = 9", "DELETE FROM label_event"):
        with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.Error, match="append"):
            db.execute(sql)


def test_d8_d9_an_upgrade_keeps_everything(old: Path, new_schema: list[tuple[object, ...]]) -> None:
    """The log is rebuilt, and its last hash is the same; as it was before lies beside it."""
    before, last, first_schema = rows(old), head(old), schema(old)
    copy = to_second(old)
    assert schema(old) == new_schema != first_schema
    assert head(old) == last
    assert_is_kept(old, before, 11)
    assert query(old, "SELECT area FROM ticket ORDER BY position")[0] == ("area of t0",)
    assert copy == old.parent / "backups" / "study-0001-20260102T030405Z-before-upgrade.db"
    assert (schema(copy), head(copy)) == (first_schema, last)
    assert_is_kept(copy, before, 11)
    with open_store(copy) as store:
        assert store.count_log() == 11


def test_d9_labels_go_on_after_an_upgrade(old: Path) -> None:
    """The chain goes on where it was; nothing old was hashed anew."""
    to_second(old)
    with closing(Store(old, busy_ms=1000, read_only=False)) as store:
        label(store, ids_of(store)[0], EDITED)
        assert store.verify() == []
    assert head(old)[0][0] == 12


def test_d9_a_revision_that_is_not_known_is_refused(old: Path) -> None:
    """An older program meets the upgraded study: exit code 4, and not a byte is changed."""
    to_second(old)
    before = old.read_bytes()
    with pytest.raises(StoreNewer, match=r"made by a newer version .* \(schema second\)") as caught:
        open_store(old)
    assert caught.value.exit_code == 4
    assert old.read_bytes() == before


@pytest.mark.slow
def test_d9_killed_while_upgrading(
    old: Path,
    new_schema: list[tuple[object, ...]],
    record_property: Callable[[str, object], None],
) -> None:
    """SIGKILL at every operation leaves the old study or the new one, and the upgrade succeeds."""
    before, last, first_schema = rows(old), head(old), schema(old)
    folder = old.parent / "study"
    folder.mkdir()
    path = folder / "study.db"

    def act(step: Callable[[], None]) -> None:
        trace_statements(step)
        to_second(path)

    found = []
    for n in count(1):
        shutil.rmtree(folder)
        folder.mkdir()
        shutil.copy(old, path)
        is_over = not is_killed(act, n)
        assert head(path) == last
        assert rows(path) == before
        assert schema(path) in (first_schema, new_schema)
        found.append(schema(path) == new_schema)
        copies = list_copies(path)
        assert copies or not found[-1]
        assert all(schema(copy.path) == first_schema for copy in copies)
        assert all(rows(copy.path) == before for copy in copies)
        if not found[-1]:
            with open_store(path) as store:
                assert store.count_log() == 11
        to_second(path)
        assert schema(path) == new_schema
        assert list(folder.rglob(".workbench-copy-*")) == []
        assert_is_kept(path, before, 11)
        if is_over:
            break
    assert found == sorted(found)
    assert len(found) > 15
    record_property("cases", len(found))


def test_d9_without_a_backup_there_is_no_upgrade(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short disk or a damaged database: the old one stays, and the sentence says why."""
    before = old.read_bytes()
    monkeypatch.setattr("workbench.store.copying.MARGIN", 1 << 60)
    with pytest.raises(WorkbenchError, match=r"was not upgraded: .*: the disk is short"):
        to_second(old)
    monkeypatch.undo()
    assert old.read_bytes() == before
    with old.open("r+b") as file:
        file.seek(old.stat().st_size - 4096 * 3)
        file.write(bytes(range(256)) * 16)
    before = old.read_bytes()
    with pytest.raises(StoreDamaged, match=r"was not upgraded: no backup was made.*not sound"):
        to_second(old)
    assert old.read_bytes() == before
    assert list((old.parent / "backups").iterdir()) == []


@pytest.mark.parametrize("n_routine", [12])
def test_d8_d9_routine_copies_do_not_push_out_those_before_an_upgrade(
    old: Path, n_routine: int
) -> None:
    """What lies before an upgrade is the way back from it."""
    with open_store(old) as store:
        store.back_up(Kind.BEFORE_UPGRADE, NOW)
        for _ in range(n_routine):
            store.back_up(Kind.ROUTINE, NOW)
    assert list_copies(old)[0].kind is Kind.BEFORE_UPGRADE


def test_d9_opening_tells_of_the_backup(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older schema is upgraded on opening, and a person is told where the old one is."""
    monkeypatch.setattr("workbench.store.store.HEAD", "0001-and-a-bit")
    with open_store(old) as store:
        (made,) = store.list_backups()
        assert str(made.path) in store.upgraded
        assert made.kind is Kind.BEFORE_UPGRADE


NO_GUARDS = """
    with op.batch_alter_table('label_event', recreate='always') as batch:
        batch.create_check_constraint('positive', 'seq > 0')
"""
LOST_EVENT = """
    op.execute('DROP TRIGGER label_event_no_delete')
    op.execute('DELETE FROM item')
    op.execute('DELETE FROM label_event WHERE event_id = 11')
    op.execute(TRIGGERS['label_event_no_delete'])
"""
CRASH = """
    op.execute('CREATE TABLE x (y)')
    raise KeyError('x')
"""
BAD = {
    "no guards": (NO_GUARDS, "would change the log"),
    "lost event": (LOST_EVENT, "would change the log"),
    "dangling": (
        "\n    op.execute('DELETE FROM candidate')\n",
        "refers to a row that is not there",
    ),
    "crash": (CRASH, "x"),
}


@pytest.mark.parametrize("name", BAD)
def test_d9_a_wrong_revision_changes_nothing(old: Path, tmp_path: Path, name: str) -> None:
    """One that drops the guards of the log, an event, a reference, or fails half-way."""
    code, sentence = BAD[name]
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "bad.py").write_text(
        "from alembic import op\nfrom workbench.store.files import HEAD, TRIGGERS\n"
        f"revision, down_revision = 'second', HEAD\n\ndef upgrade():\n    {code.strip()}\n"
    )
    before = schema(old), rows(old)
    with pytest.raises((StoreDamaged, KeyError), match=sentence):
        upgrade(old, revision="second", versions=[folder])
    assert (schema(old), rows(old)) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_d9_a_study_of_every_past_revision_opens(tmp_path: Path, revision: str) -> None:
    """As it was written then; `python tests/store/past.py` writes the one of today."""
    path = tmp_path / "study.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((SECOND / f"{revision}.sql").read_text("utf-8"))
    with open_store(path) as store:
        assert store.verify() == []
        assert store.progress("ann").labelled == 5
        assert bool(store.upgraded) == (revision != HEAD)
        label(store, ids_of(store)[-1])
        assert store.verify() == []
    assert schema(path)[0] == (HEAD,)


def test_d9_an_older_lock_of_gates_is_chained_by_the_next_event(old: Path) -> None:
    """It reads as before, nothing old is hashed anew, and from the next event on it is guarded."""
    lock = '{"gates": {"gate.toml": "ab"}, "tickets": "cd"}'
    with closing(sqlite3.connect(old, isolation_level=None)) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'gate_lock'", (lock,))
        db.execute("UPDATE alembic_version SET version_num = '0002'")
    with open_store(old) as store:
        assert (store.gate_lock, store.verify()) == (lock, [])
        label(store, ids_of(store)[-1])
        label(store, ids_of(store)[-2])
        assert store.get_meta("gate_lock_event") == "12"
        assert (store.gate_lock, store.verify()) == (lock, [])
    with closing(sqlite3.connect(old, isolation_level=None)) as db:
        db.execute("UPDATE meta SET value = '{}' WHERE key = 'gate_lock'")
    with open_store(old) as store:
        (fault,) = store.verify()
    assert (fault.kind, "label_event 12" in fault.sentence) == ("gate_lock", True)


def test_d9_foreign_keys_are_checked_before_commit(path: Path) -> None:
    """D9: an upgrade of a database with dangling rows is refused and changes nothing."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("UPDATE output SET candidate = 'gone' WHERE id = 1")
        db.executescript("DROP TABLE spec_event; UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(Exception, match="refers to a row that is not there"):
        upgrade(path)
