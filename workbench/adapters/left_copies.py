"""Private copies for an editor, and those that a hang-up or a kill left behind.

A copy is a folder in the temporary folder: the tree, and a note of what it is a copy of. Whoever
works on it holds a lock on the note. The system lets go of it with the process: what nobody holds
was left.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from workbench.adapters.note_files import read_plain

_PREFIX, _NOTE = "workbench-edit-", "about.json"
_MOST = 1000  # copies looked at


class LeftCopies:
    """The folders of copies; knows which of them this process holds."""

    def __init__(self) -> None:
        """None is held yet."""
        self._held: dict[Path, int] = {}

    def make(self, note: str) -> Path:
        """A new private folder with its note, held."""
        copy = Path(tempfile.mkdtemp(prefix=_PREFIX))
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(copy / _NOTE, flags, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(descriptor, note.encode())
        self._held[copy] = descriptor
        return copy

    def drop(self, copy: Path) -> None:
        """Remove a copy."""
        shutil.rmtree(copy, ignore_errors=True)
        with suppress(KeyError):
            os.close(self._held.pop(copy))

    def claim(self, copy: Path) -> bool:
        """Hold a copy that was left; False where it is gone, or somebody works on it."""
        if copy in self._held:
            return True
        try:
            descriptor = os.open(copy / _NOTE, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._held[copy] = descriptor
        return True

    def find(self) -> Iterator[tuple[Path, str]]:
        """Each copy of this user that nobody holds, with its note."""
        for copy in sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))[:_MOST]:
            if copy in self._held or not _is_private(copy) or not self.claim(copy):
                continue
            os.close(self._held.pop(copy))
            note = read_plain(copy / _NOTE)
            if note is not None:
                yield copy, note


def _is_private(copy: Path) -> bool:
    try:
        found = copy.lstat()
    except OSError:
        return False
    is_closed = not stat.S_IMODE(found.st_mode) & 0o077
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and is_closed
