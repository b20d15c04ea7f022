"""Looking at every label without fooling oneself: sequences and e-processes valid at any time.

They hold for one outcome per ticket in random order, whenever somebody looks.
"""

from collections.abc import Callable, Iterable, Sequence
from math import exp, inf, log, sqrt
from statistics import NormalDist

from workbench.stats.proportion import Interval

_LOG_MAX = 700.0  # exp beyond it overflows
_TINY = 5e-324
_NEARLY_ONE = 1 - 2**-53


def _check(hits: int, n: int) -> None:
    if not 0 <= hits <= n:
        raise ValueError(f"hits must lie between 0 and n, got {hits} of {n}")


def _solve(excess: Callable[[float], float], hits: int, n: int, first: float = _TINY) -> Interval:
    """Where `excess` turns positive on each side of hits/n; 0 or 1 where it never does."""
    from scipy.optimize import brentq

    def side(end: float, default: float) -> float:
        ends = sorted((end, hits / n))
        if excess(end) <= 0:
            return default
        return float(brentq(excess, *ends, xtol=1e-16, rtol=1e-15))

    low = 0.0 if hits == 0 else side(first, 0.0)
    return low, 1.0 if hits == n else side(_NEARLY_ONE, 1.0)


def confidence_sequence(hits: int, n: int, alpha: float = 0.05) -> Interval:
    """Interval that holds at every n at once: {p: B(k+1, n-k+1) / (p^k (1-p)^(n-k)) < 1/alpha}.

    The Beta(1, 1) mixture (Robbins 1970); [0, 1] for n = 0. ValueError unless 0 <= hits <= n.
    """
    _check(hits, n)
    if n == 0:
        return 0.0, 1.0
    from scipy.special import betaln, xlog1py, xlogy

    if hits in {0, n}:  # closed form
        reach = -float(exp(log(alpha / (n + 1)) / n)) + 1
        return (0.0, reach) if hits == 0 else (1 - reach, 1.0)
    constant = float(betaln(hits + 1, n - hits + 1)) + log(alpha)
    return _solve(
        lambda p: constant - float(xlogy(hits, p)) - float(xlog1py(n - hits, -p)), hits, n
    )


def log_evidence_below(hits: int, n: int, threshold: float) -> float:
    """The log of E against p >= threshold; -inf where there is none, 0 at n = 0.

    E = B(k+1, n-k+1) I_p0(k+1, n-k+1) / (p0 * p0^k (1-p0)^(n-k)): uniform mixture over p < p0.
    """
    _check(hits, n)
    from scipy.special import betainc, betaln, xlog1py, xlogy

    a, b = hits + 1, n - hits + 1
    share = float(betainc(a, b, threshold))
    if share == 0:
        return -inf
    likelihood = float(xlogy(hits, threshold)) + float(xlog1py(n - hits, -threshold))
    return float(betaln(a, b)) + log(share) - log(threshold) - likelihood


def evidence_below(hits: int, n: int, threshold: float) -> float:
    """E against p >= threshold: a gate `p <= max` passes once it reaches 1/alpha."""
    return _exp(log_evidence_below(hits, n, threshold))


def evidence_above(hits: int, n: int, threshold: float) -> float:
    """E against p <= threshold; the mirror of evidence_below."""
    return _exp(log_evidence_below(n - hits, n, 1 - threshold))


def _exp(x: float) -> float:
    return exp(x) if x < _LOG_MAX else inf


def first_below(outcomes: Iterable[bool], threshold: float, alpha: float = 0.05) -> int | None:
    """After how many outcomes E against p >= threshold first reaches 1/alpha; None: never.

    They come in the order of labelling. What comes later changes nothing; a changed label before
    it means asking again.
    """
    enough, hits = -log(alpha), 0
    for n, outcome in enumerate(outcomes, 1):
        hits += outcome
        if log_evidence_below(hits, n, threshold) >= enough:
            return n
    return None


def first_above(outcomes: Iterable[bool], threshold: float, alpha: float = 0.05) -> int | None:
    """The same against p <= threshold."""
    return first_below((not outcome for outcome in outcomes), 1 - threshold, alpha)


def tuned_sequence(hits: int, n: int, t_opt: float, alpha: float = 0.05) -> Interval:
    """confidence_sequence with a Beta mixture that is tightest near n = t_opt.

    Howard et al. 2021 (Ann Stat 49:1055), as in the package confseq, tuned at level 0.05.
    """
    _check(hits, n)
    if n == 0:
        return 0.0, 1.0
    from scipy.special import betaln, xlog1py, xlogy

    scale = 2 * log(1 / 0.05)
    rho_share = t_opt / (scale + log(1 + scale))

    def excess(p: float) -> float:
        variance = p * (1 - p)
        r = max(variance * rho_share - variance, 1e-3 * variance)
        a, b = r / (1 - p), r / p
        mixture = float(betaln(a + hits, b + n - hits)) - float(betaln(a, b))
        return mixture - float(xlogy(hits, p)) - float(xlog1py(n - hits, -p)) + log(alpha)

    return _solve(excess, hits, n, first=1e-12)


def spend_obrien_fleming(share: float, alpha: float) -> float:
    """Two-sided error spent by a share of the data (Lan & DeMets 1983, O'Brien-Fleming type)."""
    return 4 * (1 - NormalDist().cdf(NormalDist().inv_cdf(1 - alpha / 4) / sqrt(share)))


def spend_pocock(share: float, alpha: float) -> float:
    """The same, Pocock type: alpha * ln(1 + (e - 1) share)."""
    return alpha * log(1 + (exp(1) - 1) * share)


def lan_demets(
    looks: int, spend: Callable[[float, float], float], alpha: float = 0.05
) -> list[float]:
    """|z| that each of `looks` equally spaced looks must exceed, two-sided.

    Each bound solves P(first crossing at this look) = error newly spent, by integrating the
    density of the running sum (Armitage, McPherson & Rowe 1969) on a grid of 201 points.
    """
    bounds: list[float] = []
    grid, weights = [0.0], [1.0]  # the running sum before the first look: a point at 0
    spent = 0.0
    for look in range(1, looks + 1):
        wanted = spend(look / looks, alpha) - spent
        spent += wanted
        bounds.append(_find_bound(grid, weights, look, wanted))
        grid, weights = _advance(grid, weights, bounds[-1] * sqrt(look))
    return bounds


_NORMAL = NormalDist()


def _find_bound(grid: Sequence[float], weights: Sequence[float], look: int, wanted: float) -> float:
    """The z that the running sum exceeds at this look with probability `wanted`."""
    from scipy.optimize import brentq

    def excess(z: float) -> float:
        limit = z * sqrt(look)
        tails = (_NORMAL.cdf(x - limit) + _NORMAL.cdf(-x - limit) for x in grid)
        return sum(w * tail for w, tail in zip(weights, tails, strict=True)) - wanted

    return float(brentq(excess, 0.1, 9.0))


def _advance(
    grid: Sequence[float], weights: Sequence[float], limit: float, points: int = 201
) -> tuple[list[float], list[float]]:
    """The running sum one step on, kept within the limit; Simpson's weights."""
    step = 2 * limit / (points - 1)
    fresh = [-limit + i * step for i in range(points)]
    simpson = [step / 3 * (1 if i in {0, points - 1} else 4 if i % 2 else 2) for i in range(points)]
    density = [
        s * sum(w * _NORMAL.pdf(y - x) for x, w in zip(grid, weights, strict=True))
        for y, s in zip(fresh, simpson, strict=True)
    ]
    return fresh, density
