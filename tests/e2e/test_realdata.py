"""Published outputs on real tickets and repositories, from import to export, through a terminal.

The data is found by WORKBENCH_REALDATA and WORKBENCH_MIRRORS, else beside the checkout; none of it
is kept here, and none of it is printed.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .kit import Pty, query, run_workbench, wait_for_labels

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
DATA = Path(os.environ.get("WORKBENCH_REALDATA", CHECKOUT.parent / "shared" / "realdata")) / "lite"
MIRRORS = Path(os.environ.get("WORKBENCH_MIRRORS", CHECKOUT.parent / ".mirror"))
REPOSITORIES = ("pallets/flask", "psf/requests", "pytest-dev/pytest")
# Every predictions file with the candidate it is imported as; "" takes what its rows say.
CANDIDATES = {
    "20240402_sweagent_gpt4": "",
    "aider_gpt4o_opus": "",
    "auto-code-rover-run-1": "auto-code-rover-run-1",
    "auto-code-rover-run-2": "auto-code-rover-run-2",
    "auto-code-rover-run-3": "auto-code-rover-run-3",
}
RUNGS = {"plain", "newline", "recount", "fuzz"}  # those that leave a tree

Where = tuple[str, str]


def mirror(name: str) -> Path:
    """Where the git folder of a repository is."""
    return MIRRORS / name.replace("/", "+") / "repo"


@dataclass
class Real:
    """The study, and what was pressed in it."""

    folder: Path
    env: dict[str, str]
    by_file: dict[str, str]  # candidate by predictions file
    pressed: dict[Where, tuple[str, str | None]] = field(default_factory=dict)
    skipped: set[Where] = field(default_factory=set)

    @property
    def names(self) -> dict[str, str]:
        """Candidates by alias."""
        rows = query(self.folder, "SELECT alias, name FROM candidate")
        return {str(alias): str(name) for alias, name in rows}

    def outputs(self) -> list[dict[str, str]]:
        """What `outputs list` says."""
        told = run_workbench("outputs", "list", "--json", "--study", self.folder, env=self.env)
        listed: list[dict[str, str]] = json.loads(told.stdout)["outputs"]
        return listed


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Real:
    """One study over three repositories, with everything imported by the command line."""
    missing = [str(path) for path in (DATA, *map(mirror, REPOSITORIES)) if not path.exists()]
    if missing:
        pytest.skip(f"published outputs are not here: {', '.join(missing)}")
    home = tmp_path_factory.mktemp("realdata")
    env = {"HOME": str(home), "XDG_DATA_HOME": str(home), "USER": "ann", "LOGNAME": "ann"}
    folder = home / "study"
    repositories = [f"--repo={name}={mirror(name)}" for name in REPOSITORIES]
    run_workbench("init", "--study", folder, *repositories, env=env)
    settings = folder / "workbench.toml"  # one key is one label here, whatever was looked at
    settings.write_text(f"ask_unseen = false\n{settings.read_text(encoding='utf-8')}")
    run_workbench("tickets", "import", DATA / "tickets.jsonl", "--study", folder, env=env)
    for file, candidate in CANDIDATES.items():
        who = ["--candidate", candidate] if candidate else []
        path = DATA / f"predictions_{file}.jsonl"
        run_workbench("outputs", "import", path, *who, "--study", folder, env=env)
    names = {name for (name,) in query(folder, "SELECT name FROM candidate")}
    by_file: dict[str, str] = {}
    for file, candidate in CANDIDATES.items():
        (who_said,) = {candidate} if candidate else {n for n in names if str(n)[:5] == file[:5]}
        path = DATA / f"outcomes_{file}.jsonl"
        # a verdict on an output that was never published is refused by name: exit code 3
        is_partial = file.startswith("auto-code-rover")
        tests = ("outputs", "tests", path, "--candidate", who_said, "--study", folder)
        run_workbench(*tests, env=env, code=3 if is_partial else 0)
        by_file[f"predictions_{file}.jsonl"] = str(who_said)
    return Real(folder, env, by_file)


def read_rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def test_every_patch_is_applied_as_it_was_measured(real: Real) -> None:
    """Row by row against apply_check.jsonl: a tree, nothing delivered, or a failure."""
    wanted = {
        (row["instance_id"], real.by_file[row["predictions"]]): row["status"]
        for row in read_rows(DATA / "apply_check.jsonl")
        if row["predictions"] in real.by_file  # gold is nobody's output
    }
    words = {"failed": "fails_everywhere", **dict.fromkeys(RUNGS, "applies")}
    outputs = real.outputs()
    found = {
        (line["ticket"], line["candidate"]): words.get(line["applied"], line["applied"])
        for line in outputs
    }
    assert found == wanted
    assert len(outputs) == len(found) == 95  # one empty answer is there twice: the same bytes
    assert Counter(found.values()) == {"applies": 87, "empty": 5, "fails_everywhere": 3}


def test_resolved_tickets_are_green(real: Real) -> None:
    """As many as each published report says."""
    green = Counter(line["candidate"] for line in real.outputs() if line["tests"] == "pass")
    resolved = {
        file: sum(bool(row["resolved"]) for row in read_rows(DATA / f"outcomes_{file}.jsonl"))
        for file in CANDIDATES
    }
    assert sorted(green.values()) == sorted(resolved.values())


class Reviewer:
    """Presses keys, and keeps what was pressed on what."""

    def __init__(self, screen: Pty, real: Real) -> None:
        """Wait until labels can be saved."""
        self.screen, self.real, self.names = screen, real, real.names
        wait_for_labels(screen)
        screen.rest(0.8)  # the same key sooner could be one that is held down

    @property
    def front(self) -> Where:
        """Ticket and candidate of the output in front."""
        alias, ticket = self.screen.lines[0].split()[:2]
        return ticket, self.names[alias]

    def press(self, keys: str, label: str, sublabel: str | None = None) -> None:
        """A label, key by key, each after what it asks for is on the screen."""
        here = self.front
        for key in keys:
            self.screen.send(key)
            self.screen.rest(0.2)
        self.screen.until(lambda: self.front != here)
        self.screen.rest(0.3)
        self.real.pressed[here] = label, sublabel

    def undo(self) -> None:
        """The last label, taken back; its output is in front again."""
        last = list(self.real.pressed)[-1]
        self.screen.send("u")
        self.screen.until(lambda: self.front == last)
        self.screen.rest(0.3)
        del self.real.pressed[last]

    def skip(self) -> None:
        """Set aside for now."""
        here = self.front
        self.screen.send("s")
        self.screen.until(lambda: self.front != here)
        self.screen.rest(0.3)
        self.real.skipped.add(here)

    def leave(self) -> None:
        """Quit, everything in order."""
        self.screen.send("q")
        assert self.screen.wait() == 0
        assert self.screen.is_restored()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
def test_outputs_are_read_and_labelled_by_keys(real: Real, size: tuple[int, int]) -> None:
    """Merged, edited, escaped, an abstention with its question, skip and undo, at both sizes."""
    with Pty("review", "--study", real.folder, size=size, env=real.env) as screen:
        person = Reviewer(screen, real)
        assert not any(name in screen.text for name in person.names.values())
        person.press("m", "merged")
        person.press("e2", "edited", "major")
        person.press("x1", "escaped")
        person.skip()
        person.press("ay", "abstained")
        person.press("jjx3", "escaped")
        person.press("m", "merged")
        person.undo()
        person.press("e1", "edited", "minor")
        screen.send("t")
        screen.until("Ticket ")
        screen.send("]d}f=l/")
        screen.until("Search in all files")
        screen.send("maxe\x1b")
        screen.until(lambda: "Search in all files" not in screen.text)
        screen.rest()
        person.press("e3", "edited", "rejected")
        person.leave()


def test_what_was_pressed_is_what_is_exported(real: Real, tmp_path: Path) -> None:
    """Label by label, and nothing else; the store agrees with itself."""
    out = tmp_path / "labels.jsonl"
    command = ("export", "jsonl", "-o", out, "--text", "verbatim", "--study", real.folder)
    run_workbench(*command, env=real.env)
    exported = {
        (row["ticket_id"], row["candidate"]): (row["label"], row["sublabel"])
        for row in read_rows(out)
    }
    assert len(real.pressed) >= 14
    assert exported.keys() == real.pressed.keys()
    assert {where: label for where, (label, _) in exported.items()} == {
        where: label for where, (label, _) in real.pressed.items()
    }
    for where, (label, sublabel) in real.pressed.items():
        if label == "edited":
            assert exported[where][1] == sublabel
    assert len(real.skipped) == 2
    run_workbench("verify", "--study", real.folder, env=real.env)
