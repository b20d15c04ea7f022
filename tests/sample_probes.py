"""Shows whether a patched tree of the demo package meets its ticket.

Run as a program, with the tree's `src` on PYTHONPATH and the ticket's function as argument:
it ends with an AssertionError where the ticket is not met. `test_sample_repo.py` runs it.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

ledger = import_module("pocketledger")

DAY = date(2024, 5, 1)
HEADER = "day,account,amount,memo\n"


def refuses(error: type[Exception], call: Callable[[], object]) -> bool:
    try:
        call()
    except error:
        return True
    return False


def due(start: date, unit: str, until: date) -> list[str]:
    days: Iterable[date] = ledger.Rule(start, unit).days(until)
    return [day.isoformat() for day in days]


def led_01(_: Path) -> None:
    """Commas count between thousands and nowhere else."""
    for text in ("1,5", "12,34.50", ",500"):
        assert refuses(ledger.AmountError, partial(ledger.parse_amount, text)), text
    assert not refuses(ledger.AmountError, lambda: ledger.parse_amount("1,234.50"))
    assert ledger.parse_amount("1,234.50") == 123450
    assert ledger.parse_amount("-1,000,000") == -100000000


def led_03(_: Path) -> None:
    """A short month shortens one date only."""
    assert due(date(2023, 1, 31), "month", date(2023, 5, 31)) == [
        "2023-01-31",
        "2023-02-28",
        "2023-03-31",
        "2023-04-30",
    ]
    assert due(date(2024, 2, 29), "year", date(2028, 3, 1))[-1] == "2028-02-29"


def led_04(folder: Path) -> None:
    """No text cell starts like a formula, and the round trip loses nothing."""
    path = folder / "export.csv"
    for text in ("=1", "+1", "-1", "@x", "\tx", "\rx", "'=1"):
        entry = ledger.Entry(DAY, text, -100, text)
        ledger.write_csv(ledger.Book([entry]), path)
        cells = path.read_bytes().decode().partition("\n")[2].replace('"', "").split(",")
        assert cells[1].startswith("'"), f"account {text!r}"
        assert cells[2] == "-1.00"
        assert cells[3].startswith("'"), f"memo {text!r}"
        assert ledger.read_csv(path) == [entry], text


def led_06(folder: Path) -> None:
    """A neighbour whose name starts like the folder's is outside."""
    receipts = ledger.ReceiptFolder(folder / "receipts")
    receipts.store("2024/05/market.pdf", b"in")
    secret = folder / "receipts-old" / "x.pdf"
    secret.parent.mkdir()
    secret.write_bytes(b"out")
    (folder / "receipts" / "link").symlink_to(secret.parent)
    for name in ("../receipts-old/x.pdf", "link/x.pdf", "../../x.pdf", str(secret)):
        assert refuses(ledger.ReceiptError, partial(receipts.read, name)), name
    for name in ("../receipts-old/new.pdf", "link/new.pdf", str(secret.parent / "new.pdf")):
        assert refuses(ledger.ReceiptError, partial(receipts.store, name, b"")), name
    assert [path.name for path in secret.parent.iterdir()] == ["x.pdf"]
    assert receipts.read("2024/05/market.pdf") == b"in"


def led_08(folder: Path) -> None:
    """However often a save fails, the book is there; a good save leaves one backup."""
    path, backup = folder / "book.json", folder / "book.json.bak"
    good, broken = ledger.Entry(DAY, "food", -1), ledger.Entry(DAY, "food", -2, "\udce9")
    ledger.save(ledger.Book([good]), path)
    before = path.read_bytes()
    for _ in range(2):
        with suppress(UnicodeEncodeError):
            ledger.save(ledger.Book([good, broken]), path)
        assert path.read_bytes() == before, "the book is cut off"
    ledger.save(ledger.Book(), path)
    assert backup.is_file()
    assert backup.read_bytes() == before


def led_10(_: Path) -> None:
    """Shares add up, the larger ones first, refunds mirrored."""
    assert ledger.split(1000, 3) == [334, 333, 333]
    assert ledger.split(200, 3) == [67, 67, 66]
    assert ledger.split(-1000, 3) == [-334, -333, -333]
    assert ledger.split(2, 4) == [1, 1, 0, 0]


def led_11(_: Path) -> None:
    """Nothing in a closed month can be changed, removing included."""
    entry = ledger.Entry(DAY, "food", -1)
    book = ledger.Book([entry])
    assert hasattr(book, "close")
    book.close(ledger.Period.month("2024-05"))
    assert refuses(ledger.EntryError, lambda: book.add(entry))
    assert refuses(ledger.EntryError, lambda: book.remove(entry)), "removed from a closed month"
    assert list(book) == [entry]


def led_12(_: Path) -> None:
    """Four quarters, and a refusal that names the text."""
    assert hasattr(ledger.Period, "quarter")
    quarters = [ledger.Period.quarter(f"2024-Q{n}") for n in (1, 2, 3, 4)]
    assert quarters[0].start == date(2024, 1, 1)
    assert [quarter.end for quarter in quarters] == [
        date(2024, 4, 1),
        date(2024, 7, 1),
        date(2024, 10, 1),
        date(2025, 1, 1),
    ]
    for text in ("2024-Q5", "2024-Q0", "Q1", "2024-q1"):
        assert refuses(ValueError, partial(ledger.Period.quarter, text)), text


def led_14(folder: Path) -> None:
    """The table of the ticket: how many of two equal rows are added."""
    path = folder / "bank.csv"
    path.write_text(HEADER + 2 * "2024-05-01,food,-2.50,coffee\n", encoding="utf-8")
    coffee = ledger.Entry(DAY, "food", -250, "coffee")
    for had, added in ((0, 2), (1, 1), (2, 0), (3, 0)):
        book = ledger.Book([coffee] * had)
        assert ledger.import_csv(book, path) == added, f"{had} in the book"
        assert len(book) == had + added


def led_15(_: Path) -> None:
    """The entry removed last comes back."""
    entries = [ledger.Entry(DAY, account, -1) for account in ("food", "rent")]
    book = ledger.Book(entries)
    assert hasattr(book, "undo_remove")
    book.remove(entries[1])
    book.undo_remove()
    assert list(book) == entries


def led_16(_: Path) -> None:
    """Today is part of the last days, and so are the days just before it."""
    assert hasattr(ledger.Period, "last_days")
    week = ledger.Period.last_days(7, date(2024, 5, 7))
    inside = [day for day in range(1, 31) if date(2024, 5, day) in week]
    assert inside == [1, 2, 3, 4, 5, 6, 7]
    assert date(2024, 4, 30) not in week
    assert refuses(ValueError, lambda: ledger.Period.last_days(0, DAY))


def led_17(_: Path) -> None:
    """Filling a book compares days about n log n times, not n squared; the order stays."""
    compared = 0

    class Counted(date):
        def __lt__(self, other: date) -> bool:
            nonlocal compared
            compared += 1
            return super().__lt__(other)

    days = [Counted.fromordinal(DAY.toordinal() + i * 7919 % 400) for i in range(1000)]
    entries = [ledger.Entry(day, "food", i) for i, day in enumerate(days)]
    book = ledger.Book(entries[:500])
    for entry in entries[500:]:
        book.add(entry)
    n_compared = compared
    assert list(book) == sorted(entries, key=lambda entry: entry.day.toordinal())
    assert n_compared < 20 * len(entries), f"{n_compared} comparisons"


def led_18(_: Path) -> None:
    """The module has its new name, and numbers end flush."""
    assert not refuses(ImportError, lambda: import_module("pocketledger.table"))
    assert refuses(ImportError, lambda: import_module("pocketledger.fmt"))
    entries = [ledger.Entry(DAY, "rent", -80000), ledger.Entry(DAY, "food", -500)]
    lines = ledger.report.by_account(ledger.Book(entries), ledger.Period.month("2024-05"))
    assert ledger.report.as_text(lines).splitlines() == [
        "account      sum  share",
        "rent     -800.00   99 %",
        "food       -5.00    1 %",
    ]


def led_19(_: Path) -> None:
    """From payday to payday, for a day of the month and for the last working day."""
    assert hasattr(ledger.Period, "payday_month")
    assert ledger.Period.payday_month("2024-12", 25) == ledger.Period(
        date(2024, 12, 25), date(2025, 1, 25)
    )
    assert ledger.Period.payday_month("2024-05", None).end == date(2024, 6, 28)


def led_20(folder: Path) -> None:
    """The order of day and month is told, never guessed; the year is one of our time."""
    path = folder / "office.csv"
    path.write_text(HEADER + "03/04/2024,rent,-800,\n", encoding="utf-8")
    assert refuses(ledger.CsvError, lambda: ledger.read_csv(path))
    assert not refuses(TypeError, lambda: ledger.read_csv(path, day_first=True))
    assert ledger.read_csv(path, day_first=True)[0].day == date(2024, 4, 3)
    assert ledger.read_csv(path, day_first=False)[0].day == date(2024, 3, 4)
    path.write_text(HEADER + "03/04/24,rent,-800,\n", encoding="utf-8")
    with suppress(ledger.CsvError):
        assert ledger.read_csv(path, day_first=True)[0].day == date(2024, 4, 3), "the year 24"


if __name__ == "__main__":
    probe: Callable[[Path], None] = globals()[sys.argv[1]]
    with TemporaryDirectory() as name:
        probe(Path(name))
