"""A pseudo-terminal with a screen that can be read, and a look at the database from outside.

This is the one place where real time is the subject: every wait is a select with a timeout, and
ends as soon as what is waited for is on the screen. Only processes started here are ended here.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

import pyte
from cli.forks import run_forked

PATIENCE = 30.0  # seconds
WORKBENCH = (sys.executable, "-m", "workbench")
# What pyte would print as text: answers to none of these are drawn.
_DROP = re.compile(
    rb"\x1b\[[<=>?][0-9;:]*(?:u|\$p)|\x1b\[[0-9;]*t|\x1b\[>[0-9;]*[a-z]"
    rb"|\x1b[P_^][^\x1b]*\x1b\\|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
_TAIL = re.compile(rb"\x1b(?:[\[\]P_^][^\x1b\x07a-zA-Z~]*)?$")
# A child of ours takes the terminal as its own, so that hanging up reaches it.
_TAKE = "import fcntl,os,sys,termios; fcntl.ioctl(0,termios.TIOCSCTTY,0); os.execv(*sys.argv[1:2],sys.argv[1:])"  # noqa: E501


class Screen(pyte.Screen):
    """pyte's screen; what it would answer the terminal answers itself."""

    @property
    def display(self) -> list[str]:
        """The lines; pyte's own fails where half of a wide character is overwritten."""
        rows = (self.buffer[y] for y in range(self.lines))
        return ["".join(row[x].data for x in range(self.columns)) for row in rows]

    def report_device_status(self, *_: object, **__: object) -> None:
        """Answered by Pty."""

    def report_device_attributes(self, *_: object, **__: object) -> None:
        """Answered by Pty."""


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """The caller's without the size of its terminal, which readline exports."""
    ours = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **env}
    return {name: value for name, value in ours.items() if name not in {"COLUMNS", "LINES"}}


class Pty:
    """One program in a terminal of its own."""

    def __init__(
        self,
        *arguments: object,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = WORKBENCH,
    ) -> None:
        """Start `workbench` with these arguments, or another program."""
        self._master, slave = pty.openpty()
        self._screen, self.raw = Screen(*size), b""
        self._stream, self._cut = pyte.ByteStream(self._screen), b""
        self._set_size(size)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE, *program, *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=_environment(env or {}),
        )
        os.close(slave)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the program where it has not ended by itself."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self.hang_up()

    # The screen.

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self._screen.display)

    @property
    def lines(self) -> list[str]:
        """The screen line by line."""
        return list(self._screen.display)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return self._screen.columns, self._screen.lines

    @property
    def cells(self) -> Mapping[int, Mapping[int, pyte.screens.Char]]:
        """The screen cell by cell: line, then column; the second half of a wide character is ""."""
        cells: Mapping[int, Mapping[int, pyte.screens.Char]] = self._screen.buffer
        return cells

    def until(self, what: str | Callable[[], object], seconds: float = PATIENCE) -> None:
        """Read until a text is on the screen, or until something holds."""
        holds = (lambda: what in self.text) if isinstance(what, str) else what
        deadline = time.monotonic() + seconds
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(min(left, 0.25)):
                if holds():
                    return
                if left <= 0 or self.process.poll() is not None:
                    raise AssertionError(f"never seen: {what}\n{self.text}")

    def rest(self, seconds: float = 0.1) -> None:
        """Read until nothing has come for so long: as long as a person needs to look."""
        while self._read(seconds):
            pass

    def pass_time(self, seconds: float) -> None:
        """Read for exactly so long, whatever comes."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def _read(self, seconds: float) -> bool:
        """Whether anything came."""
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # the program has closed its side
            return False
        self.raw += data
        self._answer(data)
        data = self._cut + data
        self._cut = b""
        if tail := _TAIL.search(data):
            data, self._cut = data[: tail.start()], data[tail.start() :]
        self._stream.feed(_DROP.sub(b"", data))
        return bool(data or self._cut)

    def _answer(self, data: bytes) -> None:
        """Answer as a modern terminal does, so that Textual takes its normal path."""
        answer = b"\x1b[1;1R" if b"\x1b[6n" in data else b""
        for mode in re.findall(rb"\x1b\[\?(\d+)\$p", data):
            answer += b"\x1b[?" + mode + (b";2$y" if mode == b"2026" else b";0$y")
        if answer:
            os.write(self._master, answer)

    # The keyboard.

    def send(self, keys: str) -> None:
        """All of it in one write."""
        os.write(self._master, keys.encode())

    def resize(self, size: tuple[int, int]) -> None:
        """Another size, as a person drags the window."""
        self._screen.resize(size[1], size[0])
        self._set_size(size)

    def _set_size(self, size: tuple[int, int]) -> None:
        packed = struct.pack("HHHH", size[1], size[0], 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def hang_up(self) -> None:
        """Close the window."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # The end.

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    def is_stopped(self) -> bool:
        """Whether the program is suspended."""
        how = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, how) is not None

    def wait(self, seconds: float = PATIENCE) -> int:
        """The exit code, once the program has ended and everything it wrote was read."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end\n{self.text}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def is_restored(self) -> bool:
        """Whether the terminal is as a shell wants it: echo, lines, cursor, the first screen."""
        flags = termios.tcgetattr(self._master)[3]
        is_cooked = all(flags & flag for flag in (termios.ECHO, termios.ICANON, termios.ISIG))
        is_left = self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h") >= 0
        is_shown = self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")
        off = all(
            self.raw.rfind(b"\x1b[?%dl" % mode) > self.raw.rfind(b"\x1b[?%dh" % mode)
            for mode in (1000, 1003, 1006, 2004)
        )
        return is_cooked and is_left and is_shown and off


def wait_for_labels(screen: Pty) -> None:
    """Until the study has been checked and a label key is taken; it is taken back again.

    A key may also be left out because it came together with an answer of the terminal.
    """
    screen.until(" left")
    screen.rest()
    deadline = time.monotonic() + PATIENCE
    while "1 minor" not in screen.text:
        assert time.monotonic() < deadline, f"no label key is taken\n{screen.text}"
        screen.send("e")
        with suppress(AssertionError):
            screen.until("1 minor", 0.8)  # the same key sooner could be one that is held down
    screen.send("\x1b")
    screen.until("cancelled")


# The database, from outside.


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows as another program sees them: what is not committed is not there."""
    uri = f"file:{folder / '.workbench' / 'study.db'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
        return connection.execute(sql).fetchall()


def acts(folder: Path) -> list[str]:
    """What was recorded, in its order."""
    return [str(act) for (act,) in query(folder, "SELECT act FROM label_event ORDER BY event_id")]


def labels(folder: Path) -> list[str]:
    """The labels that were recorded, in their order."""
    rows = query(folder, "SELECT judgement FROM label_event WHERE act = 'label' ORDER BY event_id")
    return [str(json.loads(str(text))["label"]) for (text,) in rows]


def run_workbench(
    *arguments: object, env: Mapping[str, str] | None = None, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """A command without a terminal in a fork of this process; fails where it ends otherwise."""
    words = [str(word) for word in arguments]
    done = subprocess.CompletedProcess(words, *run_forked(words, {**os.environ, **(env or {})}))
    assert done.returncode == code, done.stdout + done.stderr
    return done
