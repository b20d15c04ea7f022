from datetime import date

import pytest

from pocketledger import Book, CsvError, Entry, import_csv, read_csv, write_csv

MARKET = Entry(date(2024, 5, 3), "food", -1240, 'market, "green"')
RENT = Entry(date(2024, 5, 1), "rent", -80000)
HEADER = "day,account,amount,memo\n"


def test_written_and_read_again(tmp_path):
    path = tmp_path / "may.csv"
    write_csv(Book([MARKET, RENT]), path)
    assert read_csv(path) == [RENT, MARKET]


def test_amounts_are_plain_numbers(tmp_path):
    path = tmp_path / "may.csv"
    write_csv(Book([RENT]), path)
    assert path.read_text(encoding="utf-8").splitlines()[1] == "2024-05-01,rent,-800.00,"


def test_a_byte_order_mark_and_empty_lines_do_not_matter(tmp_path):
    path = tmp_path / "may.csv"
    path.write_text("\ufeff" + HEADER + "\n2024-05-01,rent,-800,\n\n", encoding="utf-8")
    assert read_csv(path) == [RENT]


def test_import(tmp_path):
    path = tmp_path / "may.csv"
    path.write_text(HEADER + "2024-05-01,rent,-800,\n", encoding="utf-8")
    book = Book([MARKET])
    assert import_csv(book, path) == 1
    assert list(book) == [RENT, MARKET]


def test_wrong_header(tmp_path):
    path = tmp_path / "may.csv"
    path.write_text("date;amount\n", encoding="utf-8")
    with pytest.raises(CsvError, match="first line must be"):
        read_csv(path)


@pytest.mark.parametrize(
    "row", ["2024-05-32,rent,-800,", "2024-05-01,rent,much,", "2024-05-01,rent", "2024-05-01,,1,"]
)
def test_a_bad_row_is_named(tmp_path, row):
    path = tmp_path / "may.csv"
    path.write_text(f"{HEADER}2024-05-01,rent,-800,\n{row}\n", encoding="utf-8")
    with pytest.raises(CsvError, match=r"may\.csv, line 3"):
        read_csv(path)


def test_a_bad_row_imports_nothing(tmp_path):
    path = tmp_path / "may.csv"
    path.write_text(HEADER + "2024-05-01,rent,-800,\nbad\n", encoding="utf-8")
    book = Book()
    with pytest.raises(CsvError):
        import_csv(book, path)
    assert len(book) == 0
