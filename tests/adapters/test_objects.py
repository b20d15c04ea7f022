"""Reading the objects of a clone as GitPython's, without GitPython's processes."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from workbench.adapters.apply import apply_patch
from workbench.adapters.clones import clone_repository, resolve_commit
from workbench.adapters.objects import ObjectStore
from workbench.domain.errors import GitFailed, InputRefused

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]
FILES = {"a.txt": b"a\n", "d/b.bin": b"\x00\xff", "d/e/c.txt": b"c" * 5000}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, make_repository: MakeRepository) -> Path:
    """A clone with three files."""
    folder = tmp_path_factory.mktemp("objects")
    make_repository(folder / "source", FILES)
    clone_repository(folder / "source", folder / "clone.git")
    return folder / "clone.git"


@pytest.fixture
def store(clone: Path) -> Iterator[ObjectStore]:
    """Its objects."""
    opened = ObjectStore(clone)
    yield opened
    opened.close()


def test_files_of_a_commit_are_listed_and_read(store: ObjectStore, clone: Path) -> None:
    """Paths and bytes are those of the commit, in git's order."""
    base = resolve_commit(clone, "HEAD")
    assert [file.path.decode() for file in store.list_tree(base)] == list(FILES)
    assert {file.mode for file in store.list_tree(base)} == {"100644"}
    assert {name: store.read_blob(base, name.encode()) for name in FILES} == FILES


def test_tree_made_after_opening_is_seen(store: ObjectStore, clone: Path) -> None:
    """An output applied while the store is open can be read at once."""
    base = resolve_commit(clone, "HEAD")
    assert store.has_tree(base)
    patch = b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+b\n"
    tree = apply_patch(clone, base, patch).tree
    assert store.read_blob(tree, b"a.txt") == b"b\n"


@pytest.mark.parametrize("path", [b"nope", b"d", b"a.txt/x", b"", b"d/", b"../x", b"d//b.bin"])
def test_what_is_no_file_is_refused(store: ObjectStore, clone: Path, path: bytes) -> None:
    """A missing path, a folder and nonsense are a GitFailed that names the path."""
    with pytest.raises(GitFailed):
        store.read_blob(resolve_commit(clone, "HEAD"), path)


def test_large_file_is_refused_before_it_is_read(store: ObjectStore, clone: Path) -> None:
    """The limit is on the size git reports."""
    with pytest.raises(InputRefused, match="5,000 bytes, the limit is 4,999"):
        store.read_blob(resolve_commit(clone, "HEAD"), b"d/e/c.txt", limit=4999)


def test_unknown_ids_are_refused(store: ObjectStore) -> None:
    """Names, zeros and ids that are not there."""
    for name in ("HEAD", "", "0" * 40, "1" * 40, "--help"):
        with pytest.raises(InputRefused):
            store.list_tree(name)
        assert not store.has_tree(name)


def test_store_is_shared_by_threads(store: ObjectStore, clone: Path) -> None:
    """A background worker and the screen may read at the same time."""
    base = resolve_commit(clone, "HEAD")
    wrong: list[str] = []

    def read() -> None:
        names = list(FILES) * 20
        wrong.extend(n for n in names if store.read_blob(base, n.encode()) != FILES[n])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_caller_environment_does_not_move_the_store(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR and GIT_OBJECT_DIRECTORY of the caller are without effect, and stay as they were."""
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nonexistent")
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    opened = ObjectStore(clone)
    assert opened.read_blob(resolve_commit(clone, "HEAD"), b"a.txt") == b"a\n"
    opened.close()
    assert os.environ["GIT_DIR"] == os.environ["GIT_OBJECT_DIRECTORY"] == "/nonexistent"
    assert "GIT_PYTHON_REFRESH" not in os.environ


def test_folder_without_a_clone_is_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(GitFailed, match=str(tmp_path)):
        ObjectStore(tmp_path).list_tree("1" * 40)
