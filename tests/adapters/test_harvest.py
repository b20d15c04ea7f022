"""A patch is taken whole: after a failure, after a kill, and out of folders that were closed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import NOBODY, give_to_nobody, make_open_folder

from workbench.adapters.checkouts import make_checkout
from workbench.adapters.clones import clone_repository
from workbench.adapters.git import Git
from workbench.adapters.harvest import Harvester

LARGE = 11 << 20


def make_source(folder: Path, files: dict[str, bytes]) -> tuple[str, Path]:
    """A commit with these files, and a checkout of it."""
    source = folder / "source"
    (source / ".git").mkdir(parents=True)
    git, where = Git(source / ".git"), f"--work-tree={source}"
    git.run("init", "--quiet")
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    git.run(where, "add", "--all")
    git.run(where, "commit", "--quiet", "--message=start")
    commit = git.run("rev-parse", "HEAD").decode().strip()
    clone_repository(source, folder / "clone.git")
    for name in ("checkout", "scratch"):
        (folder / name).mkdir()
    make_checkout(folder / "clone.git", commit, folder / "checkout")
    return commit, folder / "checkout"


def make(folder: Path, files: dict[str, bytes]) -> tuple[Path, Harvester]:
    """A checkout of a commit with these files, its baseline taken."""
    commit, _ = make_source(folder, files)
    harvester = Harvester(folder / "clone.git", commit, folder / "checkout", folder / "scratch")
    harvester.begin()
    return folder / "checkout", harvester


def as_somebody(act: Callable[[], None]) -> int:
    """The exit code of a fork that has no right of root's."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        act()
        code = 0
    finally:
        os._exit(code)


def test_what_was_closed_is_opened_and_taken() -> None:
    """A folder and a file of mode 000, new and old; no mode of theirs is in the patch."""
    with make_open_folder() as folder:
        checkout, harvester = make(folder, {"old/a": b"1\n", "b": b"1\n"})
        for name in ("old/a", "b"):
            (checkout / name).write_text("2\n")
        (checkout / "new" / "deep").mkdir(parents=True)
        (checkout / "new" / "deep" / "c").write_text("3\n")
        for name in ("new/deep", "new", "old", "b"):
            (checkout / name).chmod(0)
        if os.geteuid() == 0:
            give_to_nobody(folder)
        told = folder / "told"
        assert as_somebody(lambda: _tell(harvester, told)) == 0
        patch = told.read_text()
    assert patch.count("diff --git") == 3
    assert "+3" in patch
    assert "mode 100644" in patch
    assert "old mode" not in patch


def _tell(harvester: Harvester, path: Path) -> None:
    path.write_bytes(harvester.take().patch)


def test_a_patch_is_the_same_when_it_is_taken_again(tmp_path: Path) -> None:
    """After a kill that left a lock: what was moved aside is no deletion, and named again."""
    checkout, harvester = make(tmp_path, {"large": b"x" * LARGE, "b": b"1\n"})
    (checkout / "b").write_text("2\n")
    (checkout / "huge").write_bytes(b"y" * LARGE)
    first = harvester.take()
    (tmp_path / "scratch" / "git" / "index.lock").touch()
    assert harvester.take() == first
    assert first.patch.count(b"diff --git") == 1
    assert [note for note in first.notes if "huge" in note] == ["left out, 11 MB: huge"]


def test_what_the_repository_and_its_setup_have_is_there_for_the_candidate(tmp_path: Path) -> None:
    """Large files and nested repositories are out of git's way for its baseline alone."""
    commit, checkout = make_source(
        tmp_path, {"large": b"x" * LARGE, "other": b"y" * LARGE, "b": b"1\n"}
    )
    (checkout / "weights").write_bytes(b"z" * LARGE)
    (checkout / "vendored" / ".git").mkdir(parents=True)
    (checkout / "vendored" / "a").write_text("1\n")
    harvester = Harvester(tmp_path / "clone.git", commit, checkout, tmp_path / "scratch")
    harvester.begin()
    assert {path.name for path in checkout.iterdir()} >= {"large", "other", "weights"}
    assert (checkout / "vendored" / ".git").is_dir()
    (checkout / "b").write_text("2\n")
    (checkout / "other").write_bytes(b"n" * LARGE)
    harvest = harvester.take()
    assert harvest.patch.count(b"diff --git") == 1
    assert b"a/b b/b" in harvest.patch
    assert harvest.notes == ("left out, 11 MB: other", "left out, made by setup: vendored/a")


def test_a_disk_that_fills_up_is_no_smaller_patch(tmp_path: Path) -> None:
    """Git leaves out what it cannot store: that is an error of ours."""
    from disks import mount_small

    checkout, _ = make(tmp_path, {"b": b"1\n"})
    with mount_small("1m") as disk:
        commit = (checkout / ".git" / "HEAD").read_text().strip()
        harvester = Harvester(tmp_path / "clone.git", commit, checkout, disk)
        harvester.begin()
        (checkout / "new").write_bytes(os.urandom(2 << 20))
        with pytest.raises(OSError, match="No space left on device"):
            harvester.take()
