"""Stands between us and a candidate's command: it keeps pipes and exit code when we are killed.

Without it the command would go with us: what it printed last would be lost in a pipe, and one that
had just paid for its last request would look cut short, and be paid for again. So a command has a
few seconds to end after us, and then its end is on the disk.

It is a program of its own, started for every command, so it imports nothing that takes time: not
`signal`, `json`, `threading`, `pathlib` or `contextlib`.
"""

import errno
import marshal
import os
import select
import sys
import time

from workbench.adapters.transcripts import Transcript

LINGER_SECONDS = 5.0  # what a command has to end in, once we are gone
WIDTH = 64  # bytes of a line in the file of its end
CLOSE_SECONDS = 5.0  # what it started may hold its pipes
_CHUNK = 1 << 16
_FAILED = 125


def describe(
    *,
    command: list[str],
    end: str,
    streams: tuple[str, str],
    secrets: list[bytes],
    first: bytes,
    lock: int,
    signals: tuple[int, int, int],
) -> bytes:
    """What a keeper has to know, for its descriptor. `end` is the file that takes the end.

    `first` is what comes before the command's own output; `lock` a descriptor to hold; `signals`
    are KILL, PIPE and XFSZ.
    """
    parent = os.getpid()
    return marshal.dumps((command, end, streams, secrets, first, lock, signals, parent))


def main() -> None:
    """Keep the command that a descriptor tells of, to its end, and end with its code."""
    with os.fdopen(int(sys.argv[2]), "rb") as file:
        told = marshal.loads(file.read())  # noqa: S302 - of the program that started this one
    command, end, streams, secrets, first, lock, signals, parent = told
    os.set_inheritable(lock, False)
    began, keeper = time.monotonic(), Keeper(signals[0], parent)
    try:
        for path, lead in zip(streams, (first, b""), strict=True):
            keeper.open(Transcript(path, secrets, lead))
        keeper.start(command, signals[1:])
        code = keeper.keep()
    except OSError as error:
        code, keeper.problem = _FAILED, error.errno or errno.EIO
    if not keeper.is_cut:
        told = f"{code} {keeper.has_started:d} {keeper.problem} {time.monotonic() - began:.3f}"
        try:  # noqa: SIM105 - contextlib takes 5 ms
            put_line(end, 0, told)
        except OSError:
            pass  # whoever still waits has the exit code
    os._exit(code & 255)


def put_line(path: str, n: int, text: str) -> None:
    """Write line `n` of a file of such lines, in its place; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.pwrite(descriptor, text.encode("ascii").ljust(WIDTH - 1) + b"\n", n * WIDTH)
    finally:
        os.close(descriptor)


class Keeper:
    """One command and its pipes. `is_cut`: it was ended here, after those who started us."""

    def __init__(self, kill: int, parent: int) -> None:
        """Nothing is started."""
        self._kill, self._parent, self._child = kill, parent, 0
        self._copies: list[Transcript] = []
        self._pipes: dict[int, Transcript] = {}  # those that are open
        self._writing: list[int] = []
        self._poll = select.poll()
        self._until = 0.0  # 0: as long as it takes
        self.is_cut, self.problem = False, 0

    @property
    def has_started(self) -> bool:
        """Whether what comes before its output came."""
        return bool(self._copies) and self._copies[0].has_started

    def open(self, copy: Transcript) -> None:
        """A pipe for its output, and then one for its errors."""
        reading, writing = os.pipe()
        self._pipes[reading] = copy
        self._copies.append(copy)
        self._writing.append(writing)
        self._poll.register(reading, select.POLLIN)

    def start(self, command: list[str], ignored: tuple[int, ...]) -> None:
        """Start it in a group of its own; Python ignores signals that it shall not."""
        actions = [(os.POSIX_SPAWN_DUP2, pipe, n) for n, pipe in enumerate(self._writing, 1)]
        self._child = os.posix_spawn(
            *(command[0], command, os.environ),
            file_actions=actions,
            setpgroup=0,
            setsigdef=ignored,
        )
        for pipe in self._writing:
            os.close(pipe)

    def keep(self) -> int:
        """Copy what it prints until it has ended; returns its exit code."""
        child, is_alive = os.pidfd_open(self._child), True
        self._poll.register(child, select.POLLIN)
        self._watch_parent()
        while is_alive or self._pipes:
            for ready, _ in self._poll.poll(self._left()):
                if ready in self._pipes:
                    self._copy(ready)
                else:
                    self._poll.unregister(ready)
                    is_alive = is_alive and ready != child
                    self._until = time.monotonic() + (LINGER_SECONDS if is_alive else CLOSE_SECONDS)
            if self._left() == 0:
                if not is_alive:
                    break
                self.is_cut, self._until = True, 0.0
                os.killpg(self._child, self._kill)
        for copy in self._copies:
            self.problem = copy.close() or self.problem
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])

    def _watch_parent(self) -> None:
        """It may have gone by now: then somebody else is our parent."""
        try:
            descriptor = os.pidfd_open(self._parent)
        except ProcessLookupError:
            descriptor = -1
        if descriptor >= 0 and os.getppid() == self._parent:
            self._poll.register(descriptor, select.POLLIN)
        else:
            self._until = time.monotonic() + LINGER_SECONDS

    def _left(self) -> float | None:
        """Milliseconds; None: as long as it takes."""
        return max(0.0, self._until - time.monotonic()) * 1000 if self._until else None

    def _copy(self, pipe: int) -> None:
        if chunk := os.read(pipe, _CHUNK):
            self._pipes[pipe].take(chunk)
        else:
            self._poll.unregister(pipe)
            os.close(pipe)
            del self._pipes[pipe]
