"""Fixtures of the store's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.store.store import Store, open_store

from .kit import make_study


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A study with four tickets, two candidates and one reviewer, ann."""
    return make_study(tmp_path)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path, busy_ms=2000, app_version="1", rubric_version="r1") as opened:
        yield opened
