"""The net under every widget: it mends what a widget forgot, and counts it."""

import logging

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from workbench.tui.net import ControlCharacterFilter

BLACK = Color(0, 0, 0)


def test_t3_a_raw_escape_is_replaced_cell_for_cell_and_counted() -> None:
    """Length and style stay, so nothing on the screen moves."""
    net = ControlCharacterFilter()
    style = Style(bold=True)
    mended = net.apply([Segment("ok"), Segment("\x1b[2J\u202e", style)], BLACK)
    assert mended == [Segment("ok"), Segment("␛[2J\ufffd", style)]
    assert net.hits == 2


def test_clean_segments_pass_untouched() -> None:
    """The very list comes back: nothing is copied on the way to the terminal."""
    net = ControlCharacterFilter()
    segments = [Segment("plain"), Segment("漢字 ❤\ufe0f ⏎")]
    assert net.apply(segments, BLACK) is segments
    assert net.hits == 0


def test_control_segments_of_textual_pass() -> None:
    """Cursor movement is Textual's own and no text of a model."""
    net = ControlCharacterFilter()
    control = Segment("\x1b[H", None, [(1,)])  # type: ignore[list-item]
    assert net.apply([control], BLACK) == [control]
    assert net.hits == 0


def test_t3_the_first_hit_is_logged_and_only_that(caplog: pytest.LogCaptureFixture) -> None:
    """By its code, never by the text around it; a program that forgets writes no long log."""
    net = ControlCharacterFilter()
    with caplog.at_level(logging.ERROR, "workbench.net"):
        for _ in range(3):
            net.apply([Segment("secret \x1b[2J")], BLACK)
        net.tell()
    assert caplog.messages == ["a widget was about to show U+001B: it must use display()"]
    assert net.hits == 3


def test_t3_a_clean_run_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Asked at the end of every run."""
    net = ControlCharacterFilter()
    net.apply([Segment("plain")], BLACK)
    net.tell()
    assert caplog.messages == []
