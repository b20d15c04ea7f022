"""Does the database agree with itself? Every hash, every derived row, every blob.

The file's structure is SQLite's business (integrity_check); what it cannot see is a changed byte in
a text: the hash chain finds it and names the row. One read of everything: labels wait while it runs
where the journal is not WAL.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.domain.event import chain_lock
from workbench.domain.queue import compute_position, is_taught
from workbench.store.database import Database
from workbench.store.derive import BASE, Shift, place_judgement
from workbench.store.event_rows import EVENT_COLUMNS, compute_row_hash
from workbench.store.files import TRIGGERS
from workbench.store.recount import Counted, Held, stream_counted
from workbench.store.seal_checks import check_seal
from workbench.store.specs import stream_spec_faults
from workbench.store.sqlite import UNREADABLE, is_damage
from workbench.store.study import GATE_LOCK, GATE_LOCK_EVENT

Progressed = Callable[[str, int], None]  # what is looked at, how many rows so far

_EVENTS = (
    f"SELECT {EVENT_COLUMNS} FROM label_event e LEFT JOIN output eo ON eo.id = e.output"  # noqa: S608 - constants
    " ORDER BY e.event_id"
)
_ITEMS = (
    "SELECT i.reviewer, i.position, i.place, i.outcome, i.label, i.edit, i.event_id,"
    " i.first_event_id FROM reviewer r CROSS JOIN item i ON i.reviewer = r.name AND i.output = ?"
)
_LATEST = (
    "SELECT o.output_id, o.tests, o.hidden, o.tests_source, o.tests_reason, c.tests, c.hidden,"
    " c.source, c.reason FROM output o LEFT JOIN check_result c"
    " ON c.id = (SELECT max(id) FROM check_result WHERE output = o.id) WHERE o.id = ?"
)
_EVERY = 10_000


class Fault(NamedTuple):
    """One disagreement: what kind of row, which one, and a sentence for a person."""

    kind: str
    row: str
    sentence: str


class _Wanted(NamedTuple):
    """What an item must say; in the order of _ITEMS, after the reviewer."""

    position: int
    place: int
    outcome: str
    label: str | None
    edit: str | None
    event_id: int | None
    first_event_id: int | None


@dataclass(slots=True)
class _Check:
    """One verification under way."""

    driver: sqlite3.Connection
    on_progress: Progressed
    seeds: dict[str, str]
    first: dict[str, int]
    shift: Shift = field(default_factory=Shift)

    def tell(self, what: str, n: int) -> None:
        """Report progress now and then."""
        if n % _EVERY == 0:
            self.on_progress(what, n)


class Verify(Database):
    """Checking; a part of Store."""

    def verify(self, on_progress: Progressed = lambda _what, _n: None) -> list[Fault]:
        """Everything that disagrees; empty where all is well. Changes nothing."""
        with self._driving() as driver:
            broken = list(_check_structure(driver))
            if broken:
                return broken
            reviewers = driver.execute("SELECT name, seed FROM reviewer").fetchall()
            sql = "SELECT value FROM meta WHERE key = 'first_order'"
            row = driver.execute(sql).fetchone()
            first = {key: i for i, key in enumerate(json.loads(row[0]) if row else ())}
            check = _Check(driver, on_progress, dict(reviewers), first)
            faults = [*_check_triggers(check), *_check_chain(check)]
            faults += (Fault(*found) for found in stream_spec_faults(driver))
            try:
                faults += [*_check_outputs(check), *_check_tally(check)]
            except (ValueError, KeyError, TypeError) as error:
                sentence = f"items and counts cannot be compared: {error}"
                faults.append(Fault("unreadable", "", sentence))
            sealed = [Fault("seal", row, sentence) for row, sentence in check_seal(driver)]
            return [*faults, *sealed, *_check_blobs(check)]


def _check_structure(driver: sqlite3.Connection) -> Iterator[Fault]:
    """What SQLite says of its own pages and indexes; what is broken there is read no further."""
    try:
        said = [row[0] for row in driver.execute("PRAGMA integrity_check(20)")]
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        said = [UNREADABLE]
    for sentence in said if said != ["ok"] else ():
        yield Fault("structure", "file", f"the file is damaged: {' '.join(sentence.split())}")


def _check_triggers(check: _Check) -> Iterator[Fault]:
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    found = {name: " ".join(text.split()) for name, text in check.driver.execute(sql)}
    for name, text in TRIGGERS.items():
        if found.get(name) != text:
            yield Fault("trigger", name, f"the trigger {name} is missing or was changed")


def _check_chain(check: _Check) -> Iterator[Fault]:
    event_id, digest = 0, ""
    lock, locked_at = (_read_meta(check, key) for key in (GATE_LOCK, GATE_LOCK_EVENT))
    for n, row in enumerate(check.driver.execute(_EVENTS)):
        check.tell("events", n)
        name = f"label_event {row[0]}"
        if row[0] != event_id + 1:
            yield Fault("gap", name, f"{name} follows {event_id}: events are missing")
        has_lock = str(row[0]) == locked_at
        if row[-2] != (chain_lock(digest, lock) if has_lock else digest):
            yield _blame_link(name, lock, has_lock=has_lock)
        event_id, digest = row[0], row[-1]
        if compute_row_hash(row) != digest:
            yield Fault("hash", name, f"{name} was changed: its content does not fit its hash")
    if locked_at and not (locked_at.isdecimal() and 1 <= int(locked_at) <= event_id):
        sentence = f"the lock of the gates names an event that is not there: {locked_at}"
        yield Fault("gate_lock", GATE_LOCK_EVENT, sentence)


def _blame_link(name: str, lock: str, *, has_lock: bool) -> Fault:
    if has_lock:
        sentence = f"the lock of the gates is not what {name} goes on from: one of them was changed"
        return Fault("gate_lock", GATE_LOCK, sentence)
    lost = "" if lock else ", or the lock of the gates is gone"
    return Fault("chain", name, f"{name} does not continue the hash of the one before{lost}")


def _read_meta(check: _Check, key: str) -> str:
    row = check.driver.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def _check_outputs(check: _Check) -> Iterator[Fault]:
    for n, counted in enumerate(stream_counted(check.driver)):
        check.tell("outputs", n)
        latest = check.driver.execute(_LATEST, (counted.id,)).fetchone()
        output_id, stored, report = latest[0], latest[1:5], latest[5:9]
        if report == (None,) * 4:
            report = ("not_run", "not_run", "", "")
        if stored != report:
            sentence = f"output {output_id}: its test status is not that of its latest result"
            yield Fault("tests", output_id, sentence)
        yield from _check_items(check, counted, output_id)


def _check_items(check: _Check, counted: Counted, output_id: str) -> Iterator[Fault]:
    found = {row[0]: row[1:] for row in check.driver.execute(_ITEMS, (counted.id,))}
    held = {one.reviewer: one for one in counted.held}
    base = place_judgement(counted.ground, "")
    check.shift.add(BASE, counted.candidate, base, 1)
    for reviewer, seed in check.seeds.items():
        own = held.get(reviewer, Held(reviewer, "", None, None, None))
        position = check.first.get(output_id, compute_position(seed, output_id))
        where = place_judgement(counted.ground, own.text, taught=is_taught(position))
        check.shift.add(reviewer, counted.candidate, base, -1)
        check.shift.add(reviewer, counted.candidate, where, 1)
        wanted = _Wanted(
            position=position,
            place=where.place.value,
            outcome=where.outcome.value,
            label=where.label,
            edit=where.edit,
            event_id=own.event_id,
            first_event_id=own.began,
        )
        if found.get(reviewer) != wanted:
            name = f"{reviewer}, {output_id}"
            sentence = f"item of {reviewer} on output {output_id} is not what the log says"
            yield Fault("item", name, sentence)


def _check_tally(check: _Check) -> Iterator[Fault]:
    wanted = check.shift.peek()
    sql = "SELECT reviewer, candidate, cell, n FROM tally WHERE n <> 0"
    found = Counter({(r, c, cell): n for r, c, cell, n in check.driver.execute(sql)})
    for key in sorted(wanted.keys() | found.keys()):
        if wanted[key] != found[key]:
            name = " ".join(part or "-" for part in key)
            sentence = f"count {name} says {found[key]}, a recount says {wanted[key]}"
            yield Fault("tally", name, sentence)


def _check_blobs(check: _Check) -> Iterator[Fault]:
    sql = "SELECT sha256, data FROM blob"
    for n, (name, data) in enumerate(check.driver.execute(sql)):
        check.tell("patches", n)
        if hashlib.sha256(data).hexdigest() != name:
            yield Fault("blob", name, f"the stored bytes of patch or diff {name[:12]} were changed")
