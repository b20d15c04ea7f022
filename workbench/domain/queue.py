"""The order in which a reviewer meets the outputs: random, yet the same whenever asked for."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from workbench.domain.blind import ReviewItem
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.label import Aside, EditClass, Judgement, Label
from workbench.domain.metrics import Cell
from workbench.domain.outcome import Outcome
from workbench.domain.reading import Bookmark


class Place(IntEnum):
    """Where an item stands for one reviewer. SETTLED needs no label.

    SKIPPED comes back by itself, after all that are OPEN; TO_DISCUSS and LATER wait to be asked
    for. A labelled item stays LABELLED, also when its tests settle it later.
    """

    OPEN = 0
    SKIPPED = 1
    LABELLED = 2
    SETTLED = 3
    TO_DISCUSS = 4
    LATER = 5


SET_ASIDE = (Place.SKIPPED, Place.TO_DISCUSS, Place.LATER)


class QueueItem(NamedTuple):
    """One line of the queue: an alias stands for the candidate.

    `position` orders the queue of one reviewer and is no count. `is_bare`: its tests were run
    without a sandbox.
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
    is_bare: bool = False


class Progress(NamedTuple):
    """How far one reviewer is; the settled ones are not in the default queue, with the reason.

    `left` counts what has no label yet, set aside or not; `total` is left and labelled: the
    default queue.
    """

    left: int
    labelled: int
    total: int
    tests_failed: int
    nothing_delivered: int
    void: int
    skipped: int = 0
    to_discuss: int = 0
    later: int = 0

    @property
    def coming(self) -> int:
        """What comes by itself: all that is left but what waits to be asked for."""
        return self.left - self.to_discuss - self.later


def list_aside(skipped: int, to_discuss: int, later: int) -> str:
    """How many are where: `3 skipped, 2 to discuss, 1 later`; "" where nothing is set aside."""
    counts = ((skipped, "skipped"), (to_discuss, "to discuss"), (later, "later"))
    return ", ".join(f"{n} {what}" for n, what in counts if n)


class FirstScreen(NamedTuple):
    """All that the first paint needs; `item` is None only where the study has no outputs.

    `tallies` go by alias, `names` from alias to name and empty unless names are open. `bookmark`
    says where in the item its reader stopped.
    """

    rows: tuple[QueueItem, ...]
    item: ReviewItem | None
    tallies: Mapping[str, Counter[Cell]]
    progress: Progress
    last_saved_at: datetime | None
    has_labels: bool
    names: Mapping[str, str]
    bookmark: Bookmark | None = None


def compute_place(outcome: Outcome, judgement: Judgement, *, is_taught: bool = False) -> Place:
    """Where an item stands under a judgement; one that teaches is shown even if it is settled."""
    if judgement.label is not None:
        return Place.LABELLED
    if not outcome.needs_label and not is_taught:
        return Place.SETTLED
    if judgement.aside is not None:
        return Place.TO_DISCUSS if judgement.aside is Aside.DISCUSS else Place.LATER
    return Place.SKIPPED if judgement.skipped else Place.OPEN


def standing(place: Place, outcome: Outcome) -> str:
    """The word by which Progress counts an item: its place, or why it is settled."""
    return outcome.value if place is Place.SETTLED else place.name.lower()


def compute_progress(counts: Mapping[str, int]) -> Progress:
    """Progress from how many items have each standing."""
    skipped, to_discuss, later = (counts.get(place.name.lower(), 0) for place in SET_ASIDE)
    left = counts.get("open", 0) + skipped + to_discuss + later
    labelled = counts.get("labelled", 0)
    return Progress(
        left=left,
        labelled=labelled,
        total=left + labelled,
        tests_failed=counts.get(Outcome.CAUGHT, 0),
        nothing_delivered=counts.get(Outcome.NO_OUTPUT, 0),
        void=counts.get(Outcome.VOID, 0),
        skipped=skipped,
        to_discuss=to_discuss,
        later=later,
    )


_TEACHING_ROOM = 1 << 32  # positions below it belong to a teaching order


def is_taught(position: int) -> bool:
    """Whether a position belongs to the study's teaching order."""
    return position < _TEACHING_ROOM


def compute_position(seed: str, output_id: str) -> int:
    """The order of `order_key` as an integer that SQL can sort: positive, below 2**63."""
    return _TEACHING_ROOM + (int.from_bytes(order_key(seed, output_id)[:8]) >> 2)


def order_key(seed: str, output_id: str) -> bytes:
    """Where an output stands in the order that `seed` makes; any set of outputs sorts the same."""
    return hashlib.sha256(f"{seed}\0{output_id}".encode()).digest()


def make_order(seed: str, output_ids: Iterable[str], first: Sequence[str] = ()) -> list[str]:
    """All ids once: those of `first` in their order (a teaching order), then the rest by `seed`."""
    ids = set(output_ids)
    head = [i for i in dict.fromkeys(first) if i in ids]
    return head + sorted(ids.difference(head), key=lambda i: order_key(seed, i))
