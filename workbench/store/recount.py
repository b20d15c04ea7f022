"""Every number again from outputs and events alone: what the kept counts must agree with.

Two streams in the order of outputs, merged: constant memory whatever the study's size.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from workbench.domain.cell import Cell
from workbench.domain.draft import share_defect_leaks
from workbench.domain.finding import FoundBy
from workbench.domain.label import canonical_judgement, parse_judgement
from workbench.store.database import Database
from workbench.store.derive import Ground, place_judgement

_OUTPUTS = (
    "SELECT o.id, o.candidate, t.spec, o.delivery, o.tests FROM output o"
    " CROSS JOIN ticket t ON t.ticket_id = o.ticket ORDER BY o.id"
)
_LEAK = f'"{FoundBy.POST_MERGE}"'  # as it stands in the JSON of a judgement
_EVENTS = (
    "SELECT output, reviewer, event_id, judgement FROM label_event"
    " WHERE :reviewer = '' OR reviewer = :reviewer ORDER BY output, reviewer, seq"
)


class Recount(NamedTuple):
    """Counts by candidate name; for a study also how many outputs have several labels."""

    tallies: dict[str, Counter[Cell]]
    n_multiple: int = 0
    n_disagree: int = 0


class Held(NamedTuple):
    """What one reviewer holds about one output: "" stands for no judgement.

    `began` is the event with which the standing label began, None without a label.
    """

    reviewer: str
    text: str
    label: str | None
    event_id: int | None
    began: int | None


class Counted(NamedTuple):
    """One output with all that is held about it."""

    id: int
    candidate: str
    ground: Ground
    held: tuple[Held, ...]


class Recounts(Database):
    """Recounting; a part of Store."""

    def recount(self, reviewer: str | None = None) -> Recount:
        """Recount one reviewer's judgements, or the study's.

        For the study an output that several labelled counts under whoever labelled it first, as
        long as that label stands, with what anybody found in it after merge. Reads everything once:
        the cost grows with the study.
        """
        counts: Counter[tuple[str, str]] = Counter()
        n_multiple = n_disagree = 0
        with self._driving() as driver:
            for counted in stream_counted(driver, reviewer or ""):
                labelled = [held for held in counted.held if held.label]
                if reviewer is None and len(labelled) > 1:
                    n_multiple += 1
                    n_disagree += len({held.label for held in labelled}) > 1
                text = _choose(counted.held, labelled, reviewer)
                counts[counted.candidate, place_judgement(counted.ground, text).cell] += 1
        tallies: dict[str, Counter[Cell]] = {}
        for (candidate, cell), n in counts.items():
            tallies.setdefault(candidate, Counter())[Cell.decode(cell)] += n
        return Recount(tallies, n_multiple, n_disagree)


def _defect_leaks(held: Iterable[Held]) -> tuple[str, ...]:
    """The judgements in which a defect was found after merge."""
    return tuple(h.text for h in held if _LEAK in h.text)


@lru_cache(maxsize=4096)
def _share(text: str, leaks: tuple[str, ...]) -> str:
    """A judgement that counts, with the leaks that anybody wrote down."""
    if not text or not leaks:
        return text
    return canonical_judgement(
        share_defect_leaks(parse_judgement(text), map(parse_judgement, leaks))
    )


def _choose(held: tuple[Held, ...], labelled: list[Held], reviewer: str | None) -> str:
    if reviewer is not None:
        return held[0].text if held else ""
    if not labelled:
        return ""
    return _share(min(labelled, key=lambda h: h.began or 0).text, _defect_leaks(held))


def stream_counted(driver: sqlite3.Connection, reviewer: str = "") -> Iterator[Counted]:
    """Every output in order with what is held about it, by all or by one reviewer."""
    events = groupby(driver.execute(_EVENTS, {"reviewer": reviewer}), key=itemgetter(0))
    waiting = next(events, None)
    for row_id, candidate, spec, delivery, tests in driver.execute(_OUTPUTS):
        held: tuple[Held, ...] = ()
        if waiting is not None and waiting[0] == row_id:
            held = tuple(_hold(group) for _, group in groupby(waiting[1], key=itemgetter(1)))
            waiting = next(events, None)
        yield Counted(row_id, candidate, Ground(spec, delivery, tests), held)


def _hold(events: Iterator[tuple[Any, ...]]) -> Held:
    """The last of one reviewer's events on one output (Any: sqlite3 types no columns)."""
    began: int | None = None
    label: str | None = None
    reviewer, text, event_id = "", "", 0
    for _, reviewer, event_id, text in events:  # noqa: B007 - the last ones are what is wanted
        label = read_label(text)
        began = (began or event_id) if label else None
    return Held(reviewer, text, label, event_id, began)


@lru_cache(maxsize=4096)
def read_label(text: str) -> str | None:
    """The label in the JSON of a judgement."""
    return parse_judgement(text).label
