from datetime import date

import pytest

from pocketledger import Book, Entry, EntryError, Period

MARKET = Entry(date(2024, 5, 3), "food", -1240, "market")
RENT = Entry(date(2024, 5, 1), "rent", -80000)
WAGE = Entry(date(2024, 4, 30), "wage", 250000)


@pytest.fixture
def book():
    return Book([MARKET, RENT, WAGE])


def test_entries_are_in_order_of_day(book):
    assert list(book) == [WAGE, RENT, MARKET]


def test_entries_of_one_day_keep_their_order():
    first = Entry(MARKET.day, "food", -100, "z")
    second = Entry(MARKET.day, "food", -100, "a")
    assert list(Book([first, second])) == [first, second]


def test_entries_by_period_and_account(book):
    assert book.entries(Period.month("2024-05")) == [RENT, MARKET]
    assert book.entries(Period.month("2024-05"), "food") == [MARKET]


def test_remove(book):
    book.remove(RENT)
    assert list(book) == [WAGE, MARKET]


def test_remove_takes_one_of_two_equal_entries():
    book = Book([MARKET, MARKET])
    book.remove(MARKET)
    assert len(book) == 1


def test_remove_what_is_not_there(book):
    with pytest.raises(EntryError, match="no such entry"):
        book.remove(Entry(MARKET.day, "food", 1))


def test_a_loop_may_remove(book):
    for entry in book:
        book.remove(entry)
    assert len(book) == 0


def test_accounts(book):
    assert book.accounts() == ["food", "rent", "wage"]


def test_balance(book):
    assert book.balance() == 168760
    assert book.balance("food") == -1240


def test_balance_counts_the_day_itself(book):
    assert book.balance(on=date(2024, 5, 1)) == 170000
    assert book.balance(on=date(2024, 4, 29)) == 0


@pytest.mark.parametrize("account", ["", "  "])
def test_an_entry_needs_an_account(account):
    with pytest.raises(EntryError, match="needs an account"):
        Entry(MARKET.day, account, 1)
