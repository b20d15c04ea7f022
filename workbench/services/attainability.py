"""What the best possible data could prove, and how often a good candidate would pass."""

from math import log

from workbench.domain.gate import (
    AGREEMENTS,
    DIFFERENCES,
    Bound,
    Criterion,
    Gate,
    Sequential,
    SuiteSize,
)
from workbench.services.plans import Chance
from workbench.stats import planner
from workbench.stats.paired import Pairs
from workbench.stats.sequential import log_evidence_below

_OF_GREEN = frozenset({"escape_rate", "escape_rate_total"})


def count_unit(criterion: Criterion) -> str:
    """What is counted, in a word."""
    if criterion.metric in _OF_GREEN | {"escape_rate_diff"}:
        return "green"
    return "controls" if criterion.metric == "control_acceptance" else "tickets"


def count_needed(criterion: Criterion, gate: Gate) -> int | None:
    """How many outcomes it takes if every one of them is as good as can be; None: none."""
    if criterion.metric in AGREEMENTS:
        return None
    is_upper, limit = criterion.bound is Bound.UPPER, criterion.limit
    confidence = gate.inference.confidence
    if criterion.metric in DIFFERENCES:
        margin = limit if is_upper else -limit
        return planner.needs_more_pairs(margin, Pairs(0, 0, 0, 0), confidence) or 1
    if gate.inference.sequential is Sequential.E_PROCESS and criterion.k == 0:
        return planner.min_n_evidence(limit if is_upper else 1 - limit, 0, gate.inference.alpha)
    if is_upper:
        return planner.min_n_upper(limit, 0, confidence)
    return planner.min_n_lower(limit, 0, confidence)


def count_planned(criterion: Criterion, gate: Gate, suite: SuiteSize) -> int | None:
    """How many outcomes there can be; None where the design does not say."""
    if criterion.metric == "error_recovery":
        return None
    if criterion.metric == "control_acceptance":
        return gate.design.controls_min
    return suite.count(criterion.stratum)


def count_expected(criterion: Criterion, gate: Gate, suite: SuiteSize) -> int:
    """How many outcomes there will be as far as the design can tell."""
    planned = count_planned(criterion, gate, suite) or 0
    return min(planned, suite.expect_green(gate)) if criterion.metric in _OF_GREEN else planned


def find_pass_chances(criterion: Criterion, gate: Gate, n: int) -> tuple[Chance, Chance]:
    """The chance to pass an upper bound, at a quarter of it and at half as much again."""
    most = _find_most(criterion.limit, gate, n)

    def chance(rate: float) -> Chance:
        passes = 0.0 if most is None else planner.pass_probability(n, most, rate)
        return Chance(rate, passes)

    return chance(criterion.limit / 4), chance(min(1.0, criterion.limit * 1.5))


def _find_most(limit: float, gate: Gate, n: int) -> int | None:
    """The most events with which n outcomes pass."""
    if gate.inference.sequential is Sequential.OFF:
        return planner.max_hits(limit, n, gate.inference.confidence)
    enough = -log(gate.inference.alpha)
    passing = [k for k in range(n + 1) if log_evidence_below(k, n, limit) >= enough]
    return max(passing, default=None)
