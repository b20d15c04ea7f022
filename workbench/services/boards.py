"""From single outputs to all that is shown of a candidate: by kind of ticket, trials, unknowns.

Several trials of a ticket are one ticket: a rate is then a mean over tickets or a ratio of sums,
and its interval as wide as the tickets allow.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from workbench.domain.case import Case
from workbench.domain.cell import Cell
from workbench.domain.edit_size import EditSources, count_sources
from workbench.domain.label import EditClass, Judgement, Label
from workbench.domain.measures import MEASURES, Measure
from workbench.domain.metrics import Interval, Rate, Scorecard, make_scorecard
from workbench.domain.policy import UnknownTests
from workbench.domain.scenarios import Range, Rival, compute_range
from workbench.domain.ticket import Spec
from workbench.services.scorecards import CONFIDENCE, score
from workbench.stats import clusters
from workbench.stats.proportion import square_and_add, wilson

Ticket = tuple[Cell, ...]
"""The cells of one candidate's trials on one ticket, sorted."""
Classes = tuple[EditClass | None, EditClass | None]


@dataclass(frozen=True, slots=True)
class Board:
    """All that is shown of one candidate.

    `ranges` hold the rates that something unknown leaves open; `n_trials` is the most of a ticket;
    `edits` says how the sizes of edits are known.
    """

    card: Scorecard
    by_spec: Mapping[Spec, Scorecard]
    ranges: Mapping[str, Range]
    discrimination: Interval | None
    n_tickets: int
    n_trials: int
    edits: EditSources


@dataclass(slots=True)
class _Counts:
    """What a candidate's outputs add up to: as many entries as there are kinds of tickets."""

    tickets: Counter[Ticket] = field(default_factory=Counter)
    settled: Counter[Cell] = field(default_factory=Counter)
    rivals: list[Rival] = field(default_factory=list)
    edits: list[Classes] = field(default_factory=list)


def score_cases(
    cases: Iterable[Case], unknown: UnknownTests = UnknownTests.WORST_CASE
) -> dict[str, Board]:
    """A board for every candidate; the cases of a ticket and candidate stand together."""
    counts: dict[str, _Counts] = {}
    for (_, candidate), group in groupby(cases, key=lambda case: (case.ticket_id, case.candidate)):
        held = counts.setdefault(candidate, _Counts())
        trials = list(group)
        held.tickets[tuple(sorted(case.cell for case in trials))] += 1
        held.edits += [_classes(case.counted.judgement) for case in trials]
        for case in trials:
            if case.is_disputed:
                held.rivals.append((case.cell, *(other.cell for other in case.others)))
            else:
                held.settled[case.cell] += 1
    return {who: _make_board(held, unknown) for who, held in sorted(counts.items())}


def _classes(held: Judgement) -> Classes:
    """How an edit was classed by eye, and by what was measured."""
    if held.label is not Label.EDITED:
        return None, None
    if held.edited is None:
        return held.edit, None
    return EditClass(held.edited.judged) if held.edited.judged else None, held.edit


def _make_board(held: _Counts, unknown: UnknownTests) -> Board:
    card = score_tickets(held.tickets)
    specs = [spec for spec in (Spec.VAGUE, Spec.CLEAR) if _keep(held.tickets, spec)]
    ranges = {
        name: compute_range(measure, held.settled, held.rivals, unknown, _wilson)
        for name, measure in MEASURES.items()
    }
    return Board(
        card=card,
        by_spec={spec: score_tickets(_keep(held.tickets, spec)) for spec in specs},
        ranges={name: found for name, found in ranges.items() if not found.is_point},
        discrimination=compute_discrimination(card),
        n_tickets=held.tickets.total(),
        n_trials=max(map(len, held.tickets), default=0),
        edits=count_sources(held.edits),
    )


def _keep(tickets: Mapping[Ticket, int], spec: Spec) -> dict[Ticket, int]:
    return {cells: n for cells, n in tickets.items() if cells[0].spec is spec}


def score_tickets(tickets: Mapping[Ticket, int]) -> Scorecard:
    """The rates of one candidate, tickets with several trials counted once each."""
    tally: Counter[Cell] = Counter()
    for cells, n in tickets.items():
        for cell in cells:
            tally[cell] += n
    if all(len(cells) == 1 for cells in tickets):
        return score(tally)
    return make_scorecard(tally, lambda measure: _score_clustered(measure, tickets))


def _score_clustered(measure: Measure, tickets: Mapping[Ticket, int]) -> Rate:
    """One rate over tickets; that of single trials where no ticket has two outcomes in it."""
    counts: list[tuple[int, int]] = []
    for cells, times in tickets.items():
        pairs = [measure.contribute(cell) for cell in cells]
        counts += [(sum(h for h, _ in pairs), sum(n for _, n in pairs))] * times
    hits, n = sum(h for h, _ in counts), sum(n for _, n in counts)
    if not n:
        return Rate(0, 0)
    if all(size <= 1 for _, size in counts):
        return Rate(hits, n, _wilson(hits, n))
    found = clusters.mean_rate(counts) if measure.by_ticket else hits / n
    value = hits / n if found is None else found
    return Rate(hits, n, clusters.wilson_clustered(counts, value, CONFIDENCE), value)


def compute_discrimination(card: Scorecard) -> Interval | None:
    """The interval of J = AR vague - AR clear; None where it is undefined."""
    vague, clear = card.abstention_rate_vague, card.abstention_rate_clear
    if vague.value is None or clear.value is None:
        return None
    return square_and_add((vague.value, vague.interval), (clear.value, clear.interval))


def _wilson(hits: int, n: int) -> Interval:
    return wilson(hits, n, CONFIDENCE)
