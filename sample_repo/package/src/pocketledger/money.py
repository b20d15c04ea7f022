"""Amounts of money: whole cents as int, so that sums are exact."""

import re

from pocketledger.errors import AmountError

_AMOUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,2}))?")


def parse_amount(text: str) -> int:
    """Cents from text such as "12", "12.5" or "-0.99"."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise AmountError(f"not an amount: {text!r}")
    sign, whole, part = match.groups()
    cents = int(whole) * 100 + int((part or "").ljust(2, "0"))
    return -cents if sign else cents


def format_amount(cents: int) -> str:
    """Text with two decimals, for example "-0.05"."""
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole}.{part:02d}"


def split(cents: int, parts: int) -> list[int]:
    """Shares for `parts` people."""
    if parts < 1:
        raise ValueError("parts must be at least 1")
    return [round(cents / parts)] * parts
