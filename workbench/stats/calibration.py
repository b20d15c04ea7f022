"""Does a candidate know when it is wrong? Confidence, flags and flaws against each other.

Undefined answers are None. There is no calibration error by bins: at 20 outputs a perfect
forecaster scores .18.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple


class RiskCoverage(NamedTuple):
    """Area under the risk-coverage curve, and what of it a perfect order would have avoided."""

    aurc: float
    excess: float


def brier(outcomes: Sequence[bool | int], forecasts: Sequence[float]) -> float | None:
    """Mean squared error of forecasts in [0, 1], outcome 1 a good output (Brier 1950)."""
    errors = [(p - y) ** 2 for y, p in zip(outcomes, forecasts, strict=True)]
    return sum(errors) / len(errors) if errors else None


def brier_skill(outcomes: Sequence[bool | int], forecasts: Sequence[float]) -> float | None:
    """1 - Brier / variance of the outcomes: 0 is the base rate, 1 perfect; None without both."""
    score = brier(outcomes, forecasts)
    base = sum(outcomes) / len(outcomes) if outcomes else 0
    return None if score is None or base in {0, 1} else 1 - score / (base * (1 - base))


def auroc(outcomes: Sequence[bool | int], scores: Sequence[float]) -> float | None:
    """P(a good output scores above a bad one), ties half (Mann & Whitney); None without both."""
    n_good = sum(map(bool, outcomes))
    n_bad = len(outcomes) - n_good
    if not (n_good and n_bad):
        return None
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    total = sum(float(r) for r, y in zip(ranks, outcomes, strict=True) if y)
    return (total - n_good * (n_good + 1) / 2) / (n_good * n_bad)


def flag_auroc(sensitivity: float, specificity: float) -> float:
    """AUROC of a flag that is there or not: (sensitivity + specificity) / 2."""
    return (sensitivity + specificity) / 2


def risk_curve(flaws: Sequence[bool | int], confidences: Sequence[float]) -> list[float]:
    """Share of flawed outputs among the j most confident, for j = 1..n; ties at their mean."""
    ordered = sorted(zip(confidences, flaws, strict=True), key=lambda pair: -pair[0])
    risks: list[float] = []
    seen = 0.0
    for _, block in groupby(ordered, key=lambda pair: pair[0]):
        found = [flaw for _, flaw in block]
        share = sum(found) / len(found)
        for inside in range(1, len(found) + 1):
            risks.append((seen + inside * share) / (len(risks) + 1))
        seen += sum(found)
    return risks


def aurc(flaws: Sequence[bool | int], confidences: Sequence[float]) -> RiskCoverage | None:
    """Mean of the risk curve, and its excess over the perfect order (Geifman et al. 2019).

    None where all or none are flawed.
    """
    if len(set(map(bool, flaws))) < 2:
        return None
    perfect = sorted(map(bool, flaws))
    best = risk_curve(perfect, [-float(i) for i in range(len(perfect))])
    area = sum(risk_curve(flaws, confidences)) / len(flaws)
    return RiskCoverage(area, area - sum(best) / len(best))


def chapman(n_first: int, n_second: int, n_both: int) -> float:
    """How many there are when two finders found so many each and so many both (Chapman 1951).

    (n1 + 1)(n2 + 1)/(m + 1) - 1. With two finders a lower bound, indicative only (Briand et al.
    2000). Raises ValueError where both found more than one did.
    """
    if not 0 <= n_both <= min(n_first, n_second):
        raise ValueError(f"both found {n_both}, one of them only {min(n_first, n_second)}")
    return (n_first + 1) * (n_second + 1) / (n_both + 1) - 1
