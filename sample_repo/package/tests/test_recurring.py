from datetime import date

import pytest

from pocketledger import Rule


def days(rule, until):
    return [day.isoformat() for day in rule.days(until)]


def test_daily_and_the_end_is_not_due():
    assert days(Rule(date(2024, 5, 1), "day"), date(2024, 5, 4)) == [
        "2024-05-01",
        "2024-05-02",
        "2024-05-03",
    ]


def test_every_second_week():
    assert days(Rule(date(2024, 5, 1), "week", 2), date(2024, 6, 1)) == [
        "2024-05-01",
        "2024-05-15",
        "2024-05-29",
    ]


def test_monthly_over_the_new_year():
    assert days(Rule(date(2024, 11, 15), "month"), date(2025, 2, 1)) == [
        "2024-11-15",
        "2024-12-15",
        "2025-01-15",
    ]


def test_yearly():
    assert days(Rule(date(2022, 3, 1), "year"), date(2024, 3, 1)) == ["2022-03-01", "2023-03-01"]


def test_nothing_is_due_before_the_start():
    assert days(Rule(date(2024, 5, 1), "day"), date(2024, 5, 1)) == []


def test_unknown_unit():
    with pytest.raises(ValueError, match="unit must be one of"):
        Rule(date(2024, 5, 1), "quarter")


def test_every_must_be_positive():
    with pytest.raises(ValueError, match="at least 1"):
        Rule(date(2024, 5, 1), "day", 0)
