"""Test reports of other harnesses as check results.

`tests` speaks of tests that passed before and must still pass; hidden tests (FAIL_TO_PASS) are
kept apart and shown after the label. A report that only says "resolved" proves a pass, never a
failure: it does not say which tests failed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.adapters.importers.json_rows import (
    FieldProblem,
    Row,
    Rows,
    by_key,
    convert,
    id_of,
    kind_of,
    read_json,
    text_of,
)
from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.counted import counted
from workbench.domain.errors import InputRefused
from workbench.domain.imported import Reported, RowProblem

_PASS, _FAIL, _NOT_RUN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_RUN
_UNKNOWN = "the report does not say which tests failed"
_ID = ("ticket", "ticket_id", "instance_id")
_SUMMARY = {  # a later line wins over an earlier one for the same id
    "incomplete_ids": "incomplete",
    "empty_patch_ids": "empty patch",
    "unresolved_ids": "",
    "error_ids": "error in the harness",
    "ambiguous_failure_ids": "failure of tests or environment",
    "infra_failure_ids": "infrastructure failure",
    "resolved_ids": "resolved",
}
_STOPPED = {
    "no_generation": "no patch",
    "install_fail": "installation failed",
    "reset_failed": "reset failed",
    "no_apply": "the patch did not apply",
    "test_errored": "test_errored",
    "test_timeout": "test_timeout",
}
_LISTS_2024 = ("generated", "with_logs", "applied", *_STOPPED, "resolved")


def read_reports(path: Path, candidate: str | None = None) -> Iterator[Reported | RowProblem]:
    """Every report in a file, or in all `report.json` below a folder.

    `candidate` stands in for a name in the file; without either it is None: all candidates.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("report.json") if file.is_file())
        if not files:
            raise InputRefused(f"there is no report.json below {path}")
    else:
        files = [path]
    for file in files:
        yield from _read_file(file, candidate)


def _read_file(path: Path, candidate: str | None) -> Iterator[Reported | RowProblem]:
    rows = _rows(path, read_json(path))
    return convert(path, rows, lambda row: _make(path, row, candidate))


def _rows(path: Path, value: Mapping[str, object] | Rows) -> Rows:
    """Every shape as rows that `_make` knows."""
    if not isinstance(value, Mapping):
        yield from value
    elif any(name in value for name in _SUMMARY):
        yield from _summary_rows(path, value)
    elif any(isinstance(value.get(name), list) for name in _LISTS_2024):
        yield from _list_rows(path, value)
    elif any(name in value for name in _ID):
        yield Row("line 1", value)
    else:
        for row in by_key(path, value):
            if isinstance(row, Row):
                yield Row(row.where, {**row.value, "instance_id": row.where})
            else:
                yield row


def _summary_rows(path: Path, value: Mapping[str, object]) -> Rows:
    reasons = value.get("failure_reasons")
    said: dict[str, str] = {}
    for name, reason in _SUMMARY.items():
        for ticket in _ids(path, value, name):
            if isinstance(ticket, RowProblem):
                yield ticket
            else:
                said[ticket] = reason
    for ticket, reason in said.items():
        known = reasons.get(ticket) if isinstance(reasons, dict) else None
        if reason == "resolved":
            yield Row(ticket, {"instance_id": ticket, "resolved": True})
        elif not reason:
            yield Row(ticket, {"instance_id": ticket, "resolved": False})
        else:
            full = f"{reason}: {known}" if isinstance(known, str) else reason
            yield Row(ticket, {"instance_id": ticket, "tests": "not_run", "reason": full})


def _list_rows(path: Path, value: Mapping[str, object]) -> Rows:
    """The 2024 report: one list of ids per state, turned into one row of booleans per id."""
    said: dict[str, dict[str, object]] = {}
    for name in _LISTS_2024:
        for ticket in _ids(path, value, name):
            if isinstance(ticket, RowProblem):
                yield ticket
            else:
                row = said.setdefault(ticket, {"instance_id": ticket, "resolved": False})
                row.setdefault("applied", False)
                row[name] = True
    for ticket, row in said.items():
        yield Row(ticket, row)


def _ids(path: Path, value: Mapping[str, object], name: str) -> Iterator[str | RowProblem]:
    listed = value.get(name)
    if not isinstance(listed, list):
        if listed is not None:
            reason = f"is {kind_of(listed)}, expected a list of ids"
            yield RowProblem(str(path), name, reason)
        return
    for item in listed:
        try:
            yield id_of(item, f"an id in {name}")
        except FieldProblem as problem:
            yield RowProblem(str(path), name, str(problem))


def _make(path: Path, row: Row, candidate: str | None) -> Reported:
    value = row.value
    name = next((field for field in _ID if value.get(field) is not None), "")
    if not name:
        raise FieldProblem("ticket is missing (or instance_id)")
    named = value.get("candidate", value.get("model_name_or_path"))
    if candidate is None and named is not None:
        candidate = id_of(named, "candidate")
    result = _result(value, path.name)
    ticket = id_of(value[name], name)
    return Reported(ticket, candidate, _trial(value), result, str(path), row.where)


def _trial(value: Mapping[str, object]) -> int | None:
    trial = value.get("trial")
    if trial is None:
        return None
    if not isinstance(trial, int) or isinstance(trial, bool) or trial < 1:
        raise FieldProblem("trial must be a whole number from 1")
    return trial


def _result(value: Mapping[str, object], source: str) -> CheckResult:
    if "tests" in value:
        return _plain(value, source)
    if "tests_status" in value or "patch_successfully_applied" in value:
        return _detailed(value, source)
    if "resolved" in value:
        return _resolved(value, source)
    raise FieldProblem("neither tests, tests_status nor resolved is there")


def _plain(value: Mapping[str, object], source: str) -> CheckResult:
    hidden = value.get("hidden")
    return CheckResult(
        _status(value["tests"], "tests"),
        text_of(value.get("reason"), "reason"),
        _NOT_RUN if hidden is None else _status(hidden, "hidden"),
        source,
    )


def _status(value: object, name: str) -> CheckStatus:
    if not isinstance(value, str) or value not in set(CheckStatus):
        shown = repr(value) if isinstance(value, str) else kind_of(value)
        raise FieldProblem(f"{name} is {shown[:40]}, expected one of {', '.join(CheckStatus)}")
    return CheckStatus(value)


def _detailed(value: Mapping[str, object], source: str) -> CheckResult:
    """One instance of a report.json."""
    if value.get("infra_failure") is True:
        reason = text_of(value.get("infra_failure_reason"), "infra_failure_reason")
        return CheckResult(reason=reason or "infrastructure failure", source=source)
    groups = value.get("tests_status")
    if not isinstance(groups, dict):
        is_applied = value.get("patch_successfully_applied") is True
        reason = "no test results" if is_applied else "the patch did not apply"
        return CheckResult(reason=reason, source=source)
    kept, broken = _group(groups, "PASS_TO_PASS")
    fixed, missed = _group(groups, "FAIL_TO_PASS")
    tests = _FAIL if broken else _PASS if kept else _NOT_RUN
    hidden = _FAIL if missed else _PASS if fixed else _NOT_RUN
    reasons = {_FAIL: f"{broken} of {counted(kept + broken, 'test')} broken", _PASS: ""}
    return CheckResult(tests, reasons.get(tests, "no test that passed before"), hidden, source)


def _group(groups: Mapping[str, object], name: str) -> tuple[int, int]:
    """How many tests of a group passed, and how many failed."""
    group = groups.get(name)
    if group is None:
        return 0, 0
    if not isinstance(group, dict):
        raise FieldProblem(f"{name} is {kind_of(group)}, expected an object")
    counts = []
    for key in ("success", "failure"):
        listed = group.get(key, [])
        if not isinstance(listed, list):
            raise FieldProblem(f"{name}.{key} is {kind_of(listed)}, expected a list")
        counts.append(len(listed))
    return counts[0], counts[1]


def _resolved(value: Mapping[str, object], source: str) -> CheckResult:
    """Only whether all tests passed is known."""
    resolved = value["resolved"]
    if not isinstance(resolved, bool):
        raise FieldProblem(f"resolved is {kind_of(resolved)}, expected true or false")
    if resolved:
        return CheckResult(_PASS, "", _PASS, source)
    for name, reason in _STOPPED.items():
        if value.get(name) is True:
            return CheckResult(reason=reason, source=source)
    if value.get("applied") is False:
        return CheckResult(reason="the report has no test result", source=source)
    return CheckResult(_NOT_RUN, _UNKNOWN, _FAIL, source)
