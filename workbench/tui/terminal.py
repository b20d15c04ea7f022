r"""The terminal as a source of input: its replies are no keys, and its end is an orderly exit.

Textual types a reply that it does not know as keys, so a terminal (or a patch that made it answer)
could label an output: `ESC P 1 $ r 0 m ESC \` ends in the merge key. What has the form
of a reply is taken out before keys are made of it, and with it the keys that came in one piece
with it, or with a sequence that nobody knows. A terminal that hangs up, and a signal that
asks the program to stop, leave through App.exit, so the screen is restored and the store closed.
"""

import asyncio
import logging
import os
import re
import selectors
import signal
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import TextIO

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from workbench.tui.keyboard import plain_keys
from workbench.tui.messages import TerminalAnswered

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
ESCAPE = "\x1b"
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
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
_PASTE_TAIL = re.compile(r"\x1b(?:\[(?:2(?:0(?:1)?)?)?)?\Z")  # perhaps the beginning of its end
_PASTED = {0x1B: "\u241b", 0: "\u2400"}  # Textual would take a NUL out
# What Textual itself asks for or understands: the mouse, mode reports, resizes in band.
_WANTED = re.compile(r"\x1b\[(?:<[0-9;]*[Mm]|\?\d+;\d\$y|48;[0-9;:]*t)\Z")


class ReplyFilter:
    """Takes replies out of what was read, also where a read cuts one in two."""

    def __init__(self) -> None:
        """Nothing is held back yet."""
        self.n_dropped = 0
        self._held = ""
        self._ticks = self._n_told = 0
        self._is_pasting = False

    def feed(self, data: str) -> str:
        """What is left for keys; the start of a reply waits for its end.

        A pasted text stays whole, its escapes made visible: of those the parser would make keys.
        """
        if not self._held and not self._is_pasting and ESCAPE not in data:
            return data
        rest, self._held, self._ticks = self._held + data, "", 0
        passed = ""
        while rest:
            take = self._feed_pasted if self._is_pasting else self._feed_typed
            text, mark, rest = rest.partition(PASTE_END if self._is_pasting else PASTE_START)
            passed += take(text, mark)
            self._is_pasting ^= bool(mark)
        return passed

    def _feed_typed(self, text: str, mark: str) -> str:
        text = _REPLY.sub(self._judge, text + mark)
        if (tail := _OPEN.search(text)) is not None:
            text, self._held = text[: tail.start()], _shorten(tail[0])
        return text

    def _feed_pasted(self, text: str, mark: str) -> str:
        if not mark and (tail := _PASTE_TAIL.search(text)) is not None:
            text, self._held = text[: tail.start()], tail[0]
        return text.translate(_PASTED) + mark

    def tick(self) -> str:
        """After a moment without input: what was held and was typed after all."""
        if not self._held or self._is_pasting:
            return ""
        self._ticks += 1
        if len(self._held) > 2:  # more than alt and one key: under way, and no key by itself
            if self._ticks >= GIVE_UP_TICKS:
                self._held = ""
                self._count("one without an end")
            return ""
        held, self._held = self._held, ""
        return held

    def take_dropped(self) -> bool:
        """Whether anything was taken out since this was last asked, or is about to be."""
        is_under_way = len(self._held) > 2 and self._held[1] != "["
        n, self._n_told = self.n_dropped - self._n_told, self.n_dropped
        return n > 0 or is_under_way

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


def sift(keys: str, parser: XTermParser, *, has_reply: bool) -> list[Message]:
    """The events of one read. Keys beside a reply, or of a sequence nobody knows, are left out.

    The parser types such a sequence: with its escape as `^`, or after a moment and all at once.
    """
    fed, late = list(parser.feed(keys)) if keys else [], list(parser.tick())
    typed = [event.key for event in fed if isinstance(event, events.Key)]
    n_late = sum(isinstance(event, events.Key) for event in late)
    is_typed_out = n_late > 1 or (ESCAPE in keys and "circumflex_accent" in typed)
    found = [*fed, *late]
    n_keys = len(typed) + n_late
    if not n_keys or not (has_reply or is_typed_out):
        return found
    _log.warning("%d keys ignored: they came with what no key sends", n_keys)
    rest = [event for event in found if not isinstance(event, events.Key)]
    return [*rest, TerminalAnswered()]


class Outlet:
    """The terminal to write to; one that is gone takes whatever is written, and shows nothing.

    An error would end Textual's thread that writes, and then the program waits for it for good.
    """

    def __init__(self, file: TextIO) -> None:
        """Over the file that stands for the terminal."""
        self._file = file

    def write(self, text: str) -> None:
        """All of it, or none where nobody is there."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """What was written is on its way."""
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """The number of the file below."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's driver with the filter in front of its parser."""

    _was_away = False

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        """Over the terminal that the program was started in."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            self._file = Outlet(self._file)  # type: ignore[assignment]  # all that is used of a file

    def start_application_mode(self) -> None:
        """Take the terminal, and leave in order when asked to stop."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual has no types here
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            if number == signal.SIGINT and self._was_away:
                loop.call_later(TICK_SECONDS, loop.add_signal_handler, number, self._stop, number)
            else:
                loop.add_signal_handler(number, self._stop, int(number))

    def suspend_application_mode(self) -> None:
        """While another program has the terminal, Ctrl-C is meant for that one.

        The loop reads of those that came meanwhile once it goes on, so it listens a moment later.
        """
        super().suspend_application_mode()
        self._was_away = True
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, lambda *_: None)

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again, once: a window that closes sends this too, and has none left.

        Textual takes it whenever this comes: a second thread would read keys beside the first.
        """
        if self._must_signal_resume:  # it was left in order before
            super()._sigcont_application()
        elif self._auto_restart and os.isatty(self.fileno):  # a stop that nobody can prepare for
            asyncio.get_running_loop().call_soon_threadsafe(self._retake)

    def _retake(self) -> None:
        self.suspend_application_mode()
        self._must_signal_resume = True
        self.resume_application_mode()

    def _stop(self, number: int) -> None:
        _log.warning("stopped by signal %d", number)
        self._app.exit(return_code=128 + number)

    def _run_input_thread(self) -> None:
        """An error in here ends the app as any other does: Textual would print a traceback."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - told and logged where all others are
            self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001 - the same

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
                has_reply = replies.take_dropped()
                for event in sift(plain_keys(keys), parser, has_reply=has_reply):
                    self.process_message(event)

    def _read(self) -> bytes:
        """What came; nothing where the terminal is gone."""
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""
