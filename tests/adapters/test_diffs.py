"""git's diffs and what is counted on them."""

import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.clones import clone_repository
from workbench.adapters.diffs import Differ, count_lines, has_conflict_marks
from workbench.adapters.git import Git
from workbench.adapters.trees import EMPTY_TREE, Draft, Entry, Reader
from workbench.domain.delivery import Rung

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]
RunGit = Callable[..., str]
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


class Starts:
    """Counts the processes that Python starts, whoever asks for them."""

    def __init__(self) -> None:
        self.n, self._is_on = 0, False
        sys.addaudithook(self._note)

    def _note(self, event: str, _: object) -> None:
        self.n += self._is_on and event == "subprocess.Popen"

    def __enter__(self) -> Self:
        self.n, self._is_on = 0, True
        return self

    def __exit__(self, *_: object) -> None:
        self._is_on = False


def edit(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    """Lines replaced, dropped and added at random places."""
    out = []
    for line in lines:
        what = rng.random()
        out += [b"new %d\n" % rng.randrange(99)] * (what < 0.05) + [line] * (what > 0.02)
    return out


def test_field_t23_a_long_file_is_as_git_has_it_and_costs_no_process(
    tmp_path: Path, make_repository: MakeRepository, run_git: RunGit
) -> None:
    """2,000 lines: git's own bytes; ten patches of nine files start as much as one of one."""
    rng = random.Random(3)
    old = [b"line %d\n" % (n % 300) for n in range(2_000)]
    names = [f"f{n}.txt" for n in range(9)]
    base = make_repository(tmp_path / "s", dict.fromkeys(names, b"".join(old)))
    flags = ("--histogram", "-M", "-C", "--full-index", "--text", "--no-ext-diff", "--no-textconv")
    wanted = []
    for _ in range(10):
        changed = {name: b"".join(edit(rng, old)) for name in names}
        commit = make_repository(tmp_path / "s", changed)
        wanted.append(run_git(tmp_path / "s", "diff", *flags, base, commit) + "\n")
    clone_repository(tmp_path / "s", tmp_path / "clone.git")
    starts, counted = Starts(), []
    for patches in (wanted[:1], wanted):
        with starts, Ladder(tmp_path / "clone.git") as ladder:
            for patch in patches:
                applied = ladder.apply(base, patch.encode())
                assert applied.rung is Rung.PLAIN
                assert applied.diff.decode() == patch
        counted.append(starts.n)
    assert counted[0] == counted[1] > 0


def test_field_d1_an_attribute_hides_no_line(
    tmp_path: Path, make_repository: MakeRepository
) -> None:
    """`*.py -diff` in the repository or in the patch: git shows nothing, a reviewer everything."""
    files = {".gitattributes": b"*.py -diff binary\n", "a.py": b"a\n", "b.txt": b"b\n"}
    base = make_repository(tmp_path / "s", files)
    clone_repository(tmp_path / "s", tmp_path / "clone.git")
    patch = (
        b"diff --git a/.gitattributes b/.gitattributes\n--- a/.gitattributes\n"
        b"+++ b/.gitattributes\n@@ -1 +1,2 @@\n *.py -diff binary\n+*.txt -diff\n"
        b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n-a\n+x\n+y\n"
        b"diff --git a/b.txt b/b.txt\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+z\n"
    )
    with Ladder(tmp_path / "clone.git") as ladder:
        applied = ladder.apply(base, patch)
    assert b"Binary files" not in applied.diff
    assert b"-a\n+x\n+y\n" in applied.diff
    assert b"-b\n+z\n" in applied.diff
    assert (applied.files, applied.added, applied.removed) == (3, 4, 2)
    assert ".gitattributes touched" in applied.badges


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
