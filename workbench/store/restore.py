"""Going back to a backup: the file is copied, the copy is checked, and only then put in place.

Nobody else has the study open meanwhile. What is there is kept first, as bytes where it cannot be
read. A journal of the old file would be played into the new one, so it goes before the exchange; a
power cut leaves the old database or the new one.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from workbench.domain.backup import Difference, Kind
from workbench.domain.errors import InputRefused, StoreDamaged, WorkbenchError
from workbench.store.copies import count_labels, find_folder, name_copy
from workbench.store.copying import (
    building,
    check_copy,
    check_room,
    copy_pages,
    drafting,
    give_to_owner,
    make_folder,
    put_new,
    put_over,
    sync,
    telling,
)
from workbench.store.files import HEAD, check_file, explain_opening, read_revision
from workbench.store.locks import lock_folder
from workbench.store.migrate import upgrade
from workbench.store.sqlite import connect, is_damage
from workbench.store.store import Store

Progressed = Callable[[str, int], None]

_BUSY_MS = 2000
_ENDS = ("-journal", "-wal", "-shm")
_STUDY_ID = "SELECT value FROM meta WHERE key = 'study_id'"
_HASH = "SELECT hash FROM label_event WHERE event_id = ?"
_NEWER = (
    "SELECT count(*) FILTER (WHERE act IN ('label', 'import')), count(*) FROM label_event"
    " WHERE event_id > ?"
)


class Restore:
    """A restore that is ready: the copy is checked, and nothing is changed until put()."""

    def __init__(
        self, path: Path, temporary: Path, difference: Difference, *, is_alone: bool
    ) -> None:
        """Made by prepare_restore(); not `is_alone` where the file system cannot tell."""
        self.difference, self.is_alone = difference, is_alone
        self._path, self._temporary = path, temporary

    def put(self, at: datetime) -> Path | None:
        """Keep what is there, put the backup in its place; returns what was kept, if anything.

        Raises WorkbenchError where another program writes or the disk is short: nothing is changed
        then.
        """
        kept = _keep(self._path, at) if self._path.exists() else None
        for end in _ENDS:
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        sync(self._path.parent)
        put_over(self._temporary, self._path)
        self._check()
        return kept

    def _check(self) -> None:
        read_revision(self._path, read_only=True, busy_ms=_BUSY_MS)
        check_copy(self._path)
        labels, _ = count_labels(self._path)
        if labels != self.difference.labels_then:
            raise StoreDamaged(f"{self._path}: not what the backup held; restore it again")


@contextmanager
def prepare_restore(
    path: Path, file: Path, progress: Progressed = lambda _what, _n: None
) -> Iterator[Restore]:
    """Check that `file` may take the place of the database at `path`; both stay as they are.

    Raises InputRefused where there is no such file or it is of another study, StoreDamaged or
    StoreNewer where it cannot be trusted, WorkbenchError where the study is open elsewhere.
    """
    if not file.exists():
        raise InputRefused(f"{file}: no such file; `workbench backup --list` names the backups")
    if path.exists() and file.samefile(path):
        raise InputRefused(f"{file}: is the study's own database")
    check_file(file)
    read_revision(file, read_only=True, busy_ms=_BUSY_MS)
    make_folder(path.parent)
    lock = lock_folder(path.parent)
    if lock is None:
        raise WorkbenchError(f"{path}: the study is open in another program: quit it first")
    with lock, drafting(path.parent, lock) as temporary:
        if path.exists():
            give_to_owner(temporary, path)
        _load(file, temporary)
        _check_content(file, temporary, progress)
        difference = _compare(path, temporary, file)
        yield Restore(path, temporary, difference, is_alone=lock.is_alone)


def _load(file: Path, temporary: Path) -> None:
    try:
        with closing(connect(file, read_only=True, busy_ms=_BUSY_MS)) as source:
            check_room(source, temporary.parent)
            copy_pages(source, temporary)
    except sqlite3.Error as error:
        raise explain_opening(file, error, _BUSY_MS) from error
    except OSError as error:
        why = error.strerror or error
        raise WorkbenchError(f"{temporary.parent}: nothing was restored: {why}") from error


def _check_content(file: Path, temporary: Path, progress: Progressed) -> None:
    """Structure, schema, every hash and every derived row."""
    try:
        check_copy(temporary)
        if read_revision(temporary, read_only=True, busy_ms=_BUSY_MS) != HEAD:
            upgrade(temporary)
        with closing(Store(temporary, busy_ms=_BUSY_MS, read_only=True)) as store:
            faults = store.verify(progress)
    except StoreDamaged as error:
        raise type(error)(f"{file} was not restored: {error}") from error
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise StoreDamaged(f"{file} was not restored: {faults[0].sentence}{more}")


def _compare(now: Path, then: Path, file: Path) -> Difference:
    """What going back would cost; logs that begin alike differ from one event on."""
    labels_then = count_labels(then)[0] or 0
    try:
        check_file(now)
        with (
            closing(connect(now, read_only=True, busy_ms=_BUSY_MS)) as left,
            closing(connect(then, read_only=True, busy_ms=_BUSY_MS)) as right,
        ):
            if left.execute(_STUDY_ID).fetchone() != right.execute(_STUDY_ID).fetchone():
                raise InputRefused(f"{file}: a backup of another study; nothing was changed")
            common = _find_common(left, right)
            newer, all_newer = left.execute(_NEWER, (common,)).fetchone()
            regained = right.execute(_NEWER, (common,)).fetchone()[0]
    except (sqlite3.Error, StoreDamaged):
        return Difference(None, labels_then)
    labels_now = count_labels(now)[0]
    return Difference(labels_now, labels_then, newer, all_newer - newer, regained)


def _find_common(left: sqlite3.Connection, right: sqlite3.Connection) -> int:
    """The last event that both logs hold: one hash stands for all events before it."""
    low, high = 0, min(_count(left), _count(right))
    while low < high:
        middle = (low + high + 1) // 2
        hashes = {conn.execute(_HASH, (middle,)).fetchone() for conn in (left, right)}
        low, high = (middle, high) if len(hashes) == 1 else (low, middle - 1)
    return low


def _count(conn: sqlite3.Connection) -> int:
    row = conn.execute("SELECT coalesce(max(event_id), 0) FROM label_event").fetchone()
    return int(row[0])


def _keep(path: Path, at: datetime) -> Path:
    """What is there, as a backup; its bytes where it is too damaged for one."""
    folder = find_folder(path)
    with telling(folder), building(folder) as temporary:
        if temporary is None:
            raise WorkbenchError("another backup is being made there")
        try:
            _copy_sound(path, temporary)
            kind = Kind.BEFORE_RESTORE
        except StoreDamaged:
            kind = Kind.DAMAGED
        target = name_copy(path, kind, at)
        if kind is Kind.DAMAGED:
            _copy_bytes(path, temporary, target)
        put_new(temporary, target)
    return target


def _copy_sound(path: Path, temporary: Path) -> None:
    """A backup; opening it plays back a journal that a power cut left."""
    check_file(path)
    try:
        with closing(connect(path, read_only=False, busy_ms=_BUSY_MS)) as source:
            source.execute("BEGIN EXCLUSIVE")  # nobody is in the middle of a write
            source.execute("ROLLBACK")
            check_room(source, temporary.parent)
            copy_pages(source, temporary)
    except sqlite3.Error as error:
        if is_damage(error):
            raise StoreDamaged(str(error)) from error
        raise
    check_copy(temporary)


def _copy_bytes(path: Path, temporary: Path, target: Path) -> None:
    """The file as it is, with the journal that belongs to it."""
    if not path.is_file():
        raise InputRefused(f"{path} is not a file: move it away first")
    size = path.stat().st_size
    if shutil.disk_usage(target.parent).free < 2 * size:
        raise WorkbenchError(f"the disk is short: {2 * size >> 20} MB needed")
    shutil.copyfile(path, temporary)
    for end in _ENDS[:2]:
        left = Path(f"{path}{end}")
        if left.exists() and left.stat().st_size:
            kept = Path(f"{target}{end}")
            shutil.copyfile(left, kept)
            os.chmod(kept, 0o600)  # noqa: PTH101 - beside the calls of os that Path has not
            give_to_owner(kept, target.parent)
            sync(kept)
