"""The database file: made whole or not at all, checked before it is believed.

Opening never creates a file, never runs a trigger or view that is not ours (D13), and
says in one line which file is wrong and why.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from pwd import getpwuid

from sqlalchemy.exc import DBAPIError

from workbench.domain.errors import InputRefused, StoreDamaged, StoreNewer, WorkbenchError
from workbench.store.copying import put_new
from workbench.store.sqlite import connect, explain, is_damage

APPLICATION_ID = 0x57424E43
REVISIONS = ("0001", "0002", "0003")
HEAD = REVISIONS[-1]

_MAGIC = b"SQLite format 3\0"
_INDEXES = frozenset(
    {
        "ix_output_ticket_output_id",
        "ix_check_result_output",
        "ix_label_event_reviewer",
        "ix_item_place",
        "ix_spec_event_ticket",
        "ix_spec_event_reviewer",
    }
)
_TABLES = frozenset(
    {
        *("alembic_version", "meta", "repository", "ticket", "candidate", "reviewer", "blob"),
        *("output", "check_result", "label_event", "spec_event", "item", "tally"),
    }
)
LOGS = ("label_event", "spec_event")
TRIGGERS = {
    f"{log}_no_{op.lower()}": f"CREATE TRIGGER {log}_no_{op.lower()} BEFORE {op} ON "
    f"{log} BEGIN SELECT RAISE(ABORT, '{log} is append-only'); END"
    for log in LOGS
    for op in ("UPDATE", "DELETE")
}


def check_file(path: Path) -> None:
    """Refuse what is no workbench database, by its first 100 bytes; raises StoreDamaged."""
    if not path.exists():
        raise StoreDamaged(f"{path}: no such file; it was not created. Is this the study's folder?")
    if not path.is_file():
        raise StoreDamaged(f"{path}: not a file")
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise StoreDamaged(f"{path}: cannot be read: {error.strerror}") from error
    if not head:
        raise StoreDamaged(f"{path}: the file is empty")
    if head[:16] != _MAGIC:
        raise StoreDamaged(f"{path}: not a SQLite database, or its header is damaged")
    if int.from_bytes(head[68:72]) != APPLICATION_ID:
        raise StoreDamaged(f"{path}: a SQLite database, but not one of the workbench")


def read_revision(path: Path, *, read_only: bool, busy_ms: int) -> str:
    """The alembic revision, after comparing the schema; StoreNewer for one we do not know."""
    try:
        with closing(connect(path, read_only=read_only, busy_ms=busy_ms)) as conn:
            conn.execute("PRAGMA trusted_schema=OFF")
            schema = conn.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
            has_version = any(name == "alembic_version" for _, name, _ in schema)
            sql = "SELECT version_num FROM alembic_version"
            row = conn.execute(sql).fetchone() if has_version else None
    except sqlite3.Error as error:
        raise explain_opening(path, error, busy_ms) from error
    if row is None:
        raise StoreDamaged(f"{path}: the schema version is missing")
    revision = str(row[0])
    if revision not in REVISIONS:
        raise StoreNewer(
            f"{path}: made by a newer version of the workbench (schema {revision}); upgrade it"
        )
    if revision == HEAD:
        _check_schema(path, schema)
    return revision


def explain_opening(path: Path, error: sqlite3.Error | DBAPIError, busy_ms: int) -> WorkbenchError:
    """Why the database does not open: damage, or another program that is writing just now."""
    said = f"{path}: cannot be opened: {explain(error, busy_ms)}"
    return StoreDamaged(said) if is_damage(error) else WorkbenchError(said)


def _check_schema(path: Path, schema: list[tuple[str, str, str | None]]) -> None:
    """Exactly our tables, indexes and triggers; the triggers word for word."""
    found = {(kind, name) for kind, name, _ in schema if not name.startswith("sqlite_")}
    wanted = {("table", name) for name in _TABLES}
    wanted |= {("index", name) for name in _INDEXES}
    wanted |= {("trigger", name) for name in TRIGGERS}
    for kind, name in sorted(found - wanted):
        raise StoreDamaged(f"{path}: holds a {kind} that is not ours: {name}")
    for kind, name in sorted(wanted - found):
        raise StoreDamaged(f"{path}: the {kind} {name} is missing")
    for kind, name, sql in schema:
        if kind == "trigger" and " ".join((sql or "").split()) != TRIGGERS[name]:
            raise StoreDamaged(f"{path}: the trigger {name} was changed")


def can_write(path: Path) -> bool:
    """Whether both the file and its folder (the journal needs it) can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def describe_read_only(path: Path) -> str:
    """Path and owner of what cannot be written."""
    what = path.parent if os.access(path, os.W_OK) else path
    return f"it belongs to {_owner(what)}, and you cannot write it: {what}"


def _owner(path: Path) -> str:
    uid = path.stat().st_uid
    try:
        return f"{getpwuid(uid).pw_name}, uid {uid}"
    except KeyError:
        return f"uid {uid}"


def make_whole(path: Path, fill: Callable[[Path], None]) -> None:
    """Put a new file at `path`: filled elsewhere, synced, 0600, and never over another one.

    A journal that an earlier file left behind would be played into the new one: refused.
    """
    for left in (Path(f"{path}-journal"), Path(f"{path}-wal")):
        if left.exists() and left.stat().st_size:
            raise InputRefused(f"{left}: belongs to a database that is gone; move it away first")
    fd, name = tempfile.mkstemp(prefix=".wb-", dir=path.parent)
    os.close(fd)
    temporary = Path(name)
    try:
        fill(temporary)
        put_new(temporary, path)
    except FileExistsError as error:
        raise InputRefused(f"{path}: is there already; nothing was changed") from error
    finally:
        for left in (temporary, Path(f"{name}-journal"), Path(f"{name}-wal")):
            left.unlink(missing_ok=True)
