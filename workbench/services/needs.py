"""What would settle an open criterion if nothing goes wrong any more, in a few words."""

from workbench.domain.counted import counted
from workbench.domain.gate import AGREEMENTS, DIFFERENCES, HAT_K, Bound, Criterion, Gate
from workbench.domain.verdict import Measured
from workbench.stats import planner
from workbench.stats.paired import Pairs

_UNITS = {
    "escape_rate": ("green output", "green outputs", "with no further escape"),
    "escape_rate_total": ("green output", "green outputs", "with no further grave defect"),
    "exposure": ("output", "outputs", "with no further escape"),
    "merge_rate": ("attempt", "attempts", "all merged"),
    "yield": ("output", "outputs", "all merged"),
    "coverage": ("output", "outputs", "all attempted"),
    "abstention_precision": ("abstention", "abstentions", "all on vague tickets"),
    "self_flag_rate": ("patch with a flaw", "patches with a flaw", "all of them confessed"),
    "flag_precision": ("flag", "flags", "all of them true"),
    "control_acceptance": ("control", "controls", "all accepted"),
    "error_recovery": ("run with an error", "runs with an error", "all recovered"),
    HAT_K: ("ticket", "tickets", "all steady"),
}
MIN_DOUBLES = 10


def find_needs(criterion: Criterion, gate: Gate, worst: Measured, *, is_sequential: bool) -> str:
    """What would settle it if nothing goes wrong any more, as in `needs >= 7 more ...`."""
    if criterion.metric in AGREEMENTS:
        more = max(0, MIN_DOUBLES - worst.n)
        return f"needs >= {counted(more, 'more output')} that two reviewers label" if more else ""
    if criterion.metric in DIFFERENCES:
        return _find_needed_pairs(criterion, gate, worst)
    more = _count_needed(criterion, gate, worst, is_sequential=is_sequential)
    of_stratum = (f"{criterion.stratum} ticket", f"{criterion.stratum} tickets", "")
    one, many, how = _UNITS.get(criterion.metric, of_stratum)
    if criterion.metric == "abstention_rate":
        how = "none abstained" if criterion.bound is Bound.UPPER else "all abstained"
    elif how.startswith("all") and criterion.bound is Bound.UPPER:
        how = "none of them so"
    if worst.n_bound != worst.n:
        one, many = f"ticket with {many}", f"tickets with {many}"
    return f"needs >= {counted(more, f'more {one}', f'more {many}')}, {how}" if more else ""


def _count_needed(criterion: Criterion, gate: Gate, worst: Measured, *, is_sequential: bool) -> int:
    confidence = gate.inference.confidence
    n, hits = worst.n_bound, worst.hits_bound
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
    return f"needs >= {counted(more, 'more ticket')}, alike for both" if more else ""
