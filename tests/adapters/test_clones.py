"""The private clone: every kind of source, clear refusals, never a half clone."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workbench.adapters.apply import apply_patch
from workbench.adapters.clones import (
    clone_repository,
    fetch_commit,
    is_clone,
    resolve_commit,
    update_clone,
)
from workbench.domain.errors import GitFailed, InputRefused

RunGit = Callable[..., str]
MakeRepository = Callable[[Path, Mapping[str, bytes]], str]


@pytest.fixture
def source(tmp_path: Path, make_repository: MakeRepository) -> Path:
    """A work tree with one commit."""
    make_repository(tmp_path / "source", {"a.txt": b"one\n"})
    return tmp_path / "source"


def as_work_tree(source: Path, _: RunGit) -> Path:
    """The folder with the files."""
    return source


def as_git_folder(source: Path, _: RunGit) -> Path:
    """Its .git."""
    return source / ".git"


def as_bare(source: Path, run_git: RunGit) -> Path:
    """A bare copy."""
    run_git(source, "clone", "-q", "--bare", ".", "../bare")
    return source.parent / "bare"


def as_linked_tree(source: Path, run_git: RunGit) -> Path:
    """A second work tree, whose .git is a file."""
    run_git(source, "worktree", "add", "-q", "../linked")
    return source.parent / "linked"


def as_submodule(source: Path, run_git: RunGit) -> Path:
    """A submodule, whose .git is a file too."""
    outer = source.parent / "outer"
    outer.mkdir()
    run_git(outer, "init", "-q")
    run_git(outer, "submodule", "add", "-q", str(source), "inner")
    return outer / "inner"


def as_shallow(source: Path, run_git: RunGit) -> Path:
    """A clone that holds the last commit only."""
    run_git(source, "commit", "-q", "--allow-empty", "-m", "second")
    run_git(source.parent, "clone", "-q", "--depth", "1", f"file://{source}", "shallow")
    return source.parent / "shallow"


def as_odd_name(source: Path, _: RunGit) -> Path:
    """A path that a URL would read otherwise."""
    return source.rename(source.parent / "a b%41#?*\u00e9")


@pytest.mark.parametrize(
    "kind",
    [
        as_work_tree,
        as_git_folder,
        as_bare,
        as_linked_tree,
        as_submodule,
        as_shallow,
        as_odd_name,
    ],
)
def test_every_kind_of_source_is_cloned(
    source: Path, tmp_path: Path, run_git: RunGit, kind: Callable[[Path, RunGit], Path]
) -> None:
    """Work tree, git folder, bare, .git file or shallow: the clone knows the HEAD of each."""
    origin = kind(source, run_git)
    clone = tmp_path / "clone.git"
    clone_repository(origin, clone)
    assert resolve_commit(clone, "HEAD") == run_git(origin, "rev-parse", "HEAD")
    assert is_clone(clone)
    assert clone.stat().st_mode & 0o777 == 0o700


def test_clone_reports_progress(source: Path, tmp_path: Path) -> None:
    """A caller sees what git is doing and how far it is."""
    seen: list[tuple[str, int]] = []
    clone_repository(source, tmp_path / "c.git", lambda what, done: seen.append((what, done)))
    assert ("Receiving objects", 100) in seen


def test_interrupted_clone_leaves_nothing(source: Path, tmp_path: Path) -> None:
    """An exception out of the progress report ends git, and no folder counts as a clone."""
    target = tmp_path / "clones" / "c.git"

    def interrupt(_: str, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clone_repository(source, target, interrupt)
    assert list(target.parent.iterdir()) == []


def test_half_clone_of_a_killed_process_is_swept(source: Path, tmp_path: Path) -> None:
    """What a kill left behind goes with the next clone of the same name."""
    stale = tmp_path / ".c.git.part-abc"
    stale.mkdir()
    clone_repository(source, tmp_path / "c.git")
    assert not stale.exists()


def test_existing_target_is_not_overwritten(source: Path, tmp_path: Path) -> None:
    """A path in use is refused and stays as it was."""
    (tmp_path / "c.git").write_text("mine")
    with pytest.raises(InputRefused, match="exists already"):
        clone_repository(source, tmp_path / "c.git")
    assert (tmp_path / "c.git").read_text() == "mine"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.exists, "does not exist"),
        (Path.touch, "is not a folder"),
        (Path.mkdir, "is not a git repository"),
    ],
)
def test_wrong_source_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    """A missing path, a file and a plain folder are told apart."""
    make(tmp_path / "x")
    with pytest.raises(InputRefused, match=words):
        clone_repository(tmp_path / "x", tmp_path / "c.git")


def test_sha256_repository_is_refused(tmp_path: Path, run_git: RunGit) -> None:
    """Ids of 64 digits are not supported, and the refusal says so."""
    folder = tmp_path / "new"
    folder.mkdir()
    run_git(folder, "init", "-q", "--object-format=sha256")
    run_git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    with pytest.raises(InputRefused, match="SHA-256"):
        clone_repository(folder, tmp_path / "c.git")


def test_later_commit_arrives_by_update(
    source: Path, tmp_path: Path, make_repository: MakeRepository
) -> None:
    """A commit made after the clone is found once the clone is updated."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    later = make_repository(source, {"a.txt": b"two\n"})
    with pytest.raises(GitFailed):
        resolve_commit(clone, later)
    update_clone(source, clone)
    assert resolve_commit(clone, later) == later


def test_rewritten_branch_arrives_by_update(source: Path, tmp_path: Path, run_git: RunGit) -> None:
    """A branch that was amended is no reason to stop."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    run_git(source, "commit", "-q", "--amend", "-m", "another")
    update_clone(source, clone)
    assert resolve_commit(clone, "main") == run_git(source, "rev-parse", "HEAD")


def test_commit_on_no_branch_is_fetched_by_id(
    source: Path, tmp_path: Path, run_git: RunGit
) -> None:
    """A base commit that hangs on no branch is asked for by its id, and stays."""
    dangling = run_git(source, "commit-tree", "HEAD^{tree}", "-m", "alone")
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    assert resolve_commit(clone, dangling, source) == dangling
    assert resolve_commit(clone, dangling) == dangling


def test_branch_that_came_later_is_resolved_with_source(
    source: Path, tmp_path: Path, run_git: RunGit
) -> None:
    """A name unknown to the clone is looked for in the repository once more."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    run_git(source, "branch", "later")
    assert resolve_commit(clone, "later", source) == run_git(source, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    "revision",
    ["0" * 40, "no-such-branch", "--help", "-x", "", "a\nb", "a\0b", "HEAD:a.txt", "x" * 5000],
)
def test_unknown_commit_names_itself_and_the_repository(
    source: Path, tmp_path: Path, revision: str
) -> None:
    """Whatever is no commit gives one line with the commit and the repository."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    with pytest.raises(GitFailed, match=str(source)) as caught:
        resolve_commit(clone, revision, source)
    assert "is not in" in str(caught.value)
    assert str(caught.value).isprintable()


def test_fetch_takes_full_ids_only(source: Path, tmp_path: Path) -> None:
    """A refspec or an option in the place of an id is refused before git sees it."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    with pytest.raises(InputRefused, match="40 hex digits"):
        fetch_commit(source, clone, "--upload-pack=touch x")


def test_update_from_a_repository_that_went_away_is_refused(source: Path, tmp_path: Path) -> None:
    """The clone stays usable when its source is gone."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    source.rename(tmp_path / "moved")
    with pytest.raises(InputRefused, match="does not exist"):
        update_clone(source, clone)
    assert len(resolve_commit(clone, "HEAD")) == 40


def test_tree_of_an_output_survives_gc_by_hand(
    source: Path, tmp_path: Path, run_git: RunGit
) -> None:
    """No ref holds what a patch made, and yet `git gc` in the clone keeps it."""
    clone = tmp_path / "c.git"
    clone_repository(source, clone)
    patch = b"diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n"
    tree = apply_patch(clone, resolve_commit(clone, "HEAD"), patch).tree
    old = 1_000_000_000
    for path in (clone / "objects").rglob("*"):
        os.utime(path, (old, old))
    run_git(clone, "gc", "-q")
    assert run_git(clone, "cat-file", "-t", tree) == "tree"
