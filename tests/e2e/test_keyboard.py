"""Keys as a Kitty-protocol terminal reports them, through a real terminal to the action."""

import pytest

from .conftest import Demo
from .kit import labels, wait_for_labels

pytestmark = pytest.mark.slow


def test_shifted_keys_without_their_text_act_as_the_letters_do(demo: Demo) -> None:
    """J by its key and shift, K with the kind of event, `?`; let go, a key does nothing."""
    with demo.open((120, 30)) as screen:
        wait_for_labels(screen)
        first = screen.lines[0][:40]
        screen.send("\x1b[106;2u")
        screen.until(lambda: screen.lines[0][:40] != first)
        second = screen.lines[0][:40]
        screen.send("\x1b[107;2:1u\x1b[107;2:3u")
        screen.until(lambda: screen.lines[0][:40] == first)
        screen.send("\x1b[106:74;2u\x1b[106:74;2:3u")
        screen.until(lambda: screen.lines[0][:40] == second)
        screen.send("\x1b[47;2u")
        screen.until("esc closes")
        screen.send("\x1b[27u")
        screen.until(lambda: "esc closes" not in screen.text)
        screen.send("\x1b[99999999u\x1b[109;1:3u")
        screen.rest(0.3)
        assert labels(demo.folder) == []
        screen.send("\x1b[113;1;113u")
        assert screen.wait() == 0
