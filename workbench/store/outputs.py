"""Outputs come in: streamed, in one transaction, each content once.

Rows of one ticket and candidate with different content are trials 1, 2, .. in their order.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from workbench.domain.candidate import Candidate, choose_alias
from workbench.domain.check import CheckStatus
from workbench.domain.errors import InputRefused
from workbench.domain.output import NewOutput, make_output_id
from workbench.domain.queue import compute_position, is_taught
from workbench.store.database import Params, one, rows
from workbench.store.derive import BASE, Ground, Shift, place_judgement
from workbench.store.screen_rows import join_texts
from workbench.store.study import Study

_SEEN = (
    "SELECT t.spec, (SELECT 1 FROM output WHERE ticket = t.ticket_id AND candidate = :candidate"
    "  AND content_digest = :digest) AS is_same,"
    " (SELECT max(trial) FROM output WHERE ticket = t.ticket_id AND candidate = :candidate)"
    "  AS last_trial FROM ticket t WHERE t.ticket_id = :ticket"
)
_INSERT = (
    "INSERT INTO output (output_id, ticket, candidate, trial, delivery, tests, hidden, rung, tree,"
    " files, added, removed, patch, diff, content_digest, run_id, tests_source, tests_reason,"
    " badges, detail, self_flagged, questions, message, extra) VALUES (:output_id, :ticket,"
    " :candidate, :trial, :delivery, :tests, :tests, :rung, :tree, :files, :added, :removed,"
    " :patch, :diff, :content_digest, :run_id, '', '', :badges, :detail, :self_flagged,"
    " :questions, :message, :extra) RETURNING id"
)
_INSERT_BLOB = "INSERT INTO blob (sha256, data) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING"
INSERT_ITEM = "INSERT INTO item (reviewer, output, position, place, outcome) VALUES (?, ?, ?, ?, ?)"


class OutputCounts(NamedTuple):
    """What an import of outputs did."""

    added: int
    same: int


@dataclass(slots=True)
class _Batch:
    """One import under way."""

    connection: Connection
    study_id: str
    seeds: dict[str, str]
    first: dict[str, int]
    aliases: dict[str, str]
    shift: Shift = field(default_factory=Shift)
    added: int = 0
    same: int = 0


class Outputs(Study):
    """Adding outputs; a part of Store."""

    def add_outputs(self, new: Iterable[NewOutput]) -> OutputCounts:
        """Store all of them or none; a content that is there already is counted, not stored.

        Raises InputRefused for an unknown ticket, an empty candidate, or a trial or id that
        belongs to another content.
        """
        with self._writing() as connection:
            batch = _Batch(
                connection,
                self.study_id,
                {r.name: r.seed for r in rows(connection, "SELECT * FROM reviewer", {})},
                self._load_first_order(connection),
                {c.name: c.alias for c in rows(connection, "SELECT * FROM candidate", {})},
            )
            for item in new:
                _add(batch, item)
            batch.shift.apply(connection)
        return OutputCounts(batch.added, batch.same)

    def has_output(self, ticket_id: str, candidate: str, digest: str) -> bool:
        """Whether this content is stored, so that it need not be applied again."""
        sql = (
            "SELECT 1 FROM output WHERE ticket = :ticket AND candidate = :candidate"
            " AND content_digest = :digest"
        )
        with self._reading() as connection:
            found = one(connection, sql, ticket=ticket_id, candidate=candidate, digest=digest)
            return found is not None

    def known_digests(self, ticket_id: str) -> set[tuple[str, str]]:
        """(candidate, content digest) of everything stored for one ticket."""
        sql = "SELECT candidate, content_digest FROM output WHERE ticket = :ticket"
        with self._reading() as connection:
            return {
                (r.candidate, r.content_digest)
                for r in rows(connection, sql, {"ticket": ticket_id})
            }

    def has_run(self, run_id: str, ticket_id: str, candidate: str) -> bool:
        """Whether an answer of this run is stored; one where the harness failed is none."""
        sql = (
            "SELECT 1 FROM output WHERE ticket = :t AND candidate = :c AND run_id = :run_id"
            " AND delivery != 'void'"
        )
        with self._reading() as connection:
            return one(connection, sql, t=ticket_id, c=candidate, run_id=run_id) is not None

    def has_trial(self, ticket_id: str, candidate: str, trial: int) -> bool:
        """Whether this trial's number is taken."""
        sql = "SELECT 1 FROM output WHERE ticket = :t AND candidate = :c AND trial = :n"
        with self._reading() as connection:
            return one(connection, sql, t=ticket_id, c=candidate, n=trial) is not None

    def has_trials(self) -> bool:
        """Whether any ticket was tried more than once by a candidate; reads all outputs."""
        with self._reading() as connection:
            return one(connection, "SELECT 1 FROM output WHERE trial > 1 LIMIT 1") is not None

    def has_several(self) -> bool:
        """Whether any ticket has more than one output, of whomever; may read all outputs."""
        sql = "SELECT 1 FROM output GROUP BY ticket HAVING count(*) > 1 LIMIT 1"
        with self._reading() as connection:
            return one(connection, sql) is not None

    def count_outputs(self) -> int:
        """How many outputs the study holds, by the counts kept."""
        sql = "SELECT coalesce(sum(n), 0) AS n FROM tally WHERE reviewer = '' AND candidate = ''"
        with self._reading() as connection:
            row = one(connection, sql)
            return int(row.n) if row else 0

    def list_candidates(self) -> list[Candidate]:
        """All candidates by name."""
        with self._reading() as connection:
            found = rows(connection, "SELECT name, alias FROM candidate ORDER BY name", {})
            return [Candidate(r.name, r.alias) for r in found]


def _add(batch: _Batch, new: NewOutput) -> None:
    ticket, candidate = new.delivered.ticket_id, new.delivered.candidate
    digest = new.delivered.content_digest
    seen = one(batch.connection, _SEEN, ticket=ticket, candidate=candidate, digest=digest)
    if seen is None:
        raise InputRefused(f"ticket {ticket} is not in the study: add it before its outputs")
    if seen.is_same:
        batch.same += 1
        return
    _ensure_candidate(batch, candidate)
    params = _to_params(batch, new, digest, new.trial or (seen.last_trial or 0) + 1)
    for data in (new.delivered.patch, new.applied.diff):
        batch.connection.exec_driver_sql(_INSERT_BLOB, (_sha256(data), data))
    row_id = _insert(batch.connection, params)
    ground = Ground(seen.spec, params["delivery"], params["tests"])
    where = place_judgement(ground, "")
    batch.shift.add(BASE, candidate, where, 1)
    output_id = params["output_id"]
    for reviewer, seed in batch.seeds.items():
        position = batch.first.get(output_id, compute_position(seed, output_id))
        own = place_judgement(ground, "", taught=is_taught(position))
        batch.shift.move(reviewer, candidate, where, own)
        item = (reviewer, row_id, position, own.place.value, own.outcome.value)
        batch.connection.exec_driver_sql(INSERT_ITEM, item)
    batch.added += 1


def _insert(connection: Connection, params: Params) -> int:
    try:
        return int(connection.exec_driver_sql(_INSERT, dict(params)).scalar_one())
    except IntegrityError as error:
        raise InputRefused(
            f"ticket {params['ticket']}, candidate {params['candidate']}: trial {params['trial']}"
            f" or id {params['output_id']} belongs to another output"
        ) from error


def _ensure_candidate(batch: _Batch, name: str) -> None:
    if name in batch.aliases:
        return
    if not name:
        raise InputRefused("an output needs the name of its candidate")
    alias = choose_alias(batch.study_id, name, frozenset(batch.aliases.values()))
    sql = "INSERT INTO candidate (name, alias) VALUES (?, ?)"
    batch.connection.exec_driver_sql(sql, (name, alias))
    batch.aliases[name] = alias


def _to_params(batch: _Batch, new: NewOutput, digest: str, trial: int) -> Params:
    delivered, applied = new.delivered, new.applied
    return {
        "output_id": new.output_id or _choose_id(batch, new, digest),
        "ticket": delivered.ticket_id,
        "candidate": delivered.candidate,
        "trial": trial,
        "delivery": delivered.delivered_as().value,
        "tests": CheckStatus.NOT_RUN.value,
        "rung": applied.rung.value,
        "tree": applied.tree,
        "files": applied.files,
        "added": applied.added,
        "removed": applied.removed,
        "patch": _sha256(delivered.patch),
        "diff": _sha256(applied.diff),
        "content_digest": digest,
        "run_id": delivered.run_id,
        "badges": join_texts(applied.badges),
        "detail": applied.detail,
        "self_flagged": join_texts(delivered.self_flagged),
        "questions": join_texts(delivered.questions),
        "message": delivered.message,
        "extra": delivered.extra,
    }


def _choose_id(batch: _Batch, new: NewOutput, digest: str) -> str:
    """Twelve hex digits meet by chance once in a few hundred studies of 1,000,000 outputs."""
    while True:
        ticket, candidate = new.delivered.ticket_id, new.delivered.candidate
        output_id = make_output_id(batch.study_id, ticket, candidate, digest)
        sql = "SELECT 1 FROM output WHERE output_id = :output_id"
        if one(batch.connection, sql, output_id=output_id) is None:
            return output_id
        digest += "+"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
