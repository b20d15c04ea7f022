"""What may be opened: our own files, whole, of a version we know. Nothing is ever created."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from workbench.domain.errors import InputRefused, StoreDamaged, StoreNewer
from workbench.store.files import APPLICATION_ID
from workbench.store.sqlite import choose_journal
from workbench.store.store import create_store, open_store

from .kit import NOW, make_study, query


def run(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(sql)


def overwrite_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"NOT A DATABASE!!")


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_foreign(path: Path) -> None:
    path.unlink()
    run(path, "CREATE TABLE song (name TEXT)")


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "header": (overwrite_header, "not a SQLite database, or its header is damaged"),
    "empty": (lambda path: path.write_bytes(b""), "the file is empty"),
    "folder": (become_folder, "not a file"),
    "foreign": (become_foreign, "not one of the workbench"),
    "half": (lambda path: os.truncate(path, path.stat().st_size // 2), "damaged"),
    "missing": (lambda path: path.unlink(), "no such file; it was not created"),
    "trigger": (
        lambda path: run(path, "CREATE TRIGGER x AFTER INSERT ON meta BEGIN SELECT 1; END"),
        "a trigger that is not ours: x",
    ),
    "view": (lambda path: run(path, "CREATE VIEW v AS SELECT 1"), "a view that is not ours: v"),
    "table gone": (lambda path: run(path, "DROP TABLE tally"), "the table tally is missing"),
    "guard gone": (
        lambda path: run(path, "DROP TRIGGER label_event_no_delete"),
        "the trigger label_event_no_delete is missing",
    ),
    "guard hollow": (
        lambda path: run(
            path,
            "DROP TRIGGER label_event_no_delete; CREATE TRIGGER label_event_no_delete"
            " BEFORE DELETE ON label_event BEGIN SELECT 1; END",
        ),
        "the trigger label_event_no_delete was changed",
    ),
    "no version": (lambda path: run(path, "DELETE FROM alembic_version"), "version is missing"),
    "no id": (
        lambda path: run(path, "DELETE FROM meta WHERE key = 'study_id'"),
        "study_id is missing",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_d7_d13_refuses(path: Path, name: str) -> None:
    """D7, D13: one clear line that names the file, exit code 4, and the bytes stay."""
    spoil, sentence = SPOILED[name]
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreDamaged) as caught:
        open_store(path).close()
    assert caught.value.exit_code == 4
    assert str(path) in str(caught.value)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_d7_newer(path: Path) -> None:
    """D7: a schema of a later version is refused as such."""
    run(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewer, match="made by a newer version"):
        open_store(path)


def test_d7_garbage_in_the_middle_is_found_by_quick_check(path: Path) -> None:
    """D7: a bad page inside opens, and quick_check finds it."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096 * 3)
        file.write(os.urandom(4096))
    with open_store(path) as store:
        assert store.quick_check() != []


def test_create(tmp_path: Path) -> None:
    """A new file is private whatever the umask, marked as ours, and leaves nothing beside it."""
    old = os.umask(0)
    try:
        path = make_study(tmp_path)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert query(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert {file.name for file in tmp_path.iterdir()} <= {path.name, f"{path.name}-journal"}
    with pytest.raises(InputRefused, match="is there already"):
        create_store(path, study_id="x", created_at=NOW, tool_version="1")
    with open_store(path) as store:
        assert (store.study_id, store.created_at) == ("study-1", NOW)


def test_create_beside_an_old_journal(tmp_path: Path) -> None:
    """A journal left by a lost database is never played into a new one."""
    (tmp_path / "study.db-journal").write_bytes(b"old")
    with pytest.raises(InputRefused, match="database that is gone"):
        make_study(tmp_path)


def test_d1_settings_of_a_connection(path: Path) -> None:
    """Journal, sync and trust are the durable ones, on reads and writes."""
    wanted = {
        "journal_mode": choose_journal(sqlite3.sqlite_version_info, on_network=False).lower(),
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }
    with open_store(path) as store:
        for context in (store._reading(), store._writing()):
            with context as connection:
                found = {
                    name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted
                }
                assert found == wanted


@pytest.mark.parametrize(
    ("version", "on_network", "journal"),
    [
        ((3, 40, 1), False, "TRUNCATE"),
        ((3, 51, 2), False, "TRUNCATE"),
        ((3, 51, 3), False, "WAL"),
        ((3, 60, 0), True, "TRUNCATE"),
    ],
)
def test_d1_d10_journal(version: tuple[int, ...], journal: str, *, on_network: bool) -> None:
    """WAL only where it is safe."""
    assert choose_journal(version, on_network=on_network) == journal
