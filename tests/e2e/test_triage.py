"""Calling tickets in a real terminal: what is shown as saved is on disk, whatever happens next."""

import signal

import pytest

from .conftest import Demo
from .kit import Pty, query

pytestmark = pytest.mark.slow

CALLS = "SELECT ticket, reviewer, spec, severity FROM spec_event ORDER BY event_id"


def test_a_call_that_is_shown_as_saved_survives_a_kill(demo: Demo) -> None:
    """Killed right after the word; it goes on with the next ticket; quitting ends in order."""
    words = ("tickets", "triage", "--study", demo.folder)
    with Pty(*words, env=demo.env) as screen:
        screen.until("not called yet")
        screen.rest(0.3)
        screen.send("v")
        screen.until("saved: vague")
        screen.signal(signal.SIGKILL)
        assert screen.wait() == -signal.SIGKILL
    ((first, *called),) = query(demo.folder, CALLS)
    assert called == ["ann", "vague", None]
    with Pty(*words, env=demo.env) as screen:
        screen.until("not called yet")
        screen.rest(0.3)
        screen.send("r")
        screen.until("Hardly to be understood")
        screen.send("1")
        screen.until("saved: clear (1)")
        screen.send("q")
        assert screen.wait() == 0
        assert screen.is_restored()
    second = query(demo.folder, CALLS)[1]
    assert second[1:] == ("ann", "clear", 1)
    assert second[0] != first
    demo.verify()
