from datetime import date

import pytest

from pocketledger import Period


def test_month():
    assert Period.month("2024-02") == Period(date(2024, 2, 1), date(2024, 3, 1))


def test_december_ends_in_the_next_year():
    assert Period.month("2024-12").end == date(2025, 1, 1)


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "2024-1", "24-01", "May 2024", ""])
def test_month_refuses(text):
    with pytest.raises(ValueError, match="not a month"):
        Period.month(text)


def test_year():
    assert Period.year(2024).days == 366


def test_the_start_is_in_and_the_end_is_not():
    may = Period.month("2024-05")
    assert date(2024, 5, 1) in may
    assert date(2024, 5, 31) in may
    assert date(2024, 6, 1) not in may
    assert date(2024, 4, 30) not in may


def test_a_period_has_a_day():
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2024, 5, 1), date(2024, 5, 1))
