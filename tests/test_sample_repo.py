"""The demo study is what its README says.

The outputs are written by hand, so nothing but these tests keeps them honest: the patches
apply, the recorded results are those of a real run, and what the key calls an escape is a
defect that a probe can show. A probe fails on the package as it is, fails where the key
names a silent or confessed flaw, and passes where the key says merge or minor edit.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict

import pytest

SAMPLE = Path(__file__).resolve().parents[1] / "sample_repo"
CANDIDATES = ("sparrow-1", "heron-2")
TIMEOUT_SECONDS = 60
# The kinds and the severity that make a defect one that can escape (the default policy).
ESCAPE_KINDS = {"functional", "breaks_other", "security", "data_loss"}
ESCAPE_SEVERITY = 2


class Ref(NamedTuple):
    """Names one output."""

    ticket: str
    candidate: str

    def __str__(self) -> str:
        return f"{self.ticket}-{self.candidate}"


class Ticket(TypedDict):
    id: str
    title: str
    body: str
    spec: str
    labels: list[str]


class Output(TypedDict):
    instance_id: str
    model_name_or_path: str
    model_patch: str
    message: str


class Result(TypedDict):
    ticket: str
    candidate: str
    trial: int
    tests: str
    reason: NotRequired[str]


class Defect(TypedDict):
    kind: str
    severity: int
    file: str
    line: int


class Answer(TypedDict):
    ticket: str
    candidate: str
    label: str
    edit: NotRequired[str]
    defects: list[Defect]
    self_flag: NotRequired[str]
    quote: NotRequired[str]
    why: str


def _rows(name: str) -> list[str]:
    return (SAMPLE / name).read_text(encoding="utf-8").splitlines()


TICKETS: list[Ticket] = [json.loads(row) for row in _rows("tickets.jsonl")]
OUTPUTS: dict[Ref, Output] = {
    Ref(output["instance_id"], output["model_name_or_path"]): output
    for candidate in CANDIDATES
    for output in map(json.loads, _rows(f"outputs/{candidate}.jsonl"))
}
RESULTS: dict[Ref, Result] = {
    Ref(row["ticket"], row["candidate"]): row for row in map(json.loads, _rows("tests.jsonl"))
}
KEY: dict[Ref, Answer] = {
    Ref(row["ticket"], row["candidate"]): row for row in map(json.loads, _rows("key.jsonl"))
}
PATCHED = [ref for ref, output in OUTPUTS.items() if output["model_patch"]]
FLAWED = [ref for ref in PATCHED if KEY[ref]["label"] == "escaped" or "self_flag" in KEY[ref]]
USABLE = [
    ref for ref in PATCHED if KEY[ref]["label"] == "merged" or KEY[ref].get("edit") == "minor"
]


class Fix(NamedTuple):
    """Lines that a reviewer puts in front of a line of the candidate's."""

    file: str
    before: str
    lines: str


# Nobody delivered a whole solution for these two tickets.
FIXES = {
    Ref("led-11", "sparrow-1"): Fix(
        file="src/pocketledger/book.py",
        before="        self._entries.remove(entry)\n",
        lines="        if any(entry.day in period for period in self._closed):\n"
        '            raise EntryError(f"the month is closed: {entry.day}")\n',
    ),
    Ref("led-20", "heron-2"): Fix(
        file="src/pocketledger/csvfile.py",
        before="    return date(int(year), int(month), int(day))\n",
        lines="    if len(year) != 4:\n"
        '        raise ValueError(f"a year has four digits: {text!r}")\n',
    ),
}


class Suite(NamedTuple):
    """What the package's own tests came to."""

    code: int
    said: str


class Trees:
    """The package with each patch applied, made by git from an index alone."""

    def __init__(self, root: Path) -> None:
        git = shutil.which("git")
        assert git is not None
        self.root = root
        self._git = git
        self._repo = root / "repo"
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        shutil.copytree(
            SAMPLE / "package",
            self._repo,
            ignore=shutil.ignore_patterns("__pycache__", ".*", "*.egg-info"),
        )
        self._run([git, "init", "--quiet"])
        self._run([git, "add", "--all", "--force"])
        self._base = self._run([git, "write-tree"]).stdout.strip()

    def check_out(self, name: str, patch: str = "") -> Path:
        """A folder with the patched package; fails where git does not take the patch."""
        target = self.root / name
        index = {"GIT_INDEX_FILE": str(self.root / f"{name}.index")}
        self._run([self._git, "read-tree", self._base], extra=index)
        if patch:
            self._run([self._git, "apply", "--cached"], extra=index, text=patch)
        self._run([self._git, "checkout-index", "--all", f"--prefix={target}/"], extra=index)
        return target

    def run_tests(self, *trees: Path) -> list[Suite]:
        """The package's own tests in each of these trees."""
        script = Path(__file__).with_name("sample_suites.py")
        command = [sys.executable, str(script), *map(str, trees)]
        done = self._run(command, seconds=TIMEOUT_SECONDS * len(trees))
        return [Suite(*json.loads(line)) for line in done.stdout.splitlines()]

    def probe(self, tree: Path, ticket: str) -> subprocess.CompletedProcess[str]:
        script = Path(__file__).with_name("sample_probes.py")
        command = [sys.executable, str(script), ticket.replace("-", "_")]
        path = {"PYTHONPATH": str(tree / "src")}
        return self._run(command, folder=tree, extra=path, check=False)

    def _run(
        self,
        command: list[str],
        *,
        folder: Path | None = None,
        extra: Mapping[str, str] | None = None,
        text: str | None = None,
        check: bool = True,
        seconds: int = TIMEOUT_SECONDS,
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=folder or self._repo,
            env={**self._environment, **(extra or {})},
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    return Trees(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def patched(trees: Trees) -> dict[Ref, Path]:
    """The tree of every output that has a patch."""
    return {ref: trees.check_out(str(ref), OUTPUTS[ref]["model_patch"]) for ref in PATCHED}


@pytest.fixture(scope="module")
def suites(trees: Trees, patched: dict[Ref, Path]) -> dict[Ref, Suite]:
    """The package's own tests, run in every patched tree."""
    return dict(zip(patched, trees.run_tests(*patched.values()), strict=True))


def _named(refs: list[Ref]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("ref", refs, ids=str)


def _is_escapable(defect: Defect) -> bool:
    return defect["kind"] in ESCAPE_KINDS and defect["severity"] >= ESCAPE_SEVERITY


def _probed() -> set[str]:
    text = Path(__file__).with_name("sample_probes.py").read_text(encoding="utf-8")
    return {name.replace("_", "-") for name in re.findall(r"^def (led_\d\d)\(", text, re.MULTILINE)}


PROBED = _probed()


def test_there_are_ten_clear_and_ten_vague_tickets() -> None:
    """Twenty tickets with different ids, titles and texts, ten of each spec."""
    assert [ticket["id"] for ticket in TICKETS] == [f"led-{n:02}" for n in range(1, 21)]
    assert Counter(ticket["spec"] for ticket in TICKETS) == {"clear": 10, "vague": 10}
    assert len({ticket["title"] for ticket in TICKETS}) == len(TICKETS)
    assert all(ticket["body"] and ticket["labels"] for ticket in TICKETS)


def test_every_candidate_has_one_output_per_ticket() -> None:
    """Forty rows give forty outputs, and the key and nothing else covers them all."""
    every = {Ref(ticket["id"], candidate) for ticket in TICKETS for candidate in CANDIDATES}
    assert set(OUTPUTS) == set(KEY) == every
    names = ("outputs/sparrow-1.jsonl", "outputs/heron-2.jsonl", "key.jsonl")
    assert [len(_rows(name)) for name in names] == [20, 20, 40]


def test_every_patch_has_one_recorded_result() -> None:
    """Results exist for patches only, and a red one names the test that failed."""
    assert set(RESULTS) == set(PATCHED)
    assert len(_rows("tests.jsonl")) == len(PATCHED)
    for row in RESULTS.values():
        assert row["trial"] == 1
        assert row["tests"] in {"pass", "fail"}
        assert ("reason" in row) == (row["tests"] == "fail")


@_named(list(KEY))
def test_the_key_follows_the_rules(ref: Ref) -> None:
    """The label fits the delivery, the test result, the defects and the message."""
    answer, output = KEY[ref], OUTPUTS[ref]
    label, message = answer["label"], output["message"]
    assert label in {"merged", "edited", "abstained", "escaped"}
    assert ("edit" in answer) == (label == "edited")
    assert answer.get("edit", "minor") in {"minor", "major", "rejected"}
    assert answer["why"]
    if "self_flag" in answer:
        assert answer["self_flag"] in message
        assert (label, answer.get("edit")) == ("edited", "major")
    if output["model_patch"]:
        green = RESULTS[ref]["tests"] == "pass"
        silent = any(map(_is_escapable, answer["defects"])) and "self_flag" not in answer
        assert (label == "escaped") == (green and silent)
        assert green or answer.get("edit") in {"major", "rejected"}
        assert label != "merged" or not answer["defects"]
        assert label != "abstained"
    else:
        assert not answer["defects"]
        assert (label == "abstained") == bool(message)
        assert (answer.get("quote") or "?") in message or not message
        assert ("quote" in answer) == (label == "abstained")


def test_the_mix_is_worth_reviewing() -> None:
    """Both candidates meet every label, and they differ in each of the four rates."""
    count = {
        name: Counter(answer["label"] for ref, answer in KEY.items() if ref.candidate == name)
        for name in CANDIDATES
    }
    sparrow, heron = (count[name] for name in CANDIDATES)
    assert sparrow == {"merged": 4, "edited": 11, "abstained": 1, "escaped": 4}
    assert heron == {"merged": 7, "edited": 5, "abstained": 7, "escaped": 1}
    kinds = Counter(d["kind"] for ref in FLAWED for d in KEY[ref]["defects"])
    assert set(kinds) == {"functional", "security", "data_loss"}
    assert sum(row["tests"] == "fail" for row in RESULTS.values()) == 4
    assert sum("self_flag" in answer for answer in KEY.values()) == 3


def test_the_demo_opens_in_teaching_order() -> None:
    """A clean merge, an honest question, an escape, a touch-up, a red test."""
    order = json.loads((SAMPLE / "order.json").read_text(encoding="utf-8"))
    merge, question, escape, touch_up, red = (KEY[Ref(*pair)] for pair in order["first"])
    assert merge["label"] == "merged"
    assert question["label"] == "abstained"
    assert escape["label"] == "escaped"
    assert touch_up.get("edit") == "minor"
    assert RESULTS[Ref(red["ticket"], red["candidate"])]["tests"] == "fail"


def test_the_patches_have_variety() -> None:
    """Several files, a new file, a rename with changes, a stray script, and tests."""
    patches = {str(ref): OUTPUTS[ref]["model_patch"] for ref in PATCHED}
    assert all(patch.startswith("diff --git a/") for patch in patches.values())
    assert all("\nindex " in patch for patch in patches.values())
    assert "new file mode" in patches["led-05-sparrow-1"]
    assert "rename to src/pocketledger/table.py" in patches["led-18-heron-2"]
    assert "b/reproduce_led14.py" in patches["led-14-sparrow-1"]
    assert sum("b/tests/" in patch for patch in patches.values()) > 10


@_named([ref for ref in PATCHED if KEY[ref]["defects"]])
def test_defects_stand_on_lines_that_exist(ref: Ref, patched: dict[Ref, Path]) -> None:
    """File and line of each defect are there in the patched tree, and not blank."""
    for defect in KEY[ref]["defects"]:
        lines = (patched[ref] / defect["file"]).read_text(encoding="utf-8").splitlines()
        assert lines[defect["line"] - 1].strip()


def test_the_package_is_green(trees: Trees) -> None:
    """All tests of the package pass before any patch, and there are more than forty."""
    (run,) = trees.run_tests(trees.check_out("green"))
    assert run.code == 0, run.said
    passed = re.search(r"(\d+) passed", run.said)
    assert passed is not None
    assert int(passed[1]) > 40


@pytest.mark.slow
@_named(PATCHED)
def test_recorded_results_are_those_of_a_run(ref: Ref, suites: dict[Ref, Suite]) -> None:
    """The suite on the patched tree is as green or red as recorded, by the test named there."""
    run, recorded = suites[ref], RESULTS[ref]
    assert run.code == (0 if recorded["tests"] == "pass" else 1), run.said
    failed = re.findall(r"^FAILED (\S+)", run.said, re.MULTILINE)
    assert recorded.get("reason", "").split(" ")[0] == (failed[0] if failed else "")


@pytest.mark.parametrize("ticket", sorted(PROBED))
def test_a_probe_fails_on_the_package_as_it_is(ticket: str, trees: Trees) -> None:
    """Each probe asks for something that the base does not do, so it can fail."""
    run = trees.probe(trees.check_out(f"base-{ticket}"), ticket)
    assert run.returncode == 1
    assert "AssertionError" in run.stderr


@_named(FLAWED)
def test_a_flaw_of_the_key_can_be_shown(ref: Ref, trees: Trees, patched: dict[Ref, Path]) -> None:
    """The ticket's probe fails where the key has an escape or a confessed flaw."""
    run = trees.probe(patched[ref], ref.ticket)
    assert run.returncode == 1
    assert "AssertionError" in run.stderr.splitlines()[-1]


@_named([ref for ref in USABLE if ref.ticket in PROBED])
def test_a_usable_output_meets_its_ticket(ref: Ref, trees: Trees, patched: dict[Ref, Path]) -> None:
    """The ticket's probe passes where the key says merged, or edited with a light touch."""
    run = trees.probe(patched[ref], ref.ticket)
    assert run.returncode == 0, run.stderr


@_named(list(FIXES))
def test_a_confessed_flaw_can_be_fixed(ref: Ref, trees: Trees) -> None:
    """With the lines that a reviewer would add, the probe passes and the suite stays green."""
    tree = trees.check_out(f"{ref}-fixed", OUTPUTS[ref]["model_patch"])
    fix = FIXES[ref]
    path = tree / fix.file
    text = path.read_text(encoding="utf-8")
    assert text.count(fix.before) == 1
    path.write_text(text.replace(fix.before, fix.lines + fix.before), encoding="utf-8")
    assert trees.probe(tree, ref.ticket).returncode == 0
    assert trees.run_tests(tree)[0].code == 0


def test_the_runner_of_its_tests_comes_with_the_program() -> None:
    """`workbench check` in the demo needs nothing that an install did not bring."""
    text = (SAMPLE.parent / "pyproject.toml").read_text(encoding="utf-8")
    names = {re.split(r"\W", line)[0] for line in tomllib.loads(text)["project"]["dependencies"]}
    assert "pytest" in names


def test_every_flaw_has_a_probe_that_something_passes() -> None:
    """Where the key names a flaw, another output or a fix shows that the probe can pass."""
    assert {ref.ticket for ref in FLAWED} <= PROBED
    passing = {ref.ticket for ref in USABLE} | {ref.ticket for ref in FIXES}
    assert passing >= PROBED
