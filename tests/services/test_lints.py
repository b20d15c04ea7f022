"""What lint says of a gate: every code once by a gate that deserves it, and once not."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from workbench.domain.gate import Gate, SuiteSize
from workbench.domain.gate_reading import read_gate
from workbench.domain.lint import Lint
from workbench.services.lints import Known, lint

EXAMPLE = (Path(__file__).parents[1] / "domain" / "gate.toml").read_text(encoding="utf-8")
TWENTY = Known(SuiteSize(20, 8, 12), candidates=frozenset({"m1", "m2"}))
AT = datetime(2026, 3, 5, tzinfo=UTC)


def gate(changes: str = "", *, criteria: list[dict[str, Any]] | None = None) -> Gate:
    """The example with one more line `table.key = value`, or with other criteria."""
    raw = tomllib.loads(EXAMPLE)
    for table, row in tomllib.loads(changes).items():
        raw[table] = {**raw.get(table, {}), **row} if isinstance(row, dict) else row
    if criteria is not None:
        raw["criterion"] = criteria
    made, lints = read_gate(raw, "gate")
    assert lints == []
    assert made is not None
    return made


def escape(limit: float, **more: Any) -> dict[str, Any]:
    return {"metric": "escape_rate", "bound": "upper", "max": limit, **more}


def difference(limit: float, **more: Any) -> dict[str, Any]:
    return {"metric": "escape_rate_diff", "bound": "upper", "max": limit, "versus": "m1", **more}


def find(lints: list[Lint], code: str) -> list[str]:
    return [one.sentence for one in lints if one.code == code]


def test_the_published_example_has_no_error() -> None:
    """Two warnings: a good candidate would not pass often, and too few labels are double."""
    found = lint(gate(), TWENTY)
    assert [one.code for one in found] == ["W02", "W05"]
    assert "(6.25% escape) passes in 46% of studies with 12 green" in found[0].sentence
    assert "double labels expected: 4, needed: 10" in found[1].sentence


def test_five_percent_on_twenty_tickets_is_refused_with_the_number_needed() -> None:
    """It takes 59 green outputs, 88 if every label may end it."""
    [told] = find(lint(gate(criteria=[escape(0.05)]), TWENTY), "E04")
    assert told == "escape_rate upper<=0.05 needs >=59 green, design has 20"
    made = gate("inference.sequential = 'e-process'", criteria=[escape(0.05)])
    [told] = find(lint(made, TWENTY), "E04")
    assert ">=88 green" in told
    enough = Known(SuiteSize(59, 0, 59))
    assert find(lint(gate(criteria=[escape(0.05)]), enough), "E04") == []


@pytest.mark.parametrize(
    ("criterion", "told"),
    [
        ({"metric": "merge_rate", "bound": "lower", "min": 0.9}, ">=29 tickets, design has 20"),
        ({"metric": "abstention_rate", "stratum": "vague", "bound": "lower", "min": 0.7},
         ">=9 tickets, design has 8"),
        ({"metric": "abstention_rate", "stratum": "clear", "bound": "upper", "max": 0.2},
         ">=14 tickets, design has 12"),
        ({"metric": "control_acceptance", "bound": "lower", "min": 0.5},
         ">=5 controls, design has 2"),
        ({"metric": "pass_hat_k", "k": 3, "bound": "lower", "min": 0.5}, "needs 3 trials"),
        (difference(0.05), ">=52 green, design has 20"),
        ({"metric": "merge_rate_diff", "bound": "lower", "min": -0.05, "versus": "m1"},
         ">=52 tickets, design has 20"),
        (escape(0.2, stratum="vague"), ">=14 green, design has 8"),
    ],
)  # fmt: skip
def test_what_no_data_can_keep_is_an_error(criterion: dict[str, Any], told: str) -> None:
    """The best possible data on every ticket still fail: with the number it would take."""
    [sentence] = find(lint(gate(criteria=[escape(0.25), criterion]), TWENTY), "E04")
    assert told in sentence


def test_e05_the_frozen_tickets() -> None:
    """Missing or changed, or fewer than the gate asks for."""
    assert find(lint(gate(), Known(suite_problem="tickets.lock.json is missing")), "E05")
    told = find(lint(gate(), Known(SuiteSize(19, 7, 5))), "E05")
    assert told == [
        "frozen tickets: 19, min_tickets asks for 20",
        "frozen vague tickets: 7, min_vague asks for 8",
        "frozen clear tickets: 5, min_clear asks for 8",
    ]


def asks(stratum: str, bound: str = "lower") -> dict[str, Any]:
    limit = "min" if bound == "lower" else "max"
    return {"metric": "abstention_rate", "stratum": stratum, "bound": bound, limit: 0.4}


@pytest.mark.parametrize(
    ("changes", "criteria", "code"),
    [
        ("", [escape(0.25), asks("all", "upper")], "E06"),
        ("", [escape(0.25), asks("vague")], "E06"),
        ("", [{**escape(0.25), "required": False}], "E07"),
        ("", [], "E07"),
        ("workflow.mode = 'capability'", [escape(0.25)], "E08"),
        ("inference.sequential = 'e-process'", [escape(0.25), difference(0.3)], "E09"),
        ("", [escape(0.25), difference(0.3, versus="m3")], "E09"),
        ("", [escape(0.25), escape(0.3)], "E11"),
        ("", [escape(0.2)], "W01"),
        ("", [escape(0.25)], "W02"),
        ("design.trials = 2", [escape(0.25)], "W03"),
        ("design.controls_min = 0", [escape(0.25)], "W04"),
        ("design.double_label_share = 0.0", [escape(0.25)], "W04"),
        ("design.blind = false", [escape(0.25)], "W04"),
        ("", [escape(0.25), {"metric": "agreement_alpha", "bound": "lower", "min": 0.5}], "W05"),
        ("", [escape(0.25), {"metric": "flag_precision", "bound": "lower", "min": 0.5}], "W06"),
        ("labels.self_flag = 'any'", [escape(0.25)], "W07"),
        ("inference.unknown_tests = 'identified'", [escape(0.25)], "W07"),
    ],
)
def test_each_code(changes: str, criteria: list[dict[str, Any]], code: str) -> None:
    """Said once of a gate that deserves it, and never of the plain one."""
    assert len(find(lint(gate(changes, criteria=criteria), TWENTY), code)) == 1
    plain = lint(gate(criteria=[escape(0.25)]), TWENTY)
    assert {one.code for one in plain} <= {"W02"}


def test_both_kinds_of_abstention_together_are_no_error() -> None:
    """Asked for on vague tickets, bounded on clear ones."""
    made = gate(criteria=[escape(0.25), asks("vague"), asks("clear", "upper")])
    assert find(lint(made, TWENTY), "E06") == []


def test_w02_a_bad_candidate_that_often_passes() -> None:
    """A confidence so low that half as much again as the bound passes in one study of five."""
    changes = "inference.confidence = 0.5\ndesign.expected_green = 20"
    made = gate(changes, criteria=[escape(0.05)])
    told = find(lint(made, Known(SuiteSize(20, 0, 20))), "W02")
    assert told == ["escape_rate: a bad one (7.5% escape) passes in 21% with 20 green"]


def test_e10_a_gate_of_after_the_first_label() -> None:
    """locked_at may be before it and not after."""
    later = replace(TWENTY, first_label_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert len(find(lint(gate(), later), "E10")) == 1
    assert find(lint(gate(), replace(TWENTY, first_label_at=AT)), "E10") == []


def test_w08_answers_older_than_a_candidate() -> None:
    """The workflow was described before the candidate was what it is."""
    locked = replace(TWENTY, locked={"m1": AT, "m2": datetime(2026, 2, 1, tzinfo=UTC)})
    [told] = find(lint(gate(), locked), "W08")
    assert told == "the answers of 2026-03-01 are older than the settings of m1"
    unanswered = gate()._replace(workflow=gate().workflow._replace(answered_on=None))
    assert find(lint(unanswered, locked), "W08") == []


def test_w09_outputs_that_are_not_of_one_candidate() -> None:
    """Said before a verdict is asked for, of each candidate."""
    mixed = replace(TWENTY, mixed={"m1": ("its outputs come from 2 different models: a, b",)})
    [told] = find(lint(gate(), mixed), "W09")
    assert told.startswith("no verdict on m1 is possible: its outputs come from 2 different models")
    assert find(lint(gate(), TWENTY), "W09") == []


def test_errors_come_first_and_every_remark_has_its_line() -> None:
    """What forbids a verdict is read first."""
    made = gate("design.blind = false", criteria=[escape(0.05)])
    found = lint(made, TWENTY, lambda table, place, key: 10 * place + len(table + key))
    assert [one.code for one in found] == ["E04", "W04"]
    assert [one.line for one in found] == [len("criterion"), len("designblind")]
