"""Numbers that rest on prices, with intervals from drawing tickets again.

A ticket brings all that happened on it, for both candidates: tickets are drawn, never outputs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from workbench.domain.case import Case
from workbench.domain.cell import Cell, Tally
from workbench.domain.metrics import Interval
from workbench.domain.utility import Prices, break_even, compute_utility, value_outputs
from workbench.stats import clusters

Duel = tuple[Tally, Tally]
"""What two candidates did on one ticket."""


class Estimate(NamedTuple):
    """A number, its interval, and the share of redrawn studies in which it has no value.

    No interval where that share is above a fifth.
    """

    value: float | None
    interval: Interval | None
    dropped: float


def estimate_break_even(duels: Sequence[Duel], prices: Prices, seed: int) -> Estimate:
    """The price of an escape, in merges, at which both candidates are worth the same."""

    def find(first: Tally, second: Tally) -> float | None:
        one, other = value_outputs(first, prices), value_outputs(second, prices)
        return None if one is None or other is None else break_even(one, other)

    return _estimate(duels, find, seed)


def tell_worths(cases: Mapping[str, Sequence[Case]], prices: Prices, seed: int) -> list[str]:
    """What an output of each candidate is worth at these prices, and from which price on who leads.

    A price that is not stated makes every number that needs it unknown.
    """
    worths = {who: compute_utility(_count(held), prices) for who, held in sorted(cases.items())}
    told = [f"{who} {'—' if worth is None else f'{worth:+.2f}'}" for who, worth in worths.items()]
    lines = [f"worth of an output, in merges: {', '.join(told)}"] if told else []
    for first, second in combinations(worths, 2):
        lines += _tell_break_even(first, second, cases, prices, seed)
    return lines


def _tell_break_even(
    first: str, second: str, cases: Mapping[str, Sequence[Case]], prices: Prices, seed: int
) -> list[str]:
    one, other = (value_outputs(_count(cases[who]), prices) for who in (first, second))
    if one is None or other is None or one.escaped == other.escaped:
        return []
    safer, bolder = (first, second) if one.escaped < other.escaped else (second, first)
    found = estimate_break_even(_pair_up(cases[first], cases[second]), prices, seed)
    if found.value is None:
        return []
    if found.value <= 0:
        return [f"{safer} is worth more than {bolder} whatever an escape costs"]
    low, high = found.interval or (0.0, 0.0)
    span = f" (95 %: {low:.1f} to {high:.1f})" if found.interval else ""
    price = f"more than {found.value:.1f} merges{span}"
    return [f"{safer} is worth more than {bolder} where an escape costs {price}"]


def _count(cases: Iterable[Case]) -> Counter[Cell]:
    return Counter(case.cell for case in cases)


def _pair_up(first: Iterable[Case], second: Iterable[Case]) -> list[Duel]:
    """What both did, ticket by ticket."""
    held: dict[str, tuple[Counter[Cell], Counter[Cell]]] = {}
    for place, cases in enumerate((first, second)):
        for case in cases:
            held.setdefault(case.ticket_id, (Counter(), Counter()))[place][case.cell] += 1
    return [held[ticket] for ticket in sorted(held)]


def _estimate(
    duels: Sequence[Duel], find: Callable[[Tally, Tally], float | None], seed: int
) -> Estimate:
    def find_in(drawn: Sequence[Duel]) -> float | None:
        return find(_add_up(d[0] for d in drawn), _add_up(d[1] for d in drawn))

    value = find_in(duels)
    if value is None:
        return Estimate(None, None, 1.0)
    return Estimate(value, *clusters.bootstrap(duels, find_in, seed))


def _add_up(tallies: Iterable[Tally]) -> Counter[Cell]:
    total: Counter[Cell] = Counter()
    for tally in tallies:
        for cell, n in tally.items():
            total[cell] += n
    return total
