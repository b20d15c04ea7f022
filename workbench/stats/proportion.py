"""Intervals for one proportion."""

from functools import lru_cache
from math import sqrt
from statistics import NormalDist


@lru_cache(maxsize=4096)
def wilson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided score interval (Wilson 1927, JASA 22:209); [0, 1] for n = 0.

    The lower bound is exactly 0 at hits = 0 and the upper exactly 1 at hits = n.
    Raises ValueError unless 0 <= hits <= n and 0 < confidence < 1.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"hits must lie between 0 and n, got {hits} of {n}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    if n == 0:
        return 0.0, 1.0
    p, shrink = hits / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / shrink
    half = z / shrink * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (0.0 if hits == 0 else centre - half), (1.0 if hits == n else centre + half)
