"""The terminal is handed to the reviewer's difftool, and comes back as it was."""

import sys
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import labels, wait_for_labels

pytestmark = pytest.mark.slow

TOOL = """
import signal, sys
signal.signal(signal.SIGINT, lambda *_: print("INTERRUPTED"))
print("TOOL HAS THE TERMINAL", open(sys.argv[1]).readable(), open(sys.argv[2]).readable())
print("answer:", input())
"""


def test_a_difftool_has_the_terminal_and_gives_it_back(demo: Demo, tmp_path: Path) -> None:
    """Keys and Ctrl-C are the tool's while it runs; no label falls, and then all goes on."""
    program = tmp_path / "tool.py"
    program.write_text(TOOL)
    settings = demo.folder / "workbench.toml"
    text = settings.read_text(encoding="utf-8")
    command = f"difftool = \"'{sys.executable}' '{program}'\"\n"
    settings.write_text(command + text, encoding="utf-8")
    with demo.open() as screen:
        wait_for_labels(screen)
        screen.send("E")
        screen.until("TOOL HAS THE TERMINAL True True")
        screen.send("\x03")
        screen.until("INTERRUPTED")
        screen.send("mmm\r")
        screen.until("answer: mmm")
        screen.until("back from the difftool")
        assert labels(demo.folder) == []
        screen.rest(0.3)
        screen.send("m")
        screen.until(lambda: labels(demo.folder) == ["merged"])
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()


def test_without_a_difftool_the_bar_says_how_to_set_one(demo: Demo) -> None:
    """And the terminal stays where it is."""
    with demo.open((160, 40)) as screen:
        wait_for_labels(screen)
        screen.send("E")
        screen.until("no difftool is set: in workbench.toml")
        screen.send("q")
        assert screen.wait() == 0
