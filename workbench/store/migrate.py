"""Runs alembic from the installed package: create a database, or bring an old one up to date.

One transaction that begins IMMEDIATE holds the whole upgrade, and an existing file is copied
first, so a kill at any point leaves the old database or the new one.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from workbench.domain.backup import Kind
from workbench.domain.errors import StoreDamaged, WorkbenchError
from workbench.store.copies import delete_old, find_folder, name_copy
from workbench.store.copying import (
    building,
    check_copy,
    check_room,
    copy_pages,
    put_new,
    telling,
)
from workbench.store.files import APPLICATION_ID, HEAD, TRIGGERS
from workbench.store.sqlite import connect, make_engine

Logs = dict[str, list[tuple[object, ...]]]
_ENDS = {
    "label_event": "SELECT count(*), max(event_id), (SELECT hash FROM label_event"
    " ORDER BY event_id DESC LIMIT 1) FROM label_event",
    "spec_event": "SELECT count(*), max(event_id), (SELECT hash FROM spec_event"
    " ORDER BY event_id DESC LIMIT 1) FROM spec_event",
}


def upgrade(
    path: Path,
    *,
    busy_ms: int = 10_000,
    revision: str = HEAD,
    versions: Sequence[Path] = (),
    before: Callable[[], None] = lambda: None,
) -> None:
    """Bring the database at `path` to a revision; raises StoreDamaged, sqlite errors.

    `before` runs once nobody else can write, and what it raises ends the upgrade. `versions` are
    folders with revisions beside those that ship.
    """
    engine = make_engine(path, read_only=False, busy_ms=busy_ms, foreign_keys=False)
    try:
        with engine.begin() as connection:
            before()
            upgrade_on(connection, revision, versions)
    finally:
        engine.dispose()


def upgrade_on(connection: Connection, revision: str = HEAD, versions: Sequence[Path] = ()) -> None:
    """The same inside a transaction that has begun."""
    with as_file(files("workbench.store") / "migrations") as folder:
        config = Config()
        places = {"script_location": str(folder), "path_separator": "os"}
        if versions:
            beside = os.pathsep.join(map(str, [folder / "versions", *versions]))
            places["version_locations"] = beside
        for name, place in places.items():
            config.set_main_option(name, place.replace("%", "%%"))
        config.attributes["connection"] = connection
        before = _read_logs(connection)
        command.upgrade(config, revision)
        _check_logs(connection, before)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def _read_logs(connection: Connection) -> Logs:
    """Length and last hash of each log that is there."""
    found = {}
    sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
    there = set(connection.exec_driver_sql(sql).scalars())
    for log in there.intersection(_ENDS):
        found[log] = [tuple(row) for row in connection.exec_driver_sql(_ENDS[log])]
    return found


def _check_logs(connection: Connection, before: Logs) -> None:
    """A migration that rebuilds a log must keep every event and put its triggers back."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = {name: " ".join(text.split()) for name, text in connection.exec_driver_sql(sql)}
    after = _read_logs(connection)
    if triggers != TRIGGERS or any(after.get(log) != rows for log, rows in before.items()):
        raise StoreDamaged("the upgrade would change the log of labels: nothing was changed")


def back_up_and_upgrade(
    path: Path,
    at: datetime,
    *,
    busy_ms: int,
    revision: str = HEAD,
    versions: Sequence[Path] = (),
) -> Path:
    """Copy, then upgrade, with no write of another program between them; returns the copy's path.

    Without a sound copy there is no upgrade.
    """
    made: list[Path] = []

    def copy() -> None:
        try:
            made.append(_copy(path, at, busy_ms))
        except WorkbenchError as error:
            raise type(error)(f"{path} was not upgraded: {error}") from error

    upgrade(path, busy_ms=busy_ms, revision=revision, versions=versions, before=copy)
    return made[0]


def _copy(path: Path, at: datetime, busy_ms: int) -> Path:
    folder = find_folder(path)
    with telling(folder), building(folder) as temporary:
        if temporary is None:
            raise WorkbenchError("another backup is being made there")
        with closing(connect(path, read_only=True, busy_ms=busy_ms)) as source:
            check_room(source, folder)
            copy_pages(source, temporary)
        check_copy(temporary)
        target = name_copy(path, Kind.BEFORE_UPGRADE, at)
        put_new(temporary, target)
        delete_old(path)
    return target
