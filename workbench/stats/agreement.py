"""How far reviewers agree beyond chance.

Ratings come as one list per rater over the same items, None where a rater gave none; counts as one
row per item with the number of raters in each category. Where nothing varies an answer is None:
undefined, never perfect.
"""

from collections.abc import Callable, Hashable, Sequence

from workbench.stats.clusters import N_RESAMPLES, Resampled, bootstrap

Ratings = Sequence[Sequence[Hashable | None]]
Counts = Sequence[Sequence[int]]
Row = tuple[Hashable | None, ...]

MIN_ITEMS = 10
"""Below so many items with two ratings there is no interval."""


def count_ratings(ratings: Ratings, categories: Sequence[Hashable]) -> list[list[int]]:
    """Counts from ratings; ValueError for a rating that is no category."""
    places = {category: i for i, category in enumerate(categories)}
    counts = []
    for item in zip(*ratings, strict=True):
        row = [0] * len(places)
        for rating in item:
            if rating is None:
                continue
            if rating not in places:
                raise ValueError(f"{rating!r} is none of the categories")
            row[places[rating]] += 1
        counts.append(row)
    return counts


def confusion(
    first: Sequence[Hashable | None],
    second: Sequence[Hashable | None],
    categories: Sequence[Hashable],
) -> list[list[int]]:
    """Table of the first rater's category (row) by the second's (column), items of both."""
    places = {category: i for i, category in enumerate(categories)}
    table = [[0] * len(places) for _ in places]
    for one, other in zip(first, second, strict=True):
        if one is not None and other is not None:
            table[places[one]][places[other]] += 1
    return table


def one_vs_rest(ratings: Ratings, category: Hashable) -> list[list[bool | None]]:
    """The same ratings as "this category or not"."""
    return [[None if x is None else x == category for x in rater] for rater in ratings]


def raw_agreement(counts: Counts) -> float | None:
    """Mean over items with two ratings or more of the share of pairs that agree; None for none."""
    shares = []
    for row in counts:
        n = sum(row)
        if n > 1:
            shares.append(sum(k * (k - 1) for k in row) / (n * (n - 1)))
    return sum(shares) / len(shares) if shares else None


def _prevalence(counts: Counts) -> list[float]:
    """How often each category is used, mean over the items rated at all."""
    rated = [(row, sum(row)) for row in counts if sum(row)]
    width = len(counts[0]) if counts else 0
    return [sum(row[k] / n for row, n in rated) / len(rated) for k in range(width)] if rated else []


def _beyond_chance(counts: Counts, chance: Callable[[list[float]], float]) -> float | None:
    agreed, shares = raw_agreement(counts), _prevalence(counts)
    if agreed is None or sum(share > 0 for share in shares) < 2:
        return None
    expected = chance(shares)
    return (agreed - expected) / (1 - expected)


def gwet_ac1(counts: Counts) -> float | None:
    """Gwet's AC1 (2008, Br J Math Stat Psychol 61:29); None where one category is used.

    Every category of the label set needs a column, also one that nobody used.
    """
    return _beyond_chance(counts, lambda p: sum(x * (1 - x) for x in p) / (len(p) - 1))


def fleiss_kappa(counts: Counts) -> float | None:
    """Fleiss' kappa (1971, Psychol Bull 76:378): for panels where all rate everything."""
    return _beyond_chance(counts, lambda p: sum(x * x for x in p))


def cohen_kappa(table: Counts) -> float | None:
    """Cohen's kappa (1960) of exactly two raters; None where nothing varies or nothing is there."""
    n = sum(map(sum, table))
    if not n:
        return None
    columns = [sum(column) for column in zip(*table, strict=True)]
    expected = sum(sum(row) * c for row, c in zip(table, columns, strict=True)) / (n * n)
    agreed = sum(row[i] for i, row in enumerate(table)) / n
    return None if expected == 1 else (agreed - expected) / (1 - expected)


def krippendorff_alpha(ratings: Ratings) -> float | None:
    """Krippendorff's alpha, nominal (2011); None where the items rated twice hold one category."""
    items = [item for item in zip(*ratings, strict=True) if sum(x is not None for x in item) > 1]
    used = list(dict.fromkeys(x for item in items for x in item if x is not None))
    if len(used) < 2:
        return None
    import krippendorff

    codes: dict[Hashable | None, float] = {x: float(i) for i, x in enumerate(used)}
    codes[None] = float("nan")
    data = [[codes[x] for x in rater] for rater in zip(*items, strict=True)]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def agreement_interval(
    ratings: Ratings,
    statistic: Callable[[Ratings], float | None],
    seed: int,
    confidence: float = 0.95,
    n_resamples: int = N_RESAMPLES,
) -> Resampled:
    """Bootstrap interval over items; none below MIN_ITEMS items with two ratings."""
    items: list[Row] = [
        item for item in zip(*ratings, strict=True) if sum(x is not None for x in item) > 1
    ]
    if len(items) < MIN_ITEMS:
        return Resampled(None, 0.0)
    return bootstrap(
        items,
        lambda drawn: statistic([list(rater) for rater in zip(*drawn, strict=True)]),
        seed,
        confidence,
        n_resamples,
    )
