"""The reviewer's own difftool on private copies of the two sides of a file.

The command comes from the reviewer's settings and never from a repository, whose config may name
any program. The copies lie in a folder of their own: owner only, read-only, outside of every
repository and named by us, so that no tool finds a `.git`, a project's settings or a hostile name
beside them. They stay until the program ends, because many a tool hands them to a window and is
back at once.
"""

import os
import re
import shlex
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from workbench.adapters.git import find_program
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.text import decode, display

EXAMPLE = 'difftool = "vimdiff" or "meld {old} {new}"'
_SIDES = ("base", "output")
_UNUSUAL = re.compile(r"[^A-Za-z0-9_.+-]")
_LONGEST = 80  # characters of a name: its end tells what language it is
_SHOWN = {"{old}": 0, "{new}": 1}


@dataclass
class DiffTool:
    """Shows pairs of files with one command; `{old}` and `{new}` say where the two go."""

    command: str
    _folders: ExitStack = field(default_factory=ExitStack)

    def show(self, path: bytes, old: bytes, new: bytes) -> int:
        """Run the tool to its end in this terminal; its exit code. Raises UsageError."""
        words = self._words()
        folder = tempfile.TemporaryDirectory(prefix="workbench-diff-")
        home = Path(self._folders.enter_context(folder))
        places = [_write(home / side, path, data)
                  for side, data in zip(_SIDES, (old, new), strict=True)]  # fmt: skip
        if not any(word in _SHOWN for word in words):
            words += _SHOWN
        command = [str(places[_SHOWN[word]]) if word in _SHOWN else word for word in words]
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env["GIT_CEILING_DIRECTORIES"] = str(home.parent)
        try:
            return subprocess.run(command, cwd=home, env=env, check=False).returncode
        except OSError as error:
            raise WorkbenchError(f"{display(words[0])}: {error.strerror}") from error

    def close(self) -> None:
        """Remove all copies."""
        self._folders.close()

    def check(self) -> None:
        """Raises UsageError where there is no command, or none that can be run."""
        self._words()

    def _words(self) -> list[str]:
        try:
            words = shlex.split(self.command)
        except ValueError as error:
            raise UsageError(f"difftool in workbench.toml: {error}") from error
        if not words:
            raise UsageError(f"no difftool is set: in workbench.toml, {EXAMPLE}")
        return [str(_find(words[0])), *words[1:]]


def _find(name: str) -> Path:
    """A program by its name or its whole path; never one of the folder that we stand in."""
    program = Path(name).expanduser()
    found = program if program.is_absolute() else find_program(name) if "/" not in name else None
    if found is None or not os.access(found, os.X_OK):
        raise UsageError(f"difftool in workbench.toml: {display(name)} was not found")
    return found


def _write(folder: Path, path: bytes, data: bytes) -> Path:
    """A read-only copy under a harmless name with the same ending."""
    folder.mkdir(mode=0o700)
    name = _UNUSUAL.sub("_", decode(path).rpartition("/")[2])[-_LONGEST:].lstrip(".-") or "file"
    place = folder / name
    place.write_bytes(data)
    place.chmod(0o400)
    return place
