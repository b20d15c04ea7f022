"""One child process under limits: nothing inherited, its own group, killed as a group.

Limits are set from outside on the started pid (Linux), because a `preexec_fn` is unsafe with
threads and makes every start slow; elsewhere a shell sets them before it becomes the program.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import InputRefused

_SHELL_LIMITS = (
    'ulimit -c 0; ulimit -v "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; ulimit -t "$3"; '
    'shift 3; exec "$@"'
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of address space and of any written file; seconds of processor and of wall time."""

    memory: int = 1 << 30
    file_size: int = 256 << 20
    cpu_seconds: int = 20
    wall_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process left behind."""

    returncode: int
    stdout: bytes
    stderr: bytes


class TookTooLong(InputRefused):
    """A process reached its wall time and was killed."""


def start_process(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    cwd: Path,
    limits: Limits | None,
    has_input: bool = False,
    errors: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start `command` in a group of its own; without `has_input` it reads nothing."""
    if limits is not None and sys.platform != "linux":
        command = _with_shell_limits(command, limits)
    process = subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )
    if limits is not None and sys.platform == "linux":
        _limit(process.pid, limits)
    return process


def run_process(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    cwd: Path,
    limits: Limits,
    stdin: bytes | None = None,
) -> Finished:
    """Run `command` to its end; raises TookTooLong after its group has been killed."""
    has_input = stdin is not None
    process = start_process(command, env, cwd=cwd, limits=limits, has_input=has_input)
    with process:
        try:
            out, err = process.communicate(stdin, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            kill_group(process)
            name = Path(command[0]).name
            raise TookTooLong(f"{name} was stopped after {limits.wall_seconds:g} s") from None
        except BaseException:
            kill_group(process)
            raise
    return Finished(process.returncode, out, err)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it started; safe to call on one that has ended."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _limit(pid: int, limits: Limits) -> None:
    pairs = (
        (resource.RLIMIT_AS, (limits.memory, limits.memory)),
        (resource.RLIMIT_FSIZE, (limits.file_size, limits.file_size)),
        (resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1)),
        (resource.RLIMIT_CORE, (0, 0)),
    )
    with contextlib.suppress(ProcessLookupError):
        for what, bounds in pairs:
            resource.prlimit(pid, what, bounds)


def _with_shell_limits(command: Sequence[str], limits: Limits) -> list[str]:
    numbers = (limits.memory // 1024, limits.file_size // 512, limits.cpu_seconds)
    return ["/bin/sh", "-c", _SHELL_LIMITS, "sh", *map(str, numbers), *command]
