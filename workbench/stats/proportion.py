"""Intervals for one proportion, and for the difference of two that share nothing.

Counts may be real numbers: several trials of one ticket make effective ones. 0 of 0 says nothing,
so every interval of it is [0, 1].
"""

from collections.abc import Callable
from functools import lru_cache
from math import isfinite, sqrt
from statistics import NormalDist

Interval = tuple[float, float]
Method = Callable[[float, float, float], Interval]
"""(hits, n, confidence) in, both bounds out."""


def z_quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval reaches to each side.

    For a one-sided bound at c ask for 2c - 1. Raises ValueError unless -1 < confidence < 1.
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _check(hits: float, n: float, confidence: float) -> None:
    if not (0 <= hits <= n and isfinite(n)):
        raise ValueError(f"hits must lie between 0 and n, got {hits} of {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")


@lru_cache(maxsize=4096)
def wilson(hits: float, n: float, confidence: float = 0.95) -> Interval:
    """Two-sided score interval (Wilson 1927, JASA 22:209), for display.

    The lower bound is exactly 0 at hits = 0 and the upper exactly 1 at hits = n. Raises ValueError
    unless 0 <= hits <= n and 0 < confidence < 1.
    """
    _check(hits, n, confidence)
    if n == 0:
        return 0.0, 1.0
    z = z_quantile(confidence)
    p, shrink = hits / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z / shrink * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if hits == 0 else min(p, max(0.0, centre - half))
    return low, 1.0 if hits == n else max(p, min(1.0, centre + half))


def cp_upper(hits: float, n: float, confidence: float = 0.95) -> float:
    """One-sided upper bound (Clopper & Pearson 1934, Biometrika 26:404); 1 at hits = n.

    The true proportion exceeds it in at most 1 - confidence of all samples. Raises ValueError
    unless 0 <= hits <= n and 0 < confidence < 1.
    """
    _check(hits, n, confidence)
    if hits >= n:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(hits + 1, n - hits, confidence))


def cp_lower(hits: float, n: float, confidence: float = 0.95) -> float:
    """One-sided lower bound, the mirror of cp_upper; 0 at hits = 0."""
    _check(hits, n, confidence)
    if hits <= 0:
        return 0.0
    from scipy.special import betaincinv

    return float(betaincinv(hits, n - hits + 1, 1 - confidence))


def clopper_pearson(hits: float, n: float, confidence: float = 0.95) -> Interval:
    """Two-sided exact interval: both one-sided bounds at (1 + confidence) / 2."""
    side = (1 + confidence) / 2
    return cp_lower(hits, n, side), cp_upper(hits, n, side)


def jeffreys(hits: float, n: float, confidence: float = 0.95) -> Interval:
    """Equal-tailed interval of the posterior Beta(hits + 1/2, n - hits + 1/2).

    The lower bound is 0 at hits = 0, the upper 1 at hits = n (Brown, Cai & DasGupta 2001). Raises
    ValueError as wilson does.
    """
    _check(hits, n, confidence)
    from scipy.special import betaincinv

    a, b, tail = hits + 0.5, n - hits + 0.5, (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(betaincinv(a, b, tail))
    return low, 1.0 if hits == n else float(betaincinv(a, b, 1 - tail))


def zero_event_upper(n: float, confidence: float = 0.95) -> float:
    """cp_upper(0, n) in closed form, 1 - (1 - confidence)^(1/n) (Jovanovic & Levy 1997)."""
    _check(0, n, confidence)
    return 1.0 if n == 0 else float(1 - (1 - confidence) ** (1 / n))


def predict_hits(hits: int, n: int, future: int, confidence: float = 0.95) -> tuple[int, int]:
    """Between how many hits to expect among `future` more: beta-binomial, Jeffreys' prior."""
    _check(hits, n, confidence)
    from scipy.stats import betabinom

    low, high = betabinom.ppf(
        [(1 - confidence) / 2, (1 + confidence) / 2], future, hits + 0.5, n - hits + 0.5
    )
    return int(low), int(high)


def square_and_add(first: tuple[float, Interval], second: tuple[float, Interval]) -> Interval:
    """Interval of p1 - p2 from each rate with its own (Newcombe 1998, Stat Med 17:873, method 10).

    Each side adds the squares of what the two intervals reach; cut at -1 and 1.
    """
    (p1, (low1, high1)), (p2, (low2, high2)) = first, second
    below = sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    above = sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return max(-1.0, p1 - p2 - below), min(1.0, p1 - p2 + above)


def difference(
    first: tuple[float, float], second: tuple[float, float], confidence: float = 0.95
) -> Interval | None:
    """Interval of p1 - p2 for two independent (hits, n), by Wilson; None where an n is 0."""
    if not (first[1] and second[1]):
        return None
    one, other = ((k / n, wilson(k, n, confidence)) for k, n in (first, second))
    return square_and_add(one, other)


def fisher_exact(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided exact p that two independent (hits, n) share one rate (Fisher 1934)."""
    from scipy.stats import fisher_exact as compute

    table = [[hits, n - hits] for hits, n in (first, second)]
    return float(compute(table).pvalue)
