"""Small disks to fill, folders for everybody, files to spoil, and an ordinary user to run as.

Root may write where others may not, so what a full disk or a read-only folder does to a person is
tried as user 65534. That user keeps one right of root's, to read everything: the interpreter and
the checkout may lie in folders of root's alone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

NOBODY = 65534
_READS_ALL = "-all,+dac_read_search"
_CHUNK = 4096


@contextmanager
def mount_small(size: str = "2m") -> Iterator[Path]:
    """A tmpfs of a size that everybody may enter; the test is skipped where none can be made."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None:
        pytest.skip("cannot mount a tmpfs here")
    with tempfile.TemporaryDirectory(prefix="wb-small-") as folder:
        command = [mount, "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("cannot mount a tmpfs here")
        try:
            yield Path(folder)
        finally:
            subprocess.run([umount, folder], check=True)


def fill(disk: Path) -> Path:
    """Use up what is left of a small disk; removing the file that is returned frees it."""
    path = disk / "fill"
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(b"z" * _CHUNK):
            pass
    return path


@contextmanager
def make_open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="wb-open-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(folder)


def give_to_nobody(folder: Path) -> None:
    """Everything in a folder belongs to the ordinary user."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, NOBODY, NOBODY)


@cache
def find_nobody() -> tuple[str, ...]:
    """What stands before a program that is to run as the ordinary user; () where that fails."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    prefix = (
        *(setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *(f"--inh-caps={_READS_ALL}", f"--ambient-caps={_READS_ALL}"),
        *(f"--bounding-set={_READS_ALL}", "--"),
    )
    probe = [*prefix, sys.executable, "-c", "import workbench"]
    return () if subprocess.run(probe, check=False, capture_output=True).returncode else prefix


def as_nobody() -> tuple[str, ...]:
    """The same; the test is skipped where that cannot be done."""
    prefix = find_nobody()
    if not prefix:
        pytest.skip("cannot become another user that reads this checkout (setpriv)")
    return prefix


# Databases that must not open: what is done to the file, and what is said of it.


def put(offset: int, data: bytes) -> Callable[[Path], object]:
    """Overwrite bytes of a file."""

    def spoil(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data)

    return spoil


def _become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "header": (put(0, b"NOT A DATABASE!!"), "not a SQLite database, or its header is damaged"),
    "half": (lambda path: os.truncate(path, path.stat().st_size // 2), "damaged"),
    "empty": (lambda path: os.truncate(path, 0), "the file is empty"),
    "folder": (_become_folder, "not a file"),
    "foreign": (put(68, b"\0\0\0\1"), "not one of the workbench"),
    "missing": (Path.unlink, "no such file; it was not created"),
}
