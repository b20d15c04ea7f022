"""Export to CSV for spreadsheets, import of CSV from banks."""

import csv
from datetime import date
from pathlib import Path

from pocketledger.book import Book
from pocketledger.entry import Entry
from pocketledger.errors import CsvError, LedgerError
from pocketledger.money import format_amount, parse_amount

HEADER = ["day", "account", "amount", "memo"]


def write_csv(book: Book, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for entry in book:
            writer.writerow(
                [entry.day.isoformat(), entry.account, format_amount(entry.cents), entry.memo]
            )


def read_csv(path: Path) -> list[Entry]:
    """Entries of a file with our header; an error names the line of a bad row."""
    entries = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        if next(reader, None) != HEADER:
            raise CsvError(f"{path.name}: the first line must be {','.join(HEADER)}")
        for row in reader:
            if not row:
                continue
            try:
                entries.append(_entry(row))
            except (ValueError, LedgerError) as error:
                raise CsvError(f"{path.name}, line {reader.line_num}: {error}") from error
    return entries


def import_csv(book: Book, path: Path) -> int:
    """Add the entries of a file to the book; returns how many were added."""
    entries = read_csv(path)
    for entry in entries:
        book.add(entry)
    return len(entries)


def _entry(row: list[str]) -> Entry:
    if len(row) != len(HEADER):
        raise CsvError(f"{len(row)} fields, not {len(HEADER)}")
    day, account, amount, memo = row
    return Entry(date.fromisoformat(day), account, parse_amount(amount), memo)
