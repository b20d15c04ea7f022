import pytest

from pocketledger.fmt import heading, render, shorten


def test_columns_are_as_wide_as_their_widest_cell():
    assert render(["name", "n"], [["a", "1"], ["longer", "22"]]).splitlines() == [
        "name    n",
        "a       1",
        "longer  22",
    ]


def test_a_table_without_rows_is_its_header():
    assert render(["name", "n"], []) == "name  n"


def test_lines_have_no_trailing_blanks():
    assert render(["name", "note"], [["a", ""]]).splitlines()[1] == "a"


def test_heading():
    assert heading("May") == "May\n---"


@pytest.mark.parametrize(
    ("text", "short"), [("food", "food"), ("furniture", "furniture"), ("club house", "club ho..")]
)
def test_shorten(text, short):
    assert shorten(text, 9) == short


def test_shorten_needs_room():
    with pytest.raises(ValueError, match="at least 3"):
        shorten("food", 2)
