"""The direct way and git agree, on every patch that the direct way takes (property tests)."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from workbench.adapters.clones import clone_repository
from workbench.adapters.diffs import Differ
from workbench.adapters.direct import apply_directly
from workbench.adapters.git import Git
from workbench.adapters.sections import read_sections
from workbench.adapters.staging import Staging
from workbench.adapters.tree_check import Changes
from workbench.adapters.trees import EMPTY_TREE, Draft, Entry, Reader
from workbench.domain.errors import GitFailed, PatchRefused

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]
lines = st.lists(st.sampled_from([b"a", b"b", b"", b" ", b"-x", b"+y", b"@@", b"c\r"]), max_size=14)
contents = st.builds(
    lambda rows, is_open: b"\n".join(rows) + (b"" if is_open or not rows else b"\n"),
    lines,
    st.booleans(),
)
names = st.sampled_from([b"f", b"d/g", b"d/e/h", b"d.x", b"d/e.h", b"z"])
trees = st.dictionaries(names, contents, max_size=4)


class Lab:
    """Trees made at will in a clone, the direct way and git's way side by side."""

    def __init__(self, clone: Path) -> None:
        git = Git(clone)
        self.git_dir, self.git = clone, git
        self.reader, self.differ, self.staging = Reader(git), Differ(git), Staging(git)

    def tree(self, files: Mapping[bytes, bytes]) -> str:
        """A tree of regular files."""
        draft = Draft()
        wanted = {path: Entry(b"100644", draft.add_blob(data)) for path, data in files.items()}
        oid = draft.change(self.reader, EMPTY_TREE, wanted)
        draft.write(self.git_dir)
        return oid

    def direct(self, root: str, patch: bytes) -> Changes | None:
        """What the direct way makes of it; None: it leaves it to git."""
        return apply_directly(self.reader, root, patch, Draft())

    def by_git(self, root: str, patch: bytes) -> Changes | None:
        """What `git apply --cached` makes of it; None: it refuses."""
        try:
            staged = self.staging.stage(root, patch)
        except (GitFailed, PatchRefused):
            return None
        staged.discard()
        return staged.changes


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, make_repository: MakeRepository) -> Iterator[Lab]:
    """One clone for all examples."""
    folder = tmp_path_factory.mktemp("direct")
    make_repository(folder / "source", {"x": b"x\n"})
    clone_repository(folder / "source", folder / "clone.git")
    made = Lab(folder / "clone.git")
    yield made
    made.reader.close()
    made.differ.close()
    made.staging.close()


many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(old=trees, new=trees)
def test_whole_diff_gives_the_new_tree(
    lab: Lab, old: dict[bytes, bytes], new: dict[bytes, bytes]
) -> None:
    """A diff of git, taken by the direct way, changes exactly what git would change."""
    root, target = lab.tree(old), lab.tree(new)
    assume(root != target)
    patch = lab.differ.diff(root, target)
    direct = lab.direct(root, patch)
    by_git = lab.by_git(root, patch)
    assert direct is None or direct == by_git


damages = st.lists(
    st.tuples(st.sampled_from(["drop", "double", "swap", "count", "sign"]), st.integers(0, 60)),
    min_size=1,
    max_size=3,
)


def damage(patch: bytes, what: str, at: int) -> bytes:
    """One small fault in one line of a patch."""
    rows = patch.split(b"\n")
    at %= max(1, len(rows) - 1)
    if what == "drop":
        del rows[at]
    elif what == "double":
        rows.insert(at, rows[at])
    elif what == "swap" and at + 1 < len(rows):
        rows[at], rows[at + 1] = rows[at + 1], rows[at]
    elif what == "count":
        rows[at] = re.sub(rb"\d+", lambda m: b"%d" % (int(m[0][:9]) + 1), rows[at], count=1)
    elif rows[at][:1] in {b" ", b"+", b"-"}:
        rows[at] = {b" ": b"-", b"-": b"+", b"+": b" "}[rows[at][:1]] + rows[at][1:]
    return b"\n".join(rows)


@many
@given(old=trees, new=trees, faults=damages)
@example(old={b"f": b"a\nb\n"}, new={b"f": b"a\nc\n"}, faults=[("count", 4), ("sign", 5)])
def test_damaged_diff_is_never_taken_otherwise_than_by_git(
    lab: Lab, old: dict[bytes, bytes], new: dict[bytes, bytes], faults: list[tuple[str, int]]
) -> None:
    """Where the direct way takes a damaged patch, git takes it too, with the same result."""
    root, target = lab.tree(old), lab.tree(new)
    assume(root != target)
    patch = lab.differ.diff(root, target)
    for what, at in faults:
        patch = damage(patch, what, at)
    direct = lab.direct(root, patch)
    if direct:
        assert direct == lab.by_git(root, patch)


@many
@given(old=trees, new=trees)
def test_tree_made_in_memory_has_the_id_git_gives(
    lab: Lab, old: dict[bytes, bytes], new: dict[bytes, bytes]
) -> None:
    """From one set of files to another by changes alone: the id that write-tree gives."""
    root = lab.tree(old)
    draft = Draft()
    changes: dict[bytes, Entry | None] = dict.fromkeys(old.keys() - new.keys())
    for path, data in new.items():
        if old.get(path) != data:
            changes[path] = Entry(b"100644", draft.add_blob(data))
    oid = draft.change(lab.reader, root, changes)
    draft.write(lab.git_dir)
    index = {"GIT_INDEX_FILE": str(lab.staging.folder / "check.index")}
    lab.git.run("read-tree", "--empty", env=index)
    listed = b"".join(
        b"100644 %s 0\t%s\0" % (draft_oid(data).encode(), path) for path, data in new.items()
    )
    lab.git.run("update-index", "-z", "--index-info", stdin=listed, env=index)
    assert lab.git.run("write-tree", env=index).decode().strip() == oid


def draft_oid(data: bytes) -> str:
    """The id of a blob."""
    return Draft().add_blob(data)


@given(data=st.binary(max_size=300))
@example(data=b"diff --git a/x b/x\n@@ -1 +1 @@\n")
@example(data=b"diff --git a/x b/x\n\n@@ -1 +1 @@\n\\ No newline at end of file\n")
def test_reader_of_sections_never_raises(data: bytes) -> None:
    """Any bytes are a list of sections or None."""
    found = read_sections(b"diff --git a/f b/f\n" + data)
    assert found is None or found
