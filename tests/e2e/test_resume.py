"""A review that ended in any way goes on at the same place: a real terminal, real signals."""

import signal
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import Pty, wait_for_labels


def place(screen: Pty) -> list[str]:
    """What is on the screen, without the clock and the bar."""
    return [line.rstrip() for line in screen.lines[1:18]]


def kept(folder: Path) -> str:
    return "".join(path.read_text() for path in (folder / ".workbench/reading").glob("*bookmark*"))


@pytest.mark.parametrize("how", ["quit", "kill", "hang-up", "terminate"])
def test_the_next_start_shows_the_same_screen(long_study: Path, demo: Demo, how: str) -> None:
    """After q, SIGKILL, a closed window, SIGTERM."""
    arguments = ("review", "--study", long_study, "--reviewer", "ann")
    with Pty(*arguments, env=demo.env) as screen:
        wait_for_labels(screen)
        screen.send("   jj")
        screen.until(lambda: '"line": 51' in kept(long_study))
        screen.rest(0.4)
        before = place(screen)
        if how == "quit":
            screen.send("q")
        elif how == "kill":
            screen.signal(signal.SIGKILL)
        elif how == "hang-up":
            screen.hang_up()
        else:
            screen.signal(signal.SIGTERM)
        screen.process.wait(20)
    with Pty(*arguments, env=demo.env) as screen:
        wait_for_labels(screen)
        screen.until(lambda: place(screen) == before)
