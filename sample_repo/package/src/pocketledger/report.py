"""What a period came to, by account."""

from dataclasses import dataclass

from pocketledger.book import Book
from pocketledger.fmt import heading, render, shorten
from pocketledger.money import format_amount
from pocketledger.period import Period

WIDTH = 30


@dataclass(frozen=True, slots=True)
class Line:
    """The sum of one account, and its share of all money that moved, in percent."""

    account: str
    cents: int
    share: int


def by_account(book: Book, period: Period) -> list[Line]:
    """One line per account with entries, the largest sum first."""
    sums: dict[str, int] = {}
    for entry in book.entries(period):
        sums[entry.account] = sums.get(entry.account, 0) + entry.cents
    moved = sum(abs(cents) for cents in sums.values())
    lines = [
        Line(account, cents, round(100 * abs(cents) / moved) if moved else 0)
        for account, cents in sums.items()
    ]
    return sorted(lines, key=lambda line: (-abs(line.cents), line.account))


def average(book: Book, account: str, periods: list[Period]) -> int:
    """Cents per period, over periods with and without entries."""
    if not periods:
        raise ValueError("an average needs at least one period")
    total = sum(entry.cents for period in periods for entry in book.entries(period, account))
    return round(total / len(periods))


def as_text(lines: list[Line], title: str = "") -> str:
    rows = [
        [shorten(line.account, WIDTH), format_amount(line.cents), f"{line.share} %"]
        for line in lines
    ]
    table = render(["account", "sum", "share"], rows)
    return f"{heading(title)}\n{table}" if title else table
