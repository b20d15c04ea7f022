"""Studies and gates that a sceptic would try: every command says what is wrong, none makes it up.

0/0 is a dash with its reason, never a percentage; no verdict rests on nothing; codes are those of
the README.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import matplotlib.figure  # noqa: F401 - what is loaded here, forks share
import pytest
import scipy.stats  # noqa: F401 - the same

import workbench.reporting
import workbench.services.decisions
import workbench.store.store  # noqa: F401 - the same

from .kit import Cli, change, prediction, ticket, write_lines

GATE = """schema = 1
name = "bad"
[design]
min_tickets = 1
min_vague = 0
min_clear = 0
[inference]
confidence = 0.6
[[criterion]]
metric = "escape_rate"
bound = "upper"
max = 0.75
"""
SURE = GATE.replace("0.6", "0.95")
LAX = f"""{SURE}[[criterion]]
metric = "escape_rate_diff"
versus = "m1"
bound = "upper"
max = 0.9
"""
ASKS = {"message": "Which one is meant?", "questions": ["which?"]}
CHANGE = ("change", "m2", "--since", "m1")
Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def template(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two frozen tickets and a gate; only to be copied."""
    folder = tmp_path_factory.mktemp("bad") / "study"
    shutil.copytree(bare, folder, symlinks=True)
    cli = Cli(folder)
    rows = [ticket("t1"), ticket("t2", "vague")]
    cli.ok("tickets", "import", write_lines(folder / "t.jsonl", rows))
    cli.ok("tickets", "freeze")
    (folder / "gate.toml").write_text(GATE)
    return folder


@pytest.fixture(scope="module")
def labelled(template: Path) -> Path:
    """The same with an output of each of two candidates, both merged."""
    folder = template.with_name("labelled")
    shutil.copytree(template, folder, symlinks=True)
    (folder / "gate.toml").write_text(SURE)
    cli = Cli(folder)
    rows = [prediction("t1", name, change()) for name in ("m1", "m2")]
    cli.ok("outputs", "import", write_lines(folder / "o.jsonl", rows))
    tests = [{"ticket": "t1", "candidate": name, "tests": "pass"} for name in ("m1", "m2")]
    cli.ok("outputs", "tests", write_lines(folder / "x.jsonl", tests))
    for row in cli.ok("outputs", "list", "--json").json("outputs"):
        cli.ok("label", str(row["id"]), "merged")
    return folder


def copy(folder: Path, tmp_path: Path) -> Cli:
    shutil.copytree(folder, tmp_path / "study", symlinks=True)
    return Cli(tmp_path / "study")


@pytest.fixture
def cli(template: Path, tmp_path: Path) -> Cli:
    """A command line inside a copy of it."""
    return copy(template, tmp_path)


def told(cli: Cli, code: int, *words: str) -> str:
    """What a command says, its lines joined; it ends with this code and makes no number up."""
    done = cli.quick(*words)
    text = " ".join((done.out + done.err).split())
    assert done.code == code, (words, text)
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|0/0 [\d.]+%", text), (words, text)
    assert not re.search(r"(^| )\.( |$)", text), (words, text)
    return text


@pytest.mark.parametrize(
    ("outputs", "code", "sentence", "reason"),
    [
        ((), 3, "Nothing is known of any candidate yet.", "There are no outputs."),
        (({"delivery": "void"},), 3, "the harness failed on 1 of 1 output", "harness failed"),
        ((ASKS,), 2, "its verdict waits, 1 planned output is missing", "nothing attempted"),
        (({"model_patch": change()},), 2, "1 output has no label yet", "no label yet"),
    ],
    ids=["nothing", "all void", "all asked", "nothing labelled"],
)
def test_where_there_is_nothing_to_count(
    cli: Cli, outputs: tuple[dict[str, object], ...], code: int, sentence: str, reason: str
) -> None:
    """The reason stands in place of the number, on every page."""
    if outputs:
        rows = [prediction("t1", "m1", "", **more) for more in outputs]
        cli.ok("outputs", "import", write_lines(cli.folder / "o.jsonl", rows))
        for row in cli.ok("outputs", "list", "--json").json("outputs"):
            if row["delivery"] == "ask":
                cli.ok("label", str(row["id"]), "abstained")
    assert sentence in told(cli, code, "gate", "check")
    told(cli, 0, "report", "--html", "r.html", "--md", "r.md")
    for kind in ("html", "md"):
        page = (cli.folder / f"r.{kind}").read_text("utf-8")
        assert reason in page
        assert outputs or "How they worked" not in page
    metrics = told(cli, 0, "metrics")
    explained = told(cli, 0 if outputs else 2, "metrics", "explain", "merge_rate")
    if outputs:
        assert f"merge rate 0/0 — {reason}" in metrics
        assert "0/0, —" in explained
    else:
        assert "there are no outputs yet: workbench outputs import" in explained


def edit_gate(old: str, new: str) -> Edit:
    """One text of the gate for another."""

    def edit(folder: Path) -> None:
        assert old in GATE
        (folder / "gate.toml").write_text(GATE.replace(old, new))

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (edit_gate("confidence", "confidense"), "did you mean confidence?"),
        (edit_gate('"escape_rate"', '"escape_rat"'), "did you mean escape_rate?"),
        (edit_gate("0.75", "nan"), "max: expected 0 or more, found"),
        (edit_gate("0.75", "inf"), "expected above 0 and below 1"),
        (edit_gate("0.75", '"75%"'), "max: expected a number, found '75%'"),
        (edit_gate("0.6", "60"), "confidence: expected 0.5 to 0.999, found 60"),
        (edit_gate("0.75", "0.05"), "E04 escape_rate upper<=0.05 needs >=18 green, design has 2"),
        (lambda folder: (folder / "gate.toml").write_text(""), "schema: expected 1, it is missing"),
        (lambda folder: (folder / "tickets.lock.json").write_text("["), "tickets.lock.json"),
        (lambda folder: (folder / "tickets.lock.json").unlink(), "tickets.lock.json is missing"),
    ],
    ids=["key", "metric", "nan", "inf", "text", "sure", "reach", "empty", "torn", "gone"],
)
def test_a_gate_that_cannot_be(cli: Cli, edit: Edit, words: str) -> None:
    """It is said with code 3 and what to do, the number needed or the nearest name."""
    edit(cli.folder)
    done = cli.quick("gate", "check")
    text = " ".join((done.out + done.err).split())
    assert (done.code, words in text, "gives no verdict" in text) == (3, True, True), text


def test_a_gate_that_was_edited_widens_no_margin(labelled: Path, tmp_path: Path) -> None:
    """A wider margin after the first label would let a new candidate through."""
    cli = copy(labelled, tmp_path)
    before = told(cli, 1, *CHANGE)
    assert "beyond a margin of 15 points" in before
    (cli.folder / "gate.toml").write_text(LAX)
    after = told(cli, 1, *CHANGE)
    assert "beyond a margin of 15 points" in after
    assert "usual definitions and margin: gate.toml is not the gate of the first label" in after
    assert "(95% sure)" in after
    assert "CHANGED AFTER DATA" in told(cli, 3, "gate", "check")


def test_a_candidate_is_no_news_against_itself(labelled: Path, tmp_path: Path) -> None:
    """It would never be worse; the same name in another study is another matter."""
    cli = copy(labelled, tmp_path)
    assert "m1 against itself" in told(cli, 2, "change", "m1", "--since", "m1")
    assert "m1 against m1 on 2 tickets" in told(
        cli, 1, "change", "m1", "--since", "m1", "--in", str(labelled)
    )
