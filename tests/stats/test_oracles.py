"""Random input, and the same number from independent software or from the bare definition."""

import random
from collections.abc import Callable
from itertools import combinations, pairwise, permutations, product
from math import comb, exp, inf, log

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

pytestmark = pytest.mark.slow  # statsmodels and scikit-learn take seconds to import

RNG = random.Random()
ROUNDS = range(60)


@pytest.fixture(autouse=True)
def _same_input_whatever_else_runs() -> None:
    RNG.seed(20260302)


def counts(most: int = 60) -> tuple[int, int]:
    n = RNG.randint(1, most)
    return RNG.randint(0, n), n


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (proportion.wilson, "wilson"),
        (proportion.clopper_pearson, "beta"),
    ],
)
def test_intervals_of_statsmodels(ours: proportion.Method, name: str) -> None:
    """Two-sided, by the name of the method; its default would be Wald's."""
    from statsmodels.stats.proportion import proportion_confint

    for _ in ROUNDS:
        hits, n = counts()
        alpha = RNG.choice([0.2, 0.1, 0.05, 0.01])
        wanted = proportion_confint(hits, n, alpha=alpha, method=name)
        assert ours(hits, n, 1 - alpha) == pytest.approx(wanted, abs=1e-9)


def test_jeffreys_of_statsmodels_between_the_ends() -> None:
    """At 0 and n ours is closed; elsewhere both are the posterior's quantiles."""
    from statsmodels.stats.proportion import proportion_confint

    for _ in ROUNDS:
        n = RNG.randint(2, 60)
        hits = RNG.randint(1, n - 1)
        wanted = proportion_confint(hits, n, alpha=0.1, method="jeffreys")
        assert proportion.jeffreys(hits, n, 0.9) == pytest.approx(wanted, abs=1e-9)


def test_one_sided_bounds_of_scipys_binomial_test() -> None:
    """The bound of a one-sided test is the bound of a gate."""
    from scipy.stats import binomtest

    for _ in ROUNDS:
        hits, n = counts()
        upper = binomtest(hits, n, alternative="less").proportion_ci(0.95, "exact").high
        lower = binomtest(hits, n, alternative="greater").proportion_ci(0.95, "exact").low
        assert proportion.cp_upper(hits, n) == pytest.approx(upper, abs=1e-9)
        assert proportion.cp_lower(hits, n) == pytest.approx(lower, abs=1e-9)


def test_mcnemar_of_statsmodels_and_midp_by_enumeration() -> None:
    """Exact p; mid-p counts half of every table as probable as the one seen."""
    from statsmodels.stats.contingency_tables import mcnemar

    for _ in ROUNDS:
        b, c = RNG.randint(0, 15), RNG.randint(0, 15)
        if b + c:
            wanted = mcnemar([[3, b], [c, 4]], exact=True).pvalue
            assert paired.mcnemar_exact(b, c) == pytest.approx(wanted)
            seen, n = comb(b + c, b), b + c
            ways = [comb(n, i) for i in range(n + 1)]
            rarer, alike = sum(w for w in ways if w < seen), sum(w for w in ways if w == seen)
            assert paired.mcnemar_midp(b, c) == pytest.approx((rarer + alike / 2) / 2**n)


def test_tango_solves_its_equation_with_the_restricted_likelihood() -> None:
    """At each bound the score is z, its variance from a brute-force restricted maximum."""
    from scipy.optimize import minimize_scalar

    z = proportion.z_quantile(0.95)
    for _ in range(15):
        pairs = Pairs(RNG.randint(1, 9), RNG.randint(1, 9), RNG.randint(1, 9), RNG.randint(1, 9))
        b, c, n = pairs.b, pairs.c, pairs.n
        for bound, sign in zip(paired.tango(pairs), (1, -1), strict=True):
            low, high = max(0.0, -bound), (1 - bound) / 2

            def loss(q: float, delta: float = bound, held: Pairs = pairs) -> float:
                shares = (q + delta, q, 1 - 2 * q - delta)
                if min(shares) <= 0:
                    return inf
                counts = (held.b, held.c, held.a + held.d)
                return -sum(k * log(x) for k, x in zip(counts, shares, strict=True))

            q = minimize_scalar(loss, bounds=(low, high), method="bounded").x
            for _ in range(2):  # closer in
                near = (max(low, q - 1e-3), min(high, q + 1e-3))
                options = {"xatol": 1e-12}
                q = minimize_scalar(loss, bounds=near, method="bounded", options=options).x
            score = (b - c - n * bound) / (n * (2 * q + bound * (1 - bound))) ** 0.5
            assert score == pytest.approx(sign * z, abs=1e-3)


def test_sign_flip_of_scipys_permutation_test() -> None:
    """All sign patterns, as scipy enumerates them."""
    from scipy.stats import permutation_test

    for _ in range(15):
        d = [RNG.randint(-4, 4) for _ in range(RNG.randint(2, 10))]
        wanted = permutation_test(
            (d,), lambda x, axis: abs(x.sum(axis=axis)), permutation_type="samples",
            vectorized=True, n_resamples=inf, alternative="greater",
        ).pvalue  # fmt: skip
        assert paired.sign_flip(d) == pytest.approx(wanted)


def test_holm_of_statsmodels() -> None:
    """The same adjusted p-values."""
    from statsmodels.stats.multitest import multipletests

    for _ in ROUNDS:
        p = [RNG.random() ** 2 for _ in range(RNG.randint(1, 9))]
        assert paired.holm(p) == pytest.approx(list(multipletests(p, method="holm")[1]))


def groups(n_groups: int = 9) -> list[list[int]]:
    return [[RNG.randint(0, 1) for _ in range(RNG.randint(1, 4))] for _ in range(n_groups)]


def test_clusters_of_statsmodels_regressions() -> None:
    """A ratio is a weighted mean with HC1 errors, a mean of scores one with cluster errors."""
    import statsmodels.api as sm

    for _ in range(20):
        held = groups()
        pairs = [(sum(group), len(group)) for group in held]
        rates = [hits / n for hits, n in pairs]
        fitted = sm.WLS(rates, [1.0] * len(pairs), weights=[n for _, n in pairs])
        found = clusters.ratio(pairs)
        assert found is not None
        assert found.value == pytest.approx(float(fitted.fit().params[0]))
        assert found.error == pytest.approx(float(fitted.fit(cov_type="HC1").bse[0]))
        values = [x for group in held for x in group]
        labels = [i for i, group in enumerate(held) for _ in group]
        scores = sm.OLS(values, [1.0] * len(values))
        wanted = scores.fit(cov_type="cluster", cov_kwds={"groups": labels}).bse[0]
        assert clusters.clustered_se(held) == pytest.approx(float(wanted))


def test_icc_from_scipys_analysis_of_variance() -> None:
    """Equal sizes: ICC = (F - 1) / (F + m - 1)."""
    from scipy.stats import f_oneway

    for _ in range(20):
        held = [[0, 1, RNG.randint(0, 1)] for _ in range(4)]
        held += [[RNG.randint(0, 1)] * 3 for _ in range(4)]
        f = float(f_oneway(*held).statistic)
        found, _ = clusters.icc_deff([(sum(group), 3) for group in held])
        assert found == pytest.approx(max(0.0, (f - 1) / (f + 2)))


def mixture(hits: int, n: int, low: float, high: float) -> float:
    from scipy.integrate import quad

    return float(quad(lambda p: p**hits * (1 - p) ** (n - hits), low, high, epsabs=0)[0])


def test_evidence_and_sequence_by_integration() -> None:
    """The mixtures of their definitions, integrated numerically."""
    for _ in range(30):
        hits, n = counts(25)
        p0 = RNG.uniform(0.1, 0.9)
        at = p0**hits * (1 - p0) ** (n - hits)
        wanted = mixture(hits, n, 0, p0) / p0 / at
        assert sequential.evidence_below(hits, n, p0) == pytest.approx(wanted, rel=1e-6)
        wanted = mixture(hits, n, p0, 1) / (1 - p0) / at
        assert sequential.evidence_above(hits, n, p0) == pytest.approx(wanted, rel=1e-6)
        for bound in sequential.confidence_sequence(hits, n):
            if 0 < bound < 1:
                ratio = mixture(hits, n, 0, 1) / (bound**hits * (1 - bound) ** (n - hits))
                assert ratio == pytest.approx(20, rel=1e-5)


def test_power_by_enumeration() -> None:
    """Every table of the multinomial, with the p-value of the test itself."""
    from scipy.stats import multinomial

    for n, p10, p01 in ((6, 0.5, 0.1), (9, 0.6, 0.05), (11, 0.3, 0.3)):
        tables = [(b, c, n - b - c) for b in range(n + 1) for c in range(n + 1 - b)]
        chances = [float(multinomial.pmf(t, n, [p10, p01, 1 - p10 - p01])) for t in tables]
        tests: list[tuple[Callable[[int, int], float], bool]] = [
            (paired.mcnemar_exact, False),
            (paired.mcnemar_midp, True),
        ]
        for test, is_midp in tests:
            wanted = sum(x for t, x in zip(tables, chances, strict=True) if test(*t[:2]) <= 0.05)
            found = planner.mcnemar_power(n, p10, p01, is_midp=is_midp)
            assert found == pytest.approx(wanted, abs=1e-12)


def test_davidson_by_minimising_its_own_formula() -> None:
    """The likelihood written down as the model states it, minimised without derivatives."""
    from scipy.optimize import minimize

    for _ in range(4):
        pairs = ["AB", "BA", "AC", "CA", "BC", "CB"]
        votes = [Votes(p[0], p[1], *(RNG.randint(1, 9) for _ in range(3))) for p in pairs]

        def loss(x: list[float], held: list[Votes] = votes) -> float:
            theta = {"A": 0.0, "B": x[0], "C": x[1]}
            total = 0.0
            for v in held:
                left, right = theta[v.left] + x[2], theta[v.right]
                weights = [exp(left), exp(right), exp(x[3] + (left + right) / 2)]
                for count, weight in zip(v[2:], weights, strict=True):
                    total -= count * log(weight / sum(weights))
            return total

        options = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000}
        wanted = minimize(loss, [0.0] * 4, method="Nelder-Mead", options=options).x
        fit = preference.fit_davidson(votes, "A")
        found = [fit.abilities["B"], fit.abilities["C"], fit.side, fit.tie]
        assert found == pytest.approx(list(wanted), abs=1e-4)


def test_agreement_of_other_packages() -> None:
    """Kappas of statsmodels and scikit-learn; AC1 and alpha from pairs, counted one by one."""
    from sklearn.metrics import cohen_kappa_score
    from statsmodels.stats.inter_rater import fleiss_kappa

    for _ in range(20):
        n_raters = RNG.randint(2, 4)
        raters = [[RNG.choice("abcd") for _ in range(12)] for _ in range(n_raters)]
        table = agreement.count_ratings(raters, "abcd")
        assert agreement.fleiss_kappa(table) == pytest.approx(float(fleiss_kappa(table)))
        two = agreement.confusion(raters[0], raters[1], "abcd")
        wanted = cohen_kappa_score(raters[0], raters[1], labels=list("abcd"))
        assert agreement.cohen_kappa(two) == pytest.approx(float(wanted))
        pairs = [pair for item in zip(*raters, strict=True) for pair in permutations(item, 2)]
        agreed = sum(x == y for x, y in pairs) / len(pairs)
        everything = [x for rater in raters for x in rater]
        shares = [everything.count(k) / len(everything) for k in "abcd"]
        chance = sum(p * (1 - p) for p in shares) / 3
        assert agreement.gwet_ac1(table) == pytest.approx((agreed - chance) / (1 - chance))
        apart = sum(x != y for x, y in permutations(everything, 2))
        expected = apart / (len(everything) * (len(everything) - 1))
        assert agreement.krippendorff_alpha(raters) == pytest.approx(1 - (1 - agreed) / expected)


def test_calibration_of_scikit_learn_and_by_brute_force() -> None:
    """Brier and AUROC; the risk curve as the mean over every order that ties allow."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    for _ in range(10):
        n = RNG.randint(4, 6)
        y = [0, 1, *(RNG.randint(0, 1) for _ in range(n - 2))]
        p = [RNG.choice([0.1, 0.4, 0.4, 0.9]) for _ in range(n)]
        assert calibration.brier(y, p) == pytest.approx(float(brier_score_loss(y, p)))
        assert calibration.auroc(y, p) == pytest.approx(float(roc_auc_score(y, p)))
        curves = []
        for order in permutations(range(n)):
            if all(p[i] >= p[j] for i, j in pairwise(order)):
                flaws = [y[i] for i in order]
                curves.append([sum(flaws[: j + 1]) / (j + 1) for j in range(n)])
        wanted = [sum(column) / len(curves) for column in zip(*curves, strict=True)]
        assert calibration.risk_curve(y, p) == pytest.approx(wanted)


def test_trials_and_ranks_by_enumeration() -> None:
    """Every choice of k trials, every order of the candidates."""
    for n in range(1, 6):
        for hits, k in product(range(n + 1), range(1, n + 1)):
            drawn = list(combinations([True] * hits + [False] * (n - hits), k))
            wanted = sum(map(all, drawn)) / len(drawn)
            assert reliability.all_pass(hits, n, k) == pytest.approx(wanted)
    for _ in range(10):
        n = RNG.randint(3, 5)
        x = [float(RNG.randint(0, 3)) for _ in range(n)]
        y = [float(RNG.randint(0, 9)) for _ in range(n)]
        seen = ranks.kendall_tau_b(x, y)
        if seen is None:
            continue
        all_orders = [ranks.kendall_tau_b(list(order), y) or 0.0 for order in permutations(x)]
        wanted = sum(abs(tau) >= abs(seen) - 1e-12 for tau in all_orders) / len(all_orders)
        assert ranks.kendall_exact_p(x, y) == pytest.approx(wanted)
