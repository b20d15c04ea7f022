"""git's diffs and what is counted on them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workbench.adapters.clones import clone_repository
from workbench.adapters.diffs import Differ, count_lines, has_conflict_marks
from workbench.adapters.git import Git
from workbench.adapters.trees import EMPTY_TREE, Draft, Entry, Reader

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]
HEAD = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n"


@pytest.mark.parametrize(
    ("diff", "counts"),
    [
        (b"", (0, 0, 0)),
        (HEAD + b"@@ -1 +1 @@\n-a\n+b\n", (1, 1, 1)),
        (HEAD + b"@@ -1,2 +0,0 @@\n--- a/x\n-+++ b/x\n", (1, 0, 2)),
        (HEAD + b"@@ -0,0 +1,3 @@\n+++ y\n+diff --git a/b b/b\n+@@ -1 +1 @@\n", (1, 3, 0)),
        (HEAD + b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n" + HEAD, (2, 1, 1)),
        (b"diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n", (1, 0, 0)),
        (HEAD + b"@@ -1,3 +1,3 @@ def f():\n a\r\n-b\n+\x00c\n\n" + HEAD, (2, 1, 1)),
    ],
)
def test_lines_are_counted_by_hunks(diff: bytes, counts: tuple[int, int, int]) -> None:
    """What looks like a header inside a hunk is a line; what stands outside one is none."""
    assert count_lines(diff) == counts


def test_conflict_marks_are_seen_in_added_lines_only() -> None:
    """A mark that was there before, or that is removed, is no news."""
    assert has_conflict_marks(b"+<<<<<<< HEAD\n")
    assert not has_conflict_marks(b"-<<<<<<< HEAD\n <<<<<<< HEAD\n+=======\n+<<<<<<<<<\n")


def test_one_process_diffs_many_trees(tmp_path: Path, make_repository: MakeRepository) -> None:
    """Diffs asked for one after the other do not run into each other, an empty one included."""
    make_repository(tmp_path / "source", {"x": b"x\n"})
    clone_repository(tmp_path / "source", tmp_path / "clone.git")
    git = Git(tmp_path / "clone.git")
    reader, differ = Reader(git), Differ(git)
    trees = []
    for text in (b"a\n", b"end 0123456789abcdef\n", b"diff --git a/x b/x\n", b"no newline"):
        draft = Draft()
        entry = Entry(b"100644", draft.add_blob(text))
        trees.append(draft.change(reader, EMPTY_TREE, {b"f": entry}))
        draft.write(git.git_dir)
    for old in trees:
        for new in trees:
            diff = differ.diff(old, new)
            assert count_lines(diff) == ((0, 0, 0) if old == new else (1, 1, 1))
            assert not diff or diff.startswith(b"diff --git a/f b/f\nindex ")
    reader.close()
    differ.close()
