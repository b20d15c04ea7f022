"""Two orders of the same candidates, for example published scores against a study's numbers."""

from collections.abc import Sequence
from itertools import combinations
from math import factorial, inf
from typing import Any

from workbench.stats.clusters import N_RESAMPLES, Counts, Resampled, bootstrap, ratio

MOST_EXACT = 8
"""Beyond so many candidates the exact p is not enumerated."""


def kendall_tau_b(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Kendall's tau-b (1945, Biometrika 33:239); None where either order is all ties."""
    if len(set(x)) < 2 or len(set(y)) < 2:
        return None
    from scipy.stats import kendalltau

    return float(kendalltau(x, y).statistic)


def kendall_exact_p(x: Sequence[float], y: Sequence[float]) -> float:
    """Two-sided p: the share of all n! orders with |tau| at least as large.

    Raises ValueError for fewer than 2 or more than MOST_EXACT candidates.
    """
    if not 2 <= len(x) == len(y) <= MOST_EXACT:
        raise ValueError(f"needs 2 to {MOST_EXACT} candidates in both orders")
    from scipy.stats import permutation_test

    def distance(order: Any, axis: int) -> Any:  # numpy arrays; numpy itself is not imported
        """|concordant - discordant|; the rest of tau is the same for every order."""
        del axis
        total = 0
        for i, j in combinations(range(len(y)), 2):
            sign = (y[j] > y[i]) - (y[j] < y[i])
            step = order[..., j] - order[..., i]
            total = total + sign * ((step > 0) * 1 - (step < 0) * 1)
        return abs(total)

    found = permutation_test(
        (x,),  # y stays: permuting both would count each pairing n! times
        distance,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=inf,
        alternative="greater",
    )
    return float(found.pvalue)


def rank_interval(
    tickets: Sequence[Counts],
    candidate: int,
    seed: int,
    *,
    is_low_best: bool = False,
    n_resamples: int = N_RESAMPLES,
) -> Resampled:
    """Between which ranks a candidate falls when tickets are drawn again (1 is the best).

    A ticket holds (hits, n) for each candidate, in one order; ties share their mean rank. A
    resample in which somebody has no rate is dropped.
    """

    def rank(drawn: Sequence[Counts]) -> float | None:
        found = [ratio(column) for column in zip(*drawn, strict=True)]
        rates = [one.value for one in found if one is not None]
        if len(rates) < len(found):
            return None
        mine = rates[candidate]
        ahead = sum(rate < mine if is_low_best else rate > mine for rate in rates)
        return ahead + (sum(rate == mine for rate in rates) + 1) / 2

    return bootstrap(tickets, rank, seed, n_resamples=n_resamples)


def min_attainable_p(n: int) -> float:
    """The smallest p that n candidates without ties can reach, 2/n!: .333 for 3, .083 for 4."""
    return min(1.0, 2 / factorial(n))
