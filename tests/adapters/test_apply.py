"""The apply ladder: each mutation on its rung; a failure leaves no trace."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from workbench.adapters import fuzz
from workbench.adapters.apply import Ladder, apply_patch
from workbench.adapters.clones import clone_repository, resolve_commit
from workbench.adapters.git import Git
from workbench.adapters.objects import ObjectStore
from workbench.domain.delivery import Rung
from workbench.domain.errors import GitFailed, InputRefused
from workbench.domain.output import Applied

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]
LINES = b"".join(b"line %d\n" % n for n in range(1, 61))
PATCH = b"""diff --git a/src/a.py b/src/a.py
--- a/src/a.py
+++ b/src/a.py
@@ -8,7 +8,7 @@ somewhere
 line 8
 line 9
 line 10
-line 11
+line eleven
 line 12
 line 13
 line 14
@@ -40,6 +40,7 @@
 line 40
 line 41
 line 42
+between
 line 43
 line 44
 line 45
diff --git a/new.txt b/new.txt
new file mode 100644
--- /dev/null
+++ b/new.txt
@@ -0,0 +1,2 @@
+first
+second
"""
WANTED = LINES.replace(b"line 11\n", b"line eleven\n").replace(b"line 42\n", b"line 42\nbetween\n")
BLANKS = (
    b"diff --git a/blank.txt b/blank.txt\n--- a/blank.txt\n+++ b/blank.txt\n"
    b"@@ -1,5 +1,5 @@\n-a\n+A\n \n b\n \n \n"
)


class Bench:
    """A clone with a ladder."""

    def __init__(self, clone: Path) -> None:
        self.clone = clone
        self.base = resolve_commit(clone, "HEAD")
        self.ladder = Ladder(clone)

    def apply(self, patch: bytes) -> Applied:
        """What becomes of a patch on HEAD."""
        return self.ladder.apply(self.base, patch)

    def read(self, applied: Applied, path: bytes) -> bytes:
        """A file of the tree that came of it."""
        store = ObjectStore(self.clone)
        try:
            return store.read_blob(applied.tree, path)
        finally:
            store.close()

    def objects(self) -> set[bytes]:
        """Every object of the clone."""
        listed = Git(self.clone).run("cat-file", "--batch-check", "--batch-all-objects")
        return set(listed.splitlines())


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory, make_repository: MakeRepository
) -> Iterator[Bench]:
    """Sixty lines, blank lines at the end, CRLF, a file without last newline, a deep one."""
    folder = tmp_path_factory.mktemp("apply")
    files = {
        "src/a.py": LINES,
        "blank.txt": b"a\n\nb\n\n\n",
        "crlf.txt": b"one\r\ntwo\r\nthree\r\n",
        "open.txt": b"x\ny",
        "tests/test_a.py": b"def test_a():\n    assert True\n",
        "mine/deep/only.txt": b"only\n",
    }
    make_repository(folder / "source", files)
    clone_repository(folder / "source", folder / "clone.git")
    made = Bench(folder / "clone.git")
    yield made
    made.ladder.close()


def falsify(patch: bytes) -> bytes:
    """Wrong counts in every hunk header."""

    def wrong(match: re.Match[bytes]) -> bytes:
        return b"@@ -%s,%d +%s,%d @@" % (match[1], int(match[2]) + 3, match[3], int(match[4]) + 5)

    return re.sub(rb"@@ -(\d+),(\d+) \+(\d+),(\d+) @@", wrong, patch)


def shift(patch: bytes) -> bytes:
    """Every hunk of an existing file said to be forty lines further down."""

    def move(match: re.Match[bytes]) -> bytes:
        return b"@@ -%d,%s +%d," % (int(match[1]) + 40, match[2], int(match[3]) + 40)

    return re.sub(rb"@@ -([1-9]\d*),(\d+) \+(\d+),", move, patch)


@pytest.mark.parametrize(
    ("patch", "rung"),
    [
        (PATCH, Rung.PLAIN),
        (b"\n\n" + PATCH, Rung.PLAIN),
        (b"Some words before.\n" + PATCH, Rung.PLAIN),
        (b"\xef\xbb\xbf" + PATCH, Rung.PLAIN),
        (shift(PATCH), Rung.PLAIN),
        (PATCH.rstrip(b"\n"), Rung.NEWLINE),
        (falsify(PATCH), Rung.RECOUNT),
        (falsify(PATCH).rstrip(b"\n"), Rung.RECOUNT),
        (PATCH.replace(b" line 9\n", b" line nine\n"), Rung.FUZZ),
        (PATCH.replace(b" line 45\n", b" other\n").rstrip(b"\n"), Rung.FUZZ),
    ],
)
def test_mutation_lands_on_its_rung_with_the_same_tree(
    bench: Bench, patch: bytes, rung: Rung
) -> None:
    """Whatever way a patch is damaged, what is applied is what was meant, and the rung is shown."""
    applied = bench.apply(patch)
    assert applied.rung is rung
    assert applied.tree == bench.apply(PATCH).tree
    assert bench.read(applied, b"src/a.py") == WANTED
    assert bench.read(applied, b"new.txt") == b"first\nsecond\n"
    assert (applied.files, applied.added, applied.removed) == (2, 4, 1)
    assert applied.badges == (() if rung is Rung.PLAIN else (rung.value,))


def test_blank_context_line_without_its_blank_is_plain(bench: Bench) -> None:
    """An empty line in a hunk stands for an empty line of context."""
    assert bench.apply(re.sub(rb"(?m)^ $", b"", BLANKS)).tree == bench.apply(BLANKS).tree
    assert bench.apply(BLANKS).rung is Rung.PLAIN


def test_stripped_trailing_context_needs_recount(bench: Bench) -> None:
    """Blank context lines cut off the end of a patch are found by recounting."""
    applied = bench.apply(BLANKS.rstrip() + b"\n")
    assert applied.rung is Rung.RECOUNT
    assert applied.tree == bench.apply(BLANKS).tree


def test_crlf_patch_of_an_lf_file_needs_fuzz(bench: Bench) -> None:
    """A patch saved with CRLF gives the LF tree, with a remark on its line ends."""
    applied = bench.apply(PATCH.replace(b"\n", b"\r\n"))
    assert applied.rung is Rung.FUZZ
    assert applied.tree == bench.apply(PATCH).tree
    assert "CRLF" in applied.detail


def test_patch_of_a_crlf_file_is_plain(bench: Bench) -> None:
    """Line ends of the file itself are content like any other."""
    patch = (
        b"diff --git a/crlf.txt b/crlf.txt\n--- a/crlf.txt\n+++ b/crlf.txt\n"
        b"@@ -1,3 +1,3 @@\n one\r\n-two\r\n+2\r\n three\r\n"
    )
    applied = bench.apply(patch)
    assert applied.rung is Rung.PLAIN
    assert bench.read(applied, b"crlf.txt") == b"one\r\n2\r\nthree\r\n"


def test_fuzz_says_where_it_guessed(bench: Bench) -> None:
    """The remark names the file and what GNU patch reported."""
    applied = bench.apply(PATCH.replace(b" line 9\n", b" line nine\n"))
    assert applied.detail.startswith("src/a.py: Hunk #1 succeeded at 8 with fuzz")


def test_fuzz_is_skipped_and_said_so_without_gnu_patch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where patch is not installed the answer names what is missing."""
    monkeypatch.setattr(fuzz, "find_program", lambda _: None)
    applied = bench.apply(PATCH.replace(b" line 9\n", b" line nine\n"))
    assert applied.rung is Rung.FAILED
    assert "GNU patch is not installed" in applied.detail


UNFIT = {
    "another file": PATCH.replace(b"src/a.py", b"src/b.py"),
    "other content": re.sub(rb"line (\d)", rb"row \1", PATCH),
    "already applied": (
        b"diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n"
        b"@@ -8,7 +8,7 @@\n line 8\n line 9\n line 10\n-line eleven\n+line 11\n line 12\n"
        b" line 13\n line 14\n"
    ),
    "no context to place it by": (
        b"diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n"
        b"@@ -5 +5 @@\n-line 30\n+thirty\n"
    ),
    "file exists": PATCH.replace(b"new.txt", b"open.txt"),
    "deletes what is not there": (
        b"diff --git a/open.txt b/open.txt\ndeleted file mode 100644\n--- a/open.txt\n"
        b"+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    ),
    "a folder in the way": PATCH.replace(b"new.txt", b"src"),
    "a file in the way": PATCH.replace(b"new.txt", b"open.txt/x"),
    "changes nothing": PATCH[: PATCH.index(b"@@")] + b"@@ -1,1 +1,1 @@\n line 1\n",
}


@pytest.mark.parametrize("name", UNFIT)
def test_patch_that_fits_nowhere_fails_without_trace(bench: Bench, name: str) -> None:
    """A failed patch has no tree, keeps a reason, and adds no object to the clone."""
    before = bench.objects()
    applied = bench.apply(UNFIT[name])
    assert (applied.rung, applied.tree, applied.diff) == (Rung.FAILED, "", b"")
    assert applied.detail
    assert "\n" not in applied.detail
    assert bench.objects() == before


@pytest.mark.parametrize("patch", [b"", b"\n", b" \t\r\n", b"\xef\xbb\xbf\n"])
def test_blank_patch_is_empty(bench: Bench, patch: bytes) -> None:
    """Nothing but blanks is an answer without a patch."""
    assert bench.apply(patch) == Applied(Rung.EMPTY)


def test_rename_copy_mode_and_deletion_go_by_git(bench: Bench) -> None:
    """What the direct way leaves to git is applied, and the diff shows it as git does."""
    patch = (
        b"diff --git a/src/a.py b/src/z.py\nsimilarity index 100%\n"
        b"rename from src/a.py\nrename to src/z.py\n"
        b"diff --git a/crlf.txt b/crlf.txt\nold mode 100644\nnew mode 100755\n"
        b"diff --git a/mine/deep/only.txt b/mine/deep/only.txt\ndeleted file mode 100644\n"
        b"--- a/mine/deep/only.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-only\n"
    )
    applied = bench.apply(patch)
    assert applied.rung is Rung.PLAIN
    assert b"rename from src/a.py\nrename to src/z.py\n" in applied.diff
    assert b"new mode 100755" in applied.diff
    assert (applied.files, applied.added, applied.removed) == (3, 0, 1)
    store = ObjectStore(bench.clone)
    paths = {file.path for file in store.list_tree(applied.tree)}
    store.close()
    assert paths == {b"src/z.py", b"blank.txt", b"crlf.txt", b"open.txt", b"tests/test_a.py"}


def test_file_becomes_folder_and_folder_becomes_file(bench: Bench) -> None:
    """A patch may put a folder in the place of a file and a file in the place of a folder."""
    patch = (
        b"diff --git a/open.txt b/open.txt\ndeleted file mode 100644\n--- a/open.txt\n"
        b"+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n\\ No newline at end of file\n"
        b"diff --git a/open.txt/in b/open.txt/in\nnew file mode 100644\n--- /dev/null\n"
        b"+++ b/open.txt/in\n@@ -0,0 +1 @@\n+in\n"
        b"diff --git a/mine/deep/only.txt b/mine/deep/only.txt\ndeleted file mode 100644\n"
        b"--- a/mine/deep/only.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-only\n"
        b"diff --git a/mine b/mine\nnew file mode 100644\n--- /dev/null\n+++ b/mine\n"
        b"@@ -0,0 +1 @@\n+file\n"
    )
    applied = bench.apply(patch)
    assert applied.rung is Rung.PLAIN
    assert bench.read(applied, b"open.txt/in") == b"in\n"
    assert bench.read(applied, b"mine") == b"file\n"


def test_missing_newline_at_the_end_is_kept(bench: Bench) -> None:
    """A last line without newline stays without, and one can be added."""
    head = b"diff --git a/open.txt b/open.txt\n--- a/open.txt\n+++ b/open.txt\n@@ -1,2 +1,2 @@\n"
    mark = b"\\ No newline at end of file\n"
    kept = bench.apply(head + b"-x\n+X\n y\n" + mark)
    closed = bench.apply(head + b" x\n-y\n" + mark + b"+y\n")
    assert bench.read(kept, b"open.txt") == b"X\ny"
    assert bench.read(closed, b"open.txt") == b"x\ny\n"


def test_missing_base_commit_is_an_error_not_an_answer(bench: Bench) -> None:
    """Nothing is said about a patch whose base commit is not there."""
    with pytest.raises(GitFailed, match="not in the clone"):
        bench.ladder.apply("1" * 40, PATCH)
    with pytest.raises(InputRefused, match="no full commit id"):
        bench.ladder.apply("HEAD", PATCH)


def test_single_patch_helper_leaves_no_scratch_files(bench: Bench) -> None:
    """apply_patch gives the same answer and cleans up behind itself."""
    before = sorted((bench.clone / "wb-staging").iterdir())
    assert apply_patch(bench.clone, bench.base, b"x\n" + PATCH) == bench.apply(PATCH)
    assert sorted((bench.clone / "wb-staging").iterdir()) == before
