"""Time in front of an output: it counts for a while after every key, then it is idle.

Pure: the clock is handed in. What a label records is the time since the output was shown, or since
the last thing recorded on it, so that re-opening it adds up and nothing counts twice.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from workbench.domain.counted import counted
from workbench.domain.label import Effort


class Stopwatch(NamedTuple):
    """Time so far, in milliseconds, and when the last key came."""

    started_at: datetime
    touched_at: datetime
    idle_after: timedelta
    active_ms: int = 0
    idle_ms: int = 0
    peeks: int = 0

    @classmethod
    def start(cls, at: datetime, idle_seconds: int) -> "Stopwatch":
        """A watch that starts now."""
        return cls(at, at, timedelta(seconds=idle_seconds))

    def touch(self, at: datetime) -> "Stopwatch":
        """The watch after a key: at most `idle_after` of the gap counts as active."""
        gap = max(timedelta(0), at - self.touched_at)
        active = min(gap, self.idle_after)
        return self._replace(
            touched_at=at,
            active_ms=self.active_ms + active // timedelta(milliseconds=1),
            idle_ms=self.idle_ms + (gap - active) // timedelta(milliseconds=1),
        )

    def peek(self) -> "Stopwatch":
        """The watch after one look at the message before the label."""
        return self._replace(peeks=self.peeks + 1)

    def read(self) -> Effort:
        """What a label records."""
        return Effort(self.started_at, self.active_ms, self.idle_ms, self.peeks)


def utc_now() -> datetime:
    """The clock of the screen."""
    return datetime.now(UTC)


BREAK_MS = 3_600_000  # an hour of active time; reviewers find less after it (SmartBear, 2008)


def break_hint(before_ms: int, after_ms: int) -> str:
    """What to say when another hour of active time is full; "" otherwise."""
    hours = after_ms // BREAK_MS
    if before_ms // BREAK_MS == hours:
        return ""
    return f"{counted(hours, 'hour')} of reviewing: a break finds more defects"
