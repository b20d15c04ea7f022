"""The study's database as the services see it: domain values in, domain values out.

Store is the sum of its parts, one file a job; open_store() is the only way to one.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError

from workbench.domain.errors import StoreDamaged, StoreNewer, WorkbenchError
from workbench.store.backups import Backups
from workbench.store.cases import Cases
from workbench.store.checks import CheckCounts, Checks
from workbench.store.controls import Controls
from workbench.store.copies import offer_newest
from workbench.store.disk import do_locks_hold, network_of
from workbench.store.edits import Edits, MadeTree
from workbench.store.events import Events
from workbench.store.files import (
    HEAD,
    can_write,
    check_file,
    describe_read_only,
    explain_opening,
    make_whole,
    read_revision,
)
from workbench.store.flags import Flags
from workbench.store.labels import Labels
from workbench.store.listing import Listing
from workbench.store.locks import FolderLock, lock_folder
from workbench.store.outputs import OutputCounts, Outputs
from workbench.store.pairs import Pairs
from workbench.store.queue import DEFAULT_PLACES, Queue
from workbench.store.recount import Recount, Recounts
from workbench.store.rubrics import Rubrics
from workbench.store.seals import Seals
from workbench.store.spans import Span, Spans
from workbench.store.specs import Specs, SpecSaved
from workbench.store.sqlite import make_engine
from workbench.store.study import Repository, first_meta
from workbench.store.tickets import TicketCounts
from workbench.store.verify import Fault, Verify

__all__ = [
    "DEFAULT_PLACES",
    "CheckCounts",
    "Fault",
    "MadeTree",
    "OutputCounts",
    "Recount",
    "Repository",
    "Span",
    "SpecSaved",
    "Store",
    "TicketCounts",
    "create_store",
    "open_store",
]


class Store(
    Specs,
    Outputs,
    Listing,
    Checks,
    Controls,
    Queue,
    Seals,
    Pairs,
    Labels,
    Edits,
    Events,
    Flags,
    Cases,
    Recounts,
    Rubrics,
    Spans,
    Verify,
    Backups,
):
    """One open study. Methods may be called from any thread; close() from the last one.

    `warnings` are sentences on the place where it lies.
    """

    warnings: tuple[str, ...] = ()
    upgraded = ""  # what a person must be told of an upgrade that took place
    lock: FolderLock | None = None

    def close(self) -> None:
        """Give up connections and the place among those who have the study open."""
        super().close()
        if self.lock:
            self.lock.close()

    def __enter__(self) -> Self:
        """Close at the end of the block."""
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def create_store(path: Path, *, study_id: str, created_at: datetime, tool_version: str) -> None:
    """Make a new database, mode 0600, whole or not at all; InputRefused where a file is there."""
    from sqlmodel import Session

    from workbench.store.migrate import upgrade

    def fill(temporary: Path) -> None:
        upgrade(temporary)
        engine = make_engine(temporary, read_only=False, busy_ms=1000)
        with Session(engine) as session:
            session.add_all(first_meta(study_id, created_at, tool_version))
            session.commit()
        engine.dispose()

    make_whole(path, fill)


def open_store(
    path: Path,
    *,
    busy_ms: int = 10_000,
    read_only: bool = False,
    app_version: str = "",
    rubric_version: str = "",
    gates: Callable[[], str] = str,
) -> Store:
    """Open an existing database; never creates one.

    Raises StoreDamaged (missing, empty, foreign, corrupt) or StoreNewer. Where file or folder
    cannot be written, or locks do not hold, it opens read-only and says so in `why_read_only`. An
    older schema is brought up to date after a backup. `gates` is asked at the first label.
    """
    lock = _take_place(path)
    try:
        store = _open(path, busy_ms=busy_ms, read_only=read_only)
    except BaseException as error:
        if lock:
            lock.close()
        if isinstance(error, StoreDamaged) and not isinstance(error, StoreNewer):
            raise StoreDamaged(f"{error}{offer_newest(path)}") from error
        raise
    store.lock, store.app_version, store.rubric_version = lock, app_version, rubric_version
    store.gates = gates
    return store


def _take_place(path: Path) -> FolderLock | None:
    """One of those who have it open; None where the folder cannot be read."""
    try:
        lock = lock_folder(path.parent, is_shared=True)
    except OSError:  # what is wrong with it is said when the file is opened
        return None
    if lock is None:
        raise WorkbenchError(f"{path}: a backup is being restored: try again in a moment")
    return lock


def _open(path: Path, *, busy_ms: int, read_only: bool) -> Store:
    check_file(path)
    network = network_of(path)
    why = "" if read_only else _why_read_only(path, network)
    is_read_only = read_only or bool(why)
    revision = read_revision(path, read_only=is_read_only, busy_ms=busy_ms)
    upgraded = ""
    try:
        if revision != HEAD:
            upgraded = _upgrade(path, revision, is_read_only, busy_ms)
        store = Store(path, busy_ms=busy_ms, read_only=is_read_only)
    except DBAPIError as error:
        raise explain_opening(path, error, busy_ms) from error
    if network and not why:
        store.warnings = (f"{path} is on a network ({network}): let one program write at a time",)
    store.why_read_only, store.upgraded = why, upgraded
    return store


def _why_read_only(path: Path, network: str) -> str:
    if not can_write(path):
        return describe_read_only(path)
    if network and not do_locks_hold(path.parent):
        return f"{path} is on a network ({network}) where locks do not hold"
    return ""


def _upgrade(path: Path, revision: str, is_read_only: bool, busy_ms: int) -> str:
    if is_read_only:
        raise StoreDamaged(
            f"{path}: has an older schema ({revision}) and cannot be written to upgrade it"
        )
    from workbench.store.migrate import back_up_and_upgrade

    copy = back_up_and_upgrade(path, datetime.now(UTC), busy_ms=busy_ms)
    return f"{path} was upgraded from schema {revision} to {HEAD}; as it was before: {copy}"
