"""One open database: who may read, who writes, and what becomes of an error.

All writes of a process go through one connection under a lock, so `data_version` of that
connection changes exactly when somebody else committed. Reads take a connection of their own and
keep it briefly: in a rollback journal a reader holds back every commit.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from workbench.domain.errors import (
    InputRefused,
    LabelRefused,
    NotSaved,
    StoreDamaged,
    WorkbenchError,
)
from workbench.store.sqlite import CACHE, UNREADABLE, connect, explain, is_damage, make_engine

Params = Mapping[str, Any]  # what sqlite3 binds: text, numbers, bytes, None
Found = Row[Any]  # the types of a textual SELECT are not known to the checker


class Database:
    """Connections and transactions; the parts of Store build on it.

    `why_read_only` is a sentence where it is read-only though nobody asked for that.
    """

    why_read_only = ""

    def __init__(self, path: Path, *, busy_ms: int, read_only: bool) -> None:
        """Make the engine; nothing is opened yet."""
        self.path = path
        self.is_read_only = read_only
        self._busy_ms = busy_ms
        self._engine = make_engine(path, read_only=read_only, busy_ms=busy_ms)
        self._reader = self._engine.execution_options(read_only=True)
        self._lock = threading.Lock()
        self._copying, self._closing = threading.Lock(), threading.Event()  # backups.py
        self._writer: Connection | None = None
        self._data_version = 0

    def close(self) -> None:
        """Give up all connections; the store cannot be used after it."""
        self._closing.set()
        with self._copying, self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One consistent view; keep it short."""
        try:
            with self._reader.connect() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            raise self._translate(error) from error

    @contextmanager
    def _driving(self) -> Iterator[sqlite3.Connection]:
        """One consistent view for a pass over everything: plain tuples, nothing held in memory.

        Text that is no UTF-8 arrives with lone surrogates instead of failing the whole pass.
        """
        try:
            with closing(
                connect(self.path, read_only=self.is_read_only, busy_ms=self._busy_ms)
            ) as driver:
                driver.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
                for pragma in (CACHE, "trusted_schema=OFF", "query_only=ON"):
                    driver.execute(f"PRAGMA {pragma}")
                driver.execute("BEGIN")
                yield driver
        except sqlite3.Error as error:
            raise self._translate(error) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction, begun IMMEDIATE: all of it is stored, or nothing is."""
        try:
            with self._transaction() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            raise self._translate(error) from error
        except UnicodeEncodeError as error:
            raise InputRefused(
                f"a text holds half a character (lone surrogate): {error}"
            ) from error

    @contextmanager
    def _saving(self) -> Iterator[Connection]:
        """The transaction of a label: when it fails nothing is stored, and NotSaved says why."""
        try:
            with self._transaction() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:
            raise NotSaved(explain(error, self._busy_ms)) from error
        except UnicodeEncodeError as error:
            raise LabelRefused("a note holds half a character (lone surrogate)") from error

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self.is_read_only:
            why = f": {self.why_read_only}" if self.why_read_only else ""
            raise NotSaved(f"the study is open read-only{why}")
        if not self._lock.acquire(timeout=self._busy_ms / 1000):
            raise NotSaved(f"this program is still writing (waited {self._busy_ms} ms)")
        try:
            connection = self._writer = self._writer or self._engine.connect()
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                self._end(connection)
                raise
        finally:
            self._lock.release()

    def _end(self, connection: Connection) -> None:
        """After a COMMIT that failed SQLAlchemy sends no ROLLBACK, and SQLite keeps its lock."""
        driver = connection.connection.driver_connection
        try:
            if driver is not None and driver.in_transaction:
                driver.rollback()
        except sqlite3.Error:
            self._writer = None
            connection.invalidate()
            connection.close()

    def _translate(self, error: DBAPIError | sqlite3.Error) -> WorkbenchError:
        said = explain(error, self._busy_ms)
        if is_damage(error):
            return StoreDamaged(f"{self.path}: {said}; run `workbench verify`")
        return WorkbenchError(f"{self.path}: nothing was done: {said}")

    def data_version(self) -> int:
        """A number that changes when another program has committed; never waits for a lock."""
        if self._lock.acquire(blocking=False):
            try:
                connection = self._writer = self._writer or self._engine.connect()
                driver = connection.connection.driver_connection
                if driver is not None:
                    self._data_version = driver.execute("PRAGMA data_version").fetchone()[0]
            except (DBAPIError, sqlite3.Error):
                return self._data_version  # another program is writing: asked again next time
            finally:
                self._lock.release()
        return self._data_version

    def quick_check(self) -> list[str]:
        """SQLite's own check of the file's structure: what is wrong, or nothing. Takes a while."""
        try:
            with self._reader.connect() as connection:
                rows = connection.exec_driver_sql("PRAGMA quick_check(100)").scalars().all()
        except (DBAPIError, sqlite3.Error) as error:
            return [UNREADABLE if is_damage(error) else explain(error, self._busy_ms)]
        return [] if rows == ["ok"] else [str(row) for row in rows]


def one(connection: Connection, sql: str, **params: Any) -> Found | None:  # see Params
    """The first row or None."""
    return connection.exec_driver_sql(sql, params).first()


def rows(connection: Connection, sql: str, params: Params) -> list[Found]:
    """All rows; the caller bounds them by LIMIT."""
    return list(connection.exec_driver_sql(sql, dict(params)))
