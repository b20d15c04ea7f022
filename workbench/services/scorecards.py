"""Counts become the four rates with their intervals."""

from collections.abc import Mapping

from workbench.domain.cell import Cell
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Interval, Rate, Scorecard, compute_scorecard
from workbench.stats.proportion import wilson

CONFIDENCE = 0.95
_FIELDS = {"yield": "merge_yield"}

# The names of `metrics --json`, in the order they are shown.
RATES = {name: measure.title for name, measure in MEASURES.items()}


def score(tally: Mapping[Cell, int]) -> Scorecard:
    """The rates of one candidate with Wilson intervals."""
    return compute_scorecard(tally, _wilson)


def score_all(tallies: Mapping[str, Mapping[Cell, int]]) -> dict[str, Scorecard]:
    """A scorecard for every alias or candidate."""
    return {who: score(tally) for who, tally in tallies.items()}


def list_rates(card: Scorecard) -> dict[str, Rate]:
    """The rates by their published names."""
    return {name: getattr(card, _FIELDS.get(name, name)) for name in RATES}


def _wilson(hits: int, n: int) -> Interval:
    return wilson(hits, n, CONFIDENCE)
