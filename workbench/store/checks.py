"""Test results come in: each a new record, the latest counts, and what follows is re-derived."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.label import format_time
from workbench.store.database import Found, Params, rows
from workbench.store.derive import Ground, Known, Shift, change_ground
from workbench.store.study import Study

Report = tuple[str, str | None, int | None, CheckResult]  # ticket, candidate, trial, result

_FIND = (
    "SELECT o.id, o.candidate, o.delivery, o.tests, o.hidden, o.tests_reason, o.tests_source,"
    " t.spec FROM output o CROSS JOIN ticket t ON t.ticket_id = o.ticket WHERE o.ticket = :ticket"
    " AND (:candidate IS NULL OR o.candidate = :candidate) AND (:trial IS NULL OR o.trial = :trial)"
    " LIMIT 2"
)
_INSERT = (
    "INSERT INTO check_result (output, tests, hidden, source, at, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_UPDATE = "UPDATE output SET tests = ?, hidden = ?, tests_source = ?, tests_reason = ? WHERE id = ?"


class CheckCounts(NamedTuple):
    """What an import of results did; `unmatched` holds one sentence for each row left out.

    `left_out` holds the same rows' positions among those handed in, from 0.
    """

    matched: int
    same: int
    unmatched: tuple[str, ...]
    left_out: tuple[int, ...] = ()


class Checks(Study):
    """Recording test results; a part of Store."""

    def record_checks(self, reports: Iterable[Report], at: datetime) -> CheckCounts:
        """Store results in one transaction; the latest one on an output again adds nothing.

        A report that leaves out candidate or trial means the only one there is: where several
        outputs fit it is left out and named, because a guess would make an escape or hide one.
        """
        matched, same = 0, 0
        unmatched: list[str] = []
        left_out: list[int] = []
        shift, when = Shift(), format_time(at)
        with self._writing() as connection:
            for n, report in enumerate(reports):
                found = rows(connection, _FIND, _key(report))
                if len(found) != 1:
                    left_out.append(n)
                    unmatched.append(_describe(report, n_found=len(found)))
                elif _latest(found[0]) == report[3]:
                    same += 1
                else:
                    matched += 1
                    _store(connection, shift, found[0], report[3], when)
            shift.apply(connection)
        return CheckCounts(matched, same, tuple(unmatched), tuple(left_out))


def _latest(row: Found) -> CheckResult:
    status, hidden = CheckStatus(row.tests), CheckStatus(row.hidden)
    return CheckResult(status, row.tests_reason, hidden, row.tests_source)


def _store(
    connection: Connection, shift: Shift, row: Found, result: CheckResult, when: str
) -> None:
    tests, hidden = result.tests.value, result.hidden.value
    record = (row.id, tests, hidden, result.source, when, result.reason)
    connection.exec_driver_sql(_INSERT, record)
    latest = (tests, hidden, result.source, result.reason, row.id)
    connection.exec_driver_sql(_UPDATE, latest)
    old = Ground(row.spec, row.delivery, row.tests)
    if old.tests != tests:
        known = Known(row.id, row.candidate, old)
        change_ground(connection, shift, known, old._replace(tests=tests))


def _key(report: Report) -> Params:
    ticket, candidate, trial, _ = report
    return {"ticket": ticket, "candidate": candidate, "trial": trial}


def _describe(report: Report, *, n_found: int) -> str:
    named = [f"{name} {value}" for name, value in _key(report).items() if value is not None]
    why = "fits several outputs: name candidate and trial" if n_found else "no such output"
    return f"{', '.join(named)}: {why}"
