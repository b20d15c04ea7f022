"""Names and revisions that look like options, and programs that PATH would take from others."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

import workbench
from e2e.kit import Pty
from workbench.adapters.clones import resolve_commit
from workbench.domain.errors import GitFailed

Record = Callable[[str, object], None]
PACKAGE = Path(workbench.__file__).parent
NAME = b"--output=pwn"


class Victim(Protocol):
    """The fixture of conftest.py."""

    clone: Path
    base: str
    patches: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a repository, files to import, and room for a study."""

    folder: Path

    def run(
        self, *arguments: object, path: str = "/usr/bin:/bin", cwd: str = "cwd"
    ) -> subprocess.CompletedProcess[str]:
        """A command with a PATH, in a folder."""
        here = self.folder / cwd
        here.mkdir(exist_ok=True)
        return subprocess.run(
            [sys.executable, "-m", "workbench", *map(str, arguments)],
            cwd=here,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def prepare(self) -> list[subprocess.CompletedProcess[str]]:
        """A study with p50 and a patch that drifted, so that every program of ours is needed."""
        study = ("--study", self.folder / "study")
        return [
            self.run("init", "--repo", self.folder / "outer" / "repo", *study),
            self.run("tickets", "import", self.folder / "tickets.jsonl", *study),
            self.run("outputs", "import", self.folder / "outputs.jsonl", *study),
        ]

    def is_clean(self) -> bool:
        """Whether neither a file called pwn nor the mark of a program is anywhere."""
        roots = (self.folder, Path.cwd())
        bad = {"pwn", "PWNED"}
        return not any(
            name in bad for root in roots for *_, names in os.walk(root) for name in names
        )


@pytest.fixture
def place(build: ModuleType, victim: Victim, tmp_path: Path) -> Place:
    """Nothing is imported yet."""
    build.victim(tmp_path)
    names = ("p50_dash_name", "p46_no_newline")
    tickets = [{"id": name, "title": name} for name in names]
    outputs = [
        {
            "instance_id": name,
            "model_name_or_path": "m",
            "model_patch": victim.patches[name].decode(),
        }
        for name in names
    ]
    for file, rows in (("tickets.jsonl", tickets), ("outputs.jsonl", outputs)):
        (tmp_path / file).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return Place(tmp_path)


def fake(folder: Path, *names: str) -> Path:
    """Programs that leave a mark."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        program = folder / name
        program.write_text(f"#!/bin/sh\ntouch {folder}/PWNED\n", "utf-8")
        program.chmod(0o755)
    return folder


# G7: names.


@pytest.mark.slow
def test_g7_a_file_called_like_an_option_is_looked_at_and_exported(place: Place) -> None:
    """Import, the screen with every way to look at it, every export: no file pwn appears."""
    assert [done.returncode for done in place.prepare()] == [0, 0, 0]
    study = ("--study", place.folder / "study")
    with Pty("review", *study, size=(160, 40), env={"HOME": str(place.folder)}) as screen:
        screen.until("2 left")
        screen.rest()
        while NAME.decode() not in screen.text:  # the order of the queue is the study's own
            screen.send("J")
            screen.rest(0.3)
        for keys in ("]", "}", "{", "z", "=", "=", "W", "W", "/pwn\r", "n", "J", "K"):
            screen.send(keys)
            screen.rest()
        screen.send("q")
        assert screen.wait() == 0
    for kind in ("jsonl", "csv"):
        file = place.folder / f"out.{kind}"
        done = place.run("export", kind, "-o", file, "--all", "--text", "verbatim", *study)
        assert done.returncode == 0, done.stderr
    assert NAME in (place.folder / "out.jsonl").read_bytes()
    assert place.run("verify", *study).returncode == 0
    assert place.is_clean()
    assert not Path("/pwn").exists()


# G8: revisions.


REVISIONS = (
    *("--output=pwn", "-h", "--all", "--exec-path=/tmp", "-o pwn", "--end-of-options", "--"),
    *("HEAD^{tree}", "HEAD:a.py", ":/init", "@{-1}", "HEAD..HEAD", "^HEAD", "refs/heads/*"),
    *("HEAD\n--output=pwn", "HEAD\0", "", " ", "\u202eHEAD", "0" * 40, "0" * 39, "f" * 64),
)


def test_g8_a_revision_is_forty_digits_or_refused(victim: Victim, record_property: Record) -> None:
    """Whatever a ticket names as its base commit."""
    for revision in REVISIONS:
        try:
            found = resolve_commit(victim.clone, revision)
        except GitFailed:
            continue
        else:
            assert re.fullmatch("[0-9a-f]{40}", found), revision
    for revision in ("HEAD", victim.base, victim.base[:12]):
        assert resolve_commit(victim.clone, revision) == victim.base
    assert not list(victim.clone.parent.rglob("pwn"))
    record_property("cases", len(REVISIONS) + 3)


def test_g8_one_place_looks_revisions_up() -> None:
    """By rev-parse --verify --end-of-options; all else gets forty digits."""
    calls = []
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call):
                words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if "rev-parse" in words:
                    calls.append((file.relative_to(PACKAGE).as_posix(), words[1:4]))
    assert calls == [("adapters/clones.py", ["--quiet", "--verify", "--end-of-options"])]


def test_g8_no_text_of_a_user_names_a_keyword_of_gitpython() -> None:
    """Keywords become options of a command there: none is passed by a mapping."""
    tree = ast.parse((PACKAGE / "adapters" / "objects.py").read_bytes())
    keywords = [
        key for node in ast.walk(tree) if isinstance(node, ast.Call) for key in node.keywords
    ]
    assert keywords
    assert None not in {key.arg for key in keywords}


def test_g8_gitpython_is_one_without_known_holes() -> None:
    """The floor in pyproject.toml, and what is installed."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    (wanted,) = (need for need in project["dependencies"] if need.startswith("gitpython"))
    floor = re.search(r">=(\d+)\.(\d+)\.(\d+)", wanted)
    assert floor is not None
    assert tuple(map(int, floor.groups())) >= (3, 1, 59)
    assert tuple(map(int, version("gitpython").split(".")[:3])) >= (3, 1, 59)


# G9: PATH.


@pytest.mark.parametrize("path", [".", "{here}:/usr/bin:/bin"])
def test_g9_programs_of_the_current_folder_are_not_run(place: Place, path: str) -> None:
    """The whole way into a study, started beside a fake git, patch and bwrap."""
    here = fake(place.folder / "cwd", "git", "patch", "bwrap")
    study = ("--study", place.folder / "study")
    for arguments in (
        ("init", "--repo", place.folder / "outer" / "repo"),
        ("tickets", "import", place.folder / "tickets.jsonl"),
        ("outputs", "import", place.folder / "outputs.jsonl"),
        ("verify",),
    ):
        done = place.run(*arguments, *study, path=path.format(here=here))
        assert done.returncode == 0, done.stderr
    assert place.is_clean()


@pytest.mark.parametrize(("owner", "name"), [("outer/repo", "git"), ("study", "patch")])
def test_g9_programs_of_a_repository_or_a_study_are_refused(
    place: Place, owner: str, name: str
) -> None:
    """PATH leads into a folder that others fill: one line, exit 2, and it is not run."""
    assert [done.returncode for done in place.prepare()] == [0, 0, 0]
    tools = fake(place.folder / owner / "tools", name)
    (place.folder / "link").symlink_to(tools)
    study = ("--study", place.folder / "study")
    for path in (tools, place.folder / "link"):
        again = ("outputs", "import", place.folder / "outputs.jsonl", "--candidate", "another")
        for arguments in (again, ("verify",)):
            done = place.run(*arguments, *study, path=f"{path}:/usr/bin:/bin")
            assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
            assert done.stderr.startswith(f"workbench: refusing to run {path / name}: it is inside")
    new = ("init", "--repo", place.folder / "outer" / "repo", "--study", place.folder / "new")
    if owner == "outer/repo":
        assert place.run(*new, path=f"{tools}:/usr/bin:/bin").returncode == 2
    assert place.is_clean()
