"""A candidate's command: boxed or bare, in a group of its own, watched until nothing of it lives.

Time, memory and disk are watched from outside. On timeout it is told first (TERM) and killed a
few seconds later. Its exit code is written by the shell that started it: when we are killed just
after it ended, its work is not lost and not paid for twice.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from workbench.adapters.box import STARTED, Bounds, Box, make_command
from workbench.adapters.family import list_family, name_of
from workbench.adapters.processes import kill_group
from workbench.adapters.sandbox import Cancel, is_above
from workbench.adapters.transcripts import Transcript

_GRACE_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_FREE_BYTES = 200 << 20  # what is left to everybody else on the disk
_START = 'trap : TERM; cd "$1" || exit 125; e=$2; shift 2; "$@"; c=$?; echo $c > "$e"; exit $c'


class Stop(StrEnum):
    """Why we ended a command that had not ended itself."""

    TIMEOUT = "timeout"
    MEMORY = "memory limit"
    DISK = "disk limit"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds. `memory` is the sum in use, `disk` what the job's folder may grow by."""

    seconds: float
    memory: int = 6 << 30
    disk: int = 4 << 30

    @property
    def bounds(self) -> Bounds:
        """As the box takes them."""
        return Bounds(
            wall_seconds=self.seconds + _GRACE_SECONDS,
            memory=self.memory,
            file_size=2 << 30,
            processes=2048,
            open_files=4096,
            address_space=0,
            processors=os.cpu_count() or 1,
        )


@dataclass(frozen=True, slots=True)
class Workplace:
    """Folders of one job, all inside `folder`; paths inside the box are the names in `inside`."""

    folder: Path
    inside: Mapping[str, Path]
    read_only: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exited:
    """What a command left."""

    returncode: int
    stop: Stop | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """One command with its surroundings. `secrets` are variables that no command line may show."""

    command: Sequence[str]
    work: str
    exit_file: str
    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    limits: Limits
    stdin: Path | None = None
    has_network: bool = False


def run_agent(
    bwrap: Path | None, place: Workplace, call: Call, streams: tuple[Path, Path], cancel: Cancel
) -> Exited:
    """Run a call to its end; without `bwrap` it has the rights of whoever started the program."""
    wrapped = ("/bin/sh", "-c", _START, "sh", call.work, call.exit_file, *call.command)
    secrets = [value.encode() for value in call.secrets.values()]
    with contextlib.ExitStack() as stack:
        stdin = stack.enter_context(call.stdin.open("rb")) if call.stdin else None
        passed: tuple[int, ...] = ()
        started = b"" if bwrap is None else STARTED
        if bwrap is None:
            command, env = _bare(wrapped), {**call.variables, **call.secrets}
        else:
            passed = (stack.enter_context(_arguments(call.secrets)),)
            command, env = _boxed(bwrap, place, call, wrapped, passed[0]), _NOTHING
        process = subprocess.Popen(
            command,
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=passed,
        )
        pipes = (process.stdout, process.stderr)
        copies = [
            Transcript(os.dup(pipe.fileno()), path, secrets, first)
            for pipe, path, first in zip(pipes, streams, (started, b""), strict=True)
            if pipe is not None
        ]
        for pipe in filter(None, pipes):
            pipe.close()
        exited = _follow(process, place, call, cancel)
        for copy in copies:
            copy.close(_GRACE_SECONDS)
    return exited


def _follow(
    process: "subprocess.Popen[bytes]", place: Workplace, call: Call, cancel: Cancel
) -> Exited:
    """Wait for the end of a command, or make it; nothing of it is alive afterwards."""
    started, stop = time.monotonic(), None
    try:
        stop = _watch(process, started + call.limits.seconds, place.folder, call.limits, cancel)
        if stop is Stop.TIMEOUT:
            _tell(process)
    finally:
        family = list(list_family(process.pid)) if process.poll() is None else []
        kill_group(process)
        process.wait()
        for pid in family[1:]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
    return Exited(process.returncode, stop, time.monotonic() - started)


_NOTHING = {"PATH": "/usr/bin:/bin"}  # what bwrap inherits can be read inside: /proc/1/environ


def _boxed(
    bwrap: Path, place: Workplace, call: Call, command: Sequence[str], descriptor: int
) -> list[str]:
    box = Box(
        command,
        read_only=place.read_only,
        writable=place.inside,
        variables=call.variables,
        bounds=call.limits.bounds,
        has_network=call.has_network,
        arguments=descriptor,
    )
    return make_command(bwrap, box, is_root=os.geteuid() == 0)


def _bare(command: Sequence[str]) -> list[str]:
    """It goes when we do; what it started itself may not."""
    return ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", *command]


@contextlib.contextmanager
def _arguments(secrets: Mapping[str, str]) -> Iterator[int]:
    descriptor = os.memfd_create("arguments")
    try:
        words = [word for name, value in secrets.items() for word in ("--setenv", name, value)]
        os.write(descriptor, b"".join(word.encode() + b"\0" for word in words))
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _watch(
    process: "subprocess.Popen[bytes]",
    deadline: float,
    folder: Path,
    limits: Limits,
    cancel: Cancel,
) -> Stop | None:
    """Wait for the end; the descriptor of the process wakes us at once."""
    descriptor = os.pidfd_open(process.pid)
    disk = _Disk(folder, limits.disk)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while not poll.poll(min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())) * 1000):
            if time.monotonic() >= deadline:
                return Stop.TIMEOUT
            if cancel.is_set():
                return Stop.CANCELLED
            if is_above(process.pid, limits.memory):
                return Stop.MEMORY
            if disk.is_too_full():
                return Stop.DISK
    finally:
        os.close(descriptor)
    return None


class _Disk:
    """Looks at a folder now and then: never for more than a tenth of the time."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._next, self._first = time.monotonic() + 1.0, -1

    def is_too_full(self) -> bool:
        began = time.monotonic()
        if began < self._next:
            return False
        if shutil.disk_usage(self._folder).free < _FREE_BYTES:
            return True
        size = _size_of(self._folder)
        self._first = size if self._first < 0 else self._first
        self._next = time.monotonic() + max(1.0, 9 * (time.monotonic() - began))
        return size - self._first > self._limit


def _size_of(folder: Path) -> int:
    total, waiting = 0, [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def _tell(process: "subprocess.Popen[bytes]") -> None:
    """TERM, and a few seconds to go; inside a box it is the clock there that passes it on."""
    clocks = [pid for pid in list_family(process.pid) if name_of(pid) == "timeout"]
    for pid in clocks:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
    if not clocks:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
