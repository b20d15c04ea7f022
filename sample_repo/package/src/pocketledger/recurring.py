"""Days on which a standing order falls due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pocketledger.dates import add_months

UNITS = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `every` units, the first time on `start`."""

    start: date
    unit: str
    every: int = 1

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unit must be one of {', '.join(UNITS)}: {self.unit!r}")
        if self.every < 1:
            raise ValueError("every must be at least 1")

    def days(self, until: date) -> Iterator[date]:
        """All due days before `until`."""
        day = self.start
        while day < until:
            yield day
            day = self._next(day)

    def _next(self, day: date) -> date:
        if self.unit == "day":
            return day + timedelta(days=self.every)
        if self.unit == "week":
            return day + timedelta(weeks=self.every)
        if self.unit == "month":
            return add_months(day, self.every)
        return add_months(day, 12 * self.every)
