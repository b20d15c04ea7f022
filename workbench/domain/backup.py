"""A copy of a study's database: why it was made, what it holds, what going back to it costs."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Kind(StrEnum):
    """Why a copy was made. Only the first two are ever deleted by the program itself."""

    ROUTINE = "routine"
    BEFORE_UPGRADE = "before-upgrade"
    BEFORE_RESTORE = "before-restore"
    BY_HAND = "by-hand"
    DAMAGED = "damaged"  # bytes of a database that could not be read, kept before a restore


class Backup(NamedTuple):
    """One copy. `events` is the length of its log; both counts are None where it cannot be read."""

    path: Path
    kind: Kind
    made_at: datetime
    size: int
    labels: int | None
    events: int | None


class Difference(NamedTuple):
    """What stands in the study's log and not in a backup's, and the other way round.

    `labels_now` is None where the study's own database cannot be read; `newer` counts the labels,
    `newer_acts` everything else (undo, skip, finding) that only the study holds, `regained` what
    only the backup holds.
    """

    labels_now: int | None
    labels_then: int
    newer: int = 0
    newer_acts: int = 0
    regained: int = 0
