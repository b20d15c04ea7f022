"""One criterion of a gate, measured on one candidate: the best and the worst that it can be.

Several trials of a ticket are one ticket: a bound then rests on as many outcomes as there are
tickets that say something.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from workbench.domain.case import Case
from workbench.domain.cell import Cell
from workbench.domain.gate import ABSTENTION, AGREEMENTS, DIFFERENCES, HAT_K, Criterion, Gate
from workbench.domain.label import Label
from workbench.domain.measures import MEASURES, NOTHING, Count, Measure
from workbench.domain.policy import UnknownTests
from workbench.domain.scenarios import highest, list_options, lowest
from workbench.domain.verdict import NOTHING_UNKNOWN, Measured, Unknown
from workbench.services.controls import ACCEPTANCE
from workbench.services.trajectories import RECOVERY
from workbench.stats import agreement, clusters, paired, reliability
from workbench.stats.paired import Pairs
from workbench.stats.proportion import cp_lower, cp_upper

Cases = Sequence[Case]
Pick = Callable[[Count], tuple[int, int]]
Choice = Callable[[tuple[Cell, ...]], Count]
NO_DATA = Measured(0, 0, None, 0.0, 1.0)
_DIFFERENCE_OF = {
    "escape_rate_diff": "escape_rate",
    "merge_rate_diff": "merge_rate",
    "exposure_diff": "exposure",
}


class Ends(NamedTuple):
    """A number at its lowest and at its highest, and what keeps the two apart."""

    low: Measured
    high: Measured
    unknown: Unknown = NOTHING_UNKNOWN


def find_base(criterion: Criterion) -> Measure | None:
    """The measure behind a proportion or a difference; None where the study counts none."""
    name = _DIFFERENCE_OF.get(criterion.metric, criterion.metric)
    if name == ABSTENTION:
        name = f"{name}_{criterion.stratum}"
    return MEASURES.get(name)


def keep_stratum(cases: Iterable[Case], stratum: str) -> list[Case]:
    """The cases on vague or clear tickets, or all."""
    return [case for case in cases if stratum in {"all", case.spec}]


def measure(
    criterion: Criterion,
    gate: Gate,
    cases: Cases,
    rival: Cases,
    everyone: Cases,
    *,
    stumbled: frozenset[str] = frozenset(),
    controls: Cases = (),
) -> Ends:
    """A criterion on the cases of one candidate.

    `rival` are those of the one it is compared with, `everyone` those of all: reviewers agree or
    not whoever the candidate is, and so do they accept `controls`. `stumbled` are the outputs in
    whose run a tool failed.
    """
    if criterion.metric in AGREEMENTS:
        return _both(_measure_agreement(criterion, gate, everyone))
    mine = keep_stratum(cases, criterion.stratum)
    if criterion.metric == HAT_K:
        return _both(_measure_steadiness(criterion, gate, mine))
    base = find_base(criterion)
    if criterion.metric == ACCEPTANCE.name:
        mine, base = list(controls), ACCEPTANCE
    if criterion.metric == RECOVERY.name:
        mine, base = [case for case in mine if case.output_id in stumbled], RECOVERY
    if base is None:
        return _both(NO_DATA)
    unknown, confidence = gate.policy.unknown_tests, gate.inference.confidence
    if criterion.metric in DIFFERENCES:
        theirs = keep_stratum(rival, criterion.stratum)
        least, most = pair_up(base, mine, theirs, unknown)
        firsts = (case for held in (mine, theirs) for case in first_trials(held).values())
        found = count_unknown(base, firsts, unknown)
        return Ends(_measure_pairs(least, confidence), _measure_pairs(most, confidence), found)
    low, high = (
        measure_tickets(base, list(count_tickets(base, mine, unknown, pick)), confidence)
        for pick in (lowest, highest)
    )
    return Ends(low, high, count_unknown(base, mine, unknown))


def _both(found: Measured) -> Ends:
    return Ends(found, found)


def count_tickets(
    base: Measure, cases: Cases, unknown: UnknownTests, pick: Pick
) -> Iterator[Count]:
    """(hits, n) of each ticket over its trials, in one scenario."""
    choose = make_choice(base, unknown, pick)
    for _, group in groupby(cases, key=attrgetter("ticket_id")):
        counts = [choose(case.possible) for case in group]
        yield sum(hits for hits, _ in counts), sum(n for _, n in counts)


def count_unknown(base: Measure, cases: Iterable[Case], unknown: UnknownTests) -> Unknown:
    """The outputs that may count in more than one way, by why they may."""
    n_untested = n_disputed = 0
    for case in cases:
        options = [set(list_options(base, cell, unknown)) for cell in case.possible]
        n_untested += any(len(one) > 1 for one in options)
        n_disputed += any(one != options[0] for one in options)
    return Unknown(n_untested, n_disputed)


def make_choice(base: Measure, unknown: UnknownTests, pick: Pick) -> Choice:
    """What one output contributes in a scenario, by its possible cells: the best or the worst.

    Outputs of equal cells are decided once.
    """

    @cache
    def choose(possible: tuple[Cell, ...]) -> Count:
        return min((c for cell in possible for c in list_options(base, cell, unknown)), key=pick)

    return choose


def measure_seen(base: Measure, cases: Cases, confidence: float) -> Measured:
    """A number as it was seen, nothing guessed; several trials of a ticket bound as one."""
    by_ticket = groupby(cases, key=attrgetter("ticket_id"))
    counts = [[base.contribute(case.cell) for case in group] for _, group in by_ticket]
    summed = [(sum(h for h, _ in one), sum(n for _, n in one)) for one in counts]
    return measure_tickets(base, summed, confidence)


def measure_tickets(base: Measure, counts: list[Count], confidence: float) -> Measured:
    hits, n = sum(h for h, _ in counts), sum(n for _, n in counts)
    if not n:
        return NO_DATA
    if all(size <= 1 for _, size in counts):
        bounds = cp_lower(hits, n, confidence), cp_upper(hits, n, confidence)
        return Measured(hits, n, hits / n, *bounds, n)
    found = clusters.mean_rate(counts) if base.by_ticket else hits / n
    value = hits / n if found is None else found
    n_tickets = sum(1 for _, size in counts if size)
    bounds = clusters.cp_clustered(counts, value, confidence)
    return Measured(hits, n, value, *bounds, n_tickets)


def first_trials(cases: Iterable[Case]) -> dict[str, Case]:
    """One case a ticket: trial 1, chosen in advance."""
    return {case.ticket_id: case for case in cases if case.trial == 1}


def pair_up(
    base: Measure, mine: Cases, theirs: Cases, unknown: UnknownTests
) -> tuple[Pairs, Pairs]:
    """Tickets that count for both by who has the event, at both ends of the difference."""
    other = first_trials(theirs)
    shared = [(case, other[t]) for t, case in first_trials(mine).items() if t in other]

    def count(pick: Pick, their_pick: Pick) -> Pairs:
        choose, choose_theirs = (make_choice(base, unknown, end) for end in (pick, their_pick))
        found = [(choose(a.possible), choose_theirs(b.possible)) for a, b in shared]
        return paired.count_pairs((a[0] > 0, b[0] > 0) for a, b in found if NOTHING not in {a, b})

    return count(lowest, highest), count(highest, lowest)


def _measure_pairs(pairs: Pairs, confidence: float) -> Measured:
    """hits: tickets on which the candidate alone has the event; n: all that count for both."""
    if not pairs.n:
        return Measured(0, 0, None, -1.0, 1.0)
    bounds = paired.tango_lower(pairs, confidence), paired.tango_upper(pairs, confidence)
    return Measured(pairs.b, pairs.n, (pairs.b - pairs.c) / pairs.n, *bounds)


def _measure_steadiness(criterion: Criterion, gate: Gate, cases: Cases) -> Measured:
    """pass^k: the bound counts tickets with k trials or more."""
    base = MEASURES["yield"]
    unknown = gate.policy.unknown_tests
    counts = [c for c in count_tickets(base, cases, unknown, lowest) if c[1] >= criterion.k]
    value = reliability.pass_hat_k(counts, criterion.k)
    if value is None:
        return NO_DATA
    n, confidence = len(counts), gate.inference.confidence
    k_eff = min(float(n), value * n)
    bounds = cp_lower(k_eff, n, confidence), cp_upper(k_eff, n, confidence)
    return Measured(sum(hits == size for hits, size in counts), n, value, *bounds, n)


def _measure_agreement(criterion: Criterion, gate: Gate, cases: Cases) -> Measured:
    """Over outputs with two labels; no bound below ten of them."""
    ratings, n = list_ratings(cases)
    held: agreement.Ratings = ratings
    categories: list[object] = list(Label)
    if criterion.label:
        held, categories = agreement.one_vs_rest(ratings, Label(criterion.label)), [False, True]
    if n < 2:
        return Measured(0, 0, None, -1.0, 1.0)

    def compute(found: agreement.Ratings) -> float | None:
        if criterion.metric == "agreement_alpha":
            return agreement.krippendorff_alpha(found)
        return agreement.gwet_ac1(agreement.count_ratings(found, categories))

    value = compute(held)
    if value is None:
        return Measured(0, 0, None, -1.0, 1.0)
    width = 2 * gate.inference.confidence - 1
    found = agreement.agreement_interval(held, compute, gate.inference.seed, width)
    return Measured(n, n, value, *(found.interval or (-1.0, 1.0)))


def list_ratings(cases: Iterable[Case]) -> tuple[list[list[Label | None]], int]:
    """The labels of each reviewer over outputs with two or more; with how many those are."""
    doubles = [case for case in cases if len(case.raters) > 1]
    labels = [{o.reviewer: o.judgement.label for o in case.raters} for case in doubles]
    names = sorted({name for held in labels for name in held})
    return [[held.get(name) for held in labels] for name in names], len(doubles)
