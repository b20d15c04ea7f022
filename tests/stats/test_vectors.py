"""Every row of the vectors: published tables, other packages' tests, independent software."""

import json
from collections.abc import Callable, Sequence
from math import exp
from pathlib import Path
from typing import Any, TypedDict

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
from workbench.stats.preference import Fit, Votes


class Row(TypedDict):
    """One vector; `expected` is compared element by element at absolute tolerance `tol`."""

    id: str
    stat: str
    input: dict[str, Any]  # each statistic has a form of its own
    expected: list[float]
    tol: float
    source: str


Numbers = Sequence[float | None]
Statistic = Callable[..., Numbers | float | None]
FOLDER = Path(__file__).parent / "vectors"
ROWS: list[Row] = [
    row
    for file in sorted(FOLDER.glob("*.json"))
    for row in json.loads(file.read_text(encoding="utf-8"))
]


def pairs(a: int, b: int, c: int, d: int, conf: float = 0.95) -> tuple[Pairs, float]:
    return Pairs(a, b, c, d), conf


def hits_of(groups: list[list[int]]) -> list[tuple[float, float]]:
    return [(sum(group), len(group)) for group in groups]


def counts_of(
    raters: list[list[int | None]] | None = None,
    counts: list[list[int]] | None = None,
    table: list[list[int]] | None = None,
    categories: list[int] | None = None,
) -> list[list[int]]:
    """Items by categories, from whichever form the row has."""
    if counts is not None:
        return counts
    if table is not None:
        size = len(table)
        return [
            [(i == k) + (j == k) for k in range(size)]
            for i in range(size)
            for j in range(size)
            for _ in range(table[i][j])
        ]
    assert raters is not None
    used = sorted({x for rater in raters for x in rater if x is not None})
    return agreement.count_ratings(raters, categories or used)


def fit(rows: list[list[Any]], ref: str, *, order_effect: bool = True) -> Fit:
    votes = [Votes(*row) for row in rows]
    return preference.fit_davidson(votes, ref, has_side_effect=order_effect)


def davidson(obs: list[list[Any]], ref: str) -> Numbers:
    found = fit(obs, ref)
    free = [x for name, x in sorted(found.abilities.items()) if name != ref]
    return [*free, found.side, found.tie]


def davidson_two(w1: int, w2: int, t: int) -> Numbers:
    found = preference.fit_davidson([Votes("1", "2", w1, w2, t)], "2", has_side_effect=False)
    assert found.tie is not None
    return [found.abilities["1"], exp(found.tie)]


def bradley_terry(wins: dict[str, int], ref: str) -> Numbers:
    votes = [Votes(pair[0], pair[2], n, 0) for pair, n in wins.items()]
    abilities = preference.fit_davidson(votes, ref, has_side_effect=False).abilities
    return [x for _, x in sorted(abilities.items())]


def sorted_abilities(rows: list[list[Any]], ref: str, order_effect: bool) -> Numbers:
    abilities = fit(rows, ref, order_effect=order_effect).abilities
    return sorted(x for name, x in abilities.items() if name != ref)


def shares(rows: list[list[Any]], ref: str, order_effect: bool) -> Numbers:
    weights = [exp(x) for x in fit(rows, ref, order_effect=order_effect).abilities.values()]
    return sorted(weight / sum(weights) for weight in weights)


def aurc(flaw: list[int], confidence: list[float]) -> Numbers:
    found = calibration.aurc(flaw, confidence)
    assert found is not None
    return found


def ratio(e: list[float], g: list[float]) -> Numbers:
    found = clusters.ratio(list(zip(e, g, strict=True)))
    assert found is not None
    return found


def powers(n: int, p10: float, p01: float, alpha: float) -> Numbers:
    return [planner.mcnemar_power(n, p10, p01, alpha, is_midp=is_midp) for is_midp in (False, True)]


def both_sides(k: float, n: float, conf: float) -> Numbers:
    return proportion.cp_lower(k, n, conf), proportion.cp_upper(k, n, conf)


def looks(spend: Callable[[float, float], float]) -> Statistic:
    return lambda looks, alpha_two_sided: sequential.lan_demets(looks, spend, alpha_two_sided)


def one_sided_power(n: int, p12: float, p21: float, alpha: float) -> float:
    return planner.mcnemar_power(n, p12, p21, alpha, is_one_sided=True)


def take(function: Callable[..., Numbers | float | None], *keys: str) -> Statistic:
    """The function with those values of a row, in that order."""
    return lambda **row: function(*(row[key] for key in keys))


STATISTICS: dict[str, Statistic] = {
    "wilson": take(proportion.wilson, "k", "n", "conf"),
    "wilson_real": take(proportion.wilson, "k", "n", "conf"),
    "clopper_pearson": take(proportion.clopper_pearson, "k", "n", "conf"),
    "cp_upper_one_sided": take(proportion.cp_upper, "k", "n", "conf"),
    "cp_lower_one_sided": take(proportion.cp_lower, "k", "n", "conf"),
    "cp_real_one_sided": take(both_sides, "k", "n", "conf"),
    "jeffreys": take(proportion.jeffreys, "k", "n", "conf"),
    "rule_of_three_exact": take(proportion.zero_event_upper, "n", "conf"),
    "gate_min_n_cp": take(planner.min_n_upper, "max", "events", "conf"),
    "gate_min_n_e": take(planner.min_n_evidence, "max", "events", "alpha"),
    "gate_pass_probability": take(planner.pass_probability, "green", "max_events", "p"),
    "icc_deff": lambda groups: clusters.icc_deff(hits_of(groups)),
    "ratio_cluster_se": ratio,
    "clustered_se": clusters.clustered_se,
    "se_mean": clusters.se_mean,
    "mcnemar_exact": paired.mcnemar_exact,
    "mcnemar_midp": paired.mcnemar_midp,
    "mcnemar_power": powers,
    "mcnemar_exact_power_one_sided": one_sided_power,
    "paired_diff_tango": lambda **row: paired.tango(*pairs(**row)),
    "paired_diff_newcombe10_cc": lambda **row: paired.newcombe(*pairs(**row)),
    "paired_diff_newcombe8": lambda **row: paired.newcombe(*pairs(**row), is_corrected=False),
    "paired_diff_bonett_price": lambda **row: paired.bonett_price(*pairs(**row)),
    "paired_signflip_exact_p": take(paired.sign_flip, "d"),
    "holm": take(paired.holm, "p"),
    "cs_beta_mixture_uniform": take(sequential.confidence_sequence, "k", "n", "alpha"),
    "e_process_upper": take(sequential.evidence_below, "k", "n", "p0"),
    "e_process_lower": take(sequential.evidence_above, "k", "n", "p0"),
    "confseq_bernoulli": take(sequential.tuned_sequence, "k", "n", "t_opt", "alpha"),
    "lan_demets_obf": looks(sequential.spend_obrien_fleming),
    "lan_demets_pocock": looks(sequential.spend_pocock),
    "davidson_ties_order": davidson,
    "davidson_2items": davidson_two,
    "bradley_terry": bradley_terry,
    "bradley_terry_sorted_abilities": sorted_abilities,
    "bradley_terry_order_effect": lambda **row: fit(**row).side,
    "bradley_terry_order_abilities_normalised": shares,
    "krippendorff_alpha_nominal": take(agreement.krippendorff_alpha, "raters"),
    "gwet_ac1": lambda **row: agreement.gwet_ac1(counts_of(**row)),
    "fleiss_kappa": lambda **row: agreement.fleiss_kappa(counts_of(**row)),
    "cohen_kappa": agreement.cohen_kappa,
    "brier": take(calibration.brier, "y", "p"),
    "auroc": take(calibration.auroc, "y", "s"),
    "aurc": aurc,
    "pass_hat_k": take(reliability.all_pass, "c", "n", "k"),
    "outcome_consistency": take(reliability.consistency, "passes", "trials"),
    "chapman": take(calibration.chapman, "n1", "n2", "m"),
    "kendall_tau_b": ranks.kendall_tau_b,
    "kendall_exact_p": ranks.kendall_exact_p,
}


def as_list(found: Numbers | float | None) -> list[float | None]:
    return list(found) if isinstance(found, Sequence) else [found]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_vector(row: Row) -> None:
    """Each within the tolerance of its source; 0 asks for the very number."""
    found = as_list(STATISTICS[row["stat"]](**row["input"]))
    assert found == pytest.approx(row["expected"], abs=row["tol"], rel=0)


def test_every_statistic_has_vectors() -> None:
    """A function here that no row calls would be believed without a test."""
    assert {row["stat"] for row in ROWS} == set(STATISTICS)
    assert len({row["id"] for row in ROWS}) == len(ROWS) > 650
