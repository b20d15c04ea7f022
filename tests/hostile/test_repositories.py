"""Repositories whose config, hooks and attributes name programs: none ever runs."""

from pathlib import Path
from types import ModuleType

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.clones import clone_repository, resolve_commit, update_clone
from workbench.adapters.objects import ObjectStore
from workbench.domain.delivery import Rung
from workbench.domain.errors import InputRefused

BROKEN = {
    "r_corrupt": "cannot be copied",
    "r_empty": "has no commit yet",
    "r_notgit": "is not a git repository",
}
PATCH = (
    b"diff --git a/.gitattributes b/.gitattributes\nnew file mode 100644\n--- /dev/null\n"
    b"+++ b/.gitattributes\n@@ -0,0 +1 @@\n+*.py filter=f diff=tc\n"
    b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n l1\n-l2\n+x\n"
)


@pytest.fixture(scope="module")
def traps(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All 24 repositories in one folder."""
    folder = tmp_path_factory.mktemp("traps")
    assert len(build.repos(folder)) == 24
    return folder


NAMES = [
    *("r_alias", "r_alternates", "r_barerepo", "r_driver", "r_extdiff", "r_filter", "r_fsmonitor"),
    *("r_gitfile", "r_gpg", "r_hooks", "r_hookspath", "r_include", "r_lock", "r_merge", "r_pager"),
    *("r_process_filter", "r_remote", "r_replace", "r_textconv", "r_worktreecfg"),
]


@pytest.mark.parametrize("name", NAMES)
def test_g3_field_d2_clone_apply_and_diff_run_no_program(
    traps: Path, tmp_path: Path, name: str
) -> None:
    """Clone, update, apply by memory and by git, diff and read: the mark never appears."""
    clone = tmp_path / "clone.git"
    clone_repository(traps / name, clone)
    update_clone(traps / name, clone)
    base = resolve_commit(clone, "HEAD")
    with Ladder(clone) as ladder:
        applied = ladder.apply(base, PATCH)
        by_git = ladder.apply(base, b"preamble\n" + PATCH)
    assert (applied.rung, by_git.rung) == (Rung.PLAIN, Rung.PLAIN)
    assert applied.tree == by_git.tree
    store = ObjectStore(clone)
    assert store.read_blob(base, b"a.py") == b"l1\nl2\n"
    assert store.read_blob(applied.tree, b"a.py") == b"l1\nx\n"
    store.close()
    assert b"+*.py filter=f" in applied.diff
    assert not (traps / "PWNED").exists()


@pytest.mark.parametrize("name", BROKEN)
def test_g3_broken_repository_is_refused_in_words(traps: Path, tmp_path: Path, name: str) -> None:
    """A corrupt, empty or foreign thing gives one clear line, and no half clone stays."""
    with pytest.raises(InputRefused, match=BROKEN[name]) as caught:
        clone_repository(traps / name, tmp_path / "clone.git")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert not (traps / "PWNED").exists()


@pytest.mark.needs_root
def test_g3_repository_of_another_user_is_refused_in_words(traps: Path, tmp_path: Path) -> None:
    """The ownership rule of git holds, and the message says what to do."""
    foreign = traps / "r_foreign"
    with pytest.raises(InputRefused, match="belongs to another user"):
        clone_repository(foreign, tmp_path / "clone.git")
    assert not (traps / "PWNED").exists()


def test_g3_clone_brings_no_config_hook_or_attribute(traps: Path, tmp_path: Path) -> None:
    """The clone's config is ours to the letter, its attributes are neutral, it has no hooks."""
    clone = tmp_path / "clone.git"
    clone_repository(traps / "r_remote", clone)
    settings = [line.split()[0] for line in (clone / "config").read_text().splitlines()]
    assert settings == [
        *("[core]", "repositoryformatversion", "filemode", "bare"),
        *("[gc]", "auto", "pruneExpire"),
    ]
    assert (clone / "info" / "attributes").read_text().startswith("* -text -eol -crlf -filter")
    assert not (clone / "hooks").exists()
    assert clone.stat().st_mode & 0o777 == 0o700
