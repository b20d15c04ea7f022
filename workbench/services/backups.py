"""When a study is backed up: at the start of a review and whenever the log has grown by 200 events.

A backup that cannot be made never stands in the way of a label: it is logged, the reviewer is told
in one sentence, and it is tried again 200 events later.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.backup import Backup, Kind
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store

EVERY = 200  # events

_log = logging.getLogger("workbench.backups")


class Backups:
    """The backups of one open study; routine ones answer with what a person must be told, or ""."""

    def __init__(self, store: "Store", clock: Callable[[], datetime]) -> None:
        """Bind the store; the clock is handed in."""
        self._store, self._clock = store, clock
        self._covered: int | None = None  # length of the log at the newest backup, once known

    def start(self) -> str:
        """At the start of a review: back up unless nothing was written since the newest backup."""
        if self._store.is_read_only:
            return ""
        try:
            if not self._store.is_backed_up():
                return self._make()
            self._covered = self._store.count_log()
        except (WorkbenchError, OSError) as error:
            return self._tell(error)
        return ""

    def claim(self, event_id: int) -> bool:
        """Whether this event is the 200th since the newest backup; says so once."""
        if self._covered is None or event_id - self._covered < EVERY:
            return False
        self._covered = event_id
        return True

    def keep_up(self) -> str:
        """Back up if the log has grown by 200 events since the newest backup, whoever made it."""
        if self._store.is_read_only:
            return ""
        try:
            backed_up, now = self._store.count_backed_up(), self._store.count_log()
            if backed_up <= now < backed_up + EVERY:
                self._covered = backed_up
                return ""
            return self._make()
        except (WorkbenchError, OSError) as error:
            return self._tell(error)

    def make(self, file: Path | None = None, *, may_replace: bool = False) -> Backup:
        """One that a person asks for: kept until a person deletes it."""
        at = self._clock().replace(microsecond=0)
        if file is not None:
            target = file / self._name(at) if file.is_dir() else file
            return self._store.back_up_to(target, at, may_replace=may_replace)
        made = self._store.back_up(Kind.BY_HAND, at)
        if made is None:
            raise WorkbenchError("another backup is just being made: try again in a moment")
        return made

    def list(self) -> list[Backup]:
        """Those beside the database, the oldest first."""
        return self._store.list_backups()

    def _name(self, at: datetime) -> str:
        return f"{self._store.path.stem}-{at:%Y%m%dT%H%M%SZ}{self._store.path.suffix}"

    def _make(self) -> str:
        made = self._store.back_up(Kind.ROUTINE, self._clock(), wait_seconds=0)
        if made is not None:
            _log.info("backed up: %s, %s events", made.path.name, made.events)
        self._covered = made.events if made else self._store.count_log()
        return ""

    def _tell(self, error: WorkbenchError | OSError) -> str:
        _log.warning("%s", error)
        if self._covered is None:
            self._covered = 0
        return str(error)
