"""The bytes of a copy: read in steps while others write, checked, and put in its place whole.

A rollback journal lets nobody commit while a page is read, so no step is long. What is written is
synced step by step: a disk that is busy with a whole copy would hold up the next label.
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from workbench.domain.errors import StoreDamaged, WorkbenchError
from workbench.store.locks import FolderLock, lock_folder
from workbench.store.sqlite import connect, explain, is_damage

STEP = 512  # pages: 2 MB, a few ms
PAUSE, PAUSE_AGAIN = 0.002, 0.25  # seconds after a step; after another program's write
PATIENCE = 60.0  # seconds of beginning again
MARGIN = 16 << 20  # bytes that a copy leaves free, and a quarter of itself where that is more
_PREFIX = ".workbench-copy-"
_BUSY_MS = 10_000

Rest = Callable[[Callable[[], None], float], None]  # do this, then wait so long, with no lock held


class Stopped(Exception):
    """The program is closing: the copy is given up."""


def rest_plainly(work: Callable[[], None], seconds: float) -> None:
    """A rest for a copy that holds nobody up in this program."""
    work()
    time.sleep(seconds)


class _Steps:
    """What happens between two steps."""

    def __init__(self, file: BinaryIO, rest: Rest) -> None:
        self._file, self._rest = file, rest
        self._left: int | None = None
        self._disturbed_at: float | None = None

    def __call__(self, status: int, left: int, _total: int) -> None:
        if status == sqlite3.SQLITE_DONE:
            return
        is_disturbed = self._left is not None and left >= self._left
        if is_disturbed:
            self._disturbed_at = self._disturbed_at or time.monotonic()
            if time.monotonic() - self._disturbed_at > PATIENCE:
                raise WorkbenchError("other programs keep writing: try again when they rest")
        self._left = left
        self._rest(self._sync, PAUSE_AGAIN if is_disturbed else PAUSE)

    def _sync(self) -> None:
        os.fdatasync(self._file.fileno())


def copy_pages(source: sqlite3.Connection, into: Path, rest: Rest = rest_plainly) -> None:
    """Copy what is committed; begins again where another program writes. Raises sqlite3.Error."""
    with (
        closing(connect(into, read_only=False, busy_ms=_BUSY_MS)) as copy,
        into.open("rb") as file,
    ):
        copy.execute("PRAGMA synchronous=OFF")  # synced here, and nobody's until it is whole
        copy.execute("PRAGMA journal_mode=OFF")
        source.backup(copy, pages=STEP, progress=_Steps(file, rest), sleep=0)
    with closing(connect(into, read_only=False, busy_ms=_BUSY_MS)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the source's journal is


def check_copy(copy: Path, is_over: Callable[[], bool] = lambda: False) -> None:
    """SQLite's own check of the structure; raises StoreDamaged, Stopped."""
    with closing(connect(copy, read_only=True, busy_ms=_BUSY_MS)) as conn:
        conn.set_progress_handler(is_over, 100_000)
        try:
            found = str(conn.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise Stopped from error
            found = explain(error, _BUSY_MS)
    if found != "ok":
        said = " ".join(found.split())
        raise StoreDamaged(f"the copy is not sound: {said}; run `workbench verify`")


def check_room(source: sqlite3.Connection, folder: Path) -> None:
    """A copy never fills the disk: raises WorkbenchError where it would."""
    pages, page = (
        int(source.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size")
    )
    needed = pages * page + max(MARGIN, pages * page // 4)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WorkbenchError(f"the disk is short: {needed >> 20} MB needed, {free >> 20} MB free")


@contextmanager
def telling(folder: Path) -> Iterator[None]:
    """What goes wrong while a copy is made is one sentence that begins with 'no backup'."""
    try:
        yield
    except WorkbenchError as error:
        raise type(error)(f"no backup was made in {folder}: {error}") from error
    except sqlite3.Error as error:
        said = f"no backup was made in {folder}: {explain(error, _BUSY_MS)}"
        raise StoreDamaged(said) if is_damage(error) else WorkbenchError(said) from error
    except OSError as error:
        why = error.strerror or error
        raise WorkbenchError(f"no backup was made in {folder}: {why}") from error


@contextmanager
def building(
    folder: Path, wait_seconds: float = 30, *, is_alone: bool = True
) -> Iterator[Path | None]:
    """A draft in a folder; None where `is_alone` and another copy is being made there."""
    make_folder(folder)
    lock = lock_folder(folder, wait_seconds=wait_seconds if is_alone else 0)
    if lock is None and not is_alone:
        lock = lock_folder(folder, is_shared=True, wait_seconds=wait_seconds)
    if lock is None:
        yield None
        return
    with lock, drafting(folder, lock) as temporary:
        yield temporary


@contextmanager
def drafting(folder: Path, lock: FolderLock) -> Iterator[Path]:
    """An empty private file in a locked folder, gone afterwards.

    What kills left there goes too, once nobody else can be making one.
    """
    if lock.is_alone:
        for left in folder.glob(f"{_PREFIX}*"):
            left.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    os.close(descriptor)
    try:
        give_to_owner(Path(name), folder)
        yield Path(name)
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """A private folder that survives a power cut."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        give_to_owner(folder, folder.parent)
        sync(folder.parent)


def give_to_owner(path: Path, like: Path) -> None:
    """What root makes in somebody's study belongs to them, or they could not use it."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def put_new(temporary: Path, target: Path) -> None:
    """Name a finished file, never over another one; raises FileExistsError."""
    sync(temporary)
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links; the folder is locked
        if target.exists():
            raise FileExistsError(target) from None
        temporary.replace(target)
    sync(target.parent)


def put_over(temporary: Path, target: Path) -> None:
    """Name a finished file; what had that name is gone in the same instant."""
    sync(temporary)
    temporary.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Nothing of a file or a folder is lost in a power cut after this."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
