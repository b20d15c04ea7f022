"""What would settle an open criterion if nothing goes wrong any more, in a few words."""

from math import ceil

from workbench.domain.gate import AGREEMENTS, DIFFERENCES, HAT_K, Bound, Criterion, Gate
from workbench.domain.verdict import Measured
from workbench.stats import planner
from workbench.stats.paired import Pairs

_UNITS = {
    "escape_rate": ("green outputs", "with no further escape"),
    "escape_rate_total": ("green outputs", "with no further grave defect"),
    "exposure": ("outputs", "with no further escape"),
    "merge_rate": ("attempts", "all merged"),
    "yield": ("outputs", "all merged"),
    "coverage": ("outputs", "all attempts"),
    "abstention_precision": ("abstentions", "all on vague tickets"),
    "self_flag_rate": ("patches with a flaw", "all of them confessed"),
    "flag_precision": ("flags", "all of them true"),
    "control_acceptance": ("controls", "all accepted"),
    "error_recovery": ("runs with an error", "all recovered"),
    HAT_K: ("tickets", "all steady"),
}
MIN_DOUBLES = 10


def find_needs(criterion: Criterion, gate: Gate, worst: Measured, *, is_sequential: bool) -> str:
    """What would settle it if nothing goes wrong any more, as in `needs >= 7 more ...`."""
    if criterion.metric in AGREEMENTS:
        more = max(0, MIN_DOUBLES - worst.n)
        return f"needs >= {more} more outputs that two reviewers label" if more else ""
    if criterion.metric in DIFFERENCES:
        return _find_needed_pairs(criterion, gate, worst)
    more = _count_needed(criterion, gate, worst, is_sequential=is_sequential)
    unit, how = _UNITS.get(criterion.metric, (f"{criterion.stratum} tickets", ""))
    if criterion.metric == "abstention_rate":
        how = "none abstained" if criterion.bound is Bound.UPPER else "all abstained"
    elif _UNITS[criterion.metric][1].startswith("all") and criterion.bound is Bound.UPPER:
        how = "none of them so"
    if worst.n_bound != worst.n:
        unit = f"tickets with {unit}"
    return f"needs >= {more} more {unit}, {how}" if more else ""


def _count_needed(criterion: Criterion, gate: Gate, worst: Measured, *, is_sequential: bool) -> int:
    confidence = gate.inference.confidence
    n = worst.n_bound
    hits = min(n, ceil((worst.value or 0.0) * n - 1e-9))
    is_upper = criterion.bound is Bound.UPPER
    if is_sequential:
        bad, limit = (hits, criterion.limit) if is_upper else (n - hits, 1 - criterion.limit)
        return max(0, planner.min_n_evidence(limit, bad, gate.inference.alpha) - n)
    if is_upper:
        return planner.needs_more_upper(criterion.limit, hits, n, confidence)
    return planner.needs_more_lower(criterion.limit, hits, n, confidence)


def _find_needed_pairs(criterion: Criterion, gate: Gate, worst: Measured) -> str:
    only_mine = worst.hits
    only_other = round(only_mine - (worst.value or 0.0) * worst.n)
    pairs = Pairs(0, only_mine, only_other, worst.n - only_mine - only_other)
    limit = criterion.limit
    if criterion.bound is Bound.LOWER:
        pairs, limit = pairs._replace(b=pairs.c, c=pairs.b), -limit
    more = planner.needs_more_pairs(limit, pairs, gate.inference.confidence)
    if more is None:
        return "no number of tickets alike for both would do"
    return f"needs >= {more} more tickets, alike for both" if more else ""
