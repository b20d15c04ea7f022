from datetime import date

import pytest

from pocketledger.dates import add_months, days_in_month


@pytest.mark.parametrize(("month", "days"), [(1, 31), (2, 29), (4, 30), (12, 31)])
def test_days_in_month(month, days):
    assert days_in_month(2024, month) == days


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, date(2024, 1, 31)),
        (1, date(2024, 2, 29)),
        (11, date(2024, 12, 31)),
        (12, date(2025, 1, 31)),
        (-2, date(2023, 11, 30)),
    ],
)
def test_add_months(months, expected):
    assert add_months(date(2024, 1, 31), months) == expected
