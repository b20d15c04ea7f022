"""A bound on work that cannot be asked to stop, such as a regular expression that runs away.

A signal ends it: Python's own engine looks for one while it matches, on the main thread, which is
where the screen is drawn. The time is the processor's, so that a busy machine ends nothing.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN = 0.1  # seconds after which a signal that was lost comes once more


class TookTooLong(Exception):
    """The time was up."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what is inside with TookTooLong; off the main thread it only lets it run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_inside = True

    def stop(*_: object) -> None:
        if is_inside:
            raise TookTooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            is_inside = False  # from here on a signal that is late does nothing
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
