"""Counts become the four rates with their intervals."""

from collections.abc import Mapping
from typing import NamedTuple

from workbench.domain.cell import Cell
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Interval, IntervalMethod, Rate, Scorecard, compute_scorecard
from workbench.stats.proportion import Method, jeffreys, wilson

CONFIDENCE = 0.95
_FIELDS = {"yield": "merge_yield"}

# The names of `metrics --json`, in the order they are shown.
RATES = {name: measure.title for name, measure in MEASURES.items()}


class Draw(NamedTuple):
    """How the interval beside a rate is come by."""

    name: str
    method: Method

    def interval(self, hits: int, n: int) -> Interval:
        """That of one rate."""
        return self.method(hits, n, CONFIDENCE)


WILSON = Draw("Wilson", wilson)
_DRAWS = {"wilson": WILSON, "jeffreys": Draw("Jeffreys", jeffreys)}


def choose_interval(name: str) -> Draw:
    """By the name that a gate gives it; Jeffreys' loads scipy when it is used."""
    return _DRAWS[name]


def score(tally: Mapping[Cell, int], interval: IntervalMethod = WILSON.interval) -> Scorecard:
    """The rates of one candidate, with Wilson intervals where nobody says otherwise."""
    return compute_scorecard(tally, interval)


def score_all(tallies: Mapping[str, Mapping[Cell, int]]) -> dict[str, Scorecard]:
    """A scorecard for every alias or candidate."""
    return {who: score(tally) for who, tally in tallies.items()}


def list_rates(card: Scorecard) -> dict[str, Rate]:
    """The rates by their published names."""
    return {name: getattr(card, _FIELDS.get(name, name)) for name in RATES}
