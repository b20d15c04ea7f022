"""Several trials of the same ticket: how often all of them succeed, and how alike they are.

Tickets come as (hits, n) over their trials; those with fewer trials than asked for drop out.
"""

from collections.abc import Sequence
from math import comb
from statistics import mean, median, stdev

Trials = Sequence[tuple[int, int]]


def all_pass(hits: int, n: int, k: int) -> float:
    """P(k of n trials drawn without replacement all hit) = C(hits, k) / C(n, k).

    Raises ValueError unless 0 <= hits <= n and 1 <= k <= n.
    """
    if not (0 <= hits <= n and 1 <= k <= n):
        raise ValueError(f"needs 0 <= hits <= n and 1 <= k <= n: {hits} of {n}, k = {k}")
    return comb(hits, k) / comb(n, k)


def pass_hat_k(tickets: Trials, k: int) -> float | None:
    """pass^k: the mean of all_pass over tickets (Yao et al. 2024, 2406.12045); None for none."""
    shares = [all_pass(hits, n, k) for hits, n in tickets if n >= k]
    return mean(shares) if shares else None


def any_hit_hat_k(tickets: Trials, k: int) -> float | None:
    """The chance that any of k trials hits: 1 - mean C(n - hits, k) / C(n, k)."""
    clean = pass_hat_k([(n - hits, n) for hits, n in tickets], k)
    return None if clean is None else 1 - clean


def consistency(hits: int, n: int) -> float:
    """Unbiased estimate of (2p - 1)^2: 1 - 4 c (K - c) / (K (K - 1)); may be negative.

    Raises ValueError below two trials.
    """
    if n < 2 or not 0 <= hits <= n:
        raise ValueError(f"needs two trials and 0 <= hits <= n: {hits} of {n}")
    return 1 - 4 * hits * (n - hits) / (n * (n - 1))


def mean_consistency(tickets: Trials) -> float | None:
    """The mean of consistency over tickets with two trials or more; None for none."""
    found = [consistency(hits, n) for hits, n in tickets if n > 1]
    return mean(found) if found else None


def steadiness(groups: Sequence[Sequence[float]]) -> float | None:
    """Median over tickets of sd/mean (n - 1) of a cost or time over trials; None for none."""
    found = [stdev(group) / mean(group) for group in groups if len(group) > 1 and mean(group)]
    return median(found) if found else None
