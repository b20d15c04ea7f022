"""Small private texts in a folder of the study: written in a moment, there after a kill.

Nothing is forced to the disk, so that a text costs no frame; a loss of power may lose the last.
"""

import os
from contextlib import suppress
from pathlib import Path

from workbench.adapters.kept_files import is_ours, read_plain


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
