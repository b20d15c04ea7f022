"""One booking."""

from dataclasses import dataclass
from datetime import date

from pocketledger.errors import EntryError


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that came in (positive) or went out (negative) on one day."""

    day: date
    account: str
    cents: int
    memo: str = ""

    def __post_init__(self) -> None:
        if not self.account.strip():
            raise EntryError("an entry needs an account")
