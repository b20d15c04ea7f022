"""The hostile corpus, built once per session from build.py; nothing of it is kept in the tree."""

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.clones import clone_repository, resolve_commit
from workbench.domain.output import Applied

HERE = Path(__file__).parent
Snapshot = dict[str, tuple[int, str]]


class Victim:
    """A repository under attack, the folder around it, and our clone.

    No dataclass: hypothesis would print all patches with every example.
    """

    def __init__(
        self, outside: Path, clone: Path, ladder: Ladder, patches: dict[str, bytes]
    ) -> None:
        """All of them at HEAD of the clone."""
        self.outside, self.clone, self.ladder = outside, clone, ladder
        self.base = resolve_commit(clone, "HEAD")
        self.patches = patches

    def apply(self, name: str) -> Applied:
        """What becomes of one patch of the corpus."""
        return self.ladder.apply(self.base, self.patches[name])


@pytest.fixture(scope="session")
def build() -> ModuleType:
    """tests/hostile/build.py as a module."""
    spec = importlib.util.spec_from_file_location("hostile_build", HERE / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def victim(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """The victim repository and every patch of the corpus."""
    folder = tmp_path_factory.mktemp("victim")
    items = build.build(folder / "corpus")
    patches = {
        item["id"]: (folder / "corpus" / item["file"]).read_bytes()
        for item in items
        if item["kind"] == "patch"
    }
    clone = folder / "clone.git"
    clone_repository(build.victim(folder), clone)
    with Ladder(clone) as ladder:
        yield Victim(folder / "outer", clone, ladder, patches)


@pytest.fixture(scope="session")
def big(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four oversized patches."""
    folder = tmp_path_factory.mktemp("big")
    build.big(folder)
    return folder


@pytest.fixture(scope="session")
def snapshot() -> Callable[[Path], Snapshot]:
    """Path, mode and hash of everything below a folder."""
    return _snapshot


def _snapshot(folder: Path) -> Snapshot:
    found = {}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        content = b""
        if path.is_symlink():
            content = bytes(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        found[str(path)] = (state.st_mode, hashlib.sha256(content).hexdigest())
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`patch_item` runs over the 74 patches of the manifest, each under its id."""
    if "patch_item" in metafunc.fixturenames:
        items = json.loads((HERE / "manifest.json").read_text("utf-8"))
        patches = [item for item in items if item["kind"] == "patch"]
        metafunc.parametrize("patch_item", patches, ids=[item["id"] for item in patches])
