"""Who else is here: one advisory lock on a folder, shared by all who have a study open.

SQLite's own locks last for a transaction, so a program that is open and idle would not be seen, and
what it labels after its file was exchanged would be lost. This lock needs no file, and the kernel
drops it when its process ends, however it ends.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

_POLL = 0.05  # seconds


class FolderLock:
    """A lock that is held until close(). `is_alone`: it is certain that nobody else holds one."""

    def __init__(self, descriptor: int, *, is_alone: bool) -> None:
        """Take over an open folder."""
        self._descriptor, self.is_alone = descriptor, is_alone

    def __enter__(self) -> Self:
        """Hold it for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give it up."""
        self.close()

    def close(self) -> None:
        """Give it up; once is enough."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock_folder(
    folder: Path, *, is_shared: bool = False, wait_seconds: float = 0
) -> FolderLock | None:
    """Lock a folder; None where another one holds it in a way that excludes this one.

    On a file system that has no locks it locks nothing.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    how = (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(_POLL)
        except OSError:
            return FolderLock(descriptor, is_alone=False)
        else:
            return FolderLock(descriptor, is_alone=not is_shared)
