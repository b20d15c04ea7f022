from datetime import date

import pytest

from pocketledger import Book, Entry, Period, report

MAY = Period.month("2024-05")
BOOK = Book(
    [
        Entry(date(2024, 5, 1), "rent", -75000),
        Entry(date(2024, 5, 3), "food", -20000),
        Entry(date(2024, 5, 31), "food", -5000),
        Entry(date(2024, 6, 1), "food", -9900),
    ]
)


def test_by_account():
    assert report.by_account(BOOK, MAY) == [
        report.Line("rent", -75000, 75),
        report.Line("food", -25000, 25),
    ]


def test_a_period_without_entries():
    assert report.by_account(BOOK, Period.month("2023-01")) == []


def test_accounts_that_come_to_nothing():
    book = Book([Entry(date(2024, 5, 1), "club", 100), Entry(date(2024, 5, 2), "club", -100)])
    assert report.by_account(book, MAY) == [report.Line("club", 0, 0)]


def test_average_counts_empty_periods():
    assert report.average(BOOK, "food", [MAY, Period.month("2023-01")]) == -12500


def test_average_of_no_periods():
    with pytest.raises(ValueError, match="at least one period"):
        report.average(BOOK, "food", [])


def test_text_names_every_account():
    text = report.as_text(report.by_account(BOOK, MAY))
    assert [line.split()[:2] for line in text.splitlines()] == [
        ["account", "sum"],
        ["rent", "-750.00"],
        ["food", "-250.00"],
    ]


def test_text_with_a_title():
    assert report.as_text([], "May").splitlines() == ["May", "---", "account  sum  share"]
