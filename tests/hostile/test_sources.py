"""What our own code may call: GitPython for reading only, git in one module."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from workbench.adapters import git as git_module
from workbench.adapters.git import ENVIRONMENT, FLAGS, find_git, locate
from workbench.domain.errors import UsageError

PACKAGE = Path(workbench.__file__).parent
_FORBIDDEN = {
    "is_dirty",
    "untracked_files",
    "clone_from",
    "config_writer",
    "search_parent_directories",
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package, by its path in it."""
    for file in sorted(PACKAGE.rglob("*.py")):
        yield file.relative_to(PACKAGE).as_posix(), ast.parse(file.read_bytes())


def imported(tree: ast.Module) -> set[str]:
    """Names of the modules that a source imports, whole and top."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_g8_gitpython_is_named_in_one_module() -> None:
    """Only adapters/objects.py knows GitPython."""
    users = {name for name, tree in sources() if imported(tree) & {"git", "gitdb"}}
    assert users == {"adapters/objects.py"}


def test_g8_no_call_that_starts_a_program() -> None:
    """No `repo.git.`, `index.commit`, `index.add`, `is_dirty` and the like anywhere."""
    bad = []
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg in _FORBIDDEN:
                bad.append((name, node.arg))
            if not isinstance(node, ast.Attribute):
                continue
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else ""
            if node.attr in _FORBIDDEN or (owner, node.attr) in {
                ("index", "commit"),
                ("index", "add"),
                ("index", "diff"),
            }:
                bad.append((name, node.attr))
            if owner == "git" and name.startswith("adapters/objects"):
                bad.append((name, f"git.{node.attr}"))
    assert bad == []


def test_g8_git_is_started_in_one_module() -> None:
    """The name of git's flags and its absolute path are known to adapters/git.py alone."""
    for name, tree in sources():
        if name == "adapters/git.py":
            continue
        words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert "--git-dir" not in words, name
        for node in ast.walk(tree):
            if isinstance(node, ast.List) and node.elts and isinstance(node.elts[0], ast.Constant):
                assert node.elts[0].value != "git", name


def test_g8_import_and_use_of_gitpython_start_no_git(tmp_path: Path) -> None:
    """Even the import of GitPython does not run the git that PATH names."""
    trap = _fake(tmp_path / "bin")
    (tmp_path / "no-clone").mkdir()
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from workbench.adapters.objects import ObjectStore\n"
        "assert 'git' not in sys.modules\n"
        "try:\n    ObjectStore(Path(sys.argv[1])).list_tree('0' * 40)\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
        "assert 'git' in sys.modules\n"
    )
    env = {**os.environ, "PATH": str(trap.parent), "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", code, str(tmp_path / "no-clone")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "GitFailed"
    assert not (trap.parent / "PWNED").exists()


def test_g8_every_call_has_the_whole_environment_and_all_flags() -> None:
    """Environment and flags are the safe ones, to the last one."""
    assert ENVIRONMENT["GIT_ALLOW_PROTOCOL"] == ""
    assert ENVIRONMENT["HOME"] == "/nonexistent"
    assert {key for key in ENVIRONMENT if key.startswith("GIT_COMMITTER")} == {
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_DATE",
    }
    assert len(ENVIRONMENT) == 23
    assert FLAGS.count("-c") == 19
    assert FLAGS[-3:] == ("--no-pager", "--literal-pathspecs", "--no-optional-locks")


def _fake(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "git"
    program.write_text(f"#!/bin/sh\ntouch {folder}/PWNED\n")
    program.chmod(0o755)
    return program


def test_g9_git_of_the_current_folder_is_not_run(tmp_path: Path) -> None:
    """With a fake ./git and PATH=. another git is taken, or none."""
    _fake(tmp_path)
    code = "from workbench.adapters.git import find_git; print(find_git())"
    env = {**os.environ, "PATH": ".", "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_absolute()
    assert not Path(done.stdout.strip()).is_relative_to(tmp_path)
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.parametrize("entry", ["", ".", "bin", "{here}/bin", "{here}/link"])
def test_g9_no_entry_of_path_leads_into_a_forbidden_folder(tmp_path: Path, entry: str) -> None:
    """Relative entries, entries inside, and links to inside are passed over."""
    _fake(tmp_path / "bin")
    (tmp_path / "link").symlink_to(tmp_path / "bin")
    good = _fake(tmp_path.parent / f"{tmp_path.name}-elsewhere")
    search_path = f"{entry.format(here=tmp_path)}:{good.parent}"
    assert locate("git", search_path, (tmp_path,)) == good


def test_g9_git_inside_the_repository_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that holds the only git on PATH is told so."""
    monkeypatch.setattr(git_module, "find_program", lambda _: Path("/srv/repo/bin/git"))
    with pytest.raises(UsageError, match="inside the repository"):
        find_git(Path("/srv/repo"))
