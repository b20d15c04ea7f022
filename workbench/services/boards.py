"""From single outputs to all that is shown of a candidate: by kind of ticket, trials, unknowns.

Several trials of a ticket are one ticket: a rate is then a mean over tickets or a ratio of sums,
and its interval as wide as the tickets allow.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from operator import attrgetter
from typing import NamedTuple

from workbench.domain.case import Case
from workbench.domain.cell import Cell
from workbench.domain.definitions import USUAL, Definitions
from workbench.domain.edit_size import Curve, EditSources, count_sources, merge_curve
from workbench.domain.measures import MEASURES, Count, Measure, is_mergeable
from workbench.domain.metrics import Interval, Rate, Scorecard, make_scorecard
from workbench.domain.policy import Policy
from workbench.domain.scenarios import Range, Rival, compute_range
from workbench.domain.spec import Spec
from workbench.services.scorecards import CONFIDENCE, WILSON, Draw, choose_interval, score
from workbench.services.sensitivity import EDITS, Pair, limit_of, source_of
from workbench.stats import clusters
from workbench.stats.proportion import square_and_add

_MERGE, _YIELD = MEASURES["merge_rate"], MEASURES["yield"]
Ticket = frozenset[tuple[Cell, int]]
"""How many trials of one candidate on one ticket are in which cell."""


class Board(NamedTuple):
    """All that is shown of one candidate.

    `ranges` hold the rates that something unknown leaves open; `n_trials` is the most of a ticket.
    `curve` is the merge rate by how large a minor edit may be, `edits` says who said how large they
    were, `merges` the (merged, attempts) of each ticket, `trials` how many tickets have what
    (merged, counted).
    """

    card: Scorecard
    by_spec: Mapping[Spec, Scorecard]
    ranges: Mapping[str, Range]
    discrimination: Interval | None
    n_tickets: int
    n_trials: int
    curve: Curve
    edits: EditSources
    merges: Mapping[str, Count]
    trials: Counter[Count]


@dataclass(slots=True)
class _Counts:
    """What a candidate's outputs add up to: as many entries as there are kinds of tickets."""

    tickets: Counter[Ticket] = field(default_factory=Counter)
    rivals: list[Rival] = field(default_factory=list)
    limits: Counter[tuple[float, int]] = field(default_factory=Counter)
    sources: Counter[Pair] = field(default_factory=Counter)
    merges: dict[str, Count] = field(default_factory=dict)

    def add(self, trials: Sequence[Case], policy: Policy) -> None:
        """All trials of one ticket."""
        cells = Counter([case.counted.cell for case in trials])
        self.tickets[frozenset(cells.items())] += 1
        hits, n = _sum_up(_MERGE, cells.items())
        if n:
            self.merges[trials[0].ticket_id] = hits, n
        for cell, times in cells.items():
            if cell.outcome not in EDITS and _MERGE.contribute(cell)[1]:
                self.limits[0.0 if is_mergeable(cell) else inf, n] += times
        for case in trials:
            if case.counted.cell.outcome in EDITS:
                self.limits[limit_of(case.counted, policy), n] += 1
                self.sources[source_of(case.counted, policy)] += 1
            if case.others and case.is_disputed:
                self.rivals.append((case.cell, *(other.cell for other in case.others)))

    @property
    def settled(self) -> Counter[Cell]:
        """The outputs that no two labels place differently."""
        return _sum_cells(self.tickets) - Counter(cells[0] for cells in self.rivals)


def score_cases(cases: Iterable[Case], definitions: Definitions = USUAL) -> dict[str, Board]:
    """A board for every candidate.

    The cases of a ticket and candidate stand together, placed by the policy of the definitions.
    """
    counts: dict[str, _Counts] = {}
    for (_, candidate), group in groupby(cases, key=attrgetter("ticket_id", "candidate")):
        counts.setdefault(candidate, _Counts()).add(list(group), definitions.policy)
    return {who: _make_board(held, definitions) for who, held in sorted(counts.items())}


def _make_board(held: _Counts, definitions: Definitions) -> Board:
    draw = choose_interval(definitions.interval)
    card = score_tickets(held.tickets, draw)
    specs = [spec for spec in (Spec.VAGUE, Spec.CLEAR) if _keep(held.tickets, spec)]
    settled, unknown = held.settled, definitions.policy.unknown_tests
    ranges = {
        name: compute_range(measure, settled, held.rivals, unknown, draw.interval)
        for name, measure in MEASURES.items()
    }
    return Board(
        card=card,
        by_spec={spec: score_tickets(_keep(held.tickets, spec), draw) for spec in specs},
        ranges={name: found for name, found in ranges.items() if not found.is_point},
        discrimination=compute_discrimination(card),
        n_tickets=held.tickets.total(),
        n_trials=max((sum(n for _, n in ticket) for ticket in held.tickets), default=0),
        curve=merge_curve(held.limits),
        edits=count_sources(held.sources.elements()),
        merges=held.merges,
        trials=_count_trials(_YIELD, held.tickets),
    )


def _keep(tickets: Mapping[Ticket, int], spec: Spec) -> dict[Ticket, int]:
    return {cells: n for cells, n in tickets.items() if next(iter(cells))[0].spec is spec}


def _sum_up(measure: Measure, cells: Iterable[tuple[Cell, int]]) -> Count:
    """(hits, n) over outputs of these cells, so many of each."""
    hits = n = 0
    for cell, times in cells:
        hit, of = measure.contribute(cell)
        hits += hit * times
        n += of * times
    return hits, n


def _count_trials(measure: Measure, tickets: Mapping[Ticket, int]) -> Counter[Count]:
    """How many tickets have what (hits, n) over their trials."""
    counts = Counter[Count]()
    for cells, times in tickets.items():
        counts[_sum_up(measure, cells)] += times
    return counts


def _sum_cells(tickets: Mapping[Ticket, int]) -> Counter[Cell]:
    """How many outputs there are of each cell."""
    tally = Counter[Cell]()
    for cells, times in tickets.items():
        for cell, n in cells:
            tally[cell] += n * times
    return tally


def score_tickets(tickets: Mapping[Ticket, int], draw: Draw = WILSON) -> Scorecard:
    """The rates of one candidate, tickets with several trials counted once each."""
    tally = _sum_cells(tickets)
    if tally.total() == sum(tickets.values()):
        return score(tally, draw.interval)
    return make_scorecard(tally, lambda measure: _score_clustered(measure, tickets, draw))


def _score_clustered(measure: Measure, tickets: Mapping[Ticket, int], draw: Draw) -> Rate:
    """One rate over tickets; that of single trials where no ticket has two outcomes in it."""
    counts = list(_count_trials(measure, tickets).elements())
    hits, n = sum(h for h, _ in counts), sum(n for _, n in counts)
    if not n:
        return Rate(0, 0)
    if all(size <= 1 for _, size in counts):
        return Rate(hits, n, draw.interval(hits, n))
    found = clusters.mean_rate(counts) if measure.by_ticket else hits / n
    value = hits / n if found is None else found
    return Rate(hits, n, clusters.interval_clustered(counts, value, CONFIDENCE, draw.method), value)


def compute_discrimination(card: Scorecard) -> Interval | None:
    """The interval of J = AR vague - AR clear; None where it is undefined."""
    vague, clear = card.abstention_rate_vague, card.abstention_rate_clear
    if vague.value is None or clear.value is None:
        return None
    return square_and_add((vague.value, vague.interval), (clear.value, clear.interval))
