"""Work that cannot be asked to stop ends when its time is up, and nothing is left behind."""

import re
import signal
import threading

import pytest

from workbench.tui.patience import TookTooLong, at_most


def test_an_expression_that_runs_away_is_ended() -> None:
    """And the signal is as it was before."""
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(TookTooLong), at_most(0.05):
        re.search(r"(\w+\s?)+$", "a" * 60 + "!")
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_what_is_done_in_time_is_left_alone() -> None:
    """No signal comes later."""
    with at_most(0.05):
        assert re.search("b", "ab")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_an_error_inside_comes_out() -> None:
    """And the timer does not stay."""
    with pytest.raises(KeyError), at_most(5):
        raise KeyError
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_another_thread_is_not_bounded() -> None:
    """Signals are the main thread's alone."""
    done: list[str] = []

    def work() -> None:
        with at_most(0.01):
            done.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert done == ["worked"]
