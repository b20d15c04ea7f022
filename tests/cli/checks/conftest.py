"""A study to check, made once; without a sandbox every test here is skipped by name."""

import shutil
from pathlib import Path

import pytest

from cli.kit import Cli, change
from workbench.adapters.sandbox import Sandbox

from .kit import make_study


@pytest.fixture(autouse=True)
def _boxed(sandbox: Sandbox) -> None:
    """All of these tests need one."""


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two candidates: one keeps the sum, one breaks it; only to be copied."""
    good, bad = change(), change(new="a * b")
    folder = tmp_path_factory.mktemp("checked") / "study"
    return make_study(folder, {"good": [good, good + "\n"], "bad": [bad]}).folder


@pytest.fixture
def study(master: Path, tmp_path: Path) -> Cli:
    """A command line in a copy of the study."""
    shutil.copytree(master, tmp_path / "study", symlinks=True)
    return Cli(tmp_path / "study")
