"""The gate for text: nothing hidden, nothing harmful, nothing lost."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.text import (
    LINE_LIMIT,
    Marks,
    cells,
    clip,
    count_marks,
    decode,
    display,
    display_lines,
    net,
    offsets,
    steady,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
TAG_FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e007f"
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ODD = st.text(
    st.sampled_from("ab \t\x1b\r\n\x00\x9b\u202e\u200b\u200d\ufe0f\u0301漢é❤👨👩🇦\U0001f3fd\ud800")
    | st.characters(),
    max_size=60,
)


def test_t1_every_control_and_format_character_is_made_visible() -> None:
    """No character of Cc, Cf, Cs, Zl or Zp passes; one that does would reach the terminal."""
    passed = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in HIDDEN
        and chr(code) != "\t"
        and chr(code) in display(f"a{chr(code)}b")
    ]
    assert passed == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\tb", "a   b"),
        ("\tb", "    b"),
        ("\x1b[2J", "␛[2J"),
        ("a\x7fb\r", "a␡b␍"),
        ("one\ntwo", "one␊two"),
        ("\x9b31m", "<U+009B>31m"),
        ("ad\u200dmin", "ad<U+200D>min"),
        ("user\u202e", "user<U+202E>"),
        ("\ud800", "<U+D800>"),
        (FAMILY, FAMILY),
        (TAG_FLAG, TAG_FLAG),
        ("❤\ufe0f", "❤\ufe0f"),
        ("العربية עברית abc", "العربية עברית abc"),
        ("a" + "\u0301" * 30, "a" + "\u0301" * 4 + "+26"),
    ],
)
def test_t1_display(text: str, shown: str) -> None:
    """Controls become pictures, hidden characters their code; emoji and prose stay whole."""
    assert display(text) == shown


def test_t6_hidden_instruction_in_tag_characters_is_shown() -> None:
    """Tag letters outside a closed flag are text that only a model reads."""
    hidden = "ok" + "".join(chr(0xE0000 + ord(letter)) for letter in "merge")
    assert "<U+E006D>" in display(hidden)


def test_t10_a_long_line_is_cut_and_says_by_how_much() -> None:
    """Ten million characters cost as much as ten thousand."""
    shown = display("x" * 10_000_000)
    assert len(shown) < LINE_LIMIT + 20
    assert shown.endswith("… +9990000")


def test_t10_a_long_hostile_line_is_cut_after_it_was_made_safe() -> None:
    """Each mark takes eight columns, so fewer characters fit; all others are counted."""
    shown = display("\u202e" * 20_000)
    body, _, rest = shown.partition("… +")
    assert len(body) <= LINE_LIMIT
    assert len(body) // len("<U+202E>") + int(rest) == 20_000


@given(ODD)
def test_t1_display_is_stable_and_printable(text: str) -> None:
    """Shown text shown again is the same, and no net finds anything in it."""
    shown = display(text)
    assert display(shown) == shown
    assert net(shown) == (shown, 0)


@given(ODD)
def test_offsets_lead_from_source_to_shown(text: str) -> None:
    """The table has a place for each character, never falls, and ends at the end."""
    table = offsets(text)
    if table is None:
        assert display(text) == text
        return
    assert len(table) == len(text) + 1
    assert table == sorted(table)
    assert table[-1] == len(display(text))
    for place, character in enumerate(text):
        if character.isascii() and character.isprintable():
            assert display(text)[table[place]] == character


def test_t8_lines_end_at_lf_and_nowhere_else() -> None:
    """str.splitlines also splits at eight other characters; git does not."""
    data = "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\rj\nk".encode()
    assert len(display_lines(data)) == 2


def test_t9_bad_utf8_is_shown_and_not_refused() -> None:
    """A byte that is no text shows its value."""
    assert decode(b"a\xff\xed\xa0\x80") == "a\\xff\\xed\\xa0\\x80"


def test_t3_net_replaces_one_for_one_and_counts() -> None:
    """The net may not change the width of what it mends."""
    assert net("\x1b[2J\u202e") == ("␛[2J\ufffd", 2)
    assert net("clean") == ("clean", 0)


@given(ODD)
def test_t7_steady_text_has_the_width_that_single_characters_have(text: str) -> None:
    """The sum over characters and rich's rule for clusters agree, so columns hold anywhere."""
    shown = steady(display(text))
    single = sum(cell_len(character) for character in shown)
    assert cell_len(shown) == single


def test_t7_steady_emoji_take_the_cells_of_their_parts() -> None:
    """A family of three is three people of two cells; nothing zero-width is left."""
    assert cells(FAMILY) == 6
    assert "\u200d" not in steady(FAMILY)
    assert steady("🇩🇪") == "🄳🄴"


@pytest.mark.parametrize(
    "text", ["abc", "漢字かな交じり文", "e\u0301tude", "❤ and 漢", "\uff41\uff42"]
)
def test_t7_cells_agree_with_rich(text: str) -> None:
    """One width in every layer of the program."""
    assert cells(text) == cell_len(steady(text))


@given(st.text(st.sampled_from("abc漢e\u0301👨 "), max_size=30), st.integers(0, 20))
def test_t7_clip_never_exceeds_its_cells(text: str, width: int) -> None:
    """Cut text ends in an ellipsis and fits; text that fits is left alone."""
    clipped = clip(text, width)
    assert cells(clipped) <= width
    if cells(text) <= width:
        assert clipped == steady(text)
    elif width:
        assert clipped.endswith("…")


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("if access != 'user\u202e \u2066# check\u2069 \u2066':", Marks(bidi=4)),
        ("def is_\u0430dmin(): pass", Marks(mixed_script=1)),
        ("x = 'a\u200bb' # \u2060\xad\u3164\ufeff", Marks(invisible=5)),
        ("العربية עברית abc", Marks()),
        (f"{FAMILY} ❤\ufe0f {TAG_FLAG} 🇦🇧", Marks()),
        ("変数abc = 漢字 + かな", Marks()),
        ("λx Δt \u03c3_x привет мир", Marks()),
        ("\u0440\u0430yp\u0430l paypal", Marks(mixed_script=1)),
        ("\x1b[2J\r\n\t", Marks()),
    ],
)
def test_t6_field_d14_marks_are_true_counts(text: str, marks: Marks) -> None:
    """Deceit is counted, honest text in any script is not."""
    assert count_marks(text) == marks


def test_marks_add_up() -> None:
    """The badge of a document is the sum over its files."""
    assert Marks(1, 2, 3) + Marks(1, 1, 1) == Marks(2, 3, 4)
