"""What the Kitty protocol says of a key is the key that was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from workbench.tui.actions import REVIEW
from workbench.tui.keyboard import plain_keys

REPORTS = {
    "shift without text": ("\x1b[106;2u", "J"),
    "shift with text": ("\x1b[106;2;74u", "J"),
    "shift with the shifted key": ("\x1b[106:74;2u", "J"),
    "the shifted key of a German keyboard": ("\x1b[55:47;2u", "slash"),
    "shift and a kind of event": ("\x1b[106;2:1u", "J"),
    "a key held down": ("\x1b[106;2:2u", "J"),
    "a sign": ("\x1b[93;2u", "right_curly_bracket"),
    "a question": ("\x1b[47;2u", "question_mark"),
    "a letter of another script": ("\x1b[1078;2u", "Ж"),
    "num lock": ("\x1b[106;130u", "J"),
    "caps lock": ("\x1b[106;65u", "J"),
    "caps lock and shift": ("\x1b[106;66u", "j"),
    "a plain key": ("\x1b[106u", "j"),
    "shift and space": ("\x1b[32;2u", "space"),
    "ctrl": ("\x1b[114;5u", "ctrl+r"),
    "ctrl and an event": ("\x1b[114;5:1u", "ctrl+r"),
    "shift and an arrow": ("\x1b[1;2B", "shift+down"),
    "an arrow with an event": ("\x1b[1;2:1B", "shift+down"),
    "xterm's own": ("\x1b[27;2;74~", "J"),
    "shift and enter": ("\x1b[13;2u", "shift+enter"),
}


def keys_of(data: str) -> list[str]:
    parser = XTermParser()
    found = [*parser.feed(plain_keys(data)), *parser.tick()]
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(("report", "key"), REPORTS.values(), ids=REPORTS.keys())
def test_a_report_is_the_key_that_was_typed(report: str, key: str) -> None:
    """Also in the middle of others."""
    assert keys_of(report) == [key]
    assert keys_of(f"j{report}k") == ["j", key, "k"]


@pytest.mark.parametrize("report", ["\x1b[106;2:3u", "\x1b[1;1:3B", "\x1b[99999999u"])
def test_a_key_let_go_and_a_number_that_is_no_key_are_nothing(report: str) -> None:
    """Neither a key nor an error."""
    assert keys_of(f"j{report}k") == ["j", "k"]


def test_every_shifted_key_of_the_registry_works_without_its_text() -> None:
    """By the shifted key alone, as some terminals report it."""
    shifted = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
    for action in REVIEW:
        for key in action.keys:
            if len(key) == 1 and key.isupper():
                assert keys_of(f"\x1b[{ord(key.lower())};2u") == [key]
    for sign, plain in shifted.items():
        assert keys_of(f"\x1b[{ord(plain)};2u") == keys_of(sign)


@given(st.text(alphabet="\x1b[0123456789:;u~ABMR<j", max_size=40))
def test_no_report_ends_the_reading_of_keys(data: str) -> None:
    """Whatever a terminal sends, numbers that no key has included."""
    for report in (data, f"\x1b[{data}u", f"\x1b[{data}A"):
        keys_of(report)


def test_what_is_no_report_passes_unchanged() -> None:
    """Letters, the mouse, pastes, and where the cursor is."""
    for data in ("maxe", "\x1b[<0;10;5M", "\x1b[200~x\x1b[201~", "\x1b[5;10R", "\x1b[I"):
        assert plain_keys(data) == data
