"""No sandbox: tests with the rights of whoever started the program, because the settings say so.

Every result tells it. Never as root: there is nothing that a hostile test could not do then.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.adapters.box import HOME, Box, limit
from workbench.adapters.sandbox import Cancel, Ended, run_watched
from workbench.domain.errors import NoSandbox


@dataclass(frozen=True, slots=True)
class Bare:
    """Runs a box in a temporary folder: a fresh environment, limits, and nothing else."""

    name: str = "none"

    def __post_init__(self) -> None:
        """Raises NoSandbox for root."""
        if os.geteuid() == 0:
            raise NoSandbox('sandbox = "none" is refused for root: run it as an ordinary user')

    def run(self, box: Box, cancel: Cancel | None = None) -> Ended:
        """Run the command with the paths inside replaced by those outside."""
        with tempfile.TemporaryDirectory(prefix="workbench-bare-") as folder:
            places = {HOME: Path(folder), **box.writable, **box.read_only}
            if box.tree is not None:
                command = ["/usr/bin/tar", "-xf", str(box.tree), "-C", folder]
                subprocess.run(command, check=True, timeout=300)
            made = box.read_only.get("/env", Path(folder)) / "tree"
            if "/env" in box.read_only and made.is_dir():
                shutil.copytree(made, folder, symlinks=True, dirs_exist_ok=True)
            variables = {"PATH": "/usr/bin:/bin", "HOME": HOME, "LANG": "C.UTF-8", **box.variables}
            env = {name: _outside(value, places) for name, value in variables.items()}
            command = [_outside(word, places) for word in box.command]
            command = [*limit(box.bounds, _count_threads()), *command]
            return run_watched(command, env, Path(folder), box, cancel)


def _count_threads() -> int:
    """How many threads of all processes this user has: what the limit counts."""
    n, user = 0, os.getuid()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == user:
                n += sum(1 for _ in os.scandir(process / "task"))
    return n


def _outside(text: str, places: Mapping[str, Path]) -> str:
    """A text with whole paths replaced; `/usr/bin/env` is not `/env`."""
    names = "|".join(re.escape(name) for name in sorted(places, key=len, reverse=True))
    pattern = rf"(?<![\w./-])(?:{names})(?![\w-])"
    return re.sub(pattern, lambda found: str(places[found[0]]), text)
