"""However the program ends, labels shown as saved are on disk and the terminal is as it was."""

import re
import signal
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import Pty, acts, labels, query, run_workbench, wait_for_labels

LABELLED = "saved: merged"
N_LEFT = re.compile(r"(\d+) left")


@pytest.mark.slow
def test_d2_field_t5_a_label_shown_as_saved_survives_sigkill(demo: Demo) -> None:
    """Five times: the moment the word is on the screen, the process is gone."""
    for n in range(1, 6):
        with demo.open() as screen:
            wait_for_labels(screen)
            left = N_LEFT.search(screen.lines[0])
            assert left is not None
            screen.send("a" if "? asks" in screen.lines[0] else "m")
            screen.until(f" {int(left[1]) - 1} left · saved ")
            screen.signal(signal.SIGKILL)
            assert screen.wait() == -signal.SIGKILL
        assert acts(demo.folder) == ["label"] * n
        assert query(demo.folder, "PRAGMA integrity_check") == [("ok",)]
    demo.verify()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_in_order(demo: Demo, number: signal.Signals) -> None:
    """The screen is restored, the store is sound, the exit code says which signal it was."""
    with demo.open() as screen:
        wait_for_labels(screen)
        screen.send("m")
        screen.until(LABELLED)
        screen.signal(number)
        assert screen.wait(10) == 128 + number
        assert screen.is_restored()
        assert "Traceback" not in screen.raw.decode("utf-8", "replace")
    assert labels(demo.folder) == ["merged"]
    demo.verify()


def test_ctrl_c_is_a_key_and_leaves_everything_as_it_is(demo: Demo) -> None:
    """A slip of the hand ends no session."""
    with demo.open() as screen:
        wait_for_labels(screen)
        screen.send("\x03")
        screen.rest(0.4)
        screen.send("m")
        screen.until(LABELLED)
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()
    assert labels(demo.folder) == ["merged"]


def test_a_window_that_is_closed_ends_the_program(demo: Demo) -> None:
    """The line goes, the process does not stay, and what was saved is saved."""
    with demo.open() as screen:
        wait_for_labels(screen)
        screen.send("m")
        screen.until(LABELLED)
        screen.hang_up()
        assert screen.process.wait(10) == 128 + signal.SIGHUP
    assert labels(demo.folder) == ["merged"]
    demo.verify()


def test_field_t22_two_hundred_keys_in_one_burst_end_on_the_right_row(
    long_study: Path, demo: Demo
) -> None:
    """None is lost, none waits in a queue for later."""
    with Pty("review", "--study", long_study, env=demo.env) as screen:
        wait_for_labels(screen)
        screen.send("j")
        screen.rest()
        first = cursor_line(screen)
        screen.send("j" * 200)
        screen.until(lambda: cursor_line(screen) == first + 200, 10)
        screen.rest(0.3)
        assert cursor_line(screen) == first + 200
        screen.send("k" * 150 + "q")
        assert screen.wait() == 0


def cursor_line(screen: Pty) -> int:
    """Which of the numbered lines the cursor is on; 0 for none."""
    marked = [line for line in screen.lines if "▌" in line and "line " in line]
    return int(marked[0].split("line ")[1].split()[0]) if marked else 0


REPLIES = ("\x1b[?62;22c", "\x1bP1$r0m\x1b\\", "\x1b]lm\x1b\\", "\x1b]52;c;bQ==\x07")


@pytest.mark.slow
def test_t2_replies_that_nobody_asked_for_label_nothing(demo: Demo) -> None:
    """Alone, and while e waits for its digit; the keyboard works as before."""
    with demo.open() as screen:
        wait_for_labels(screen)
        for reply in REPLIES:
            screen.send(reply)
            screen.rest(0.5)
        assert acts(demo.folder) == []
        screen.send("e")
        screen.until("2 major")
        for reply in REPLIES:
            screen.send(reply)
            screen.rest(0.5)
        assert "2 major" in screen.text
        assert acts(demo.folder) == []
        screen.send("2")
        screen.until("edited")
        screen.until(lambda: labels(demo.folder) == ["edited"])
        screen.send("q")
        assert screen.wait() == 0


@pytest.mark.parametrize("command", [["review"], ["review", "--open"]])
def test_without_a_terminal_the_review_says_what_to_use_instead(
    demo: Demo, command: list[str]
) -> None:
    """Exit code 2 and a sentence, no traceback."""
    done = run_workbench(*command, "--study", demo.folder, env=demo.env, code=2)
    assert done.stdout == ""
    assert "needs a terminal" in done.stderr
    assert "workbench label" in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1


def test_two_programs_on_one_study_both_label(demo: Demo) -> None:
    """A label by command while the app is open: neither is lost, and the app counts both."""
    with demo.open() as screen:
        wait_for_labels(screen)
        (output,) = query(  # not the one on the screen: of that the screen might be behind
            demo.folder,
            "SELECT o.output_id FROM output o JOIN item i ON i.output = o.id"
            " WHERE o.tests = 'pass' ORDER BY i.position DESC LIMIT 1",
        )
        run_workbench("label", output[0], "merged", "--study", demo.folder, env=demo.env)
        screen.send("m")
        screen.until(LABELLED)
        screen.send("q")
        assert screen.wait() == 0
    assert labels(demo.folder) == ["merged", "merged"]
    demo.verify()
