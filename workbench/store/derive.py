"""What follows from outputs, checks and judgements: items and counts, kept beside their causes.

`Shift` collects changes to the tally and applies them once, so a bulk import touches few rows.
"""

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.label import NO_JUDGEMENT, EditClass, Label, parse_judgement
from workbench.domain.metrics import classify
from workbench.domain.outcome import Outcome, derive_outcome
from workbench.domain.queue import Place, compute_place, is_taught, standing
from workbench.domain.spec import Spec

BASE = ""  # the reviewer of the base tally
EVERYONE = ""  # the candidate under which items are counted by standing

_ADD = (
    "INSERT INTO tally (reviewer, candidate, cell, n) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (reviewer, candidate, cell) DO UPDATE SET n = n + excluded.n"
)
_HELD = (
    "SELECT i.reviewer, i.position, i.place, i.outcome, e.judgement FROM reviewer r"
    " CROSS JOIN item i ON i.reviewer = r.name AND i.output = ?"
    " LEFT JOIN label_event e ON e.event_id = i.event_id"
)
_MOVE = "UPDATE item SET place = ?, outcome = ? WHERE reviewer = ? AND output = ?"


class Ground(NamedTuple):
    """What an output is before anybody judges it, in the words of the database.

    Plain texts: a pass over 1,000,000 rows looks standings up by them, and enums hash slowly.
    """

    spec: str
    delivery: str
    tests: str


class Standing(NamedTuple):
    """Where a judgement puts an output of some ground; `key` is its word in Progress."""

    place: Place
    outcome: Outcome
    cell: str
    key: str
    label: Label | None
    edit: EditClass | None


@lru_cache(maxsize=4096)
def place_judgement(ground: Ground, text: str, *, taught: bool = False) -> Standing:
    """The standing under a judgement given as its JSON text, "" for none."""
    judgement = parse_judgement(text) if text else NO_JUDGEMENT
    delivery, tests = Delivery(ground.delivery), CheckStatus(ground.tests)
    outcome = derive_outcome(delivery, tests, judgement)
    place = compute_place(outcome, judgement, is_taught=taught)
    return Standing(
        place=place,
        outcome=outcome,
        cell=classify(Spec(ground.spec), delivery, tests, judgement).encode(),
        key=standing(place, outcome),
        label=judgement.label,
        edit=judgement.edit,
    )


class Known(NamedTuple):
    """An output of the store, as far as counting goes."""

    id: int
    candidate: str
    ground: Ground


class Shift:
    """Changes to the tally, collected in memory (as many as there are cells, not rows)."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self._changes: Counter[tuple[str, str, str]] = Counter()

    def add(self, reviewer: str, candidate: str, where: Standing, n: int) -> None:
        """Count n outputs more at a standing."""
        self._changes[reviewer, candidate, where.cell] += n
        self._changes[reviewer, EVERYONE, where.key] += n

    def move(self, reviewer: str, candidate: str, old: Standing, new: Standing) -> None:
        """Count one output at another standing."""
        if old != new:
            self.add(reviewer, candidate, old, -1)
            self.add(reviewer, candidate, new, 1)

    def peek(self) -> Counter[tuple[str, str, str]]:
        """What was collected, by (reviewer, candidate, cell), without zeros."""
        return Counter({key: n for key, n in self._changes.items() if n})

    def apply(self, connection: Connection) -> None:
        """Write what was collected."""
        changes = [(*key, n) for key, n in self._changes.items() if n]
        if changes:
            connection.exec_driver_sql(_ADD, changes)
        self._changes.clear()


def change_ground(connection: Connection, shift: Shift, old: Known, new: Ground) -> None:
    """Bring items and counts of one output up to new tests or a new spec."""
    old_base, new_base = place_judgement(old.ground, ""), place_judgement(new, "")
    shift.add(BASE, old.candidate, old_base, -1)
    shift.add(BASE, old.candidate, new_base, 1)
    for reviewer, position, place, outcome, text in connection.exec_driver_sql(
        _HELD, (old.id,)
    ).all():
        taught = is_taught(position)
        before = place_judgement(old.ground, text or "", taught=taught)
        after = place_judgement(new, text or "", taught=taught)
        shift.add(reviewer, old.candidate, before, -1)
        shift.add(reviewer, old.candidate, old_base, 1)
        shift.add(reviewer, old.candidate, after, 1)
        shift.add(reviewer, old.candidate, new_base, -1)
        if (place, outcome) != (after.place, after.outcome):
            moved = (after.place.value, after.outcome.value, reviewer, old.id)
            connection.exec_driver_sql(_MOVE, moved)
