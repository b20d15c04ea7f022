"""Ctrl-C in two steps, for commands that take long: finish what runs, then end it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPED = 130  # the exit code of what was stopped
FINISHING = "finishing what runs; Ctrl-C again ends it"
_CLEAR = b"\r\x1b[K"


@contextmanager
def two_steps(
    stop: threading.Event, cancel: threading.Event, *, is_told: bool = False
) -> Iterator[None]:
    """Ctrl-C once: begin nothing more. Twice: end what runs. `is_told`: somebody else says so."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            cancel.set()
            return
        stop.set()
        if not is_told:  # no buffer to disturb
            os.write(2, (_CLEAR if sys.stderr.isatty() else b"") + FINISHING.encode() + b"\n")

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
