"""All bookings, in order of day."""

from collections.abc import Iterable, Iterator
from datetime import date

from pocketledger.entry import Entry
from pocketledger.errors import EntryError
from pocketledger.period import Period


class Book:
    """Entries sorted by day; entries of one day stay in the order they were added."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: list[Entry] = []
        for entry in entries:
            self.add(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._entries.sort(key=lambda e: e.day)

    def remove(self, entry: Entry) -> None:
        """Take one entry out; of several equal ones the first."""
        if entry not in self._entries:
            raise EntryError(f"no such entry: {entry}")
        self._entries.remove(entry)

    def entries(self, period: Period | None = None, account: str | None = None) -> list[Entry]:
        return [
            entry
            for entry in self._entries
            if (period is None or entry.day in period)
            and (account is None or entry.account == account)
        ]

    def accounts(self) -> list[str]:
        return sorted({entry.account for entry in self._entries})

    def balance(self, account: str | None = None, on: date | None = None) -> int:
        """Cents at the end of the day `on`, or over everything."""
        return sum(
            entry.cents
            for entry in self.entries(account=account)
            if on is None or entry.day <= on
        )
