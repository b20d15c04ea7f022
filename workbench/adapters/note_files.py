"""Small private texts in a folder of the study: written in a moment, there after a kill.

Nothing is forced to the disk, so that a text costs no frame; a loss of power may lose the last.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 1 << 20


class NoteFiles:
    """Texts by name in one folder; for one thread."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before the first text."""
        self._folder = folder

    def put(self, name: str, text: str) -> None:
        """Keep a text whole, under its name; where that fails nothing is kept."""
        part = self._folder / f".{os.getpid()}-{name}"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if is_ours(self._folder):
                part.unlink(missing_ok=True)
                handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(text.encode())
                part.replace(self._folder / name)

    def get(self, name: str) -> str | None:
        """The text; None where there is none, or the folder is not the user's own."""
        return read_plain(self._folder / name) if is_ours(self._folder) else None


def is_ours(folder: Path) -> bool:
    """Whether a folder is the user's own, and nobody else may write in it."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    is_private = not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and is_private


def read_plain(path: Path) -> str | None:
    """A whole plain file; None where it went away or is no such thing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            is_plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return file.read(_MOST_BYTES).decode("utf-8", "replace") if is_plain else None
    except OSError:
        return None
