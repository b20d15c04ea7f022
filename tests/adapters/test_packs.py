"""Packs that git itself finds whole, whatever is in them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.adapters.clones import clone_repository
from workbench.adapters.git import Git
from workbench.adapters.packs import write_pack
from workbench.adapters.trees import EMPTY_TREE, Draft, Entry, Reader

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory, make_repository: MakeRepository) -> Git:
    """A clone to write into."""
    folder = tmp_path_factory.mktemp("packs")
    make_repository(folder / "source", {"a": b"a\n"})
    clone_repository(folder / "source", folder / "clone.git")
    return Git(folder / "clone.git")


def write(git: Git, files: Mapping[bytes, bytes]) -> str:
    """A pack of these files and their trees; the tree."""
    draft, reader = Draft(), Reader(git)
    entries = {path: Entry(b"100644", draft.add_blob(data)) for path, data in files.items()}
    tree = draft.change(reader, EMPTY_TREE, entries)
    reader.close()
    write_pack(git.git_dir, {oid: (kind, data) for oid, kind, data in draft.objects()})
    return tree


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.dictionaries(
        st.sampled_from([b"a", b"b/c", b"b/d/e", b"f"]), st.binary(max_size=5000), max_size=4
    )
)
def test_pack_is_whole_for_git(git: Git, files: dict[bytes, bytes]) -> None:
    """verify-pack accepts every pack, and every file is read back as it was."""
    tree = write(git, files)
    for index in (git.git_dir / "objects" / "pack").glob("*.idx"):
        git.run("verify-pack", str(index))
    for path, data in files.items():
        assert git.run("cat-file", "blob", f"{tree}:{path.decode()}") == data


def test_large_and_many_objects(git: Git) -> None:
    """Sizes that need several bytes in the head, and more objects than one fan-out step."""
    files = {b"f%d" % n: b"%d" % n * n for n in range(0, 3000, 7)}
    tree = write(git, {**files, b"large": b"x" * 3_000_000})
    listed = git.run("ls-tree", "-r", "-l", tree).decode().splitlines()
    assert len(listed) == len(files) + 1
    assert git.run("cat-file", "-s", f"{tree}:large").strip() == b"3000000"
    assert b"missing" not in git.run("fsck", "--full", "--no-dangling")


def test_nothing_makes_no_pack(git: Git) -> None:
    """A chunk of refused patches leaves no file."""
    before = list((git.git_dir / "objects" / "pack").iterdir())
    write_pack(git.git_dir, {})
    assert list((git.git_dir / "objects" / "pack").iterdir()) == before
