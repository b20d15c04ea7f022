"""Whether a ticket says enough: what people call it, and the rule by which that becomes its spec.

Every call is an event of an append-only, chained log, like a label. An event carries all that its
maker holds about the ticket after it, so what stands is each person's last event.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from workbench.domain.label import format_time
from workbench.domain.spec import Spec

# Severity of underspecification, as people judged it for SWE-bench Verified (OpenAI, "Introducing
# SWE-bench Verified", 2024: issues of 2 and 3 were left out there). Words of our own.
SEVERITIES = {
    0: "It says what is wanted; what counts as done is plain.",
    1: "Some blanks to fill in, but one sensible reading of what is wanted.",
    2: "Several readings; it stays open what a right answer would look like.",
    3: "Hardly to be understood without asking for more.",
}
VAGUE_FROM = 2


class SpecAct(StrEnum):
    """What an event records."""

    CALL = "call"
    SETTLE = "settle"  # decides where calls differ
    UNDO = "undo"
    IMPORT = "import"


class SpecCall(NamedTuple):
    """What one person holds about one ticket: a call, its severity 0 to 3, what it settles."""

    spec: Spec = Spec.UNSET
    severity: int | None = None
    settles: Spec = Spec.UNSET


NO_CALL = SpecCall()


class SpecEvent(NamedTuple):
    """One row of the log. `given` is what the ticket said of itself when it came.

    `undoes` is the event that an undo takes back; `origin` is JSON that an imported event keeps of
    the study it came from, "" for our own.
    """

    event_id: int
    ticket_id: str
    reviewer: str
    act: SpecAct
    call: SpecCall
    given: Spec
    undoes: int | None
    app_version: str
    at: datetime
    origin: str = ""
    prev_hash: str = ""
    hash: str = ""

    @property
    def key(self) -> str:
        """A name that holds beyond this database: the hash, or what the import called it."""
        imported = json.loads(self.origin).get("event_id") if self.origin else None
        return str(imported or self.hash[:16])

    @property
    def first_act(self) -> str:
        """What was done where the event was first recorded."""
        imported = json.loads(self.origin).get("act") if self.origin else None
        return str(imported or self.act)


def grade(severity: int) -> SpecCall:
    """The call that a severity is."""
    return SpecCall(Spec.VAGUE if severity >= VAGUE_FROM else Spec.CLEAR, severity)


def decide_spec(given: Spec, held: Iterable[SpecCall]) -> Spec:
    """The ticket's spec; `held` in the order in which people last spoke.

    What was settled last decides. Else all calls that agree do, one alone too; calls that differ
    leave it unset until somebody settles it. Without a call it is what the ticket came with.
    """
    calls = list(held)
    if (settled := find_settled(calls)) is not Spec.UNSET:
        return settled
    said = {call.spec for call in calls if call.spec is not Spec.UNSET}
    if not said:
        return given
    return said.pop() if len(said) == 1 else Spec.UNSET


def find_settled(held: Iterable[SpecCall]) -> Spec:
    """What was settled last, unset where nothing is; `held` in the order people last spoke."""
    settled = [call.settles for call in held if call.settles is not Spec.UNSET]
    return settled[-1] if settled else Spec.UNSET


def decide_by_events(events: Iterable[SpecEvent]) -> Spec:
    """The spec of a ticket from its log, in order and not empty."""
    listed = list(events)
    return decide_spec(listed[-1].given, find_standing(listed).values())


def find_standing(events: Iterable[SpecEvent]) -> dict[str, SpecCall]:
    """What each person holds about a ticket, in the order in which they last spoke."""
    held: dict[str, SpecCall] = {}
    for event in events:
        held.pop(event.reviewer, None)
        held[event.reviewer] = event.call
    return held


def find_kept(events: Iterable[SpecEvent]) -> dict[str, list[SpecEvent]]:
    """Each person's events on one ticket without what was taken back; the last one stands.

    An undo is among them only where what it goes back to was never recorded here.
    """
    kept: dict[str, list[SpecEvent]] = {}
    for event in events:
        mine = kept.setdefault(event.reviewer, [])
        if event.first_act != SpecAct.UNDO:
            mine.append(event)
            continue
        if mine:
            mine.pop()
        if event.call != (mine[-1].call if mine else NO_CALL):
            mine.append(event)
    return kept


def is_disputed(held: Mapping[str, SpecCall]) -> bool:
    """Whether people differ, and nobody settled it."""
    said = {call.spec for call in held.values() if call.spec is not Spec.UNSET}
    return len(said) > 1 and all(call.settles is Spec.UNSET for call in held.values())


def compute_spec_hash(event: SpecEvent) -> str:
    """SHA-256 over the canonical JSON of the event and the hash before it."""
    row = [
        event.event_id,
        event.ticket_id,
        event.reviewer,
        event.act,
        event.call.spec,
        event.call.severity,
        event.call.settles,
        event.given,
        event.undoes,
        event.app_version,
        format_time(event.at),
        event.origin,
        event.prev_hash,
    ]
    return hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()
