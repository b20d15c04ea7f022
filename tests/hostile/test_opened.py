"""All hostile repositories in one study: every command, and a review in a real terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from cli.forks import Ended, Forks
from every_command import Stage, decide, every_command, label, name_command, open_tracker, prepare

from e2e.kit import Pty, labels
from hostile.build import repos

Snapshot = dict[str, tuple[int, str]]
Record = Callable[[str, object], None]
BROKEN = {
    "r_corrupt": "cannot be copied",
    "r_empty": "has no commit yet",
    "r_notgit": "is not a git repository",
    "r_foreign": "belongs to another user",
}
PATCH = (
    "diff --git a/.gitattributes b/.gitattributes\nnew file mode 100644\n--- /dev/null\n"
    "+++ b/.gitattributes\n@@ -0,0 +1 @@\n+*.py filter=f diff=tc merge=m\n"
    "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n l1\n-l2\n+x\n"
)


NOT_RUN = {"demo", "restore", "review", "check"}  # the last two: below
ran: set[str] = set()


@dataclass(frozen=True, slots=True)
class Ground:
    """The folder of traps, a study beside it, and how the traps stood before it."""

    traps: Path
    study: Path
    names: tuple[str, ...]
    before: Snapshot
    _forks: list[Forks] = field(default_factory=list)

    @property
    def files(self) -> Path:
        return self.study.parent

    def run(self, *arguments: object, code: int | None = 0) -> str:
        """A command started inside a trap, with a PATH that a careless person may have.

        It must end with this code; None: it may also refuse, calmly.
        """
        ran.update(name_command(arguments))
        words = (*arguments, "--study", self.study)
        done = self._forks[0].run(*words) if self._forks else self._start(words)
        ends = set(range(5)) if code is None else {code}
        assert done.code in ends, (arguments, done)
        assert b"Traceback" not in done.err
        return (done.out + done.err).decode()

    def _start(self, words: tuple[object, ...]) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "workbench", *map(str, words)],
            cwd=self.traps / "r_include",
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    @property
    def env(self) -> dict[str, str]:
        """What a careless person has."""
        return {**os.environ, "PATH": f".:{os.environ['PATH']}", "PAGER": self.pager}

    @contextmanager
    def forking(self) -> Iterator[None]:
        """All commands from here on in forks of one process, in the same place."""
        with Forks(self.traps / "r_include", self.env) as forks:
            self._forks.append(forks)
            yield
            self._forks.clear()

    @property
    def pager(self) -> str:
        """A program that leaves the mark."""
        return str(self.traps / "x_pager")


@pytest.fixture(scope="module")
def ground(
    snapshot: Callable[[Path], Snapshot], tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    """Twenty that can be cloned, each with a ticket and an output of its own; nothing ran yet."""
    folder = tmp_path_factory.mktemp("ground")
    made = repos(folder / "traps")
    names = tuple(path.name for path in made if path.name not in BROKEN)
    assert len(names) == 20
    tickets = [{"id": name, "title": name, "body": "l2 is wrong", "repo": name} for name in names]
    outputs = [
        {"instance_id": name, "model_name_or_path": "m", "model_patch": PATCH, "message": "Done."}
        for name in names
    ]
    tests = [{"ticket": name, "candidate": "m", "tests": "pass"} for name in names]
    for name, rows in (("tickets", tickets), ("outputs", outputs), ("tests", tests)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Ground(folder / "traps", folder / "study", names, snapshot(folder / "traps"))


@pytest.fixture(scope="module")
def imported(ground: Ground) -> Ground:
    """After init and both imports."""
    sources = (("--repo", f"{name}={ground.traps / name}") for name in ground.names)
    ground.run("init", *(word for pair in sources for word in pair))
    ground.run("tickets", "import", ground.files / "tickets.jsonl")
    told = ground.run("outputs", "import", ground.files / "outputs.jsonl")
    assert "20 plain" in told
    ground.run("outputs", "tests", ground.files / "tests.jsonl")
    return ground


def check(ground: Ground, snapshot: Callable[[Path], Snapshot]) -> None:
    """No program of a trap ran, and no trap was touched."""
    assert not (ground.traps / "PWNED").exists()
    assert snapshot(ground.traps) == ground.before


def test_g3_field_d2_every_command_runs_nothing_and_changes_nothing(
    imported: Ground, snapshot: Callable[[Path], Snapshot], record_property: Record
) -> None:
    """From import to verify and backup the mark never appears; no command is left out."""
    listed = json.loads(imported.run("outputs", "list", "--json"))["outputs"]
    ids = {row["ticket"]: row["id"] for row in listed}
    record_property("cases", len(ids))
    with open_tracker() as api, imported.forking():
        stage = Stage(ids["r_hooks"], "m", "r_alias", imported.files, api)
        for step in (*prepare(stage), *label(stage), *decide(stage)):
            imported.run(*step.words, code=step.code)
    assert "l2" in imported.run("outputs", "show", ids["r_replace"])
    check(imported, snapshot)
    assert every_command() - ran <= NOT_RUN


@pytest.mark.slow
def test_g3_tests_of_a_hostile_repository_run_nothing_outside_the_sandbox(
    imported: Ground, snapshot: Callable[[Path], Snapshot], record_property: Record
) -> None:
    """Checked or not run for want of a sandbox, no trap snaps."""
    imported.run("check")
    record_property("cases", len(imported.names))
    check(imported, snapshot)


def has_moved(screen: Pty, before: str) -> bool:
    """Whether another output is in front, or there is no other."""
    return screen.lines[0] != before or "the last one" in screen.text


@pytest.mark.slow
def test_g3_field_d2_a_review_in_a_terminal_runs_nothing_and_changes_nothing(
    imported: Ground, snapshot: Callable[[Path], Snapshot], record_property: Record
) -> None:
    """Each of the twenty is opened, unfolded, searched; some are labelled, and undone."""
    record_property("cases", len(imported.names))
    env = {"PATH": f".:{os.environ['PATH']}", "PAGER": imported.pager, "USER": "eve"}
    seen: set[str] = set()
    with Pty("review", "--study", imported.study, env=env, size=(120, 30)) as screen:
        screen.until(" left")
        screen.rest(0.4)
        screen.send("/")
        screen.until("Search in all files")
        screen.send("l2\r")
        screen.until("[1/")
        for key in ("=", "t", "]", "z"):
            screen.send(key)
            screen.rest(0.05)
        while "the last one" not in screen.text:
            assert "l1" in screen.text
            before = screen.lines[0]
            seen.add(next(name for name in imported.names if f" {name} " in before))
            screen.send("J")
            screen.until(partial(has_moved, screen, before))
        screen.send("m")
        screen.until("saved: merged")
        screen.rest(0.3)
        screen.send("u")
        screen.until("undone")
        screen.send("q")
        assert screen.wait() == 0
    assert seen == set(imported.names)
    assert labels(imported.study)[-1] == "merged"
    check(imported, snapshot)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.needs_root] if name == "r_foreign" else [])
        for name in BROKEN
    ],
)
def test_g3_what_cannot_be_cloned_is_said_in_one_line(
    ground: Ground, tmp_path: Path, name: str
) -> None:
    """Exit code 3, the reason, no half study."""
    command = [sys.executable, "-m", "workbench", "init", "--repo", str(ground.traps / name)]
    done = subprocess.run(
        [*command, "--study", str(tmp_path / "s")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert BROKEN[name] in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1
    assert not (tmp_path / "s" / "workbench.toml").exists()
    assert not (ground.traps / "PWNED").exists()
