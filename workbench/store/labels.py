"""Recording labels: the key press that must not be lost, its undo and its redo.

Each is one transaction that begins IMMEDIATE; a failure of any kind is NotSaved and leaves nothing.
An undo or redo is an event like any other, after one more SELECT for what it acts on.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from workbench.domain.errors import LabelRefused
from workbench.domain.event import Event
from workbench.domain.history import Links, link_act, link_redo, link_undo
from workbench.domain.label import NO_JUDGEMENT, Act, Effort, Judgement, format_time
from workbench.domain.saved import Saved
from workbench.store.append import (
    Facts,
    Origin,
    append,
    append_to,
    describe_last,
    load_facts,
)
from workbench.store.database import Database, one
from workbench.store.event_rows import EVENT_COLUMNS, N_EVENT_COLUMNS, event_columns, to_event
from workbench.store.study import set_meta

# What an undo or redo would act on, and the event behind that: the reviewer's last event names it.
_REWIND = (
    "SELECT {columns} FROM label_event head CROSS JOIN label_event e ON e.event_id = head.{name}"
    " CROSS JOIN output eo ON eo.id = e.output"
    " LEFT JOIN label_event b ON b.event_id = e.{behind}"
    " WHERE head.event_id = (SELECT max(event_id) FROM label_event WHERE reviewer = :reviewer)"
)
_BOTH = f"{EVENT_COLUMNS}, {event_columns('b')}"
UNDO_TARGET = _REWIND.format(columns=_BOTH, name="undo", behind="back")
REDO_TARGET = _REWIND.format(columns=_BOTH, name="redo", behind="undoes")


class Labels(Database):
    """Recording labels; a part of Store."""

    app_version = ""
    rubric_version = ""
    gates: Callable[[], str] = str

    def record(  # noqa: PLR0917 - the whole of a key press, in the order it is told
        self,
        reviewer: str,
        output_id: str,
        act: Act,
        judgement: Judgement,
        effort: Effort,
        at: datetime,
        *,
        held: Judgement | None = None,
        unless_after: datetime | None = None,
    ) -> Saved:
        """Save one act; returns after COMMIT. `held` is the judgement that the act builds on.

        NotSaved: it is not known to be on disk. LabelRefused: the judgement does not hold together,
        `held` is not what the log holds by now, or something came `unless_after` a time.
        UsageError: no such output in this reviewer's queue.
        """
        check_flags(judgement)
        origin = self._origin(reviewer, effort, at)

        def link(event_id: int, facts: Facts) -> Links:
            if held is not None and held != _standing_judgement(facts):
                raise LabelRefused("it was changed in another program: look at it again")
            if unless_after and facts.last and facts.last.at > unless_after:
                raise LabelRefused("something newer is recorded on it")
            return link_act(event_id, act, judgement, facts.head, facts.last)

        with self._saving() as connection:
            facts = load_facts(connection, reviewer, output_id)
            last = facts.last
            if last and held is not None and _is_again(last, act, judgement, effort):
                set_meta(connection, "confirmed_at", format_time(at))  # COMMIT syncs what it writes
                return describe_last(facts, last, held)
            return append_to(connection, facts, act, origin, link)

    def undo(self, reviewer: str, effort: Effort, at: datetime) -> Saved | None:
        """Take the reviewer's last act back; None where there is none."""
        origin = self._origin(reviewer, effort, at)
        with self._saving() as connection:
            target, before = _find_pair(connection, UNDO_TARGET, reviewer)
            if target is None:
                return None
            found = target

            def link(event_id: int, facts: Facts) -> Links:
                if _standing_judgement(facts) != found.judgement:
                    raise LabelRefused("something newer is recorded on it: nothing was undone")
                return link_undo(event_id, found, before, facts.head)

            saved = append(connection, target.output_id, Act.UNDO, origin, link)
            return saved._replace(turned=target.act)

    def redo(self, reviewer: str, effort: Effort, at: datetime) -> Saved | None:
        """Put back what the last undo took; None where there is nothing."""
        origin = self._origin(reviewer, effort, at)
        with self._saving() as connection:
            undo, target = _find_pair(connection, REDO_TARGET, reviewer)
            if undo is None or target is None:
                return None
            found, again = undo, target

            def link(event_id: int, facts: Facts) -> Links:
                if _standing_judgement(facts) != found.judgement:
                    raise LabelRefused("something newer is recorded on it: nothing was redone")
                return link_redo(event_id, found, again, facts.head)

            saved = append(connection, undo.output_id, Act.REDO, origin, link)
            return saved._replace(turned=target.act)

    def _origin(self, reviewer: str, effort: Effort, at: datetime) -> Origin:
        return Origin(reviewer, effort, at, self.rubric_version, self.app_version, gates=self.gates)


def _standing_judgement(facts: Facts) -> Judgement:
    return NO_JUDGEMENT if facts.last is None else facts.last.judgement


def _is_again(last: Event, act: Act, judgement: Judgement, effort: Effort) -> bool:
    """Whether the log ends with this very act: a disk can report an error after it took one.

    No two acts of a reviewer begin at the same microsecond.
    """
    return (
        last.act is act
        and replace(last.judgement, post_reveal=judgement.post_reveal) == judgement
        and last.effort.started_at == effort.started_at
    )


def check_flags(judgement: Judgement) -> None:
    """Raise LabelRefused where a finding names a flag that is not there."""
    n_flags = len(judgement.flags)
    for finding in judgement.findings:
        if finding.flag is not None and not 0 <= finding.flag < n_flags:
            raise LabelRefused(f"a finding names flag {finding.flag}, but there are {n_flags}")


def _find_pair(
    connection: Connection, sql: str, reviewer: str
) -> tuple[Event | None, Event | None]:
    row = one(connection, sql, reviewer=reviewer)
    if row is None:
        return None, None
    behind = row[N_EVENT_COLUMNS:]
    is_there = row[2 * N_EVENT_COLUMNS - 1] is not None
    return to_event(row), to_event(behind) if is_there else None
