"""A span of days. The start is part of it, the end is not."""

import re
from dataclasses import dataclass
from datetime import date

from pocketledger.dates import add_months

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, but not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period needs at least one day: {self.start} to {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @classmethod
    def month(cls, text: str) -> "Period":
        """A month from text such as "2024-05"."""
        match = _MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"not a month: {text!r}")
        start = date(int(match[1]), int(match[2]), 1)
        return cls(start, add_months(start, 1))

    @classmethod
    def year(cls, number: int) -> "Period":
        return cls(date(number, 1, 1), date(number + 1, 1, 1))
