import json
from datetime import date

import pytest

from pocketledger import Book, Entry, LedgerError, load, save


def test_saved_and_loaded(tmp_path):
    path = tmp_path / "book.json"
    book = Book([Entry(date(2024, 5, 3), "food", -1240, "Käse"), Entry(date(2024, 5, 1), "rent", -1)])
    save(book, path)
    assert list(load(path)) == list(book)


def test_an_empty_book(tmp_path):
    path = tmp_path / "book.json"
    save(Book(), path)
    assert list(load(path)) == []


def test_the_file_can_be_read_by_people(tmp_path):
    path = tmp_path / "book.json"
    save(Book([Entry(date(2024, 5, 3), "food", -1240, "Käse")]), path)
    assert "Käse" in path.read_text(encoding="utf-8")


def test_saving_again_replaces(tmp_path):
    path = tmp_path / "book.json"
    save(Book([Entry(date(2024, 5, 3), "food", -1240)]), path)
    save(Book(), path)
    assert len(load(path)) == 0


def test_unknown_version(tmp_path):
    path = tmp_path / "book.json"
    path.write_text(json.dumps({"version": 99, "entries": []}), encoding="utf-8")
    with pytest.raises(LedgerError, match="unknown version 99"):
        load(path)
