"""What the mouse picks is source: the characters behind what is shown, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.diff.document import DiffDocument, build_document
from workbench.diff.picks import END, Pick, Point, picked_at, picked_text, point_at, word_at
from workbench.diff.rows import Side, column_of, shown
from workbench.diff.views import Mode
from workbench.diff.wrap import Rooms
from workbench.text import display, net, offsets, steady


def hunk(old: list[str], new: list[str]) -> DiffDocument:
    body = [" same", *(f"-{line}" for line in old), *(f"+{line}" for line in new), " last"]
    head = "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
    counts = f"@@ -1,{len(old) + 2} +1,{len(new) + 2} @@\n"
    return build_document((head + counts + "\n".join(body) + "\n").encode(), key="x")


def index_of(document: DiffDocument, text: str, mode: Mode = "unified") -> int:
    view = document.view(mode)
    ids = [*view.left, *view.right]
    found = next(row for row in ids if row != -1 and document.model.row(row).text == text)
    return view.index_of(found)


def pick(document: DiffDocument, first: tuple[str, int], last: tuple[str, int]) -> str:
    view = document.view("unified")
    ends = [point_at(view, index_of(document, text), "new", column) for text, column in
            (first, last)]  # fmt: skip
    assert ends[0]
    assert ends[1]
    one = picked_text(document.model, view, Pick(ends[0], ends[1]))
    assert one == picked_text(document.model, view, Pick(ends[1], ends[0])), "backwards as well"
    return one


def test_r16_lines_without_numbers_and_signs() -> None:
    """From the middle of one to the middle of another; both ends belong to it."""
    document = hunk(["old line"], ["new line", "one more"])
    assert pick(document, ("old line", 4), ("one more", 2)) == "line\nnew line\none"
    assert pick(document, ("same", 0), ("same", 0)) == "s"


def test_r16_side_by_side_only_the_side_that_was_picked() -> None:
    """What stands on the other side, and where this side has nothing, is left out."""
    document = hunk(["alpha = 1"], ["alpha = 2", "beta = 3", "gamma = 4"])
    view = document.view("split")
    wanted: dict[Side, str] = {
        "old": "same\nalpha = 1\nlast",
        "new": "same\nalpha = 2\nbeta = 3\ngamma = 4\nlast",
    }
    for side, text in wanted.items():
        first = point_at(view, index_of(document, "same", "split"), side, 0)
        last = point_at(view, index_of(document, "last", "split"), side, END)
        assert first
        assert last
        assert picked_text(document.model, view, Pick(first, last)) == text


def test_r16_where_a_side_is_empty_the_line_before_ends() -> None:
    """A drag over the hatched part stays on its side."""
    document = hunk(["alpha = 1"], ["alpha = 2", "beta = 3"])
    view = document.view("split")
    point = point_at(view, index_of(document, "beta = 3", "split"), "old", 3)
    assert point
    assert document.model.row(point.row).text == "alpha = 1"
    assert point.column == END


def test_field_t24_wide_characters_tabs_and_marks_are_the_source() -> None:
    """A tab is a tab, a joined emoji is whole, a carriage return at the end is no text."""
    family = "\U0001f469\u200d\U0001f467"
    document = hunk([], [f"\tx = '漢字{family}e\u0301'\r"])
    line = shown(f"\tx = '漢字{family}e\u0301'\r".encode())
    whole = pick(document, (line, 0), (line, len(line)))
    assert whole == f"\tx = '漢字{family}e\u0301'"
    at = line.index("字")
    assert pick(document, (line, at), (line, at)) == "字"
    assert pick(document, (line, 4), (line, 4)) == "x"


@pytest.mark.parametrize("evil", ["\x1b]52;c;eA==\x07", "\u202eevil", "a\x07b", "\x9b31m", "a\rb"])
def test_what_is_copied_steers_nothing(evil: str) -> None:
    """A control or reordering character becomes one that is seen."""
    document = hunk([], [f"x {evil} y"])
    line = shown(f"x {evil} y".encode())
    text = pick(document, (line, 0), (line, len(line)))
    assert net(text) == (text, 0)
    assert text.startswith("x ")
    assert text.endswith(" y")


def test_a_line_that_is_cut_on_the_screen_is_copied_whole() -> None:
    """Picked to its end, that is; a part of it is that part."""
    document = hunk([], ["é" + "a" * 20_000 + "z"])
    line = shown(("é" + "a" * 20_000 + "z").encode())
    assert pick(document, (line, 0), (line, len(line) - 1)) == "é" + "a" * 20_000 + "z"
    assert pick(document, (line, 0), (line, 9)) == "é" + "a" * 9


def test_headers_and_folds_are_no_source() -> None:
    """They are passed over."""
    document = hunk(["a"], ["b"])
    view = document.view("unified")
    pick_all = Pick(Point(view.row_at(0), "new", 0), Point(view.row_at(len(view) - 1), "new", END))
    assert picked_text(document.model, view, pick_all) == "same\na\nb\nlast"


@given(st.text(alphabet="ab \t漢é\u0301\u200b\U0001f1e9", max_size=12), st.data())
def test_every_part_is_part_of_the_source(text: str, data: st.DataObject) -> None:
    """Two parts of a line are the line, wherever it is cut."""
    document = hunk([], [f"-{text}."])
    view = document.view("unified")
    index = next(i for i in range(len(view)) if document.model.row(view.row_at(i)).raw[:1] == b"-")
    line = document.model.row(view.row_at(index)).text
    cut = data.draw(st.integers(0, len(line) - 1))
    row = view.row_at(index)
    halves = [
        picked_text(document.model, view, Pick(Point(row, "new", a), Point(row, "new", b)))
        for a, b in ((0, cut), (cut + 1, END))
    ]
    source = "\t".join(net(part)[0] for part in f"-{text}.".split("\t"))
    assert "".join(halves) == source


def test_what_is_picked_stays_on_its_lines_when_the_layout_changes() -> None:
    """By rows and columns, in either layout and in wrapped lines."""
    document = hunk(["alpha = 1"], ["alpha = 2" + " long" * 20])
    line = "alpha = 2" + " long" * 20
    shapes: list[tuple[Mode, Rooms | None]] = [
        ("unified", None), ("split", None), ("unified", (9, 9)),
    ]  # fmt: skip
    row = document.view("unified").row_at(index_of(document, line))
    held = Pick(Point(row, "new", 2), Point(row, "new", 60))
    for mode, rooms in shapes:
        view = document.view(mode, rooms)
        places = [i for i in range(len(view)) if picked_at(view, held, i)]
        assert {view.row_at(i) for i in places} == {row}
        assert picked_text(document.model, view, held) == line[2:61]


@pytest.mark.parametrize(
    ("column", "word"), [(0, "self"), (4, "."), (5, "total_2"), (12, " "), (13, "+="), (99, "1")]
)
def test_a_word_is_a_name_or_a_run_of_signs(column: int, word: str) -> None:
    """As editors have it."""
    text = "self.total_2 += 1"
    start, end = word_at(text, column)
    assert text[start : end + 1] == word


@given(
    st.text(
        alphabet="ab\t漢\u0301\u200b\u200d\ufe0f\U0001f469\U0001f1e9\U0001f3fd\u202e", max_size=20
    )
)
def test_columns_are_those_of_every_part_drawn_alone(text: str) -> None:
    """Each character begins where the text before it ends, whatever is drawn in its place."""
    raw = text.encode()
    table = column_of(raw) or list(range(len(text) + 1))
    whole = display(text)
    assert table == [len(steady(whole[:at])) for at in offsets(text) or range(len(text) + 1)]
    assert table[-1] == len(shown(raw))
