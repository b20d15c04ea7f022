"""Numbers worked out by hand or printed in a paper, what is undefined, and what is refused."""

import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

from workbench.stats import (
    agreement,
    calibration,
    clusters,
    paired,
    planner,
    preference,
    proportion,
    ranks,
    reliability,
    sequential,
)
from workbench.stats.paired import Pairs
from workbench.stats.preference import Votes


def test_importing_the_statistics_loads_neither_scipy_nor_numpy() -> None:
    """Both cost a third of a second and are loaded by the first number that needs them."""
    code = (
        "import sys, pkgutil, importlib, workbench.stats as s\n"
        "[importlib.import_module(f'workbench.stats.{m.name}')"
        " for m in pkgutil.iter_modules(s.__path__)]\n"
        "s.proportion.wilson(1, 20); s.clusters.icc_deff([(1, 2)]); s.paired.holm([0.5])\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "workbench" in loaded
    assert loaded.isdisjoint({"scipy", "numpy", "krippendorff", "pandas"})


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (proportion.wilson(8, 10), (0.490, 0.943)),
        (proportion.wilson(10, 10), (0.722, 1)),
        ((proportion.cp_upper(0, 20), proportion.cp_upper(0, 11)), (0.139, 0.238)),
        ((proportion.cp_lower(10, 10), proportion.cp_lower(8, 8)), (0.741, 0.688)),
        ((proportion.cp_lower(6, 8), proportion.cp_upper(1, 18)), (0.4003, 0.238)),
        (proportion.predict_hits(1, 18, 50), (0, 13)),
    ],
)
def test_intervals_of_a_small_study(found: Sequence[float], wanted: Sequence[float]) -> None:
    """What twenty tickets can show."""
    assert found == pytest.approx(wanted, abs=6e-4)


@pytest.mark.parametrize(
    ("limit", "outcomes", "with_looks"),
    [
        (0.25, [11, 18, 23, 29], [16, 25, 32]),
        (0.20, [14, 22, 30, 37], [20, 31, 41]),
        (0.15, [19, 30, 40, 50], [28, 43, 56]),
        (0.10, [29, 46, 61, 76], [43, 66, 85]),
        (0.05, [59, 93, 124, 153], [88, 134, 174]),
    ],
)
def test_green_outputs_that_a_limit_needs(
    limit: float, outcomes: list[int], with_looks: list[int]
) -> None:
    """With 0, 1, 2, 3 escapes; more where every label is looked at."""
    assert [planner.min_n_upper(limit, k) for k in range(4)] == outcomes
    assert [planner.min_n_evidence(limit, k) for k in range(3)] == with_looks


def test_what_twelve_green_outputs_allow() -> None:
    """0 escapes pass 25 %, none passes 5 %; 6 of 8 vague ones asked pass 40 %."""
    assert planner.max_hits(0.25, 12) == 0
    assert planner.max_hits(0.25, 20) == 1
    assert planner.max_hits(0.05, 20) is None
    assert planner.min_hits(0.40, 8) == 6
    assert planner.min_hits(0.70, 8) is None
    assert planner.needs_more_upper(0.25, 1, 12) == 6
    assert planner.needs_more_lower(0.30, 6, 12) == 2


@pytest.mark.parametrize(
    ("shares", "powers", "exact", "midp"),
    [
        ((0.20, 0.05), [0.10, 0.36, 0.58, 0.84], 92, 81),
        ((0.30, 0.05), [0.32, 0.74, 0.92, 0.99], 45, 39),
        ((0.30, 0.10), [0.17, 0.44, 0.63, 0.88], 84, 76),
    ],
)
def test_power_to_tell_two_candidates_apart(
    shares: tuple[float, float], powers: list[float], exact: int, midp: int
) -> None:
    """At 20, 40, 60 and 100 tickets, and how many for 80 %."""
    found = [round(planner.mcnemar_power(n, *shares), 2) for n in (20, 40, 60, 100)]
    assert found == powers
    assert planner.tickets_for_power(*shares) == exact
    assert planner.tickets_for_power(*shares, is_midp=True) == midp
    assert planner.tickets_for_power(*shares, most=30) is None


def test_a_p_value_equal_to_alpha_rejects() -> None:
    """Five discordant tickets one way have p = .0625: enough at that alpha, not below."""
    assert planner.mcnemar_power(5, 1.0, 0.0, alpha=0.0625) == pytest.approx(1)
    assert planner.mcnemar_power(5, 1.0, 0.0, alpha=0.0624) == 0


def test_how_rarely_twenty_tickets_tell_two_candidates_apart() -> None:
    """Six discordant tickets all one way, no fewer."""
    assert paired.mcnemar_exact(6, 0) == pytest.approx(0.03125)
    assert paired.mcnemar_exact(5, 0) == pytest.approx(0.0625)
    assert paired.mcnemar_exact(8, 1) == pytest.approx(0.0390625)
    assert paired.count_pairs([(True, True), (True, False), (False, True), (False, False)] * 2) == (
        Pairs(2, 2, 2, 2)
    )


def test_non_inferiority_bounds_are_the_two_sided_ones_at_twice_the_error() -> None:
    """A one-sided 95 % bound is the end of the 90 % interval."""
    pairs = Pairs(9, 3, 1, 11)
    low, high = paired.tango(pairs, 0.9)
    assert (paired.tango_lower(pairs), paired.tango_upper(pairs)) == pytest.approx((low, high))


@pytest.mark.parametrize(("pairs", "wanted"), [(Pairs(0, 5, 0, 0), 1.0), (Pairs(0, 0, 5, 0), -1.0)])
def test_a_difference_of_one_reaches_the_end(pairs: Pairs, wanted: float) -> None:
    """Where every ticket tells them apart the same way the interval ends there."""
    assert wanted in paired.tango(pairs)


def test_clusters_where_nothing_varies_count_as_tickets() -> None:
    """Three trials of one ticket are one ticket as soon as they agree."""
    same = [(3, 3), (0, 3), (3, 3), (0, 3)]
    assert clusters.icc_deff(same) == (1.0, 3.0)
    assert clusters.wilson_clustered(same, 0.5) == pytest.approx(proportion.wilson(2, 4))
    assert clusters.icc_deff([(0, 3), (0, 3)]) == (1.0, 3.0)
    assert clusters.icc_deff([(1, 3)]) == (1.0, 3.0)
    assert clusters.icc_deff([(1, 1), (0, 1), (5, 0)][:2]) == (1.0, 1.0)
    assert clusters.cp_clustered([(0, 3)] * 20, 0.0)[1] == pytest.approx(0.139, abs=1e-3)


def test_tickets_without_outcomes_drop_out() -> None:
    """0 of 0 is no rate of 0."""
    assert clusters.mean_rate([(1, 2), (0, 0)]) == 0.5
    assert clusters.ratio([(1, 2), (0, 0)]) == (0.5, None)
    assert clusters.mean_rate([(0, 0)]) is None
    assert clusters.ratio([(0, 0)]) is None


def test_bootstrap_is_repeatable_and_counts_what_it_drops() -> None:
    """The same seed, the same interval; too many resamples without a value, no interval."""
    tickets = [float(i) for i in range(10)]

    def middle(drawn: Sequence[float]) -> float | None:
        return sum(drawn) / len(drawn)

    found = clusters.bootstrap(tickets, middle, seed=7)
    assert found == clusters.bootstrap(tickets, middle, seed=7)
    assert found != clusters.bootstrap(tickets, middle, seed=8)
    assert found.interval is not None
    low, high = found.interval
    assert 2 < low < 4.5 < high < 7
    assert found.dropped == 0
    gappy = clusters.bootstrap(tickets, lambda drawn: 1.0 if 0.0 in drawn else None, seed=7)
    assert gappy.interval is None
    assert 0.25 < gappy.dropped < 0.45


def test_agreement_without_variation_is_undefined() -> None:
    """One label throughout is no perfect agreement."""
    same = [["merged"] * 12, ["merged"] * 12]
    table = agreement.count_ratings(same, ["merged", "escaped"])
    assert agreement.raw_agreement(table) == 1
    assert agreement.gwet_ac1(table) is None
    assert agreement.fleiss_kappa(table) is None
    assert agreement.krippendorff_alpha(same) is None
    assert agreement.cohen_kappa([[12, 0], [0, 0]]) is None
    assert agreement.raw_agreement([]) is None
    assert agreement.gwet_ac1([]) is None
    assert agreement.cohen_kappa([[0, 0], [0, 0]]) is None


def test_ac1_where_kappa_misleads() -> None:
    """94 % agreement on a rare label: kappa says none, AC1 does not."""
    table = [[118, 5], [2, 0]]
    items = [
        [(i == k) + (j == k) for k in (0, 1)]
        for i in (0, 1)
        for j in (0, 1)
        for _ in range(table[i][j])
    ]
    assert agreement.raw_agreement(items) == pytest.approx(0.944)
    assert agreement.cohen_kappa(table) == pytest.approx(-0.023, abs=5e-4)
    assert agreement.gwet_ac1(items) == pytest.approx(0.941, abs=5e-4)


def test_agreement_interval_needs_ten_items() -> None:
    """Nine doubly rated items give no interval, ten do; an item rated once is none."""
    first, second = list("aabbaabbaabb"), [*"aabbaabbab", None, None]

    def alpha(ratings: agreement.Ratings) -> float | None:
        return agreement.krippendorff_alpha(ratings)

    assert agreement.agreement_interval([first[:9], second[:9]], alpha, 1).interval is None
    found = agreement.agreement_interval([first, second], alpha, 1, n_resamples=200)
    assert found.interval is not None
    assert -1 <= found.interval[0] <= found.interval[1] <= 1
    rest = agreement.one_vs_rest([first, second], "a")
    assert rest[1][-3:] == [False, None, None]


def test_calibration_without_contrast_is_undefined() -> None:
    """All good or all bad: nothing to tell apart."""
    for outcomes in ([1, 1, 1], [0, 0, 0]):
        assert calibration.auroc(outcomes, [0.1, 0.2, 0.3]) is None
        assert calibration.aurc(outcomes, [0.1, 0.2, 0.3]) is None
        assert calibration.brier_skill(outcomes, [0.1, 0.2, 0.3]) is None
    assert calibration.brier([], []) is None
    assert calibration.brier_skill([1, 0], [0.5, 0.5]) == 0
    assert calibration.brier_skill([1, 0], [1, 0]) == 1
    assert calibration.flag_auroc(0.5, 1.0) == 0.75


def test_reliability_over_trials() -> None:
    """Tickets with too few trials drop out; consistency may be negative."""
    tickets = [(3, 4), (1, 1)]
    assert reliability.pass_hat_k(tickets, 2) == 0.5
    assert reliability.pass_hat_k(tickets, 5) is None
    assert reliability.any_hit_hat_k([(1, 4)], 2) == 0.5
    assert reliability.any_hit_hat_k([(1, 4)], 5) is None
    assert reliability.mean_consistency([(2, 4), (1, 1)]) == pytest.approx(-1 / 3)
    assert reliability.mean_consistency([(1, 1)]) is None
    assert reliability.steadiness([[1.0, 3.0], [2.0, 2.0], [5.0]]) == pytest.approx(2**0.5 / 4)
    assert reliability.steadiness([[5.0]]) is None


def test_few_candidates_cannot_contradict_a_ranking() -> None:
    """The least p of 3, 4, 5, 6 candidates."""
    least = [round(ranks.min_attainable_p(n), 4) for n in (1, 3, 4, 5, 6)]
    assert least == [1.0, 0.3333, 0.0833, 0.0167, 0.0028]
    assert ranks.kendall_exact_p([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(2 / 24)
    assert ranks.kendall_tau_b([1, 1, 1], [1, 2, 3]) is None


def test_ranks_from_redrawn_tickets() -> None:
    """One far ahead keeps its rank; two alike share theirs; without a rate there is no interval."""
    tickets = [[(1, 1), (i % 2, 1), ((i + 1) % 2, 1)] for i in range(20)]
    best = ranks.rank_interval(tickets, 0, seed=3, n_resamples=300)
    assert best.interval == (1.0, 1.0)
    last = ranks.rank_interval(tickets, 0, seed=3, n_resamples=300, is_low_best=True)
    assert last.interval == (3.0, 3.0)
    between = ranks.rank_interval(tickets, 1, seed=3, n_resamples=300)
    assert between.interval == (2.0, 3.0)
    empty = [[(1, 1), (0, 0)] for _ in range(5)]
    assert ranks.rank_interval(empty, 0, seed=3, n_resamples=50) == (None, 1.0)


def test_a_candidate_that_won_everything_gets_finite_abilities() -> None:
    """Half a win each way, and it is said; without need nothing is added."""
    votes = [Votes("A", "B", 5, 0), Votes("B", "A", 0, 5)]
    fit = preference.fit_davidson(votes, "B")
    assert fit.is_regularised
    assert 0 < fit.abilities["A"] < 5
    assert fit.side == pytest.approx(0, abs=1e-9)
    assert fit.tie is None
    calm = preference.fit_davidson([Votes("A", "B", 5, 3), Votes("B", "A", 2, 5)], "B")
    assert not calm.is_regularised
    odds = calm.side_odds()
    assert odds is not None
    assert odds[1][0] < odds[0] < odds[1][1]
    assert preference.fit_davidson(votes, "B", has_side_effect=False).side_odds() is None


def test_two_candidates_without_a_model() -> None:
    """Win share with its interval, the sign test, and left against right."""
    assert preference.win_rate(7, 3) == (0.7, proportion.wilson(7, 10))
    assert preference.win_rate(0, 0) == (None, (0.0, 1.0))
    assert preference.sign_test(8, 1) == pytest.approx(0.0390625)
    assert preference.side_test([Votes("A", "B", 6, 0), Votes("B", "A", 0, 0, 4)]) == (
        pytest.approx(0.03125)
    )


def test_evidence_suffices_on_one_side() -> None:
    """Sixteen clean outcomes prove less than 25 %; a bad streak proves more."""
    clean, bad = [False] * 30, [True] * 30
    assert (sequential.first_below(clean, 0.25), sequential.first_above(clean, 0.25)) == (16, None)
    assert (sequential.first_below(bad, 0.25), sequential.first_above(bad, 0.25)) == (None, 3)
    assert sequential.first_below([True, False] * 3, 0.5) is None


def test_evidence_beyond_floating_point() -> None:
    """A thousand clean outcomes against 90 %: infinite evidence, no overflow."""
    assert sequential.evidence_below(0, 1000, 0.9) == float("inf")
    assert sequential.evidence_above(0, 1000, 0.9) == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: proportion.wilson(6, 5), "between 0 and n"),
        (lambda: proportion.wilson(-1, 5), "between 0 and n"),
        (lambda: proportion.wilson(float("nan"), 5), "between 0 and n"),
        (lambda: proportion.cp_upper(1, 5, 1.0), "confidence"),
        (lambda: proportion.cp_lower(1, float("inf")), "between 0 and n"),
        (lambda: sequential.confidence_sequence(3, 2), "between 0 and n"),
        (lambda: sequential.evidence_below(3, 2, 0.5), "between 0 and n"),
        (lambda: planner.min_n_upper(0.0, 0), "limit"),
        (lambda: planner.min_n_upper(1e-9, 0), "not attainable"),
        (lambda: planner.mcnemar_power(20, 0.7, 0.6), "discordant shares"),
        (lambda: planner.mcnemar_power(20, 0.0, 0.0), "discordant shares"),
        (lambda: clusters.icc_deff([]), "no outcomes"),
        (lambda: clusters.clustered_se([[1.0]]), "two tickets"),
        (lambda: clusters.bootstrap([], lambda _: 1.0, 1), "nothing to draw"),
        (lambda: agreement.count_ratings([["x"]], ["a"]), "none of the categories"),
        (lambda: calibration.chapman(3, 4, 5), "both found 5"),
        (lambda: reliability.all_pass(2, 3, 4), "k <= n"),
        (lambda: reliability.consistency(1, 1), "two trials"),
        (lambda: ranks.kendall_exact_p([1.0] * 9, [1.0] * 9), "2 to 8"),
        (lambda: preference.fit_davidson([Votes("A", "B", 1, 1)], "C"), "no votes on C"),
        (lambda: preference.fit_davidson([Votes("A", "B", 1, 2)], "A"), "swapped"),
        (
            lambda: preference.fit_davidson([Votes("A", "B", 1, 1), Votes("C", "D", 1, 1)], "A"),
            "do not connect",
        ),
    ],
)
def test_what_no_number_can_be_made_of(call: Callable[[], object], words: str) -> None:
    """Impossible input is the caller's error, in words."""
    with pytest.raises(ValueError, match=words):
        call()


def test_nothing_counted_says_nothing() -> None:
    """0 of 0: every interval is everything."""
    for interval in (proportion.wilson, proportion.clopper_pearson, proportion.jeffreys):
        assert interval(0, 0) == (0.0, 1.0)
    assert proportion.zero_event_upper(0) == 1
    assert sequential.confidence_sequence(0, 0) == (0.0, 1.0)
    assert sequential.tuned_sequence(0, 0, 20) == (0.0, 1.0)
    assert proportion.difference((0, 0), (1, 2)) is None
    nothing = Pairs(0, 0, 0, 0)
    assert paired.tango(nothing) == paired.newcombe(nothing) == (-1.0, 1.0)
    assert (paired.tango_lower(nothing), paired.tango_upper(nothing)) == (-1.0, 1.0)
    assert paired.mcnemar_exact(0, 0) == paired.mcnemar_midp(0, 0) == 1


def test_difference_of_two_independent_rates() -> None:
    """Newcombe 1998, table II, method 10: 56/70 against 48/80 is .0524 to .3339."""
    assert proportion.difference((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert proportion.difference((10, 10), (0, 20)) == pytest.approx((0.6791, 1.0), abs=5e-5)
