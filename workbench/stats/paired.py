"""Two candidates on the same tickets: exact tests, and the difference with its interval.

A binary outcome per ticket gives four counts: a both, b only the first, c only the second, d
neither. A decision rests on the exact test; mid-p is for display.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import copysign, sqrt
from typing import NamedTuple

from workbench.stats.proportion import Interval, wilson, z_quantile

_STEEP = 1e9  # stands for the infinite score at the ends of the scale


class Pairs(NamedTuple):
    """Tickets by outcome: both, only the first, only the second, neither."""

    a: int
    b: int
    c: int
    d: int

    @property
    def n(self) -> int:
        """All tickets."""
        return sum(self)


def count_pairs(outcomes: Iterable[tuple[bool, bool]]) -> Pairs:
    """The four counts from (first, second) per ticket."""
    found = Counter((bool(first), bool(second)) for first, second in outcomes)
    return Pairs(found[True, True], found[True, False], found[False, True], found[False, False])


def mcnemar_exact(b: int, c: int) -> float:
    """Two-sided exact p of b against c discordant tickets; 1 without any (McNemar 1947)."""
    if b + c == 0:
        return 1.0
    from scipy.special import bdtr  # scipy.stats has it too, and takes twice as long to load

    return min(1.0, 2 * float(bdtr(min(b, c), b + c, 0.5)))  # both tails are alike at 1/2


def mcnemar_midp(b: int, c: int) -> float:
    """Two-sided mid-p: less conservative, for display (Fagerland et al. 2013, BMC MRM 13:91)."""
    if b + c == 0:
        return 1.0
    from scipy.stats import binom

    point = float(binom.pmf(min(b, c), b + c, 0.5))
    return 1 - point / 2 if b == c else mcnemar_exact(b, c) - point


def _score(b: int, c: int, n: int, delta: float) -> float:
    """Tango's score for a true difference delta; falls in delta."""
    linear = -b - c + (2 * n - b + c) * delta
    root = sqrt(max(0.0, linear * linear + 8 * n * c * delta * (1 - delta)))
    q = (root - linear) / (4 * n)
    above, variance = b - c - n * delta, n * (2 * q + delta * (1 - delta))
    if variance <= 0:
        return copysign(_STEEP, above) if above else 0.0
    return max(-_STEEP, min(_STEEP, above / sqrt(variance)))


def _tango(b: int, c: int, n: int, z: float, end: int) -> float:
    """The bound towards `end`, -1 or 1: where the score is -end * z."""
    here = (b - c) / n
    if here == end:
        return float(end)
    from scipy.optimize import brentq

    return float(
        brentq(lambda delta: _score(b, c, n, delta) + end * z, *sorted((here, float(end))))
    )


def tango(pairs: Pairs, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of p1 - p2 = (b - c)/n (Tango 1998, Stat Med 17:891).

    [-1, 1] without tickets.
    """
    z = z_quantile(confidence)
    if not pairs.n:
        return -1.0, 1.0
    return _tango(pairs.b, pairs.c, pairs.n, z, -1), _tango(pairs.b, pairs.c, pairs.n, z, 1)


def tango_upper(pairs: Pairs, confidence: float = 0.95) -> float:
    """One-sided upper bound of p1 - p2: not inferior where it is no higher than the margin."""
    z = z_quantile(2 * confidence - 1)
    return _tango(pairs.b, pairs.c, pairs.n, z, 1) if pairs.n else 1.0


def tango_lower(pairs: Pairs, confidence: float = 0.95) -> float:
    """One-sided lower bound of p1 - p2."""
    z = z_quantile(2 * confidence - 1)
    return _tango(pairs.b, pairs.c, pairs.n, z, -1) if pairs.n else -1.0


def newcombe(pairs: Pairs, confidence: float = 0.95, *, is_corrected: bool = True) -> Interval:
    """Square-and-add interval of p1 - p2 from two Wilson intervals (Newcombe 1998, 17:2635).

    Method 10 takes n/2 off a positive ad - bc; without that (`is_corrected` False) it is method 8.
    """
    a, b, c, d = pairs
    n = pairs.n
    if not n:
        return -1.0, 1.0
    covariance = float(a * d - b * c)
    if is_corrected and covariance > 0:
        covariance = max(covariance - n / 2, 0.0)
    root = sqrt((a + b) * (c + d) * (a + c) * (b + d))
    phi = covariance / root if root else 0.0
    p1, p2 = (a + b) / n, (a + c) / n
    low1, high1 = wilson(a + b, n, confidence)
    low2, high2 = wilson(a + c, n, confidence)

    def add(x: float, y: float) -> float:
        return sqrt(max(0.0, x * x - 2 * phi * x * y + y * y))

    return p1 - p2 - add(p1 - low1, high2 - p2), p1 - p2 + add(p2 - low2, high1 - p1)


def bonett_price(pairs: Pairs, confidence: float = 0.95) -> Interval:
    """Adjusted Wald interval of p1 - p2 (Bonett & Price 2012), cut at -1 and 1."""
    n = pairs.n + 2
    p, q = (pairs.b + 1) / n, (pairs.c + 1) / n
    half = z_quantile(confidence) * sqrt((p + q - (p - q) ** 2) / n)
    return max(-1.0, p - q - half), min(1.0, p - q + half)


def sign_flip(differences: Sequence[int]) -> float:
    """Two-sided exact p of integer differences per ticket under random signs (Fisher 1935).

    The share of all sign patterns whose sum is as far from 0 as the one seen; for differences of
    -1, 0, 1 it is mcnemar_exact. Needs time and memory of len * sum |d|.
    """
    sums = Counter({0: 1})
    for size in (abs(d) for d in differences if d):
        moved: Counter[int] = Counter()
        for total, n in sums.items():
            moved[total + size] += n
            moved[total - size] += n
        sums = moved
    seen = abs(sum(differences))
    extreme = sum(n for total, n in sums.items() if abs(total) >= seen)
    return extreme / sums.total()


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given (Holm 1979, Scand J Stat 6:65)."""
    m, highest = len(p_values), 0.0
    adjusted = [0.0] * m
    for rank, i in enumerate(sorted(range(m), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (m - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted
