import pytest

from pocketledger import AmountError, format_amount, parse_amount, split


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12", 1200), ("12.5", 1250), ("12.50", 1250), ("-0.99", -99), (" 7 ", 700), ("0", 0)],
)
def test_parse(text, cents):
    assert parse_amount(text) == cents


@pytest.mark.parametrize("text", ["", "abc", "1.234", "1.", ".5", "--1", "1 2", "+3"])
def test_parse_refuses(text):
    with pytest.raises(AmountError, match="not an amount"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123456, "1234.56")]
)
def test_format(cents, text):
    assert format_amount(cents) == text


@pytest.mark.parametrize("cents", [0, 1, -1, 99, -12345])
def test_format_and_parse_are_inverse(cents):
    assert parse_amount(format_amount(cents)) == cents


def test_split_even():
    assert split(900, 3) == [300, 300, 300]


def test_split_alone():
    assert split(-250, 1) == [-250]


def test_split_needs_somebody():
    with pytest.raises(ValueError, match="at least 1"):
        split(900, 0)
