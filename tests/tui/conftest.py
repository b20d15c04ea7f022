"""One small study, built once; every test gets a copy of its folder."""

import shutil
import subprocess
from pathlib import Path

import pytest

from .kit import BASE, build_study
from .pair_kit import build_pairs

_ENV = {
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


@pytest.fixture(autouse=True)
def kept_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where labels wait that could not be saved: a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "state" / "workbench" / "unsaved"


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository, and its only commit."""
    repository = tmp_path_factory.mktemp("review") / "repository"
    repository.mkdir()
    git = shutil.which("git", path=_ENV["PATH"]) or "git"

    def run(*args: str) -> str:
        command = [git, *args]
        done = subprocess.run(command, cwd=repository, env=_ENV, capture_output=True, check=True)
        return done.stdout.decode().strip()

    run("init", "-q", "-b", "main")
    for name, text in BASE.items():
        (repository / name).write_text(text, encoding="utf-8")
    run("add", "-A")
    run("commit", "-q", "-m", "base")
    return repository, run("rev-parse", "HEAD")


@pytest.fixture(scope="session")
def template(repository: tuple[Path, str]) -> Path:
    """The study that tests copy."""
    study = repository[0].parent / "study"
    study.mkdir()
    build_study(study, *repository)
    return study


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A study of nine outputs, of which seven need a label, with one reviewer and no label yet."""
    return Path(shutil.copytree(template, tmp_path / "study"))


@pytest.fixture(scope="session")
def _pairs_master(tmp_path_factory: pytest.TempPathFactory, repository: tuple[Path, str]) -> Path:
    folder = tmp_path_factory.mktemp("pairs") / "study"
    build_pairs(folder, *repository)
    return folder


@pytest.fixture
def pairs(_pairs_master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of pairs of one's own; none of them is one whose guess is asked for."""
    monkeypatch.setattr("workbench.tui.screens.pair_recording.is_sampled", lambda _pair: False)
    shutil.copytree(_pairs_master, tmp_path / "pairs", symlinks=True)
    return tmp_path / "pairs"
