"""Every number again from outputs and events alone: what the kept counts must agree with.

Two streams in the order of outputs, merged: constant memory whatever the study's size.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from workbench.domain.case import Case, Opinion
from workbench.domain.cell import Cell
from workbench.domain.check import CheckStatus
from workbench.domain.draft import share_defect_leaks
from workbench.domain.errors import UsageError
from workbench.domain.finding import FoundBy
from workbench.domain.label import NO_JUDGEMENT, canonical_judgement, parse_judgement
from workbench.domain.output import Delivery
from workbench.domain.seal import POOLED
from workbench.domain.ticket import Spec
from workbench.store.controls import read_controls
from workbench.store.database import Database
from workbench.store.derive import Ground, place_judgement

_OUTPUTS = (
    "SELECT o.id, o.candidate, t.spec, o.delivery, o.tests FROM output o"
    " CROSS JOIN ticket t ON t.ticket_id = o.ticket ORDER BY o.id"
)
_CASES = (
    "SELECT o.output_id, o.ticket, o.candidate, o.trial, t.spec, o.delivery, o.tests, e.reviewer,"
    " e.event_id, e.judgement FROM output o CROSS JOIN ticket t ON t.ticket_id = o.ticket"
    " LEFT JOIN label_event e ON e.output = o.id"
    "  AND e.reviewer = CASE :reviewer WHEN '' THEN e.reviewer ELSE :reviewer END"
    " WHERE :candidate = '' OR o.candidate = :candidate"
    " ORDER BY o.ticket, o.candidate, o.trial, e.reviewer, e.seq"
)
_LEAK = f'"{FoundBy.POST_MERGE}"'  # as it stands in the JSON of a judgement
_IS_SEALED = (
    "SELECT 1 FROM meta WHERE key = 'seal'"
    " AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'revealed')"
)
_MARKS = ('"post_reveal"', '"unblinded"')
_EVENTS = (
    "SELECT output, reviewer, event_id, judgement FROM label_event"
    " WHERE :reviewer = '' OR reviewer = :reviewer ORDER BY output, reviewer, seq"
)


@dataclass(frozen=True, slots=True)
class Recount:
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

    def cases(
        self,
        reviewer: str = "",
        candidate: str = "",
        *,
        with_post_reveal: bool = False,
        is_control: bool = False,
    ) -> Iterator[Case]:
        """Every output, by ticket, candidate and trial, with the judgement that counts.

        That is one reviewer's, or for the study ("") of whoever labelled first. While the study is
        sealed no candidate has a name here: all stand under POOLED. An output whose name was opened
        early is left out, and what was changed after the reveal, unless it is asked for. Controls
        come only, and alone, where `is_control`. Streams; the read stays open until the last one
        is taken.
        """
        params = {"reviewer": reviewer, "candidate": candidate}
        with self._driving() as driver:
            is_sealed = driver.execute(_IS_SEALED).fetchone() is not None
            if is_sealed and candidate not in {"", POOLED}:
                raise UsageError("the study is sealed: figures are pooled until `workbench reveal`")
            if is_sealed:
                params["candidate"] = ""
            controls = read_controls(driver)
            found = driver.execute(_CASES, params)
            for key, group in groupby(found, key=itemgetter(0, 1, 2, 3, 4, 5, 6)):
                events = _choose_counted([row[6:] for row in group], with_late=with_post_reveal)
                named = (*key[:2], POOLED, *key[3:]) if is_sealed else key
                if events and (key[2] in controls) == is_control:
                    yield _to_case(named, events, is_study=not reviewer)


def _choose_counted(events: list[tuple[Any, ...]], *, with_late: bool) -> list[tuple[Any, ...]]:
    """The events of an output that may count; none at all where its name was opened early.

    Each is (tests, reviewer, event id, judgement), with None for the last three where there is
    none (Any: sqlite3 types no columns).
    """
    marked = [row for row in events if row[3] and any(mark in row[3] for mark in _MARKS)]
    if not marked:
        return events
    if any(parse_judgement(row[3]).unblinded for row in marked):
        return []
    late = {row[2] for row in marked if parse_judgement(row[3]).post_reveal and not with_late}
    kept = [row for row in events if row[2] not in late]
    return kept or [(events[0][0], None, None, None)]


def _to_case(key: tuple[Any, ...], events: list[tuple[Any, ...]], *, is_study: bool) -> Case:
    """The rows of one output (Any: sqlite3 types no columns)."""
    output_id, ticket, candidate, trial, *rest = key
    ground = Ground(*rest)
    held = [_hold(group) for name, group in groupby(events, key=itemgetter(1)) if name is not None]
    labelled = sorted((h for h in held if h.label), key=lambda h: h.began or 0)
    if is_study:  # what settles a disagreement comes before whoever labelled first
        labelled.sort(key=lambda h: not parse_judgement(h.text).adjudicates)
    mine = labelled if is_study else held
    first = mine[0] if mine else Held("", "", None, None, None)
    leaks = _defect_leaks(held)
    return Case(
        output_id=output_id,
        ticket_id=ticket,
        candidate=candidate,
        trial=trial,
        spec=Spec(ground.spec),
        delivery=Delivery(ground.delivery),
        tests=CheckStatus(ground.tests),
        counted=_read_opinion(first.reviewer, _share(first.text, leaks), ground),
        others=tuple(
            _read_opinion(h.reviewer, _share(h.text, leaks), ground) for h in labelled[1:]
        ),
        began=first.began or 0,
    )


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


@lru_cache(maxsize=4096)
def _read_opinion(reviewer: str, text: str, ground: Ground) -> Opinion:
    judgement = parse_judgement(text) if text else NO_JUDGEMENT
    return Opinion(reviewer, judgement, Cell.decode(place_judgement(ground, text).cell))


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
