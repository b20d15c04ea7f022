"""The book as one JSON file."""

import json
from datetime import date
from pathlib import Path

from pocketledger.book import Book
from pocketledger.entry import Entry
from pocketledger.errors import LedgerError

VERSION = 1


def save(book: Book, path: Path) -> None:
    data = {"version": VERSION, "entries": [_to_json(entry) for entry in book]}
    with path.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)


def load(path: Path) -> Book:
    data = json.loads(path.read_text(encoding="utf-8"))
    if data.get("version") != VERSION:
        raise LedgerError(f"{path.name}: unknown version {data.get('version')!r}")
    return Book(_from_json(row) for row in data["entries"])


def _to_json(entry: Entry) -> dict[str, object]:
    return {
        "day": entry.day.isoformat(),
        "account": entry.account,
        "cents": entry.cents,
        "memo": entry.memo,
    }


def _from_json(row: dict[str, object]) -> Entry:
    return Entry(
        day=date.fromisoformat(str(row["day"])),
        account=str(row["account"]),
        cents=int(str(row["cents"])),
        memo=str(row["memo"]),
    )
