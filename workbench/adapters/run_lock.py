"""One run at a time in a study: a lock that the kernel drops with its process, however it ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.text import decode, display


@contextlib.contextmanager
def hold_run_lock(path: Path, who: str) -> Iterator[None]:
    """Hold it for a block; raises WorkbenchError that says who runs here, and since when."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            other = display(decode(os.pread(descriptor, 200, 0))).strip() or "another program"
            raise WorkbenchError(f"{other} runs candidates of this study: wait for it") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_run_locked(path: Path) -> bool:
    """Whether somebody holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
