"""A program in a pseudo-terminal: what its screen shows, and how long a person waits for it.

Emulating a terminal in Python is slow, so the emulator never runs while a measurement is open:
every read is stamped and queued, and fed to it once the output has been quiet for a while. The
time of an answer is the stamp of the first frame on which it stood, so the program is never held
up and the harness's own work is not in the figure. Queries are answered as modern terminals do.
"""

import fcntl
import math
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import pyte

COLUMNS, LINES = 160, 48
KEYS = {
    "down": "\x1b[B",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "enter": "\r",
    "escape": "\x1b",
}
FRAME_END = b"\x1b[?2026l"

# What the emulator would print as text or misread; none of it draws a cell.
_DROPPED = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]"  # keyboard protocol, version, second device attributes
    rb"|\x1b\[\?[0-9;]*\$p"  # is this mode known?
    rb"|\x1b\[[0-9;]*t"  # window operations
    rb"|\x1b[P_^][^\x1b]*\x1b\\"  # DCS, APC, PM
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
)
_CUT = re.compile(rb"\x1b(?:[\[\]P_^][^\x1b\x07a-zA-Z~]*)?$")


class Screen(pyte.Screen):
    """The cells as they would be seen."""

    def text(self) -> str:
        """All lines."""
        return "\n".join(self.display)

    def report_device_status(self, *_: object, **__: object) -> None:
        """Pty answers queries, on the raw bytes."""

    def report_device_attributes(self, *_: object, **__: object) -> None:
        """The same."""


class Seen(NamedTuple):
    """What came of a key: the milliseconds to the frame with what was waited for, and all frames.

    `ms` is infinite where it never came. A program that marks no frames counts 0 of them.
    """

    ms: float
    n_frames: int
    output: bytes


class Pty:
    """A program in a terminal of its own; use it with `with`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] = os.environ,
        folder: Path | None = None,
        size: tuple[int, int] = (COLUMNS, LINES),
        term: str = "xterm-256color",
        quiet: float = 0.06,
    ) -> None:
        """Start it; `quiet` seconds without output end a measurement."""
        columns, lines = size
        self.quiet = quiet
        self.screen = Screen(columns, lines)
        self._stream, self._rest = pyte.ByteStream(self.screen), b""
        look = {"TERM": term, "COLORTERM": "truecolor"}
        full = {**env, **look, "COLUMNS": str(columns), "LINES": str(lines)}
        full.pop("TMUX", None)
        window = struct.pack("HHHH", lines, columns, 0, 0)
        self._started = time.perf_counter_ns()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            _become(command, full, folder, window)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, window)
        os.set_blocking(self._fd, False)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()

    def wait(self, until: str, seconds: float = 60) -> Seen:
        """From the start of the program until the screen shows a text."""
        return self._measure(self._started, until, seconds, None)

    def key(
        self,
        keys: str,
        until: str = "",
        *,
        seconds: float = 30,
        at_frame: Callable[[], None] | None = None,
    ) -> Seen:
        """From some keys until the screen shows a text; "" takes the last frame before quiet.

        The text must not stand there already. `at_frame` is called as each frame arrives.
        """
        data = KEYS.get(keys, keys).encode()
        since = time.perf_counter_ns()
        os.write(self._fd, data)
        return self._measure(since, until, seconds, at_frame)

    def drain(self, quiet: float = 0.2, seconds: float = 5) -> None:
        """Take what still comes."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and (data := self._read(quiet)):
            self._feed(data)

    def rest(self, quiet: float = 0.15, seconds: float = 30) -> None:
        """Until the program does nothing any more: no output, no processor time."""
        end, spent = time.perf_counter() + seconds, -1.0
        while time.perf_counter() < end and spent != (spent := self.cpu_seconds()):
            self.drain(quiet, quiet)

    def cpu_seconds(self) -> float:
        """What the program took of the processor so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """What the program holds."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else math.nan

    def close(self) -> None:
        """End the program, politely first; only the process that this object started."""
        if self._fd < 0:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.kill(self.pid, number)
            end = time.perf_counter() + 2
            while time.perf_counter() < end:
                self.drain(0.02, 0.02)
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    self._fd = -1
                    return

    def _measure(
        self, since: int, until: str, seconds: float, at_frame: Callable[[], None] | None
    ) -> Seen:
        end = time.perf_counter() + seconds
        stamp, output, n_frames = math.inf, b"", 0
        while math.isinf(stamp) and time.perf_counter() < end:
            chunks = self._listen(end, at_frame)
            for at, data in chunks:
                self._feed(data)
                output += data
                n_frames += data.count(FRAME_END)
                if until and math.isinf(stamp) and until in self.screen.text():
                    stamp = self._frame_after(at, chunks)
            if chunks and not until:
                stamp = chunks[-1][0]
        return Seen((stamp - since) / 1e6, n_frames, output)

    @staticmethod
    def _frame_after(at: int, chunks: list[tuple[int, bytes]]) -> int:
        """When the frame was whole of which a part arrived at `at`."""
        return next((stamp for stamp, data in chunks if stamp >= at and FRAME_END in data), at)

    def _listen(self, end: float, at_frame: Callable[[], None] | None) -> list[tuple[int, bytes]]:
        """Every read with its stamp, until the output is quiet."""
        chunks: list[tuple[int, bytes]] = []
        while data := self._read(self.quiet if chunks else max(0.01, end - time.perf_counter())):
            chunks.append((time.perf_counter_ns(), data))
            if at_frame and FRAME_END in data:
                at_frame()
            if time.perf_counter() > end:
                break
        return chunks

    def _read(self, seconds: float) -> bytes:
        """What came; nothing after so long, or where the program ended."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return b""
        if b"\x1b[" in data:
            self._answer(data)
        return data

    def _answer(self, data: bytes) -> None:
        out = b"\x1b[1;1R" if b"\x1b[6n" in data else b""
        if b"\x1b[c" in data or b"\x1b[0c" in data:
            out += b"\x1b[?62;22c"
        for mode in re.findall(rb"\x1b\[\?(\d+)\$p", data):
            out += b"\x1b[?" + mode + (b";2$y" if mode == b"2026" else b";0$y")
        if out:
            os.write(self._fd, out)

    def _feed(self, data: bytes) -> None:
        data, self._rest = self._rest + data, b""
        if cut := _CUT.search(data):
            data, self._rest = data[: cut.start()], data[cut.start() :]
        self._stream.feed(_DROPPED.sub(b"", data))


def _become(
    command: Sequence[str], env: Mapping[str, str], folder: Path | None, window: bytes
) -> None:
    """In the child: the size must be there before the program asks for it."""
    try:
        if folder:
            os.chdir(folder)
        fcntl.ioctl(0, termios.TIOCSWINSZ, window)
        os.execvpe(command[0], list(command), dict(env))  # noqa: S606 - a program, no shell
    finally:
        os._exit(127)


def quantile(values: Sequence[float], share: float) -> float:
    """Nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
