"""One event more on the log: one SELECT, INSERT the event, UPDATE its item, UPSERT the counts.

Nothing here depends on how many labels there are: every look-up is a row by its key.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from workbench.domain.errors import UsageError
from workbench.domain.event import Event, chain_lock, compute_hash
from workbench.domain.history import Head, Links, mark_late
from workbench.domain.label import NO_JUDGEMENT, Act, Effort, Judgement
from workbench.domain.metrics import Cell, classify
from workbench.domain.outcome import derive_outcome
from workbench.domain.queue import (
    Progress,
    QueueItem,
    compute_place,
    compute_progress,
    is_taught,
    standing,
)
from workbench.domain.saved import Saved
from workbench.domain.spec import Spec
from workbench.store.database import Params, one
from workbench.store.event_rows import EVENT_COLUMNS, INSERT_EVENT, to_event, to_params
from workbench.store.screen_rows import (
    ITEM_JOINS,
    N_QUEUE_COLUMNS,
    QUEUE_COLUMNS,
    Values,
    to_queue_item,
)
from workbench.store.study import GATE_LOCK, GATE_LOCK_EVENT, set_meta

FACTS = (
    f"SELECT {QUEUE_COLUMNS}, o.id AS output, o.candidate, t.spec, i.first_event_id,"  # noqa: S608 - constants
    " head.undo AS head_undo, head.redo AS head_redo, chain.event_id AS chain_id,"
    " chain.hash AS chain_hash,"
    " (SELECT json_group_object(cell, n) FROM (SELECT cell, sum(n) AS n FROM tally"
    "  WHERE reviewer IN ('', :reviewer) AND candidate = '' GROUP BY cell)) AS standings,"
    " EXISTS (SELECT 1 FROM meta WHERE key = 'revealed') AS is_revealed,"
    " (SELECT value FROM meta WHERE key = 'controls') AS controls,"
    " (SELECT value FROM meta WHERE key = 'gate_lock') AS gate_lock,"
    " EXISTS (SELECT 1 FROM meta WHERE key = 'gate_lock_event') AS is_lock_chained,"
    f" {EVENT_COLUMNS}"
    " FROM output eo CROSS JOIN item i ON i.reviewer = :reviewer AND i.output = eo.id"
    f" {ITEM_JOINS}"
    " LEFT JOIN label_event e ON e.event_id = i.event_id"
    " LEFT JOIN label_event head"
    "  ON head.event_id = (SELECT max(event_id) FROM label_event WHERE reviewer = :reviewer)"
    " LEFT JOIN label_event chain ON chain.event_id = (SELECT max(event_id) FROM label_event)"
    " WHERE eo.output_id = :output_id"
)
UPDATE_ITEM = (
    "UPDATE item SET place = :place, outcome = :outcome, label = :label, edit = :edit,"
    " event_id = :event_id, first_event_id = :first_event_id"
    " WHERE reviewer = :reviewer AND output = :output"
)
UPSERT = {
    n: "INSERT INTO tally (reviewer, candidate, cell, n) VALUES "  # noqa: S608 - numbers only
    + ", ".join(f"(:reviewer, :c{i}, :k{i}, :n{i})" for i in range(n))
    + " ON CONFLICT (reviewer, candidate, cell) DO UPDATE SET n = n + excluded.n"
    for n in (2, 4)
}
_N_FACTS = 13  # columns between the queue's and those of the last event


class Facts(NamedTuple):
    """What one SELECT says of an output in front of a reviewer."""

    item: QueueItem
    output: int
    candidate: str
    spec: Spec
    first_event_id: int | None
    head: Head
    chain_id: int
    chain_hash: str
    standings: Counter[str]
    is_revealed: bool
    is_control: bool
    gate_lock: str | None
    is_lock_chained: bool
    last: Event | None


class Origin(NamedTuple):
    """Where and when an event is made."""

    reviewer: str
    effort: Effort
    at: datetime
    rubric_version: str
    app_version: str
    text: str = ""
    gates: Callable[[], str] = str
    """What stands beside the database when the first label comes: digests, as JSON."""


Link = Callable[[int, Facts], Links]


def append(connection: Connection, output_id: str, act: Act, origin: Origin, link: Link) -> Saved:
    """Add one event to the log and bring the derived rows up to it."""
    facts = load_facts(connection, origin.reviewer, output_id)
    return append_to(connection, facts, act, origin, link)


def append_to(connection: Connection, facts: Facts, act: Act, origin: Origin, link: Link) -> Saved:
    """The same where the facts are known."""
    links = link(facts.chain_id + 1, facts)
    facts, is_first = _lock_gates(facts, origin, links.judgement)
    event = _make_event(facts, act, origin, links)
    connection.exec_driver_sql(INSERT_EVENT, dict(to_params(event, facts.output)))
    before = NO_JUDGEMENT if facts.last is None else facts.last.judgement
    item = _move_item(facts.item, event.judgement)
    connection.exec_driver_sql(UPDATE_ITEM, _item_params(facts, event, item))
    old = classify(facts.spec, item.delivery, item.tests, before)
    new = classify(facts.spec, item.delivery, item.tests, event.judgement)
    if is_first:
        set_meta(connection, GATE_LOCK, facts.gate_lock or "")
    if _is_chained_here(facts):
        set_meta(connection, GATE_LOCK_EVENT, str(event.event_id))
    progress = _move_counts(connection, facts, event.reviewer, (old, new), item)
    saved = Saved(event, item, item.alias, old, new, progress)
    return saved._replace(is_control=facts.is_control)


def _lock_gates(facts: Facts, origin: Origin, judgement: Judgement) -> tuple[Facts, bool]:
    """With the first label of all, gates are what they are; True where that is this one."""
    if facts.gate_lock is not None or judgement.label is None:
        return facts, False
    return facts._replace(gate_lock=origin.gates()), True


def _is_chained_here(facts: Facts) -> bool:
    """Whether the next event takes the lock into the chain: its own, or what an older study has."""
    return bool(facts.gate_lock) and not facts.is_lock_chained


def describe_last(facts: Facts, last: Event, held: Judgement) -> Saved:
    """What the last event changed, for whoever still holds the judgement before it."""
    item = facts.item
    old, new = (classify(facts.spec, item.delivery, item.tests, j) for j in (held, last.judgement))
    saved = Saved(last, item, item.alias, old, new, compute_progress(facts.standings))
    return saved._replace(is_control=facts.is_control)


def load_facts(connection: Connection, reviewer: str, output_id: str) -> Facts:
    """Everything the new event depends on; UsageError where the queue has no such output."""
    row = one(connection, FACTS, reviewer=reviewer, output_id=output_id)
    if row is None:
        raise UsageError(f"no output {output_id} in the queue of reviewer {reviewer}")
    return _to_facts(tuple(row))


def _to_facts(row: Values) -> Facts:
    """A row of FACTS."""
    rest = row[N_QUEUE_COLUMNS:]
    output, candidate, spec, first, undo, redo, chain_id, chain_hash, *more = rest[:_N_FACTS]
    counts, revealed, controls, gate_lock, is_lock_chained = more
    return Facts(
        item=to_queue_item(row),
        output=output,
        candidate=candidate,
        spec=Spec(spec),
        first_event_id=first,
        head=Head(undo, redo),
        chain_id=chain_id or 0,
        chain_hash=chain_hash or "",
        standings=Counter(json.loads(counts)),
        is_revealed=bool(revealed),
        is_control=bool(controls) and candidate in json.loads(controls),
        gate_lock=gate_lock,
        is_lock_chained=bool(is_lock_chained),
        last=None if rest[_N_FACTS] is None else to_event(rest[_N_FACTS:]),
    )


def _make_event(facts: Facts, act: Act, origin: Origin, links: Links) -> Event:
    last, judgement = facts.last, links.judgement
    if facts.is_revealed and act not in {Act.IMPORT, Act.REVEAL}:
        judgement = mark_late(NO_JUDGEMENT if last is None else last.judgement, judgement)
    event = Event(
        event_id=facts.chain_id + 1,
        output_id=facts.item.output_id,
        reviewer=origin.reviewer,
        seq=1 if last is None else last.seq + 1,
        act=act,
        judgement=judgement,
        supersedes=None if last is None else last.event_id,
        undoes=links.undoes,
        back=links.back,
        below=links.below,
        undo=links.head.undo,
        redo=links.head.redo,
        effort=origin.effort,
        rubric_version=origin.rubric_version,
        app_version=origin.app_version,
        at=origin.at,
        prev_hash=chain_lock(facts.chain_hash, facts.gate_lock or "")
        if _is_chained_here(facts)
        else facts.chain_hash,
        origin=origin.text,
    )
    return event._replace(hash=compute_hash(event))


def _move_item(item: QueueItem, judgement: Judgement) -> QueueItem:
    outcome = derive_outcome(item.delivery, item.tests, judgement)
    return item._replace(
        place=compute_place(outcome, judgement, is_taught=is_taught(item.position)),
        label=judgement.label,
        edit=judgement.edit,
        outcome=outcome,
    )


def _item_params(facts: Facts, event: Event, item: QueueItem) -> Params:
    began = facts.first_event_id if facts.item.label else event.event_id
    return {
        "reviewer": event.reviewer,
        "output": facts.output,
        "place": item.place.value,
        "outcome": item.outcome.value,
        "label": item.label,
        "edit": item.edit,
        "event_id": event.event_id,
        "first_event_id": began if item.label else None,
    }


def _move_counts(
    connection: Connection, facts: Facts, reviewer: str, cells: tuple[Cell, Cell], item: QueueItem
) -> Progress:
    """One UPSERT for what changed: the candidate's cells and the standings behind Progress."""
    before = standing(facts.item.place, facts.item.outcome)
    after = standing(item.place, item.outcome)
    old, new = cells
    changes: list[tuple[str, str, int]] = []
    if old != new:
        changes += [(facts.candidate, old.encode(), -1), (facts.candidate, new.encode(), 1)]
    if before != after:
        changes += [("", before, -1), ("", after, 1)]
    if changes:
        params: dict[str, str | int] = {"reviewer": reviewer}
        for i, (candidate, cell, n) in enumerate(changes):
            params |= {f"c{i}": candidate, f"k{i}": cell, f"n{i}": n}
        connection.exec_driver_sql(UPSERT[len(changes)], params)
    counts = Counter(facts.standings)
    counts[before] -= 1
    counts[after] += 1
    return compute_progress(counts)
