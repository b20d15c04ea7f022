"""Test reports of others as check results."""

import json
from pathlib import Path

import pytest

from workbench.adapters.importers.reports import read_reports
from workbench.domain.check import CheckStatus
from workbench.domain.errors import InputRefused
from workbench.domain.imported import Reported, RowProblem

PASS, FAIL, NOT_RUN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_RUN
Status = tuple[CheckStatus, CheckStatus, str]


def read(tmp_path: Path, value: object) -> list[Reported | RowProblem]:
    """The reports of a file that holds this value, or these rows."""
    file = tmp_path / "report.json"
    file.write_text(json.dumps(value))
    return list(read_reports(file))


def statuses(rows: list[Reported | RowProblem]) -> dict[str, Status]:
    """Tests, hidden tests and reason by ticket."""
    assert [row for row in rows if isinstance(row, RowProblem)] == []
    return {
        row.ticket_id: (row.result.tests, row.result.hidden, row.result.reason)
        for row in rows
        if isinstance(row, Reported)
    }


def instance(kept: list[list[str]], fixed: list[list[str]]) -> dict[str, object]:
    """One instance of a report.json; each pair is success and failure."""
    groups = {
        "PASS_TO_PASS": dict(zip(("success", "failure"), kept, strict=True)),
        "FAIL_TO_PASS": dict(zip(("success", "failure"), fixed, strict=True)),
    }
    return {"patch_successfully_applied": True, "resolved": False, "tests_status": groups}


def test_report_json(tmp_path: Path) -> None:
    """Only tests that passed before decide; hidden tests stand apart."""
    report = {
        "green": instance([["a", "b"], []], [["h"], []]),
        "wrong": instance([["a"], []], [[], ["h"]]),
        "broke": instance([["a"], ["b"]], [["h"], []]),
        "none": instance([[], []], [["h"], []]),
        "no-apply": {"patch_successfully_applied": False, "resolved": False},
        "infra": {"infra_failure": True, "infra_failure_reason": "disk", "tests_status": {}},
    }
    assert statuses(read(tmp_path, report)) == {
        "green": (PASS, PASS, ""),
        "wrong": (PASS, FAIL, ""),
        "broke": (FAIL, PASS, "1 of 2 tests broken"),
        "none": (NOT_RUN, PASS, "no test that passed before"),
        "no-apply": (NOT_RUN, NOT_RUN, "the patch did not apply"),
        "infra": (NOT_RUN, NOT_RUN, "disk"),
    }


def test_summary(tmp_path: Path) -> None:
    """Resolved proves a pass; unresolved does not say which tests failed."""
    summary = {
        "schema_version": 2,
        "total_instances": 5,
        "resolved_ids": ["a"],
        "unresolved_ids": ["b", "e"],
        "error_ids": ["c"],
        "empty_patch_ids": ["d"],
        "infra_failure_ids": ["e"],
        "submitted_ids": ["a", "b", "c", "d", "e"],
        "failure_reasons": {"e": "no network"},
    }
    unknown = "the report does not say which tests failed"
    assert statuses(read(tmp_path, summary)) == {
        "d": (NOT_RUN, NOT_RUN, "empty patch"),
        "b": (NOT_RUN, FAIL, unknown),
        "e": (NOT_RUN, NOT_RUN, "infrastructure failure: no network"),
        "c": (NOT_RUN, NOT_RUN, "error in the harness"),
        "a": (PASS, PASS, ""),
    }


def test_report_of_2024(tmp_path: Path) -> None:
    """Lists of ids per state."""
    report = {
        "no_generation": ["n"],
        "generated": ["a", "b", "c", "d"],
        "with_logs": ["a", "b", "c"],
        "applied": ["a", "b", "c"],
        "no_apply": ["d"],
        "test_timeout": ["c"],
        "resolved": ["a"],
    }
    assert statuses(read(tmp_path, report)) == {
        "a": (PASS, PASS, ""),
        "b": (NOT_RUN, FAIL, "the report does not say which tests failed"),
        "c": (NOT_RUN, NOT_RUN, "test_timeout"),
        "d": (NOT_RUN, NOT_RUN, "the patch did not apply"),
        "n": (NOT_RUN, NOT_RUN, "no patch"),
    }


def test_plain_form(tmp_path: Path) -> None:
    """Our own rows for any harness, with candidate and trial where they are given."""
    file = tmp_path / "r.jsonl"
    file.write_text(
        '{"ticket": "a", "candidate": "m", "trial": 2, "tests": "fail", "reason": "2 broken"}\n'
        '{"ticket": "b", "tests": "pass"}\n'
    )
    first, second = read_reports(file)
    assert isinstance(first, Reported)
    assert isinstance(second, Reported)
    assert (first.candidate, first.trial, first.result.tests) == ("m", 2, FAIL)
    assert (first.result.reason, first.result.source) == ("2 broken", "r.jsonl")
    assert (second.candidate, second.trial, second.result.tests) == (None, None, PASS)


def test_candidate_given_by_the_caller_wins(tmp_path: Path) -> None:
    """A file says a name that the user knows better."""
    file = tmp_path / "r.jsonl"
    file.write_text('{"instance_id": "a", "model_name_or_path": "gpt", "resolved": true}\n')
    (named,) = read_reports(file)
    (renamed,) = read_reports(file, "run-1")
    assert isinstance(named, Reported)
    assert isinstance(renamed, Reported)
    assert (named.candidate, renamed.candidate) == ("gpt", "run-1")


def test_folder_of_a_run_is_searched(tmp_path: Path) -> None:
    """Every report.json below logs/run_evaluation is read."""
    for name in ("a", "b"):
        folder = tmp_path / "logs" / "openrouter:x__y" / name
        folder.mkdir(parents=True)
        report = {name: instance([["t"], []], [["h"], []])}
        (folder / "report.json").write_text(json.dumps(report))
    rows = [row for row in read_reports(tmp_path) if isinstance(row, Reported)]
    assert [row.ticket_id for row in rows] == ["a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputRefused, match=r"no report\.json"):
        list(read_reports(tmp_path / "empty"))


BAD: list[tuple[dict[str, object], str]] = [
    ({"tests": "pass"}, "ticket is missing"),
    ({"ticket": "a"}, "neither tests, tests_status nor resolved"),
    ({"ticket": "a", "tests": "green"}, "tests is 'green', expected one of pass, fail, not_run"),
    ({"ticket": "a", "tests": True}, "tests is true or false"),
    ({"ticket": "a", "tests": ["pass"]}, "tests is a list"),
    ({"ticket": "a", "tests": "pass", "trial": 0}, "trial must be a whole number from 1"),
    ({"ticket": "a", "resolved": "yes"}, "resolved is text, expected true or false"),
    ({"ticket": "a", "tests_status": {"PASS_TO_PASS": []}}, "PASS_TO_PASS is a list"),
]


@pytest.mark.parametrize(("row", "words"), BAD)
def test_bad_report_is_one_problem(tmp_path: Path, row: dict[str, object], words: str) -> None:
    """The reason names the field and what was expected; the other row is read."""
    rows = read(tmp_path, [row, {"ticket": "z", "tests": "pass"}])
    assert words in str(rows[0])
    assert isinstance(rows[1], Reported)
