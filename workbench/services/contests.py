"""Which of several candidates are no worse than the best one: paired tests, adjusted by Holm.

A step of the decision keeps whoever is not proved to be worse; with few tickets that is most of
them, and it says so.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from math import lcm

from workbench.domain.case import Case
from workbench.domain.measures import MEASURES, Count, Measure
from workbench.domain.metrics import count
from workbench.services.criteria import Cases
from workbench.stats import clusters, paired, proportion


def keep_leaders(
    values: Mapping[str, float], test: Callable[[str, str], float], alpha: float
) -> tuple[list[str], str]:
    """Everybody not significantly worse than the highest value, and who that is.

    All pairs are adjusted together: the tests of one metric are one family.
    """
    lead = max(sorted(values), key=lambda name: values[name])
    pairs = list(combinations(sorted(values), 2))
    adjusted = dict(zip(pairs, paired.holm([test(a, b) for a, b in pairs]), strict=True))
    worse = {
        name
        for name in values
        if values[name] < values[lead] and adjusted[min(lead, name), max(lead, name)] <= alpha
    }
    return [name for name in values if name not in worse], lead


def by_ticket(measure: Measure, cases: Cases) -> dict[str, Count]:
    """(hits, n) of each ticket that counts, over its trials."""
    found: dict[str, Count] = {}
    contribute = cache(measure.contribute)
    for case in cases:
        hits, n = contribute(case.cell)
        if n:
            held = found.get(case.ticket_id, (0, 0))
            found[case.ticket_id] = held[0] + hits, held[1] + n
    return found


def differences(first: Mapping[str, Count], second: Mapping[str, Count]) -> list[int]:
    """Integer differences on the tickets that count for both; -1, 0, 1 with one trial each."""
    shared = [(first[t], second[t]) for t in sorted(first) if t in second]
    scale = lcm(*(a[1] * b[1] for a, b in shared)) if shared else 1
    return [(a[0] * b[1] - b[0] * a[1]) * (scale // (a[1] * b[1])) for a, b in shared]


def compare_paired(measure: Measure, first: Cases, second: Cases) -> float:
    """Two-sided exact p: sign-flip over tickets, McNemar's with one trial each."""
    return paired.sign_flip(differences(by_ticket(measure, first), by_ticket(measure, second)))


def compare_discrimination(first: Cases, second: Cases) -> float:
    """The same for J: abstained on vague minus on clear, both kinds weighted as J weights them."""
    signed: list[tuple[list[int], int]] = []
    for kind, sign in (("vague", 1), ("clear", -1)):
        measure = MEASURES[f"abstention_rate_{kind}"]
        found = differences(by_ticket(measure, first), by_ticket(measure, second))
        signed.append(([sign * d for d in found], len(found)))
    (vague, n_vague), (clear, n_clear) = signed
    weights = max(1, n_clear), max(1, n_vague)
    return paired.sign_flip([d * weights[0] for d in vague] + [d * weights[1] for d in clear])


def compare_self_flags(first: Cases, second: Cases) -> float:
    """Fisher's exact p: flaws of two candidates are not paired."""
    measure = MEASURES["self_flag_rate"]
    return proportion.fisher_exact(count_all(measure, first), count_all(measure, second))


def count_all(measure: Measure, cases: Sequence[Case]) -> Count:
    """(hits, n) over all outputs."""
    return count(measure, Counter(case.cell for case in cases))


def compute_rate(measure: Measure, cases: Cases) -> float | None:
    """The rate over tickets; None for 0/0."""
    counts = list(by_ticket(measure, cases).values())
    if measure.by_ticket:
        return clusters.mean_rate(counts)
    found = clusters.ratio(counts)
    return found.value if found else None
