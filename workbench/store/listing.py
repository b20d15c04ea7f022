"""Outputs go out: lists that stream by pages, and one output with all its bytes."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.errors import UsageError
from workbench.domain.label import NO_JUDGEMENT, Label
from workbench.domain.outcome import Outcome, derive_outcome
from workbench.domain.output import Applied, Output, OutputSummary
from workbench.domain.queue import SET_ASIDE, Place
from workbench.store.database import Found, one, rows
from workbench.store.screen_rows import split_texts
from workbench.store.study import Study

_PAGE = 500
_LIST = (
    "SELECT o.output_id, o.ticket, o.candidate, c.alias, o.trial, o.delivery, o.rung, o.files,"
    " o.added, o.removed, o.tests, i.label, i.outcome"
    " FROM (SELECT * FROM output WHERE (ticket, candidate, trial) > (:ticket, :candidate, :trial)"
    "  ORDER BY ticket, candidate, trial LIMIT :n) o"
    " CROSS JOIN candidate c ON c.name = o.candidate"
    " LEFT JOIN item i ON i.output = o.id AND i.reviewer = CASE WHEN :reviewer <> ''"
    "  THEN :reviewer ELSE (SELECT f.reviewer FROM reviewer r"
    "  CROSS JOIN item f ON f.reviewer = r.name AND f.output = o.id"
    "  WHERE f.label IS NOT NULL ORDER BY f.first_event_id LIMIT 1) END"
    " ORDER BY o.ticket, o.candidate, o.trial"
)
OUTPUT_COLUMNS = (
    "o.output_id, o.ticket, o.candidate, o.trial, o.delivery, o.message, o.rung, o.tree, o.detail,"
    " o.badges, o.files, o.added, o.removed, o.self_flagged, o.questions, o.run_id, o.extra,"
    " o.content_digest, o.tests, o.tests_reason, o.hidden, o.tests_source,"
    " (SELECT data FROM blob WHERE sha256 = o.patch) AS patch_data,"
    " (SELECT data FROM blob WHERE sha256 = o.diff) AS diff_data"
)
_GET = f"SELECT {OUTPUT_COLUMNS} FROM output o WHERE o.output_id = :output_id"  # noqa: S608 - constants
_ASIDE = (
    "SELECT o.output_id, o.ticket, i.reviewer, i.place FROM reviewer r CROSS JOIN item i"
    " ON i.reviewer = r.name AND i.place = :place CROSS JOIN output o ON o.id = i.output"
)
_RESOLVE = (
    "SELECT output_id FROM output WHERE output_id >= :prefix AND output_id < :beyond"
    " ORDER BY output_id LIMIT 2"
)
_SHORTEST_PREFIX = 4


class Aside(NamedTuple):
    """An output that a reviewer set aside, and how."""

    output_id: str
    ticket_id: str
    reviewer: str
    place: Place


class Listing(Study):
    """Reading outputs; a part of Store."""

    def list_outputs(
        self,
        *,
        ticket: str = "",
        candidate: str = "",
        reviewer: str = "",
        labels: Collection[Label | None] = (),
        tests: Collection[CheckStatus] = (),
        deliveries: Collection[Delivery] = (),
    ) -> Iterator[OutputSummary]:
        """Outputs by ticket, candidate, trial, with the label of `reviewer`.

        "" stands for the label that the study counts. An empty filter lets everything pass.
        """
        key = (ticket, "", -1)
        while True:
            page = self._list_page(key, reviewer)
            for found in page:
                if ticket and found.ticket_id != ticket:
                    return
                is_wanted = (
                    (not candidate or found.candidate == candidate)
                    and (not labels or found.label in labels)
                    and (not tests or found.tests in tests)
                    and (not deliveries or found.delivery in deliveries)
                )
                if is_wanted:
                    yield found
            if len(page) < _PAGE:
                return
            key = (page[-1].ticket_id, page[-1].candidate, page[-1].trial)

    def _list_page(self, key: tuple[str, str, int], reviewer: str) -> list[OutputSummary]:
        params = dict(zip(("ticket", "candidate", "trial"), key, strict=True))
        with self._reading() as connection:
            found = rows(connection, _LIST, {**params, "reviewer": reviewer, "n": _PAGE})
            return [_to_summary(row) for row in found]

    def list_aside(self) -> list[Aside]:
        """What reviewers set aside, by ticket: for the lead."""
        with self._reading() as connection:
            found = [r for p in SET_ASIDE for r in rows(connection, _ASIDE, {"place": p.value})]
        aside = [Aside(r.output_id, r.ticket, r.reviewer, Place(r.place)) for r in found]
        return sorted(aside, key=lambda one: (one.ticket_id, one.output_id, one.reviewer))

    def list_extras(self) -> list[tuple[str, str]]:
        """(output id, JSON of what its harness recorded), of the outputs of which there is any."""
        with self._reading() as connection:
            sql = "SELECT output_id, extra FROM output WHERE extra <> '{}'"
            return [(row.output_id, row.extra) for row in rows(connection, sql, {})]

    def get_output(self, output_id: str) -> Output:
        """One output by its id or by the first characters of it, at least four.

        UsageError where it is unknown or the beginning fits several.
        """
        with self._reading() as connection:
            full = _resolve(connection, output_id)
            row = one(connection, _GET, output_id=full)
        if row is None:
            raise UsageError(f"no output {output_id} in this study")
        return to_output(row)

    def get_check(self, output_id: str) -> CheckResult:
        """The latest result on an output."""
        with self._reading() as connection:
            row = one(connection, _GET, output_id=_resolve(connection, output_id))
        if row is None:
            raise UsageError(f"no output {output_id} in this study")
        return to_check(row)


def _resolve(connection: Connection, output_id: str) -> str:
    params = {"prefix": output_id, "beyond": f"{output_id}\U0010ffff"}
    found = [row.output_id for row in rows(connection, _RESOLVE, params)]
    if output_id in found:
        return output_id
    if len(output_id) < _SHORTEST_PREFIX:
        raise UsageError(f"{output_id}: give at least {_SHORTEST_PREFIX} characters of an id")
    if len(found) > 1:
        raise UsageError(f"{output_id} fits several outputs, {' and '.join(found)} among them")
    return str(found[0]) if found else output_id


def to_output(row: Found) -> Output:
    """A row with OUTPUT_COLUMNS."""
    return Output(
        output_id=row.output_id,
        ticket_id=row.ticket,
        candidate=row.candidate,
        trial=row.trial,
        delivery=Delivery(row.delivery),
        patch=row.patch_data,
        message=row.message,
        applied=Applied(
            rung=Rung(row.rung),
            tree=row.tree,
            detail=row.detail,
            badges=split_texts(row.badges),
            diff=row.diff_data,
            files=row.files,
            added=row.added,
            removed=row.removed,
        ),
        self_flagged=split_texts(row.self_flagged),
        questions=split_texts(row.questions),
        run_id=row.run_id,
        extra=row.extra,
        content_digest=row.content_digest,
    )


def to_check(row: Found) -> CheckResult:
    """The derived columns of an output."""
    hidden = CheckStatus(row.hidden)
    return CheckResult(CheckStatus(row.tests), row.tests_reason, hidden, row.tests_source)


def _to_summary(row: Found) -> OutputSummary:
    delivery, tests = Delivery(row.delivery), CheckStatus(row.tests)
    base = derive_outcome(delivery, tests, NO_JUDGEMENT)
    return OutputSummary(
        output_id=row.output_id,
        ticket_id=row.ticket,
        candidate=row.candidate,
        alias=row.alias,
        trial=row.trial,
        delivery=delivery,
        rung=Rung(row.rung),
        files=row.files,
        added=row.added,
        removed=row.removed,
        tests=tests,
        label=Label(row.label) if row.label else None,
        outcome=Outcome(row.outcome) if row.outcome else base,
    )
