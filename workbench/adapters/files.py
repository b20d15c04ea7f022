"""Files that are there whole or not at all, and private whatever the umask (SAFETY D11, K2)."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

_PREFIX = ".workbench-tmp-"


def write_atomically(path: Path, chunks: Iterable[bytes]) -> str:
    """Write chunks to `path` by a temporary file beside it; returns the SHA-256 of the whole.

    A kill at any point leaves the old file or the new one. Raises OSError (disk full, no rights);
    the temporary file is gone then.
    """
    digest = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return digest.hexdigest()


def sweep(folder: Path) -> int:
    """Remove what a killed write left in a folder; returns how many files that were."""
    left = list(folder.glob(f"{_PREFIX}*"))
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
