"""What stands beside the four rates, and whose definitions they are counted by."""

import json
from typing import Any

import pytest

from workbench.bootstrap import open_workbench
from workbench.domain.comparison import Line
from workbench.domain.draft import Decision
from workbench.domain.label import EditClass, Label
from workbench.services.comparisons import Comparisons
from workbench.study import find_study

from .kit import Cli, change, prediction, ticket, write_lines

SPECS = ("clear", "vague", "clear", "vague", "clear")
RUN = {
    "leaks": ["git log --all"],
    "tool_errors": 2,
    "turns": 12,
    "seconds": 30.5,
    "spent_usd": 0.25,
    "interventions": 1,
}


@pytest.fixture
def study(fresh: Cli) -> Cli:
    """Five tickets, two candidates, whose runs are known of one ticket each."""
    rows = [ticket(f"t{n}", spec) for n, spec in enumerate(SPECS, 1)]
    fresh.ok("tickets", "import", write_lines(fresh.folder / "t.jsonl", rows))
    outputs = [
        prediction(f"t{n}", name, change(new=f"{n} * {len(name)}"), **more)
        for name, run in (("able", RUN), ("steady", {**RUN, "leaks": [], "tool_errors": 0}))
        for n in range(1, 6)
        for more in ({"run": run} if n == 1 else {},)
    ]
    fresh.ok("outputs", "import", write_lines(fresh.folder / "o.jsonl", outputs))
    return fresh


def numbers_of(cli: Cli) -> dict[str, Any]:
    """The answer of `metrics --json`, with its candidates by name."""
    found: dict[str, Any] = json.loads(cli.ok("metrics", "--json").out)
    return found | {row["candidate"]: row for row in found["metrics"]}


def label_all(cli: Cli, candidate: str, *decisions: Decision) -> None:
    """The outputs of one candidate, by ticket and trial: a decision for each, or one for all."""
    with open_workbench(find_study(cli.folder)) as bench:
        outputs = [o.output_id for o in bench.store.list_outputs() if o.candidate == candidate]
        given = decisions if len(decisions) > 1 else decisions * len(outputs)
        for output_id, decision in zip(outputs, given, strict=True):
            bench.reviews("ann").decide(output_id, decision, is_sure=True)


def test_strict_reviewers_are_allowed_for(study: Cli) -> None:
    """Four of five merged, five of ten merged human patches accepted: at most all would be.

    Below ten controls there is a dash and the reason; the number leads back to both its parts.
    """
    merged, major = Decision(Label.MERGED), Decision(Label.EDITED, EditClass.MAJOR)
    label_all(study, "able", major, *[merged] * 4)
    assert "adjusted by controls — (needs 10 labelled controls, has 0)" in squeeze(study)
    assert numbers_of(study)["able"]["merge_rate_adjusted"]["rate"] is None
    for part in (1, 2):
        rows = [
            prediction(f"t{n}", "people", change(new=f"{n} + {part} * 7"), trial=part)
            for n in range(1, 6)
        ]
        file = write_lines(study.folder / f"c{part}.jsonl", rows)
        study.ok("outputs", "import", file, "--candidate", "people", "--control", "--share", "0.9")
    label_all(study, "people", *[merged, major] * 5)
    found = numbers_of(study)["able"]["merge_rate_adjusted"]
    assert (found["rate"], found["controls"], found["why_not"]) == (1.0, 10, None)
    assert 0.4 <= found["interval"][0] <= 1.0
    assert "adjusted by controls 100% (" in squeeze(study)
    told = study.ok("metrics", "explain", "merge_rate_adjusted", "--candidate", "able").out
    assert "merge rate of able, adjusted: 100% (" in told
    assert "merge rate of able: 4/5, 80.0%" in told
    assert "control acceptance of the controls: 5/10, 50.0%" in told
    rows = study.ok("metrics", "explain", "control_acceptance", "--json").json("outputs")
    assert [row["in"] for row in rows].count("numerator") == 5


def squeeze(cli: Cli) -> str:
    """The page, however its lines are broken."""
    lines = cli.ok("metrics").out.splitlines()
    assert max(map(len, lines)) <= 80
    return " ".join(" ".join(lines).split())


def test_what_runs_did_and_whether_one_reached_for_the_answer(study: Cli) -> None:
    """Of five runs one log is known: all else is null, a dash or not there, and never zero."""
    found = numbers_of(study)
    able, steady = found["able"], found["steady"]
    assert (able["answer_leaks"]["hits"], able["answer_leaks"]["n"]) == (1, 1)
    assert (steady["answer_leaks"]["hits"], steady["answer_leaks"]["n"]) == (0, 1)
    assert able["runs"]["turns"] == {"known": 1, "total": 12, "mean": 12, "with_one_or_more": 1}
    assert able["runs"]["helpers"] == {
        "known": 0,
        "total": None,
        "mean": None,
        "with_one_or_more": None,
    }
    assert able["error_recovery"]["n"] == 1
    assert steady["error_recovery"]["rate"] is None
    assert len(able["touched_by_a_person"]) == 1
    told = squeeze(study)
    assert "answer leaks: 1/1 100% (21-100) looked where the fix may be found" in told
    assert "turns 12 (of 1), tool errors 2 (of 1)" in told
    explained = study.ok("metrics", "explain", "answer_leaks", "--candidate", "able").out
    assert "counted: 1" in explained
    assert "git log --all" in explained
    assert "in neither number: 4" in explained
    study.ok("report", "--html", "r.html", "--md", "r.md")
    for name in ("r.html", "r.md"):
        text = (study.folder / name).read_text("utf-8")
        assert "of the one run of able whose log says what they did, 1 looked where" in text
        assert "A person had a hand in 1 output of able" in text
        assert "turns, mean of a run" in text
        assert "helpers started" not in text  # nobody's log says it
        assert "merge rate, adjusted by controls" in text
    recovered = ("metrics", "explain", "error_recovery", "--candidate", "able", "--json")
    rows = study.ok(*recovered).json("outputs")
    assert sorted(str(row["in"]) for row in rows) == ["denominator", *["outside"] * 4]


def test_the_lists_behind_a_number_are_of_what_was_counted(study: Cli) -> None:
    """A label that comes while the dashboard is open changes neither; a new look sees it."""
    merged = Decision(Label.MERGED)
    label_all(study, "able", *[merged] * 5)
    line = Line("merge_rate", "merge")
    with open_workbench(find_study(study.folder)) as bench:
        found = Comparisons(bench.store, "ann", open_names=True)
        column = next(c for c in found.make().columns if c.name.endswith(" able"))
        label_all(study, "able", Decision(Label.EDITED, EditClass.MAJOR))
        behind = found.trace(column.name, line)
        assert [one.part for one in behind] == ["counted"] * 5
        again = Comparisons(bench.store, "ann", open_names=True)
        assert {one.part for one in again.trace(column.name, line)} == {"of it"}
    assert found.make().whose == "labels of ann · usual definitions"


GATE = """schema = 1
name = "severe"
[inference]
display_interval = "jeffreys"
[labels]
escape_min_severity = 3
[[criterion]]
metric = "escape_rate"
bound = "upper"
max = 0.25
"""


def test_numbers_follow_the_gate_in_force(study: Cli) -> None:
    """A defect of severity 2 is no escape where the gate says 3; intervals are those it names.

    A gate that was edited after the first label is in force no more, and that is said.
    """
    first = next(r for r in study.ok("outputs", "list", "--json").json("outputs")
                 if r["candidate"] == "able")  # fmt: skip
    tests = [{"ticket": f"t{n}", "candidate": "able", "tests": "pass"} for n in range(1, 6)]
    study.ok("outputs", "tests", write_lines(study.folder / "tests.jsonl", tests))
    study.ok("tickets", "freeze")
    (study.folder / "gate.toml").write_text(GATE)
    study.ok("label", str(first["id"]), "escaped", "--defect", "functional:2")
    found = numbers_of(study)
    assert found["definitions"]["gate"] == "severe"
    assert found["able"]["escape_rate"]["hits"] == 0
    assert found["able"]["outcomes"]["edited_major"] == 1
    assert found["able"]["merge_rate"]["interval"] != [0.0, 0.7934506856227626]
    told = squeeze(study)
    assert "the gate severe: escape_min_severity = 3, display_interval = jeffreys" in told
    assert "labelled twice: 0 of 1, the gate asks for 20%" in told
    assert "controls with a label: 0, the gate asks for 2" in told
    assert "followed for 0 days since the first label, the gate asks for 30" in told
    explained = ("metrics", "explain", "escape_rate", "--candidate", "able")
    assert "no grave defect is recorded" in study.ok(*explained).out
    made = study.ok("report", "--json", "--html", "r.html").json("report")[0]
    candidates: Any = made["candidates"]
    assert [page["numbers"]["escape_rate"]["hits"] for page in candidates] == [0, 0]
    html = (study.folder / "r.html").read_text("utf-8")
    assert "Counted by the definitions of the gate severe: escape_min_severity = 3" in html
    assert "its Jeffreys interval" in html
    assert "labels of two reviewers (0 of 1, the gate asks for 20%): how far" in html
    (study.folder / "gate.toml").write_text(GATE.replace("= 3", "= 2"))
    found = numbers_of(study)
    assert found["definitions"]["gate"] is None
    assert found["able"]["escape_rate"]["hits"] == 1
    assert "usual definitions: gate.toml is not the gate of the first label" in squeeze(study)
    (study.folder / "gate.toml").write_text("schema = 1\nsparkle = 2\n")
    assert "usual definitions: gate.toml has errors" in squeeze(study)
