"""A gate file read, every wrong key of it told; the flowchart as a function; the exit codes."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from workbench.domain.gate import Answer, Bound, Gate, Mode, OnInconclusive, choose_mode
from workbench.domain.gate_keys import ARRAYS, TABLES
from workbench.domain.gate_reading import read_gate
from workbench.domain.gate_text import Answers, render_gate
from workbench.domain.lint import Lint
from workbench.domain.policy import SelfFlag
from workbench.domain.recorded import Recorded, read_recorded
from workbench.domain.verdict import Verdict, exit_code

EXAMPLE = (Path(__file__).parent / "gate.toml").read_text(encoding="utf-8")
Raw = dict[str, Any]  # what tomllib gives


def read(text: str) -> tuple[Gate | None, list[Lint]]:
    return read_gate(tomllib.loads(text), "gate")


def codes(text: str) -> list[str]:
    return [lint.code for lint in read(text)[1]]


def example() -> Gate:
    gate, lints = read(EXAMPLE)
    assert gate is not None
    assert lints == []
    return gate


def test_the_whole_file_is_read() -> None:
    """Every table ends where it belongs; what is left out has its default."""
    gate = example()
    assert (gate.name, gate.locked_at) == (
        "payments-bot-2026Q1",
        datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    assert gate.workflow.human_reviews_all is Answer.YES
    assert gate.workflow.answered_on == date(2026, 3, 1)
    assert (gate.design.expected_green, gate.inference.seed) == (12, 20260302)
    assert gate.policy.self_flag is SelfFlag.MATCHED
    assert gate.prices is not None
    assert gate.prices.escape == 3.0
    assert [c.title for c in gate.criteria] == [
        "escape_rate",
        "escape_rate_total",
        "abstention_rate vague",
        "abstention_rate clear",
        "merge_rate",
        "agreement_ac1 escaped",
        "escape_rate_diff vs incumbent",
    ]
    assert [c.is_required for c in gate.criteria] == [True] * 5 + [False] * 2
    assert gate.criteria[2].wanted == "lower>=0.4"
    assert gate.published[0].score == 0.887
    least, lints = read('schema = 1\n[[criterion]]\nmetric = "escape_rate"\nbound = "upper"\n'
                        "max = 0.25\n")  # fmt: skip
    assert lints == []
    assert least is not None
    assert (least.name, least.design.min_vague, least.prices) == ("gate", 8, None)


def places(raw: Raw) -> Iterator[tuple[str, Raw]]:
    """Every table of a file, arrays one by one."""
    yield "", raw
    for name, value in raw.items():
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict):
                yield name, row


ANSWERS = list(product(Answer, repeat=3))
N_TABLES = sum(1 for _ in places(tomllib.loads(EXAMPLE)))


@pytest.mark.parametrize("place", range(N_TABLES))
def test_any_single_unknown_key_is_e01(place: int) -> None:
    """In each table of the file, and the nearest name is offered."""
    raw = tomllib.loads(EXAMPLE)
    table, row = list(places(raw))[place]
    known = next(key.name for key in (TABLES | ARRAYS)[table])
    row[f"{known}s"] = 1
    gate, lints = read_gate(raw, "gate")
    assert gate is None
    assert [lint.code for lint in lints] == ["E01"]
    assert f"unknown key; did you mean {known}" in lints[0].sentence


@pytest.mark.parametrize("place", range(N_TABLES))
def test_any_value_of_a_wrong_type_is_e01(place: int) -> None:
    """Each key of each table, with a value that fits none of them."""
    for key in list(list(places(tomllib.loads(EXAMPLE)))[place][1]):
        raw = tomllib.loads(EXAMPLE)
        list(places(raw))[place][1][key] = {"what": object}
        gate, lints = read_gate(raw, "gate")
        assert gate is None
        assert "E01" in {lint.code for lint in lints}


CRITERION = '[[criterion]]\nmetric = "escape_rate"\nbound = "upper"\nmax = 0.25\n'


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("schema = 2", "E01", "schema: expected 1, found 2"),
        ("name = 'x'", "E01", "schema: expected 1, it is missing"),
        ("schema = true", "E01", "expected a whole number"),
        ("schema = 1\nlabels = 3", "E01", "expected a table [labels]"),
        ("schema = 1\ncriterion = 3", "E01", "expected tables [[criterion]]"),
        ("schema = 1\n[workflow]\nmode = 'auot'", "E01", "did you mean auto?"),
        ("schema = 1\n[labels]\nescape_kinds = ['functionl']", "E01", "did you mean functional?"),
        ("schema = 1\n[inference]\nconfidence = 0.3", "E01", "expected 0.5 to 0.999"),
        ("schema = 1\n[inference]\nconfidence = nan", "E01", "expected 0.5 to 0.999"),
        ("schema = 1\n[design]\nmin_tickets = -1", "E01", "expected 1 or more"),
        ("schema = 1\n[[criterion]]\nbound = 'upper'", "E01", "metric is missing"),
        ("schema = 1\n[[criterion]]\nmetric = 'escape_rate'", "E02", "bound is missing"),
        (CRITERION.replace("max", "min"), "E02", "goes with max"),
        (CRITERION + "min = 0.1", "E02", "goes with max, and with max alone"),
        (CRITERION.replace("0.25", "1.5"), "E03", "max = 1.5: expected above 0 and below 1"),
        (CRITERION.replace("0.25", "0"), "E03", "expected above 0"),
        (CRITERION + "versus = 'incumbent'", "E01", "versus goes with"),
        (CRITERION.replace("escape_rate", "escape_rate_diff"), "E09", "versus is missing"),
        (CRITERION.replace("escape_rate", "pass_hat_k"), "E01", "k is missing"),
        ("schema = 1\n[[capability]]\nmodel = 'm'", "E01", "benchmark is missing"),
    ],
)
def test_what_is_wrong_is_told(text: str, code: str, told: str) -> None:
    """With a code, and in words that say what is expected."""
    if "schema" not in text and "name" not in text:
        text = f"schema = 1\n{text}"
    gate, lints = read(text)
    assert gate is None
    assert (code, True) in [(lint.code, told in lint.sentence) for lint in lints]


def test_a_confidence_out_of_range_is_named_by_its_line() -> None:
    """The line comes from whoever knows the file."""
    raw = {"schema": 1, "design": {"trials": 0}}
    _, lints = read_gate(raw, "gate", lambda *where: 7 if where == ("design", 0, "trials") else 0)
    assert [lint.line for lint in lints] == [7]
    assert lints[0].sentence.startswith("[design] trials: expected 1 or more, found 0")


@pytest.mark.parametrize("given", ANSWERS)
def test_mode_is_a_total_function(given: tuple[Answer, Answer, Answer]) -> None:
    """Capability in 1 of 27 combinations: unknown counts as no."""
    wanted = Mode.CAPABILITY if given == (Answer.YES,) * 3 else Mode.CALIBRATION
    assert choose_mode(*given) is wanted


@pytest.mark.parametrize("given", ANSWERS)
def test_what_init_writes_is_read_back(given: tuple[Answer, Answer, Answer]) -> None:
    """Its answers, its threshold, and no complaint; also once every comment is a key."""
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    answers = Answers('a "gate" \\', given, "ann", at.date(), at, 0.2)
    gate, lints = read(render_gate(answers))
    assert lints == []
    assert gate is not None
    flow = gate.workflow
    assert (
        flow.reversible_low_blast,
        flow.human_reviews_all,
        flow.throughput_bound_cheap_check,
    ) == given
    assert (gate.name, gate.locked_at, gate.criteria[0].limit) == ('a "gate" \\', at, 0.2)
    assert flow.in_force is choose_mode(*given)
    lines = [line.removeprefix("# ") for line in render_gate(answers).split("\n")
             if line and (" = " in line or "[" in line[:4]) and "..." not in line]  # fmt: skip
    full, lints = read("\n".join(lines))
    assert lints == []
    assert full is not None
    assert full._replace(prices=None, published=(), workflow=flow) == gate


@pytest.mark.parametrize(
    ("verdicts", "fails", "warns"),
    [
        ("PASS", 0, 0),
        ("FAIL", 1, 1),
        ("INCONCLUSIVE", 2, 0),
        ("INVALID", 3, 3),
        ("", 3, 3),
        ("FAIL PASS", 0, 0),
        ("FAIL INCONCLUSIVE", 2, 0),
        ("FAIL FAIL", 1, 1),
        ("PASS INVALID", 3, 3),
        ("PASS INCONCLUSIVE FAIL", 0, 0),
    ],
)
def test_exit_codes(verdicts: str, fails: int, warns: int) -> None:
    """0 if any passes, 1 if all fail, else 2; 3 always wins; a warning only softens 2."""
    found = [Verdict(word) for word in verdicts.split()]
    assert exit_code(found, OnInconclusive.FAIL) == fails
    assert exit_code(found, OnInconclusive.WARN) == warns


@pytest.mark.parametrize(
    ("extra", "wanted"),
    [
        ('{"cost_usd": 0.5, "harness_sha": "ab"}', Recorded(0.5, "ab", log={"cost_usd": 0.5})),
        ('{"usage": {"cost_usd": 2, "turns": 0}}', Recorded(2.0, log={"cost_usd": 2, "turns": 0})),
        (
            '{"run": {"spent_usd": 1.5, "cost_usd": 1, "tool_errors": 2}}',
            Recorded(1.5, "", True, log={"cost_usd": 1.5, "tool_errors": 2}),
        ),
        (
            '{"run": {"spent_usd": null, "tool_errors": 0, "leaks": [], "seconds": 0.0}}',
            Recorded(is_watched=True, log={"tool_errors": 0}),
        ),
        ('{"run": {"leaks": []}}', Recorded()),
        ('{"run": {"leaks": ["git log"]}}', Recorded(leaks=("git log",), is_watched=True)),
        ('{"cost_usd": "much"}', Recorded()),
        ('{"cost_usd": -1}', Recorded()),
        ('{"cost_usd": true, "harness_sha": 3}', Recorded()),
        ('{"cost_usd": NaN}', Recorded()),
        ("[1]", Recorded()),
        ("{", Recorded()),
        ("{}", Recorded()),
    ],
)
def test_what_a_harness_recorded(extra: str, wanted: Recorded) -> None:
    """A cost that is not a cost is not known, and never zero."""
    assert read_recorded(extra) == wanted


def test_a_bound_is_upper_or_lower() -> None:
    """Nothing else is a bound."""
    assert {bound.value for bound in Bound} == {"upper", "lower"}
