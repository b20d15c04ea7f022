r"""The terminal as a source of input: its replies are no keys, and its end is an orderly exit.

Textual types a reply that it does not know as keys, so a terminal (or a patch that made it answer)
could label an output: `ESC P 1 $ r 0 m ESC \` ends in the merge key. What has the form
of a reply is taken out before keys are made of it. A terminal that hangs up, and a signal that
asks the program to stop, leave through App.exit, so the screen is restored and the store closed.
"""

import asyncio
import logging
import os
import re
import selectors
import signal
from codecs import getincrementaldecoder

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
ESCAPE = "\x1b"
TICK_SECONDS = 0.1
GIVE_UP_TICKS = 5  # a sequence that nobody ends for so long is over

_log = logging.getLogger("workbench.terminal")

_STRING = r"\x1b[PX^_\]]"  # DCS, SOS, PM, APC and OSC run to BEL, to ST, or into the next escape
# Replies: CSI with a private mark, and CSI with parameters that ends in one of c n t x y.
_REPLY = re.compile(
    rf"{_STRING}[^\x1b\x07]*(?:\x07|\x1b\\|(?=\x1b[^\\]))"
    r"|\x1b\[[<=>?][0-9;:]*[ -/]*[@-~]"
    r"|\x1b\[[0-9;:]+[ -/]*[cntxy]"
)
_OPEN = re.compile(rf"(?:\x1b|{_STRING}[^\x1b\x07]*\x1b?|\x1b\[[<=>?]?[0-9;:]*[ -/]*)\Z")
# What Textual itself asks for or understands: the mouse, mode reports, resizes in band.
_WANTED = re.compile(r"\x1b\[(?:<[0-9;]*[Mm]|\?\d+;\d\$y|48;[0-9;:]*t)\Z")


class ReplyFilter:
    """Takes replies out of what was read, also where a read cuts one in two."""

    def __init__(self) -> None:
        """Nothing is held back yet."""
        self.n_dropped = 0
        self._held = ""
        self._ticks = 0

    def feed(self, data: str) -> str:
        """What is left for keys; the start of a reply waits for its end."""
        if not self._held and ESCAPE not in data:
            return data
        text = _REPLY.sub(self._judge, self._held + data)
        self._held, self._ticks = "", 0
        if (tail := _OPEN.search(text)) is not None:
            text, self._held = text[: tail.start()], _shorten(tail[0])
        return text

    def tick(self) -> str:
        """After a moment without input: what was held and was typed after all."""
        if not self._held:
            return ""
        self._ticks += 1
        if len(self._held) > 2:  # more than alt and one key: under way, and no key by itself
            if self._ticks >= GIVE_UP_TICKS:
                self._held = ""
                self._count("one without an end")
            return ""
        held, self._held = self._held, ""
        return held

    def _judge(self, found: re.Match[str]) -> str:
        if _WANTED.match(found[0]):
            return found[0]
        self._count(f"{found[0][1:3]!r}, {len(found[0])} characters")
        return ""

    def _count(self, what: str) -> None:
        self.n_dropped += 1
        _log.warning("terminal reply ignored: %s", what)


def _shorten(tail: str) -> str:
    """An open string without its body, which may be long and is never needed."""
    if len(tail) <= 3 or tail[1] == "[":
        return tail
    return tail[:3] + (ESCAPE if tail.endswith(ESCAPE) else "")


class TerminalDriver(LinuxDriver):
    """Textual's driver with the filter in front of its parser."""

    def start_application_mode(self) -> None:
        """Take the terminal, and leave in order when asked to stop."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual has no types here
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._stop, int(number))

    def _stop(self, number: int) -> None:
        _log.warning("stopped by signal %d", number)
        self._app.exit(return_code=128 + number)

    def run_input_thread(self) -> None:
        """Read until the app ends or the terminal does."""
        parser, replies = XTermParser(self._debug), ReplyFilter()
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(TICK_SECONDS):
                    data = self._read()
                    if not data:
                        self._app.call_later(self._stop, int(signal.SIGHUP))
                        return
                    keys = replies.feed(decode(data))
                else:
                    keys = replies.tick()
                if keys == ESCAPE:  # nothing came after it: the key itself, at once
                    self.process_message(events.Key("escape", ESCAPE))
                    keys = ""
                for event in [*(parser.feed(keys) if keys else ()), *parser.tick()]:
                    self.process_message(event)

    def _read(self) -> bytes:
        """What came; nothing where the terminal is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""
