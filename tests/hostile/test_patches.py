"""Every hostile patch against a real repository: outcome, traces, surroundings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.git import Git
from workbench.adapters.objects import ObjectStore
from workbench.domain.delivery import Rung
from workbench.domain.output import Applied

Snapshot = dict[str, tuple[int, str]]


class Victim(Protocol):
    """The fixture of conftest.py."""

    outside: Path
    clone: Path
    base: str
    ladder: Ladder
    patches: Mapping[str, bytes]

    def apply(self, name: str) -> Applied:
        """What becomes of one patch."""


def all_objects(clone: Path) -> set[bytes]:
    """Every object in a clone, reachable or not."""
    listed = Git(clone).run("cat-file", "--batch-check", "--batch-all-objects")
    return {line.split(b" ")[0] for line in listed.splitlines()}


def test_g1_outcome_is_as_wanted(victim: Victim, patch_item: Mapping[str, str]) -> None:
    """REFUSE ends without a tree and with one line of reason, all else with a tree and a diff."""
    before = all_objects(victim.clone)
    applied = victim.apply(patch_item["id"])
    if patch_item["want"] == "REFUSE":
        assert not applied.rung.has_tree
        assert (applied.tree, applied.diff) == ("", b"")
        assert bool(applied.detail) is (applied.rung is not Rung.EMPTY)
        assert applied.detail.isprintable()
        assert all_objects(victim.clone) == before
    else:
        assert applied.rung.has_tree
        assert applied.diff.startswith(b"diff --git ")
        assert applied.files >= 1


def test_g1_outcome_holds_without_gnu_patch(victim: Victim, build: ModuleType) -> None:
    """Without the fuzz rung the same 42 patches are refused and the same 32 taken."""
    with Ladder(victim.clone, with_fuzz=False) as ladder:
        taken = {
            name for name, patch in victim.patches.items() if ladder.apply(victim.base, patch).tree
        }
    wanted = {item["id"] for item in build.manifest() if item["want"] != "REFUSE"}
    assert taken == wanted & victim.patches.keys()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("p01_dotdot", "../evil: the path leaves the repository"),
        ("p04_dotdot_octal", "../evil: the path leaves the repository"),
        ("p05_traditional", "no git diff in it"),
        ("p07_backslash", "..\\evil: there is a backslash"),
        ("p08_git_hooks", ".git/hooks/post-checkout: no patch may touch a .git folder"),
        ("p15_bare_repo", "vendor: a git repository inside the tree"),
        ("p18_copy_abs", "/etc/hostname: an absolute path"),
        ("p19_copy_octal", "../secret: the path leaves the repository"),
        ("p20_symlink_then_write", "tmp/evil' is beyond a symbolic link"),
        ("p22_symlink_abs", "data: a symbolic link"),
        ("p24_typechange", "a.py: a symbolic link"),
        ("p30_gitlink", "sub: a submodule"),
        ("p31_gitmodules", ".gitmodules: no patch may touch"),
        ("p41_mode_setuid", "file mode 104755"),
        ("p49_newline_name", "a\N{SYMBOL FOR LINE FEED}b.py: there is a control"),
        ("p51_longname", "the name is too long"),
        ("p55_bidi_name", "ph<U+202E>yp.cod: there is a control or invisible"),
        ("p67_utf16", "UTF-16"),
    ],
)
def test_g1_refusal_names_file_and_rule(victim: Victim, name: str, words: str) -> None:
    """A refused patch says which file broke which rule, in words for a reviewer."""
    applied = victim.apply(name)
    assert applied.rung is Rung.REFUSED
    assert words in applied.detail


def test_g1_crlf_patch_without_context_names_crlf(victim: Victim) -> None:
    """p45 is not placed by guess, and the reason names its line ends."""
    applied = victim.apply("p45_crlf")
    assert applied.rung is Rung.FAILED
    assert "CRLF" in applied.detail


@pytest.mark.parametrize(
    ("name", "badge"),
    [
        ("p32_gitattributes", ".gitattributes touched"),
        ("p33_git_exec_files", "runs by itself: .githooks/pre-commit +2"),
        ("p33_git_exec_files", "new executable"),
        ("p40_mode_exec", "mode changed"),
        ("p43_binary", "binary"),
        ("p47_nonutf8_name", "name is not UTF-8"),
        ("p52_case_clash", "names differ only in case or normalisation"),
        ("p53_nfd", "names differ only in case or normalisation"),
        ("p54_windows_names", "name reserved on Windows"),
        ("p70_conftest", "test config touched"),
        ("p71_pytest_ini", "test config touched"),
        ("p72_sitecustomize", "runs by itself: sitecustomize.py"),
        ("p73_delete_tests", "tests touched"),
        ("p74_skip_tests", "tests touched"),
        ("p89_conflict_marks", "conflict markers"),
    ],
)
def test_g1_risky_patch_carries_a_badge(victim: Victim, name: str, badge: str) -> None:
    """What is taken with a warning says so."""
    assert badge in victim.apply(name).badges


def create(*names: str) -> bytes:
    """A patch of new one-line files."""
    return "".join(
        f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
        "@@ -0,0 +1 @@\n+x\n"
        for name in names
    ).encode()


@pytest.mark.parametrize(
    "name", [".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml"]
)
def test_g1_what_ci_would_run_carries_a_badge(victim: Victim, name: str) -> None:
    """A file that runs on the next push is named."""
    applied = victim.ladder.apply(victim.base, create(name, "ci.yml", "docs/.github.md"))
    assert applied.badges == (f"CI touched: {name}",)


def test_g1_many_warnings_of_a_kind_are_one_badge(victim: Victim) -> None:
    """A flood of files that run by themselves does not crowd out what was done to the tests."""
    flood = create(*(f"d{n}/.envrc" for n in range(300)), "z/conftest.py")
    badges = victim.ladder.apply(victim.base, flood).badges
    assert badges == ("runs by itself: d0/.envrc +299", "test config touched")


def test_g2_nothing_outside_the_clone_changes(
    victim: Victim, snapshot: Callable[[Path], Snapshot]
) -> None:
    """Parent folder, work tree and .git are the same to the bit after all 74 patches."""
    before = snapshot(victim.outside)
    for name in victim.patches:
        victim.apply(name)
    assert snapshot(victim.outside) == before


def test_g2_secret_is_in_no_object_and_no_diff(victim: Victim) -> None:
    """The text of ../secret reaches no tree, blob or diff by any patch."""
    answers = [victim.apply(name) for name in victim.patches]
    assert not any(b"SECRET" in answer.diff for answer in answers)
    for oid in all_objects(victim.clone):
        content = Git(victim.clone).run("cat-file", "-p", oid.decode())
        assert b"SECRET" not in content


@pytest.mark.parametrize("name", ["p51_longname", "p56_dir_file_conflict", "p15_bare_repo"])
def test_g5_good_file_beside_a_bad_one_leaves_no_trace(victim: Victim, name: str) -> None:
    """A patch is taken whole or not at all, down to the object folder."""
    before = all_objects(victim.clone)
    applied = victim.ladder.apply(victim.base, create("good.txt") + victim.patches[name])
    assert not applied.rung.has_tree
    assert all_objects(victim.clone) == before


@pytest.mark.parametrize(
    "name",
    [
        "p15_bare_repo",
        "p22_symlink_abs",
        "p23_symlink_git",
        "p24_typechange",
        "p30_gitlink",
        "p31_gitmodules",
        "p41_mode_setuid",
        "p42_mode_bogus",
        "p48_esc_name",
        "p49_newline_name",
        "p55_bidi_name",
    ],
)
def test_g6_tree_rules_refuse(victim: Victim, name: str) -> None:
    """Links, submodules, modes, embedded repositories and invisible names never get a tree."""
    assert victim.apply(name).rung is Rung.REFUSED


def test_g6_embedded_repository_is_refused_when_built_in_two_steps(victim: Victim) -> None:
    """A folder that only becomes a repository by the second patch is refused then."""
    first = create("v/HEAD", "v/objects/k")
    assert victim.ladder.apply(victim.base, first).rung is Rung.PLAIN
    both = create("v/HEAD", "v/objects/k", "v/refs/k")
    assert victim.ladder.apply(victim.base, both).rung is Rung.REFUSED


def test_g7_option_like_names_are_names(victim: Victim, tmp_path: Path) -> None:
    """p50 is applied, diffed and read as files called --output=pwn and -rf; no file pwn appears."""
    applied = victim.apply("p50_dash_name")
    store = ObjectStore(victim.clone)
    assert store.read_blob(applied.tree, b"--output=pwn") == b"evil\n"
    assert {file.path for file in store.list_tree(applied.tree)} >= {b"--output=pwn", b"-rf"}
    assert b"b/--output=pwn" in applied.diff
    store.close()
    roots = (victim.outside, victim.clone, tmp_path, Path.cwd(), Path("/"))
    assert not any((root / "pwn").exists() for root in roots)
