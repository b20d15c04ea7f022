"""Real git as the oracle: small repositories, and the diffs git itself makes of them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

GIT = shutil.which("git") or "/usr/bin/git"
FLAGS = ("--histogram", "-M", "-C", "--full-index", "--text", "--no-ext-diff", "--no-textconv")


class Repo:
    """Two states of a folder and what git says of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q")
        self.git("config", "core.autocrlf", "false")

    def git(self, *args: str) -> bytes:
        env = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.org",
            "HOME": str(self.root),
        }
        return subprocess.run(
            [GIT, *args], cwd=self.root, env=env, check=True, capture_output=True
        ).stdout

    def write(self, files: Mapping[bytes, bytes | None]) -> None:
        for name, data in files.items():
            path = os.fsencode(self.root) + b"/" + name
            if data is None:
                Path(os.fsdecode(path)).unlink()
                continue
            Path(os.fsdecode(path)).parent.mkdir(parents=True, exist_ok=True)
            Path(os.fsdecode(path)).write_bytes(data)

    def commit(self, files: Mapping[bytes, bytes | None] | None = None) -> None:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-qm", "x", "--allow-empty")

    def diff(self, *flags: str) -> bytes:
        return self.git("diff", *FLAGS, *flags, "HEAD~1", "HEAD")

    def change(
        self, before: Mapping[bytes, bytes | None], after: Mapping[bytes, bytes | None]
    ) -> bytes:
        self.commit(before)
        self.commit(after)
        return self.diff()


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path)
