"""How a command's keeper is started, and what it left: the lock that it holds, the end that it saw.

The end is a few bytes that are on the disk before the command begins, so that a disk that is full
by then takes it all the same. Two hands write in them, each in its own line: the keeper how the
command ended, we why we end it.
"""

import fcntl
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.adapters.box import STARTED
from workbench.adapters.keeper import WIDTH, describe, put_line

_END, _LOCK = "exit", "held"
_CODE = (
    "import sys; sys.path.append(sys.argv[1]); from workbench.adapters.keeper import main; main()"
)


@dataclass(frozen=True, slots=True)
class Ended:
    """`code` is None where nobody saw its end; `stop` "" where we did not end it.

    `has_started` is whether the command itself began. `problem` is what happened to the files of
    its output, "" where they are whole.
    """

    code: int | None = None
    has_started: bool = False
    problem: str = ""
    seconds: float = 0.0
    stop: str = ""


def make_keeper(descriptor: int) -> list[str]:
    """The command line of a keeper; the descriptor holds what `tell_keeper` gives."""
    home = Path(__file__).parent.parent.parent
    return [sys.executable, "-I", "-S", "-c", _CODE, str(home), str(descriptor)]


def tell_keeper(
    command: list[str], folder: Path, streams: tuple[Path, Path], secrets: Sequence[str], lock: int
) -> bytes:
    """What it has to know, for a descriptor: a command line can be read by everybody."""
    return describe(
        command=command,
        end=str(folder / _END),
        streams=(str(streams[0]), str(streams[1])),
        secrets=[text.encode() for text in secrets],
        first=STARTED,
        lock=lock,
        signals=(int(signal.SIGKILL), int(signal.SIGPIPE), int(signal.SIGXFSZ)),
    )


def make_end(folder: Path) -> None:
    """Nothing has ended; raises OSError."""
    path = folder / _END
    path.touch(mode=0o600)
    path.write_bytes((b" " * (WIDTH - 1) + b"\n") * 2)


def write_stop(folder: Path, stop: str) -> None:
    """We are about to end it; raises OSError."""
    put_line(str(folder / _END), 1, stop)


def read_ended(folder: Path) -> Ended:
    """What is known; nothing where there is no such file."""
    try:
        lines = (folder / _END).read_text("ascii").split("\n")
        words, stop = lines[0].split(), lines[1].strip()
        if not words:
            return Ended(stop=stop)
        problem = os.strerror(int(words[2])) if int(words[2]) else ""
        return Ended(int(words[0]), words[1] == "1", problem, float(words[3]), stop)
    except (OSError, ValueError, IndexError):
        return Ended()


def hold(folder: Path) -> int:
    """A descriptor with the lock of a folder, which goes with the last that holds it."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def wait_for_keeper(folder: Path) -> None:
    """Until nothing of an earlier run is alive there: a few seconds after its kill at most."""
    if (folder / _LOCK).exists():
        os.close(hold(folder))
