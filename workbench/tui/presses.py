"""Presses of the keys that decide: a press is told from the repeats of a key held down.

What could be either waits a moment, and is a press if nothing comes, or if another key does.
"""

from collections.abc import Callable
from time import monotonic

from textual.message_pump import MessagePump
from textual.timer import Timer

from workbench.tui.label_keys import SETTLE_SECONDS, Press, Rhythm


class Presses:
    """The keys of one screen; at most one press waits, that of the key `waiting`, "" for none."""

    def __init__(self, screen: MessagePump) -> None:
        """No key was pressed yet; the moments are timers of the screen."""
        self.waiting = ""
        self._screen = screen
        self._rhythm = Rhythm()
        self._take: Callable[[], None] | None = None
        self._timer: Timer | None = None

    def judge(self, name: str) -> Press:
        """What a press that comes now is; one that waited was the first of many, and is dropped."""
        self._rhythm, press = self._rhythm.press(name, monotonic())
        self._drop()
        return press

    def wait(self, name: str, take: Callable[[], None]) -> None:
        """Take this press in a moment, unless the same key comes again before."""
        self.waiting, self._take = name, take
        self._timer = self._screen.set_timer(SETTLE_SECONDS, self.settle)

    def settle(self) -> None:
        """Take the press that waits: the moment has passed, or another key has come."""
        take = self._take
        self._drop()
        if take:
            take()

    def forget(self) -> None:
        """With another key between them two presses are no hold."""
        self._rhythm = Rhythm()

    def _drop(self) -> None:
        if self._timer:
            self._timer.stop()
        self.waiting, self._take, self._timer = "", None, None
