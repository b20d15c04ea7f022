"""Everything that can be wrong with what a user gave us."""


class LedgerError(Exception):
    """Base of all errors of this package."""


class AmountError(LedgerError):
    """The text is not an amount of money."""


class EntryError(LedgerError):
    """The entry cannot be booked, or is not in the book."""


class CsvError(LedgerError):
    """A CSV file has a row that cannot be read."""


class ReceiptError(LedgerError):
    """A receipt cannot be stored or found."""
