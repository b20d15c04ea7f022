"""Small private files outside a study: where a label waits while the study's disk takes none.

The folders are tried in their order, because the first may be on the disk that is full. One that
belongs to somebody else, or that others may write, is passed over.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from workbench.adapters.files import write_atomically
from workbench.adapters.note_files import is_ours, read_plain

_MOST_FILES = 1000


class KeptFiles:
    """Files by name; each is in one folder."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Nothing is made before something has to be kept."""
        self._folders = tuple(folders)

    def put(self, name: str, text: str) -> str:
        """Keep a text; returns the file's path, "" where no folder takes it."""
        for n, folder in enumerate(self._folders):
            with suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if is_ours(folder):
                    write_atomically(folder / name, [text.encode()])
                    _drop(name, (*self._folders[:n], *self._folders[n + 1 :]))
                    return str(folder / name)
        return ""

    def drop(self, name: str) -> None:
        """Remove a file that is not needed any more."""
        _drop(name, self._folders)

    def read(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The path and the text of every file whose name begins so; what is no text is marked."""
        for folder in self._folders:
            if not is_ours(folder):
                continue
            for path in sorted(folder.glob(f"{prefix}*"))[:_MOST_FILES]:
                text = read_plain(path)
                if text is not None:
                    yield str(path), text


def _drop(name: str, folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
