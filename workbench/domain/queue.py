"""The order in which a reviewer meets the outputs: random, yet the same whenever asked for."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from workbench.domain.check import CheckStatus
from workbench.domain.label import EditClass, Label
from workbench.domain.outcome import Outcome
from workbench.domain.output import Delivery


class Place(IntEnum):
    """Where an item stands for one reviewer. SETTLED needs no label (METRICS 2.1)."""

    OPEN = 0
    SKIPPED = 1
    LABELLED = 2
    SETTLED = 3


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One line of the queue: an alias stands for the candidate.

    `position` orders the queue of one reviewer and is no count.
    """

    position: int
    output_id: str
    ticket_id: str
    title: str
    alias: str
    delivery: Delivery
    tests: CheckStatus
    added: int
    removed: int
    place: Place
    label: Label | None
    edit: EditClass | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one reviewer is; the settled ones are not in the default queue, with the reason."""

    left: int
    labelled: int
    total: int
    tests_failed: int
    nothing_delivered: int
    void: int


def order_key(seed: str, output_id: str) -> bytes:
    """Where an output stands in the order that `seed` makes; any set of outputs sorts the same."""
    return hashlib.sha256(f"{seed}\0{output_id}".encode()).digest()


def make_order(seed: str, output_ids: Iterable[str], first: Sequence[str] = ()) -> list[str]:
    """All ids once: those of `first` in their order (a teaching order), then the rest by `seed`."""
    ids = set(output_ids)
    head = [i for i in dict.fromkeys(first) if i in ids]
    return head + sorted(ids.difference(head), key=lambda i: order_key(seed, i))
