"""The net below `display()`: no control character reaches the terminal from any widget.

Every text is made safe when it enters the program. Should a widget ever forget, this filter
replaces what must not be sent, one cell for one, and counts it: in a normal run `hits` stays 0.
The first hit is logged, by its code alone.
"""

import logging
from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from workbench.text import net

_log = logging.getLogger("workbench.net")


class ControlCharacterFilter(LineFilter):
    """To be the last of `App.get_line_filters()`. Control segments of Textual's own pass."""

    def __init__(self) -> None:
        super().__init__()
        self.hits = 0
        self._first = ""
        self._is_told = False

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same list where nothing is wrong, which is every time."""
        del background
        if not any(_hits(segment.text) for segment in segments if not segment.control):
            return segments
        return [segment if segment.control else self._clean(segment) for segment in segments]

    def tell(self) -> None:
        """Log the first hit, once; before there is a log it waits for the next call."""
        if self.hits and not self._is_told and _log.hasHandlers():
            self._is_told = True
            what = f"U+{ord(self._first):04X}"
            _log.error("a widget was about to show %s: it must use display()", what)

    def _clean(self, segment: Segment) -> Segment:
        text, hits = _net(segment.text)
        if not hits:
            return segment
        pairs = zip(segment.text, text, strict=True)
        self._first = self._first or next(was for was, became in pairs if was != became)
        self.hits += hits
        self.tell()
        return Segment(text, segment.style)


@lru_cache(4096)
def _net(text: str) -> tuple[str, int]:
    return net(text)


def _hits(text: str) -> int:
    return 0 if text.isascii() and text.isprintable() else _net(text)[1]
