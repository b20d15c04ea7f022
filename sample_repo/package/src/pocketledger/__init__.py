"""A small ledger: entries in, balances and reports out."""

from pocketledger import report
from pocketledger.book import Book
from pocketledger.csvfile import import_csv, read_csv, write_csv
from pocketledger.entry import Entry
from pocketledger.errors import AmountError, CsvError, EntryError, LedgerError, ReceiptError
from pocketledger.money import format_amount, parse_amount, split
from pocketledger.period import Period
from pocketledger.receipts import ReceiptFolder
from pocketledger.recurring import Rule
from pocketledger.storage import load, save

__all__ = [
    "AmountError",
    "Book",
    "CsvError",
    "Entry",
    "EntryError",
    "LedgerError",
    "Period",
    "ReceiptError",
    "ReceiptFolder",
    "Rule",
    "format_amount",
    "import_csv",
    "load",
    "parse_amount",
    "read_csv",
    "report",
    "save",
    "split",
    "write_csv",
]
