"""Several trials of one ticket are not several tickets: rates, errors and intervals by ticket.

A ticket comes as (hits, n): how many of its n outcomes are hits. Tickets with n = 0 say nothing
and drop out.
"""

from collections.abc import Callable, Sequence
from math import floor, sqrt
from random import Random
from statistics import mean, stdev
from typing import NamedTuple, TypeVar

from workbench.stats.proportion import Interval, Method, cp_lower, cp_upper, wilson

T = TypeVar("T")
Counts = Sequence[tuple[float, float]]

N_RESAMPLES = 2000
MAX_DROPPED = 0.20
"""Above this share of resamples without a value there is no bootstrap interval."""


class Ratio(NamedTuple):
    """A ratio of two sums over tickets; `error` is None for a single ticket."""

    value: float
    error: float | None


class Resampled(NamedTuple):
    """A bootstrap interval, None where too many resamples had no value; with their share."""

    interval: Interval | None
    dropped: float


def mean_rate(counts: Counts) -> float | None:
    """The mean over tickets of each ticket's own rate; None without any."""
    rates = [hits / n for hits, n in counts if n]
    return mean(rates) if rates else None


def ratio(counts: Counts) -> Ratio | None:
    """Sum of hits / sum of n with its standard error over tickets; None for 0/0.

    SE^2 = C/(C-1) * sum (e_i - R g_i)^2 / (sum g_i)^2 (Cochran 1977, section 6.4, with C tickets).
    """
    held = [(e, g) for e, g in counts if g]
    total = sum(g for _, g in held)
    if not total:
        return None
    value = sum(e for e, _ in held) / total
    if len(held) == 1:
        return Ratio(value, None)
    squares = sum((e - value * g) ** 2 for e, g in held)
    return Ratio(value, sqrt(len(held) / (len(held) - 1) * squares) / total)


def icc_deff(counts: Counts) -> tuple[float, float]:
    """Intraclass correlation (ANOVA, clipped to [0, 1]) and design effect 1 + (N/C - 1) ICC.

    ICC is 1 where all outcomes are equal or all belong to one ticket, which errs to the safe side;
    the design effect is 1 where every ticket has one outcome. Raises ValueError without outcomes.
    """
    held = [(hits / n, n) for hits, n in counts if n]
    total, n_tickets = sum(n for _, n in held), len(held)
    if not held:
        raise ValueError("no outcomes")
    p = sum(rate * n for rate, n in held) / total
    if total == n_tickets:
        return 1.0, 1.0
    if n_tickets == 1 or p in {0, 1}:
        return 1.0, total / n_tickets
    size = (total - sum(n * n for _, n in held) / total) / (n_tickets - 1)
    between = sum(n * (rate - p) ** 2 for rate, n in held) / (n_tickets - 1)
    within = sum(n * rate * (1 - rate) for rate, n in held) / (total - n_tickets)
    icc = (between - within) / (between + (size - 1) * within)
    icc = min(1.0, max(0.0, icc))
    return icc, 1 + (total / n_tickets - 1) * icc


def interval_clustered(
    counts: Counts, rate: float, confidence: float = 0.95, method: Method = wilson
) -> Interval:
    """An interval for display, with n = N / deff and hits = rate * n; `rate` in [0, 1]."""
    total = sum(n for _, n in counts)
    n = total / icc_deff(counts)[1]
    return method(min(n, rate * n), n, confidence)


def wilson_clustered(counts: Counts, rate: float, confidence: float = 0.95) -> Interval:
    """The same by Wilson's method."""
    return interval_clustered(counts, rate, confidence)


def cp_clustered(counts: Counts, rate: float, confidence: float = 0.95) -> Interval:
    """One-sided lower and upper bound for a gate, with n = tickets that say something.

    Extra trials of a ticket count for nothing here: what holds its confidence at rare events.
    """
    n = float(sum(1 for _, size in counts if size))
    hits = min(n, rate * n)
    return cp_lower(hits, n, confidence), cp_upper(hits, n, confidence)


def se_mean(values: Sequence[float]) -> float:
    """Standard error of a mean of independent values; StatisticsError below two."""
    return stdev(values) / sqrt(len(values))


def clustered_se(groups: Sequence[Sequence[float]]) -> float:
    """Standard error of the mean of graded scores, a group per ticket (Miller 2024, 2411.00640).

    sqrt(C/(C-1) * sum_c (sum_i (x_ic - mean))^2) / N, with the factor for few tickets. Raises
    ValueError below two tickets.
    """
    held = [group for group in groups if group]
    if len(held) < 2:
        raise ValueError(f"needs two tickets, got {len(held)}")
    everything = [x for group in held for x in group]
    centre = mean(everything)
    squares = sum(sum(x - centre for x in group) ** 2 for group in held)
    return sqrt(len(held) / (len(held) - 1) * squares) / len(everything)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value at `share` of a sorted sequence, between neighbours by proportion."""
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def bootstrap(
    clusters: Sequence[T],
    statistic: Callable[[Sequence[T]], float | None],
    seed: int,
    confidence: float = 0.95,
    n_resamples: int = N_RESAMPLES,
) -> Resampled:
    """Percentile interval of a statistic over whole clusters drawn with replacement.

    A resample for which `statistic` is None is dropped and counted. Never for the interval of one
    proportion: at 0 hits it has no width. Raises ValueError without clusters.
    """
    if not clusters:
        raise ValueError("nothing to draw from")
    draw = Random(seed)  # noqa: S311 - resampling, repeatable by its seed; no secret
    values = []
    for _ in range(n_resamples):
        value = statistic(draw.choices(clusters, k=len(clusters)))
        if value is not None:
            values.append(value)
    dropped = 1 - len(values) / n_resamples
    if dropped > MAX_DROPPED or not values:
        return Resampled(None, dropped)
    values.sort()
    tail = (1 - confidence) / 2
    return Resampled((quantile(values, tail), quantile(values, 1 - tail)), dropped)
