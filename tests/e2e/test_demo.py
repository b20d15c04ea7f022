"""`workbench demo` as a newcomer meets it: a real terminal, real keys, real time."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import Pty, acts, labels, wait_for_labels

SIZES = [(80, 24), (200, 50)]
N_OPEN = re.compile(r"(\d+) left")


def n_left(screen: Pty) -> int:
    """How many outputs the header says are left."""
    found = N_OPEN.search(screen.lines[0])
    return int(found[1]) if found else -1


def start(screen: Pty) -> int:
    """Wait until labels can be saved; how many outputs there are."""
    screen.until(lambda: n_left(screen) > 0)
    wait_for_labels(screen)
    return n_left(screen)


@pytest.fixture(params=SIZES, ids=["80x24", "200x50"])
def screen(demo: Demo, request: pytest.FixtureRequest) -> Iterator[Pty]:
    """The demo, open in a terminal."""
    with demo.open(request.param) as opened:
        yield opened


def test_the_first_screen_has_ticket_diff_and_the_four_keys(screen: Pty) -> None:
    """All that a first label needs."""
    start(screen)
    assert "led-10" in screen.lines[0]
    assert "tests green" in screen.lines[0]
    assert re.search(r"m merged  e edited  a abstained  x escaped", screen.text)
    assert "m merged: as it is." in screen.text
    assert "heron" not in screen.text
    assert "sparrow" not in screen.text


def test_a_label_is_saved_and_the_next_output_comes(screen: Pty, demo: Demo) -> None:
    """m, and it is on disk; q, and the terminal is as it was."""
    n = start(screen)
    screen.send("m")
    screen.until("saved: merged · led-10")
    screen.until(lambda: n_left(screen) == n - 1)
    assert labels(demo.folder) == ["merged"]
    screen.rest()
    screen.send("q")
    assert screen.wait() == 0
    assert screen.is_restored()
    demo.verify()


@pytest.mark.slow
def test_field_t12_twenty_outputs_are_labelled_with_exactly_twenty_presses(demo: Demo) -> None:
    """One press each, whatever key it is, as soon as the output has been looked at."""
    with demo.open() as screen:
        n = start(screen)
        for pressed in range(1, 21):
            is_question = "? asks" in screen.lines[0] or "? declines" in screen.lines[0]
            screen.send("a" if is_question else "m")
            screen.until(f" {n - pressed} left · saved ")
            screen.rest()
        screen.send("q")
        assert screen.wait() == 0
    assert acts(demo.folder) == ["label"] * 20


def test_a_key_held_down_for_two_seconds_labels_once(demo: Demo) -> None:
    """As a keyboard sends it: a first repeat after 300 ms, then one every 33 ms."""
    with demo.open() as screen:
        n = start(screen)
        screen.send("m")
        screen.pass_time(0.3)
        for _ in range(51):
            screen.send("m")
            screen.pass_time(0.033)
        screen.until("a key held down labels once")
        screen.rest(0.5)
        assert n_left(screen) == n - 1
        screen.send("q")
        assert screen.wait() == 0
    assert labels(demo.folder) == ["merged"]


def test_thirty_keys_in_one_write_label_once_and_the_screen_says_so(demo: Demo) -> None:
    """A paste without brackets, or a line that hung."""
    with demo.open() as screen:
        n = start(screen)
        screen.send("m" * 30)
        screen.until(lambda: "labels once" in screen.text or "nothing was labelled" in screen.text)
        screen.rest(0.5)
        assert n_left(screen) == n - 1
        screen.send("q")
        screen.wait()
    assert labels(demo.folder) == ["merged"]


def test_a_pasted_text_labels_nothing(demo: Demo) -> None:
    """In brackets, as terminals send it."""
    with demo.open() as screen:
        n = start(screen)
        screen.send("\x1b[200~maxe12 m\x1b[201~")
        screen.rest(0.5)
        assert n_left(screen) == n
        screen.send("q")
        assert screen.wait() == 0
    assert acts(demo.folder) == []


def test_field_t25_a_terminal_of_20_by_5_says_what_it_needs(demo: Demo) -> None:
    """No traceback, no label; larger again, and everything is there."""
    with demo.open((20, 5)) as screen:
        screen.until("20x5")
        screen.send("mm")
        screen.rest(0.5)
        assert acts(demo.folder) == []
        screen.resize((80, 24))
        screen.until("led-10")
        screen.resize((20, 5))
        screen.until("20x5")
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()


def test_field_t25_suspended_and_back_it_repaints(demo: Demo) -> None:
    """What a shell does on ctrl+z, and fg."""
    with demo.open() as screen:
        start(screen)
        before = len(screen.raw)
        screen.signal(signal.SIGTSTP)
        screen.until(screen.is_stopped)
        assert b"\x1b[?1049l" in screen.raw[before:]
        before = len(screen.raw)
        screen.signal(signal.SIGCONT)
        screen.until(lambda: b"led-10" in screen.raw[before:])
        screen.send("q")
        assert screen.wait() == 0


def test_stopped_by_a_signal_that_nobody_hears_of_it_takes_the_terminal_once(demo: Demo) -> None:
    """`kill -STOP` and fg: painted again, one thread reads the keys, and all is left in order."""
    with demo.open() as screen:
        start(screen)
        n_threads = len(list(Path(f"/proc/{screen.process.pid}/task").iterdir()))
        screen.signal(signal.SIGSTOP)
        screen.until(screen.is_stopped)
        before = len(screen.raw)
        screen.signal(signal.SIGCONT)
        screen.until(lambda: b"led-10" in screen.raw[before:])
        assert len(list(Path(f"/proc/{screen.process.pid}/task").iterdir())) == n_threads
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()


def test_filled_it_opens_at_the_numbers(demo: Demo) -> None:
    """A newcomer sees what it is all for."""
    with Pty("demo", "--filled", env=demo.env) as screen:
        screen.until("That was the last one.")
        screen.rest()
        assert "workbench export jsonl" in screen.text
        assert screen.text.count("escape") >= 2, "both candidates in sight at 80x24"
        screen.send("q")
        assert screen.wait() == 0
