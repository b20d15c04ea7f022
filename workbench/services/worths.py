"""Numbers that rest on prices or on controls, with intervals from drawing tickets again.

A ticket brings all that happened on it, for both candidates: tickets are drawn, never outputs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from workbench.domain.cell import Cell, Tally
from workbench.domain.controls import adjust_merge_rate, score_controls
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Interval, Rate, count
from workbench.domain.utility import Prices, break_even, value_outputs
from workbench.stats import clusters

Duel = tuple[Tally, Tally]
"""What two candidates did on one ticket; or one candidate's outputs and the controls."""


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


def estimate_adjusted_merge_rate(duels: Sequence[Duel], seed: int) -> Estimate:
    """MR / acceptance of controls, at most 1; a ticket brings its outputs and its controls."""

    def find(outputs: Tally, controls: Tally) -> float | None:
        accepted = score_controls(controls, lambda _hits, _n: (0.0, 1.0)).acceptance
        return adjust_merge_rate(Rate(*count(MEASURES["merge_rate"], outputs)), accepted)

    return _estimate(duels, find, seed)


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
