"""The schema: what alembic makes is what the tables say, in one piece."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from workbench.store.files import HEAD, REVISIONS, read_revision
from workbench.store.first_screen import SCHEMA_REVISION
from workbench.store.migrate import back_up_and_upgrade, upgrade
from workbench.store.sqlite import make_engine
from workbench.store.store import open_store
from workbench.store.tables import METADATA

from .kit import CHILD, ids_of, label, query, run_child


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


@pytest.mark.slow
def test_killed_while_migrating(tmp_path: Path) -> None:
    """D9: SIGKILL at every few statements leaves all of the schema or none, and it can go on."""
    whole = tmp_path / "whole.db"
    whole.touch()
    n_statements = 10_000 - int(run_child("create", whole, 10_000).stdout.split()[1])
    assert n_statements > 20
    for n in range(2, n_statements + 1, 4):
        path = tmp_path / f"{n}.db"
        path.touch()
        command = [sys.executable, "-B", str(CHILD), "create", str(path), str(n)]
        ran = subprocess.run(command, check=False, capture_output=True)
        assert ran.returncode == -signal.SIGKILL
        assert query(path, "SELECT count(*) FROM sqlite_master") == [(0,)]
        upgrade(path)
        assert read_revision(path, read_only=False, busy_ms=100) == HEAD


def test_backup_before_an_upgrade(path: Path) -> None:
    """D9: a copy of the old file is made first; with nothing to migrate none is made."""
    with open_store(path) as store:
        label(store, ids_of(store)[0])
        assert store.warnings == ()
    assert not (path.parent / "backups").exists()
    before = query(path, "SELECT * FROM label_event")
    copy = back_up_and_upgrade(path, "0001", busy_ms=100)
    assert query(copy, "SELECT * FROM label_event") == before
    assert query(path, "SELECT * FROM label_event") == before


def test_foreign_keys_are_checked_before_commit(path: Path) -> None:
    """D9: an upgrade of a database with dangling rows is refused and changes nothing."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("UPDATE output SET candidate = 'gone' WHERE id = 1")
        db.executescript("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(Exception, match="refers to a row that is not there"):
        upgrade(path)
