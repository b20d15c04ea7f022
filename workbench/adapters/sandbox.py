"""The only place where code that a model wrote is run: bubblewrap, or nothing.

Without a sandbox nothing is run (`find_sandbox` says what is missing). A process gets no network,
no secret, no path of the host it could write, and bounds on time, memory, processes and disk; at
its end, whatever way it came, everything it started is gone.
"""

import contextlib
import errno
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

from workbench.adapters.box import STARTED, Bounds, Box, make_command
from workbench.adapters.git import find_program
from workbench.adapters.processes import kill_group
from workbench.domain.errors import NoSandbox
from workbench.text import decode, display

_INSTALL = "install it (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)"
_BLOCKED = (
    "user namespaces are blocked here: allow them (Ubuntu 24.04: an AppArmor profile for bwrap, or "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0; Debian: sysctl "
    "kernel.unprivileged_userns_clone=1; Docker: --security-opt seccomp=unconfined)"
)
_ENVIRONMENT = {"PATH": "/usr/bin:/bin"}  # what bwrap inherits can be read inside: /proc/1/environ
_TOOLS = tuple(f"/usr/bin/{name}" for name in ("prlimit", "setpriv", "timeout", "tar"))
_LOOK_SECONDS = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Stop(StrEnum):
    """Why we ended a process that had not ended itself."""

    TIMEOUT = "timeout"
    MEMORY = "memory limit"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a boxed command left: exit code, why it was stopped, how long, the end of its output.

    `has_started` is false where its output does not begin with what was to be printed first.
    """

    returncode: int
    stop: Stop | None
    seconds: float
    output: str
    output_size: int
    has_started: bool = True


class Cancel(Protocol):
    """Whether everything is to end at once."""

    def is_set(self) -> bool:
        """True from the moment on."""
        ...


class Runner(Protocol):
    """Runs a box; `name` is stored with every result."""

    @property
    def name(self) -> str:
        """`bubblewrap`, or `none`."""
        ...

    def run(self, box: Box, cancel: Cancel | None = None) -> Ended:
        """Run the command to its end."""
        ...


def find_sandbox() -> "Sandbox":
    """A sandbox that was tried; raises NoSandbox with what is missing and how to get it."""
    if sys.platform != "linux":
        raise NoSandbox("bubblewrap runs on Linux only: run the checks there")
    bwrap = find_program("bwrap")
    if bwrap is None:
        raise NoSandbox(f"bubblewrap (bwrap) was not found: {_INSTALL}")
    for tool in _TOOLS:
        if not os.access(tool, os.X_OK):
            raise NoSandbox(f"{tool} is missing: install util-linux, coreutils and tar")
    sandbox = Sandbox(bwrap)
    done = sandbox.run(Box(("/bin/sh", "-c", "test -w /box"), bounds=Bounds(wall_seconds=10)))
    if done.returncode:
        raise _no_start(done)
    return sandbox


def _no_start(done: Ended) -> NoSandbox:
    return NoSandbox(f"bubblewrap cannot start: {_explain(done)}")


def _explain(done: Ended) -> str:
    said = display(done.output.strip().split("\n")[0])[:200] or f"exit code {done.returncode}"
    if any(word in said for word in ("namespace", "uid map", "not permitted", "setpriv")):
        return f"{said}; {_BLOCKED}"
    if "nknown option" in said:
        return f"{said}; version 0.8.0 or later is needed: {_INSTALL}"
    return said


@dataclass(frozen=True, slots=True)
class Sandbox:
    """bubblewrap at an absolute path."""

    bwrap: Path
    name: str = "bubblewrap"

    def run(self, box: Box, cancel: Cancel | None = None) -> Ended:
        """Run a box to its end, its limits, or a cancel; nothing of it is alive afterwards.

        Raises NoSandbox where it did not even start: that says nothing of what was to run in it.
        """
        command = make_command(self.bwrap, box, is_root=os.geteuid() == 0)
        done = run_watched(command, _ENVIRONMENT, Path("/"), box, cancel, first=STARTED)
        if not done.has_started and done.stop is None:
            raise _no_start(done)
        return done


def run_watched(
    command: list[str],
    env: dict[str, str],
    folder: Path,
    box: Box,
    cancel: Cancel | None,
    *,
    first: bytes = b"",
) -> Ended:
    """A process group with its output in a file; ended by time, memory or `cancel`.

    `first` is what it prints first, which is no part of the output.

    Raises OSError where the disk under the output is full: what failed then proves nothing.
    """
    started, bounds = time.monotonic(), box.bounds
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.PIPE if box.stdin else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _hand_in(process, box.stdin)
            stop = _watch(process, started + bounds.wall_seconds, bounds, cancel)
        finally:
            kill_group(process)
            process.wait()
        if stop is None and process.returncode == 128 + signal.SIGXCPU:
            stop = Stop.TIMEOUT
        if process.returncode and not os.fstatvfs(log.fileno()).f_bavail:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
        has_started = os.pread(log.fileno(), len(first), 0) == first
        text, size = _read_end(log, len(first) if has_started else 0, bounds.output)
    seconds = time.monotonic() - started
    return Ended(process.returncode, stop, seconds, text, size, has_started)


def _hand_in(process: subprocess.Popen[bytes], data: bytes) -> None:
    """Fits into the pipe, so that nobody has to wait for a reader."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(data)


def _watch(
    process: subprocess.Popen[bytes], deadline: float, bounds: Bounds, cancel: Cancel | None
) -> Stop | None:
    """Wait for the end; the descriptor of the process wakes us at once."""
    descriptor = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while not poll.poll(min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())) * 1000):
            if time.monotonic() >= deadline:
                return Stop.TIMEOUT
            if cancel is not None and cancel.is_set():
                return Stop.CANCELLED
            if is_above(process.pid, bounds.memory):
                return Stop.MEMORY
    finally:
        os.close(descriptor)
    return None


def is_above(pid: int, limit: int) -> bool:
    """Whether a process and all below it use more bytes than that.

    A sum of resident pages is cheap and counts a page that forks share once for each of them; only
    where it is too much is each page counted once.
    """
    return _sum(pid, _resident) > limit and _sum(pid, _share) > limit


def _sum(pid: int, measure: Callable[[int], int]) -> int:
    total, waiting = 0, [pid]
    while waiting:
        found = waiting.pop()
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += measure(found)
        waiting += children(found)
    return total


def _resident(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    return (int(pages[1]) - int(pages[2])) * _PAGE


def _share(pid: int) -> int:
    """Its part of every page, as Linux 5.4 and later tell it; else all that is resident."""
    with contextlib.suppress(PermissionError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").split("\n"):
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) << 10
    return _resident(pid)


def children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in os.scandir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                yield from map(int, Path(task.path, "children").read_text("ascii").split())


def _read_end(log: IO[bytes], start: int, limit: int) -> tuple[str, int]:
    size = log.seek(0, os.SEEK_END)
    log.seek(max(start, size - limit))
    return decode(log.read(limit)), size - start
