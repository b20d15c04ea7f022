"""A candidate's command: boxed or bare, in a group of its own, watched until nothing of it lives.

Time, memory and disk are watched from outside. On timeout it is told first (TERM) and killed a
few seconds later. What it prints and how it ends is kept by a keeper that outlives us a little:
what ended about when we were killed is not lost, and not paid for twice.
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
from workbench.adapters.keeping import (
    hold,
    make_end,
    make_keeper,
    read_ended,
    tell_keeper,
    wait_for_keeper,
    write_stop,
)
from workbench.adapters.processes import kill_group
from workbench.adapters.sandbox import Cancel, children, is_above

_GRACE_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_FREE_BYTES = 200 << 20  # what is left to everybody else on the disk
_START = 'trap : TERM; cd "$1" || exit 125; shift; "$@"; exit $?'


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
    """What a command left.

    `has_started` is false where what was to start it failed. `problem` is why the files of its
    output are not whole, "" where they are.
    """

    returncode: int
    stop: Stop | None
    seconds: float
    has_started: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One command with its surroundings. `secrets` are variables that no command line may show."""

    command: Sequence[str]
    work: str
    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    limits: Limits
    stdin: Path | None = None
    has_network: bool = False


def run_agent(
    bwrap: Path | None, place: Workplace, call: Call, streams: tuple[Path, Path], cancel: Cancel
) -> Exited:
    """Run a call to its end; without `bwrap` it has the rights of whoever started the program."""
    wrapped = ("/bin/sh", "-c", _START, "sh", call.work, *call.command)
    make_end(place.folder)
    with contextlib.ExitStack() as stack:
        stdin = stack.enter_context(call.stdin.open("rb")) if call.stdin else None
        passed = [hold(place.folder)]
        stack.callback(os.close, passed[0])
        if bwrap is None:
            command, env = _bare(wrapped), {**call.variables, **call.secrets}
        else:
            passed.append(stack.enter_context(_in_memory(_arguments(call.secrets))))
            command, env = _boxed(bwrap, place, call, wrapped, passed[1]), _NOTHING
        told = tell_keeper(command, place.folder, streams, [*call.secrets.values()], passed[0])
        passed.append(stack.enter_context(_in_memory(told)))
        process = subprocess.Popen(
            make_keeper(passed[-1]),
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=passed,
        )
        return _follow(process, place, call, cancel)


def find_exited(folder: Path) -> Exited | None:
    """How a command ended whose run was killed; waits for one that is about to end."""
    wait_for_keeper(folder)
    ended = read_ended(folder)
    if ended.code is None or ended.stop == Stop.CANCELLED:
        return None
    stop = Stop(ended.stop) if ended.stop else None
    return Exited(ended.code, stop, ended.seconds, ended.has_started, ended.problem)


def _follow(
    process: "subprocess.Popen[bytes]", place: Workplace, call: Call, cancel: Cancel
) -> Exited:
    """Wait for the end of a command, or make it; nothing of it is alive afterwards."""
    started, stop = time.monotonic(), None
    try:
        stop = _watch(process, started + call.limits.seconds, place.folder, call.limits, cancel)
        if stop is not None:
            with contextlib.suppress(OSError):  # only a kill of ours in this moment needs it
                write_stop(place.folder, stop)
        if stop is Stop.TIMEOUT:
            _tell(process)
    finally:
        _end(process)
    ended, seconds = read_ended(place.folder), time.monotonic() - started
    if ended.code is None:  # nothing was kept: its keeper failed, or had to be ended
        return Exited(process.returncode, stop, seconds, has_started=process.returncode <= 0)
    return Exited(ended.code, stop, seconds, ended.has_started, ended.problem)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The command first: what it printed is on the disk when its keeper has ended too."""
    if process.poll() is None and (family := list(list_family(process.pid))[1:]):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(family[0], signal.SIGKILL)
        for pid in family:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2 * _GRACE_SECONDS)
    kill_group(process)
    process.wait()


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
    """It goes with its keeper; what it started itself may not."""
    start = f'echo {STARTED.decode().strip()}; exec "$@"'
    return ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", "/bin/sh", "-c", start, "sh", *command]


def _arguments(secrets: Mapping[str, str]) -> bytes:
    words = [word for name, value in secrets.items() for word in ("--setenv", name, value)]
    return b"".join(word.encode() + b"\0" for word in words)


@contextlib.contextmanager
def _in_memory(data: bytes) -> Iterator[int]:
    """A descriptor to read it from: no command line and no file shows it."""
    descriptor = os.memfd_create("told")
    try:
        os.write(descriptor, data)
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
        for pid in children(process.pid):
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
