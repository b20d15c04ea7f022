"""Files that are there whole or not at all, and private whatever the umask."""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_PREFIX = ".workbench-tmp-"


def write_atomically(path: Path, chunks: Iterable[bytes]) -> str:
    """Write chunks to `path` by a temporary file beside it; returns the SHA-256 of the whole.

    A kill at any point leaves the old file or the new one; what it leaves beside it goes with the
    next write. Raises OSError (disk full, no rights); the temporary file is gone then. What is no
    file, as /dev/null, is never replaced by one.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    sweep(path.parent)
    digest = hashlib.sha256()
    descriptor, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=path.parent)
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


def sweep(*folders: Path) -> int:
    """Remove what killed writes left in folders; returns how many that were.

    What a program that still runs is writing is left alone.
    """
    removed = 0
    for path in (path for folder in folders for path in folder.glob(f"{_PREFIX}*")):
        if not _is_alive(path.name.removeprefix(_PREFIX).partition("-")[0]):
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                removed += 1
    return removed


@contextlib.contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A private folder inside `folder` in which something is made, to be renamed when whole.

    It is gone afterwards; after a kill the next one sweeps it.
    """
    sweep(folder)
    part = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _is_alive(pid: str) -> bool:
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
