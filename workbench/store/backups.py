"""Backups of an open study: made while this program and others go on writing to it.

A copy is read through the connection that labels, in steps between which labels are saved: SQLite
carries this connection's own commits into the copy, and only another program's make it begin again.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from workbench.domain.backup import Backup, Kind
from workbench.domain.errors import InputRefused, WorkbenchError
from workbench.store.copies import (
    Copy,
    count_labels,
    delete_old,
    describe_copy,
    find_folder,
    find_newest,
    list_copies,
    name_copy,
    offer_newest,
    read_name,
)
from workbench.store.copying import (
    Rest,
    Stopped,
    building,
    check_copy,
    check_room,
    copy_pages,
    put_new,
    put_over,
    telling,
)
from workbench.store.database import Database


class Backups(Database):
    """Making and listing backups; a part of Store."""

    def list_backups(self) -> list[Backup]:
        """Every backup beside the database, the oldest first."""
        return [describe_copy(copy) for copy in list_copies(self.path)]

    def offer_backup(self) -> str:
        """How to go back to the newest backup, as the end of a message about damage."""
        return offer_newest(self.path)

    def count_log(self) -> int:
        """The length of the log."""
        with self._reading() as connection:
            sql = "SELECT coalesce(max(event_id), 0) FROM label_event"
            return int(connection.exec_driver_sql(sql).scalar_one())

    def count_backed_up(self) -> int:
        """The length of the log in the newest backup; 0 where there is none."""
        newest = find_newest(self.path)
        return (count_labels(newest.path)[1] if newest else None) or 0

    def is_backed_up(self) -> bool:
        """Whether nothing was written since the newest backup was begun."""
        newest = find_newest(self.path)
        return newest is not None and newest.path.stat().st_mtime_ns == _written_at(self.path)

    def back_up(self, kind: Kind, at: datetime, *, wait_seconds: float = 30) -> Backup | None:
        """A checked copy in the folder of backups; None where another one is just being made."""
        folder = find_folder(self.path)
        with telling(folder), building(folder, wait_seconds) as temporary:
            if temporary is None:
                return None
            try:
                written_at = self._fill(temporary, folder)
            except Stopped:
                return None
            target = name_copy(self.path, kind, at)
            put_new(temporary, target)
            os.utime(target, ns=(written_at, written_at))
            delete_old(self.path)
        return describe_copy(read_name(self.path, target))

    def back_up_to(self, target: Path, at: datetime, *, may_replace: bool) -> Backup:
        """A checked copy under a name of one's own; raises InputRefused where it is taken."""
        if target.exists() and (not may_replace or target.samefile(self.path)):
            more = "" if may_replace else "; --replace writes over it"
            raise InputRefused(f"{target}: is there already; nothing was changed{more}")
        if not target.parent.is_dir():
            raise InputRefused(f"{target.parent}: no such folder; no backup was made")
        with telling(target.parent), building(target.parent, is_alone=False) as temporary:
            if temporary is None:
                raise WorkbenchError("another backup is being made there")
            self._fill(temporary, target.parent)
            (put_over if may_replace else put_new)(temporary, target)
        return describe_copy(Copy(0, target, Kind.BY_HAND, at))

    def _fill(self, temporary: Path, folder: Path) -> int:
        """Copy and check; returns when the database had last been written before it began."""
        with self._copying, self._stepping() as (driver, rest):
            check_room(driver, folder)
            written_at = _written_at(self.path)
            copy_pages(driver, temporary, rest)
        check_copy(temporary, self._closing.is_set)
        return written_at

    @contextmanager
    def _stepping(self) -> Iterator[tuple[sqlite3.Connection, Rest]]:
        """The connection that writes, and a rest in which it is left to whoever labels."""
        with self._lock:
            try:
                writer = self._writer = self._writer or self._engine.connect()
            except DBAPIError as error:
                raise self._translate(error) from error
            driver = writer.connection.driver_connection
            if not isinstance(driver, sqlite3.Connection):
                raise Stopped

            def rest(work: Callable[[], None], seconds: float) -> None:
                self._lock.release()
                try:
                    work()
                    self._closing.wait(seconds)
                finally:
                    self._lock.acquire()
                if self._closing.is_set() or self._writer is not writer:
                    raise Stopped

            yield driver, rest


def _written_at(path: Path) -> int:
    """When a database was last written, by the clock of its file system."""
    logs = [path, Path(f"{path}-wal")]
    return max(log.stat().st_mtime_ns for log in logs if log.exists())
