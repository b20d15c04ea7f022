"""Mouse and clipboard through a real terminal: what a drag picks goes out by OSC 52, once."""

import base64
import re

import pytest

from .conftest import Demo

pytestmark = pytest.mark.slow

_CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def test_r16_a_drag_in_a_terminal_copies_the_source_and_nothing_else_does(demo: Demo) -> None:
    """Pressed, moved and let go as xterm reports it; no other act writes to the clipboard."""
    with demo.open((120, 30)) as screen:
        screen.until(" left")
        screen.rest(0.3)
        for act in ("jkt", "]", "\x1b[<65;9;9M", "\x1b[<64;9;9M", "t"):
            screen.send(act)
            screen.rest(0.2)
        assert not _CLIPBOARD.findall(screen.raw)
        y = next(n for n, line in enumerate(screen.lines) if re.search(r"\d +\+ \S", line))
        x = screen.lines[y].index("+ ") + 2
        screen.send(f"\x1b[<0;{x + 1};{y + 1}M")
        screen.rest(0.1)
        for end in (x + 3, x + 7):
            screen.send(f"\x1b[<32;{end};{y + 1}M")
            screen.rest(0.1)
        screen.send(f"\x1b[<0;{x + 7};{y + 1}m")
        screen.until("copied")
        (copied,) = _CLIPBOARD.findall(screen.raw)
        assert base64.b64decode(copied).decode() == screen.lines[y][x : x + 7]
        screen.send("\x03")
        screen.rest(0.3)
        assert _CLIPBOARD.findall(screen.raw) == [copied, copied]
        screen.send("q")
        assert screen.wait() == 0
