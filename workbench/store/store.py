"""The study's database as the services see it: domain values in, domain values out.

Store is the sum of its parts, one file a job; open_store() is the only way to one.
"""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from workbench.domain.errors import StoreDamaged
from workbench.store.checks import CheckCounts, Checks
from workbench.store.events import Events
from workbench.store.files import (
    HEAD,
    can_write,
    check_file,
    copy_database,
    describe_read_only,
    explain_opening,
    make_whole,
    read_revision,
)
from workbench.store.labels import Labels
from workbench.store.listing import Listing
from workbench.store.outputs import OutputCounts, Outputs
from workbench.store.queue import DEFAULT_PLACES, Queue
from workbench.store.recount import Recount, Recounts
from workbench.store.sqlite import is_on_network, make_engine
from workbench.store.study import Repository, first_meta
from workbench.store.tickets import TicketCounts, Tickets
from workbench.store.verify import Fault, Verify

__all__ = [
    "DEFAULT_PLACES",
    "CheckCounts",
    "Fault",
    "OutputCounts",
    "Recount",
    "Repository",
    "Store",
    "TicketCounts",
    "create_store",
    "open_store",
]


class Store(Tickets, Outputs, Listing, Checks, Queue, Labels, Events, Recounts, Verify):
    """One open study. Methods may be called from any thread; close() from the last one."""

    warnings: tuple[str, ...] = ()

    def backup(self, folder: Path, name: str, keep: int = 10) -> Path:
        """A consistent copy `folder/name`; the oldest beyond `keep` go. Runs while others write.

        Names sort by age: begin them with a time.
        """
        target = copy_database(self.path, folder / name, self._busy_ms)
        copies = sorted(folder.glob(f"*{self.path.suffix}"))
        for old in [copy for copy in copies if copy != target][: max(0, len(copies) - keep)]:
            old.unlink(missing_ok=True)
        return target

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
) -> Store:
    """Open an existing database; never creates one.

    Raises StoreDamaged (missing, empty, foreign, corrupt) or StoreNewer. Where file or folder
    cannot be written it opens read-only and says so in `warnings`. An older schema is brought up
    to date after a backup.
    """
    check_file(path)
    is_read_only = read_only or not can_write(path)
    warnings = [] if read_only or not is_read_only else [describe_read_only(path)]
    revision = read_revision(path, read_only=is_read_only, busy_ms=busy_ms)
    try:
        if revision != HEAD:
            warnings.append(_upgrade(path, revision, is_read_only, busy_ms))
        store = Store(path, busy_ms=busy_ms, read_only=is_read_only)
    except DBAPIError as error:
        raise explain_opening(path, error, busy_ms) from error
    if is_on_network(path):
        warnings.append(f"{path} is on a network file system: locks may not hold")
    store.app_version, store.rubric_version = app_version, rubric_version
    store.warnings = tuple(warnings)
    return store


def _upgrade(path: Path, revision: str, is_read_only: bool, busy_ms: int) -> str:
    if is_read_only:
        raise StoreDamaged(
            f"{path}: has an older schema ({revision}) and cannot be written to upgrade it"
        )
    from workbench.store.migrate import back_up_and_upgrade

    copy = back_up_and_upgrade(path, revision, busy_ms=busy_ms)
    return f"the database was upgraded; the one before is kept as {copy}"
