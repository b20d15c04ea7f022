"""Small real repositories made with plain git, and clones of them."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

GIT = shutil.which("git", path="/usr/bin:/bin:/usr/local/bin") or "git"
ENV = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{
        f"GIT_{role}_{key}": "t@localhost"
        for role in ("AUTHOR", "COMMITTER")
        for key in ("NAME", "EMAIL")
    },
}
RunGit = Callable[..., str]
MakeRepository = Callable[[Path, Mapping[str, bytes]], str]


@pytest.fixture(scope="session")
def run_git() -> RunGit:
    """Plain git in a folder; fails the test when git fails."""

    def run(folder: Path, *args: str) -> str:
        config = ("-c", "protocol.file.allow=always", "-c", "core.autocrlf=false")
        command = [GIT, *config, *args]
        done = subprocess.run(command, cwd=folder, env=ENV, capture_output=True, check=True)
        return done.stdout.decode().strip()

    return run


@pytest.fixture(scope="session")
def make_repository(run_git: RunGit) -> MakeRepository:
    """A work tree with one commit of the files given; returns the commit."""

    def make(folder: Path, files: Mapping[str, bytes]) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / ".git").exists():
            run_git(folder, "init", "-q", "-b", "main")
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        run_git(folder, "add", "-A")
        run_git(folder, "commit", "-q", "-m", "commit")
        return run_git(folder, "rev-parse", "HEAD")

    return make
