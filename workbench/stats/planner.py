"""What a study of a given size can show, before anybody runs it.

Rates are proportions, `confidence` is one-sided as a gate uses it, `alpha` two-sided unless a name
says otherwise.
"""

from collections.abc import Callable
from functools import lru_cache
from math import log

from workbench.stats.paired import Pairs, tango_upper
from workbench.stats.proportion import cp_lower, cp_upper
from workbench.stats.sequential import log_evidence_below

_MOST = 1 << 24
_STEADY = 5  # power is a sawtooth in n: it must hold at so many further sizes


def _smallest(holds: Callable[[int], bool], start: int) -> int:
    """The smallest n >= start for which `holds`, which stays true once it is."""
    if holds(start):
        return start
    step = 1
    while not holds(start + step):
        step *= 2
        if step > _MOST:
            raise ValueError(f"not attainable with {_MOST} outcomes")
    low, high = start + step // 2, start + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _check_open(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {value}")


def min_n_upper(limit: float, hits: int, confidence: float = 0.95) -> int:
    """The fewest outcomes with which `hits` hits still prove p <= limit: cp_upper <= limit."""
    _check_open("limit", limit)
    return _smallest(lambda n: cp_upper(hits, n, confidence) <= limit, hits + 1)


def min_n_lower(limit: float, misses: int, confidence: float = 0.95) -> int:
    """The fewest outcomes with which `misses` misses still prove p >= limit."""
    _check_open("limit", limit)
    return _smallest(lambda n: cp_lower(n - misses, n, confidence) >= limit, misses + 1)


def min_n_evidence(limit: float, hits: int, alpha: float = 0.05) -> int:
    """The same as min_n_upper where every label is looked at: E against p >= limit is 1/alpha."""
    _check_open("limit", limit)
    return _smallest(lambda n: log_evidence_below(hits, n, limit) >= -log(alpha), max(1, hits))


def max_hits(limit: float, n: int, confidence: float = 0.95) -> int | None:
    """The most hits of n that still prove p <= limit; None where not even 0 does."""
    _check_open("limit", limit)
    if cp_upper(0, n, confidence) > limit:
        return None
    return _smallest(lambda k: cp_upper(min(k + 1, n), n, confidence) > limit, 0)


def min_hits(limit: float, n: int, confidence: float = 0.95) -> int | None:
    """The fewest hits of n that prove p >= limit; None where not even n does."""
    _check_open("limit", limit)
    if cp_lower(n, n, confidence) < limit:
        return None
    return _smallest(lambda k: cp_lower(min(k, n), n, confidence) >= limit, 0)


def needs_more_upper(limit: float, hits: int, n: int, confidence: float = 0.95) -> int:
    """How many more outcomes, without a further hit, until cp_upper <= limit."""
    return max(0, min_n_upper(limit, hits, confidence) - n)


def needs_more_lower(limit: float, hits: int, n: int, confidence: float = 0.95) -> int:
    """How many more outcomes, all of them hits, until cp_lower >= limit."""
    return max(0, min_n_lower(limit, n - hits, confidence) - n)


def pass_probability(n: int, hits: int, rate: float) -> float:
    """P(at most `hits` hits in n) at a true rate: the chance to pass such a rule."""
    from scipy.special import bdtr  # scipy.stats has it too, and takes twice as long to load

    return float(bdtr(hits, n, rate))


@lru_cache(maxsize=4096)
def _rejects(m: int, share: float, alpha: float, *, is_midp: bool, is_one_sided: bool) -> float:
    """P(p <= alpha) with m discordant tickets, each for the first candidate with `share`.

    One-sided: only an excess of the second candidate counts.
    """
    from scipy.stats import binom

    below = [float(x) for x in binom.cdf(range(m + 1), m, 0.5)]
    point = [float(x) for x in binom.pmf(range(m + 1), m, 0.5)]
    chance = [float(x) for x in binom.pmf(range(m + 1), m, share)]

    def p_value(b: int) -> float:
        if is_one_sided:
            return below[b]
        low = min(b, m - b)
        if not is_midp:
            return min(1.0, 2 * below[low])
        return 1 - point[low] / 2 if 2 * b == m else 2 * below[low] - point[low]

    slack = alpha * 1e-12  # p-values are sums; one equal to alpha rejects
    return sum(x for b, x in enumerate(chance) if p_value(b) <= alpha + slack)


def mcnemar_power(
    n: int,
    p10: float,
    p01: float,
    alpha: float = 0.05,
    *,
    is_midp: bool = False,
    is_one_sided: bool = False,
) -> float:
    """P(McNemar's test rejects) with n tickets, p10 and p01 the true discordant shares.

    Sum over m ~ Bin(n, p10 + p01) discordant tickets of b ~ Bin(m, p10/(p10 + p01)) with
    p(b, m - b) <= alpha (Duffy 1984). One-sided: the alternative is p01 > p10. Raises ValueError
    unless both are >= 0 and their sum lies in (0, 1].
    """
    if min(p10, p01) < 0 or not 0 < p10 + p01 <= 1:
        raise ValueError(f"discordant shares must be >= 0 and sum to at most 1: {p10}, {p01}")
    from scipy.stats import binom

    share = p10 / (p10 + p01)
    return sum(
        float(chance) * _rejects(m, share, alpha, is_midp=is_midp, is_one_sided=is_one_sided)
        for m, chance in enumerate(binom.pmf(range(n + 1), n, p10 + p01))
        if m
    )


def tickets_for_power(
    p10: float,
    p01: float,
    alpha: float = 0.05,
    power: float = 0.8,
    *,
    is_midp: bool = False,
    most: int = 1000,
) -> int | None:
    """The fewest tickets with that power there and at the 5 sizes after; None beyond `most`."""
    run = 0
    for n in range(1, most + _STEADY + 1):
        run = run + 1 if mcnemar_power(n, p10, p01, alpha, is_midp=is_midp) >= power else 0
        if run > _STEADY:
            return n - _STEADY
    return None


def needs_more_pairs(limit: float, pairs: Pairs, confidence: float = 0.95) -> int | None:
    """How many more tickets, alike for both, until tango_upper <= limit; None: no number does."""

    def holds(more: int) -> bool:
        return tango_upper(pairs._replace(d=pairs.d + more), confidence) <= limit

    if holds(0):
        return 0
    return _smallest(holds, 1) if limit > 0 else None
