"""How SQLite is driven: journal choice, pragmas, BEGIN IMMEDIATE, and its errors in plain words.

The settings: TRUNCATE + FULL where this SQLite has the WAL-reset bug (fixed in
3.51.3) or the file is on a network; WAL + FULL elsewhere. Never NORMAL: it loses acknowledged rows.
"""

import sqlite3
import time
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from workbench.store.disk import make_uri, network_of

WAL_SAFE_FROM: tuple[int, ...] = (3, 51, 3)
UNREADABLE = "SQLite cannot read all of it"
CACHE = "cache_size=-16384"  # 16 MB hold the inner pages of 1,000,000 labels; the default is 2 MB
_LOOK_MS = 8  # within it SQLite looks after 1, 2 and 5 ms
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    CACHE,
)


def choose_journal(version: tuple[int, ...], *, on_network: bool) -> str:
    """TRUNCATE or WAL for a version of SQLite and a place."""
    return "WAL" if version >= WAL_SAFE_FROM and not on_network else "TRUNCATE"


def connect(path: Path, *, read_only: bool, busy_ms: int) -> sqlite3.Connection:
    """A connection that never creates a file and leaves BEGIN to us."""
    return sqlite3.connect(
        make_uri(path, read_only=read_only),
        uri=True,
        timeout=busy_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
    )


def make_engine(path: Path, *, read_only: bool, busy_ms: int, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions begin IMMEDIATE, unless the connection is marked read_only.

    `foreign_keys` is off for migrations alone: it cannot change inside a transaction, and with it
    on the DROP TABLE of a rebuild would delete child rows.
    """
    journal = choose_journal(sqlite3.sqlite_version_info, on_network=bool(network_of(path)))
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect(path, read_only=read_only, busy_ms=busy_ms),
        poolclass=QueuePool,
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(dbapi: sqlite3.Connection, _record: object) -> None:
        if not read_only:
            dbapi.execute(f"PRAGMA journal_mode={journal}")
        for pragma in _PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")
        if not foreign_keys:
            dbapi.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        if connection.get_execution_options().get("read_only", False):
            driver.execute("BEGIN")
        else:
            _begin_immediate(driver, busy_ms)

    return engine


def _begin_immediate(driver: sqlite3.Connection, busy_ms: int) -> None:
    """Take the write lock; raise sqlite3.OperationalError where it is not free in `busy_ms`.

    SQLite's own wait soon looks every 100 ms only. Beside programs that write without a pause it
    finds the lock taken nearly every time: a label has been seen to wait for 10 s.
    """
    until = time.monotonic() + busy_ms / 1000
    driver.execute(f"PRAGMA busy_timeout={_LOOK_MS}")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout={busy_ms}")


def explain(error: sqlite3.Error | DBAPIError, busy_ms: int) -> str:
    """What went wrong, in words for a reviewer."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    if code == sqlite3.SQLITE_IOERR_WRITE:
        return "the disk refused the write (full, or a limit was reached)"
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # WAL has no room for what it shares
        return "disk full"
    reasons = {
        sqlite3.SQLITE_BUSY: f"another program is writing (waited {busy_ms} ms)",
        sqlite3.SQLITE_LOCKED: f"another program is writing (waited {busy_ms} ms)",
        sqlite3.SQLITE_FULL: "disk full",
        sqlite3.SQLITE_READONLY: "the file is read-only",
        sqlite3.SQLITE_IOERR: "the disk reported an error",
        sqlite3.SQLITE_CORRUPT: "the database is damaged",
        sqlite3.SQLITE_NOTADB: "the file is not a database",
        sqlite3.SQLITE_CANTOPEN: "the database or its journal cannot be opened",
    }
    return reasons.get(code & 0xFF, str(cause).split("\n", 1)[0])


def is_damage(error: sqlite3.Error | DBAPIError) -> bool:
    """Whether this says that the file itself cannot be trusted."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
