"""What must hold for any input: monotone, symmetric, inside each other, blind to order."""

import random
from collections.abc import Sequence
from math import isclose

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.stats import (
    agreement,
    calibration,
    clusters,
    paired,
    planner,
    preference,
    proportion,
    reliability,
    sequential,
)
from workbench.stats.paired import Pairs
from workbench.stats.preference import Votes

BOUNDED = settings(deadline=None, max_examples=60)  # the first call loads scipy

CONFIDENCE = st.floats(0.5, 0.999)
SMALL = st.integers(0, 12)
PAIRS = st.builds(Pairs, SMALL, SMALL, SMALL, SMALL).filter(lambda pairs: pairs.n > 0)
INTERVALS = (proportion.wilson, proportion.clopper_pearson, proportion.jeffreys)


@st.composite
def hits_of_n(draw: st.DrawFn, most: int = 200) -> tuple[int, int]:
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize("interval", INTERVALS)
@BOUNDED
@given(count=hits_of_n(), confidence=CONFIDENCE)
def test_interval_holds_its_proportion_and_mirrors(
    interval: proportion.Method, count: tuple[int, int], confidence: float
) -> None:
    """0 <= low <= k/n <= high <= 1, and misses mirror hits."""
    hits, n = count
    low, high = interval(hits, n, confidence)
    assert 0 <= low <= hits / n <= high <= 1
    assert interval(n - hits, n, confidence) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@BOUNDED
@given(count=hits_of_n(), confidence=CONFIDENCE)
def test_exact_bound_falls_in_n_and_rises_in_hits(
    count: tuple[int, int], confidence: float
) -> None:
    """More clean outcomes prove more, one more hit proves less; so does more confidence."""
    hits, n = count
    bound = proportion.cp_upper(hits, n, confidence)
    assert proportion.cp_upper(hits, n + 1, confidence) <= bound
    assert proportion.cp_upper(min(n, hits + 1), n, confidence) >= bound
    assert proportion.cp_upper(hits, n, (1 + confidence) / 2) >= bound
    assert proportion.cp_lower(hits, n, confidence) <= bound


@BOUNDED
@given(count=hits_of_n())
def test_sequence_holds_the_exact_interval(count: tuple[int, int]) -> None:
    """What may be looked at any time is never narrower than what may be looked at once."""
    low, high = sequential.confidence_sequence(*count)
    exact = proportion.clopper_pearson(*count)
    assert low <= exact[0] + 1e-12
    assert high >= exact[1] - 1e-12
    assert 0 <= low <= count[0] / count[1] <= high <= 1


@BOUNDED
@given(count=hits_of_n(80), threshold=st.floats(0.02, 0.98))
def test_evidence_falls_in_hits_and_never_takes_both_sides(
    count: tuple[int, int], threshold: float
) -> None:
    """E is 1 at n = 0; a further hit weakens it; both sides never suffice together."""
    hits, n = count
    below = sequential.log_evidence_below(hits, n, threshold)
    above = sequential.log_evidence_below(n - hits, n, 1 - threshold)
    assert sequential.evidence_below(0, 0, threshold) == pytest.approx(1)
    assert sequential.log_evidence_below(min(n, hits + 1), n, threshold) <= below + 1e-9
    assert min(below, above) < 3  # ln 20


@BOUNDED
@given(outcomes=st.lists(st.booleans(), max_size=60), threshold=st.floats(0.05, 0.6))
def test_a_sequential_verdict_depends_on_its_prefix_only(
    outcomes: list[bool], threshold: float
) -> None:
    """What comes after the crossing changes nothing; before it there is none."""
    for ask in (sequential.first_below, sequential.first_above):
        found = ask(outcomes, threshold, 0.2)
        if found is None:
            continue
        assert ask([*outcomes, True, False], threshold, 0.2) == found
        assert ask(outcomes[:found], threshold, 0.2) == found
        assert ask(outcomes[: found - 1], threshold, 0.2) is None


@BOUNDED
@given(PAIRS, CONFIDENCE)
def test_swapped_candidates_mirror_the_difference(pairs: Pairs, confidence: float) -> None:
    """Tango, Newcombe and Bonett-Price alike; the difference itself lies inside."""
    swapped = Pairs(pairs.a, pairs.c, pairs.b, pairs.d)
    for method in (paired.tango, paired.newcombe, paired.bonett_price):
        low, high = method(pairs, confidence)
        assert method(swapped, confidence) == pytest.approx((-high, -low), abs=1e-9)
        assert -1 - 1e-9 <= low <= high <= 1 + 1e-9
    low, high = paired.tango(pairs, confidence)
    assert low <= (pairs.b - pairs.c) / pairs.n <= high


@BOUNDED
@given(PAIRS)
def test_tango_excludes_zero_as_mcnemars_score_does(pairs: Pairs) -> None:
    """0 lies outside the interval exactly where (b - c)^2 / (b + c) > z^2."""
    z = proportion.z_quantile(0.95)
    low, high = paired.tango(pairs)
    discordant = pairs.b + pairs.c
    statistic = (pairs.b - pairs.c) ** 2 / discordant if discordant else 0.0
    assume(not isclose(statistic, z * z, rel_tol=1e-6))
    assert (not low <= 0 <= high) == (statistic > z * z)


@BOUNDED
@given(st.integers(0, 20), st.integers(0, 20))
def test_sign_flip_of_single_trials_is_mcnemar(b: int, c: int) -> None:
    """Differences of -1, 0, 1 give the same p, whatever their order; mid-p is no larger."""
    differences = [1] * b + [-1] * c + [0, 0]
    random.Random(b).shuffle(differences)
    exact = paired.mcnemar_exact(b, c)
    assert paired.sign_flip(differences) == pytest.approx(exact)
    assert paired.mcnemar_exact(c, b) == exact
    assert 0 < paired.mcnemar_midp(b, c) <= exact + 1e-12


@BOUNDED
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_only_raises_and_keeps_order(p_values: list[float]) -> None:
    """Adjusted >= raw, <= 1, in the same order; a single one stays."""
    adjusted = paired.holm(p_values)
    assert all(raw <= new <= 1 for raw, new in zip(p_values, adjusted, strict=True))
    by_raw = [new for _, new in sorted(zip(p_values, adjusted, strict=True))]
    assert by_raw == sorted(by_raw)
    assert paired.holm(p_values[:1]) == p_values[:1]


RATINGS = st.lists(
    st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=8, max_size=8),
    min_size=2,
    max_size=4,
)


@BOUNDED
@given(RATINGS, st.permutations(["a", "b", "c"]), st.randoms())
def test_agreement_knows_neither_names_nor_order(
    ratings: list[list[str | None]], names: list[str], order: random.Random
) -> None:
    """Other names for the categories, raters in another order: the same numbers."""
    renamed: dict[str | None, str | None] = {None: None}
    renamed.update(zip("abc", names, strict=True))
    other = [[renamed[x] for x in rater] for rater in ratings]
    order.shuffle(other)

    def numbers(held: Sequence[Sequence[str | None]]) -> list[float | None]:
        counts = agreement.count_ratings(held, "abc")
        return [
            agreement.gwet_ac1(counts),
            agreement.fleiss_kappa(counts),
            agreement.krippendorff_alpha(held),
        ]

    assert numbers(other) == pytest.approx(numbers(ratings))


@BOUNDED
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=20))
def test_ranking_numbers_see_the_order_alone(pairs: list[tuple[bool, int]]) -> None:
    """AUROC and the risk curve are unchanged by a monotone transform; the excess is never < 0."""
    good, scores = [y for y, _ in pairs], [float(s) for _, s in pairs]
    steep = [s**3 - 5 for s in scores]
    assert calibration.auroc(good, scores) == calibration.auroc(good, steep)
    found = calibration.aurc([not y for y in good], scores)
    assert found == calibration.aurc([not y for y in good], steep)
    assert (found is None) == (len(set(good)) == 1)
    assert found is None or found.excess >= -1e-12


VOTES = st.lists(
    st.tuples(st.sampled_from(["AB", "BA", "AC", "CA", "BC", "CB"]), SMALL, SMALL, SMALL),
    min_size=4,
    max_size=8,
)


@BOUNDED
@given(VOTES)
def test_swapped_sides_turn_the_bias_round(rows: list[tuple[str, int, int, int]]) -> None:
    """The side effect changes its sign, abilities and ties stay."""
    votes = [Votes(pair[0], pair[1], *counts) for pair, *counts in rows]
    swapped = [Votes(v.right, v.left, v.right_wins, v.left_wins, v.ties) for v in votes]
    try:
        fit = preference.fit_davidson(votes, "A")
    except ValueError:
        return
    other = preference.fit_davidson(swapped, "A")
    assert fit.side is not None
    assert other.side == pytest.approx(-fit.side, abs=1e-6)
    assert other.abilities == pytest.approx(fit.abilities, abs=1e-6)
    assert other.is_regularised == fit.is_regularised


TRIALS = st.lists(hits_of_n(4), min_size=1, max_size=10)


@BOUNDED
@given(TRIALS)
def test_pass_hat_k_starts_at_the_mean_rate_and_falls(tickets: list[tuple[int, int]]) -> None:
    """pass^1 is the mean rate; with equal trials more of them are no easier to pass."""
    assert reliability.pass_hat_k(tickets, 1) == pytest.approx(clusters.mean_rate(tickets))
    alike = [(min(hits, 3), 3) for hits, _ in tickets]
    shares = [reliability.pass_hat_k(alike, k) or 0.0 for k in (1, 2, 3)]
    assert shares == sorted(shares, reverse=True)


@BOUNDED
@given(st.lists(hits_of_n(1), min_size=1, max_size=30), CONFIDENCE)
def test_one_trial_a_ticket_needs_no_correction(
    tickets: list[tuple[int, int]], confidence: float
) -> None:
    """Mean over tickets, ratio and both intervals reduce to k/n."""
    hits, n = sum(h for h, _ in tickets), len(tickets)
    found = clusters.ratio(tickets)
    assert found is not None
    assert found.value == pytest.approx(hits / n)
    assert clusters.mean_rate(tickets) == pytest.approx(hits / n)
    assert clusters.wilson_clustered(tickets, hits / n, confidence) == pytest.approx(
        proportion.wilson(hits, n, confidence)
    )
    assert clusters.cp_clustered(tickets, hits / n, confidence)[1] == pytest.approx(
        proportion.cp_upper(hits, n, confidence)
    )


@BOUNDED
@given(TRIALS, CONFIDENCE)
def test_more_trials_never_make_more_tickets(
    tickets: list[tuple[int, int]], confidence: float
) -> None:
    """The clustered interval holds the rate and is no narrower than pooled attempts would give."""
    hits, n = sum(h for h, _ in tickets), sum(size for _, size in tickets)
    low, high = clusters.wilson_clustered(tickets, hits / n, confidence)
    pooled = proportion.wilson(hits, n, confidence)
    assert low <= hits / n <= high
    assert high - low >= pooled[1] - pooled[0] - 1e-9


@BOUNDED
@given(
    limit=st.floats(0.05, 0.6),
    hits=st.integers(0, 6),
    confidence=st.sampled_from([0.8, 0.9, 0.95]),
)
def test_the_smallest_n_is_the_smallest(limit: float, hits: int, confidence: float) -> None:
    """It holds there and not one earlier; needs_more counts from where one stands."""
    n = planner.min_n_upper(limit, hits, confidence)
    assert proportion.cp_upper(hits, n, confidence) <= limit
    assert n == hits + 1 or proportion.cp_upper(hits, n - 1, confidence) > limit
    assert planner.needs_more_upper(limit, hits, n, confidence) == 0
    assert planner.needs_more_upper(limit, hits, hits, confidence) == n - hits
    most = planner.max_hits(limit, n, confidence)
    assert most is not None
    assert most >= hits
    fewest = planner.min_hits(1 - limit, n, confidence)
    assert fewest == n - most
