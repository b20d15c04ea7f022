"""Counts become the four rates with their intervals."""

from collections.abc import Mapping

from workbench.domain.metrics import Cell, Rate, Scorecard, compute_scorecard
from workbench.stats.proportion import wilson

CONFIDENCE = 0.95

# The names of `metrics --json`, in the order they are shown.
RATES = {
    "merge_rate": "merge rate",
    "coverage": "coverage",
    "yield": "yield",
    "unverified": "unverified",
    "abstention_rate_vague": "abstention rate, vague",
    "abstention_rate_clear": "abstention rate, clear",
    "abstention_precision": "abstention precision",
    "self_flag_rate": "self-flagged-flaw rate",
    "flag_precision": "flag precision",
    "escape_rate": "escape rate",
    "escape_rate_total": "escape rate, total",
    "exposure": "exposure",
    "test_gate_miss_share": "test-gate miss share",
}


def score(tally: Mapping[Cell, int]) -> Scorecard:
    """The rates of one candidate with Wilson intervals."""
    return compute_scorecard(tally, lambda hits, n: wilson(hits, n, CONFIDENCE))


def score_all(tallies: Mapping[str, Mapping[Cell, int]]) -> dict[str, Scorecard]:
    """A scorecard for every alias or candidate."""
    return {who: score(tally) for who, tally in tallies.items()}


def list_rates(card: Scorecard) -> dict[str, Rate]:
    """The rates by their published names."""
    return {name: getattr(card, "merge_yield" if name == "yield" else name) for name in RATES}
