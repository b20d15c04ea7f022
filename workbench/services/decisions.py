"""From verdicts to a decision: who passes, who of them leads, who cannot be told apart.

Safety first (calibration) or cost first (capability), as the workflow's three answers say; each
step keeps whoever is not proved to be worse than the best.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from workbench.domain.decision import Decision, Evidence, Separation, Step, join
from workbench.domain.gate import Bound, Gate, Mode
from workbench.domain.measures import MEASURES
from workbench.domain.utility import cost_per_merge
from workbench.domain.verdict import CandidateVerdict, Verdict
from workbench.services.contests import (
    by_ticket,
    compare_discrimination,
    compare_paired,
    compare_self_flags,
    compute_rate,
    count_all,
    differences,
    keep_leaders,
)
from workbench.services.criteria import Cases, measure_seen
from workbench.services.verdicts import Field, judge
from workbench.services.worths import tell_worths
from workbench.stats import paired, planner

Costs = Mapping[str, float]
"""What an output cost, by its id; an output that is not in it has no known cost."""

Held = Mapping[str, Cases]

CONFIDENCE = 0.95
_COST_SLACK = 1.10  # within a tenth of the cheapest is as cheap
_MOST_TICKETS = 300


def decide(
    gate: Gate | None, field: Field, costs: Costs | None = None, problem: str = ""
) -> Decision:
    """The decision on the candidates of `field`, whose cells are under the gate's definitions.

    `problem` is what forbids any verdict, such as an error that lint found.
    """
    confidence = gate.inference.confidence if gate else CONFIDENCE
    evidence = tuple(
        gather_evidence(name, cases, costs or {}, confidence) for name, cases in field.cases.items()
    )
    evidence = tuple(sorted(evidence, key=_by_escapes))
    if gate is None:
        return Decision("", Mode.CALIBRATION, (), evidence, field.suite.tickets)
    verdicts = tuple(judge(gate, field, name) for name in sorted(field.cases))
    mode, n = gate.workflow.in_force, field.suite.tickets
    if problem:
        return Decision(gate.name, mode, verdicts, evidence, n, problem=problem)
    passed = [v.candidate for v in verdicts if v.verdict is Verdict.PASS]
    steps = tuple(_take_steps(mode, passed, field, evidence, gate.inference.alpha))
    left = steps[-1].kept if steps else tuple(passed)
    left = tuple(e.candidate for e in evidence if e.candidate in left)
    return Decision(
        gate=gate.name,
        mode=mode,
        verdicts=verdicts,
        evidence=evidence,
        n_tickets=n,
        steps=steps,
        left=left,
        separation=_separate(mode, left, field, gate.inference.alpha),
        notes=tuple(_list_notes(gate, field, verdicts, steps)),
    )


def gather_evidence(name: str, cases: Cases, costs: Costs, confidence: float) -> Evidence:
    """What is told of a candidate in words."""
    escapes = measure_seen(MEASURES["escape_rate"], cases, confidence)
    spent = [costs.get(case.output_id) for case in cases]
    return Evidence(
        candidate=name,
        escapes=(escapes.hits, escapes.n),
        at_most=escapes.upper,
        vague=count_all(MEASURES["abstention_rate_vague"], cases),
        clear=count_all(MEASURES["abstention_rate_clear"], cases),
        confidence=confidence,
        cost=cost_per_merge(spent, count_all(MEASURES["yield"], cases)[0]),
    )


def _by_escapes(found: Evidence) -> tuple[float, float, str]:
    """The fewest escapes first; of equals the one with more green outputs."""
    hits, n = found.escapes
    return (hits / n if n else 1.0, -n, found.candidate)


def _take_steps(
    mode: Mode, passed: Sequence[str], field: Field, evidence: Sequence[Evidence], alpha: float
) -> list[Step]:
    """The steps of one mode; none where fewer than two pass."""
    if len(passed) < 2:
        return []
    escape = partial(_take_rate, "escape_rate", "lets the least escape", sign=-1)
    merge = partial(_take_rate, "merge_rate", "is merged most often")
    useful = partial(_take_rate, "yield", "is merged most often of all outputs")
    calibration = (escape, _take_discrimination, _take_self_flags, merge)
    capability = (partial(_take_cost, evidence), useful, merge)
    chosen = calibration if mode is Mode.CALIBRATION else capability
    steps: list[Step] = []
    kept = tuple(passed)
    for take in chosen:
        held = {name: field.cases[name] for name in kept}
        step = take(held, alpha) if len(kept) > 1 else None
        if step is not None:
            steps.append(step)
            kept = step.kept
    return steps


def _take_rate(name: str, rule: str, held: Held, alpha: float, sign: int = 1) -> Step:
    measure = MEASURES[name]
    values = {who: compute_rate(measure, cases) for who, cases in held.items()}
    return _take(rule, values, partial(_ask, partial(compare_paired, measure), held), alpha, sign)


def _take_discrimination(held: Held, alpha: float) -> Step:
    values: dict[str, float | None] = {}
    for who, cases in held.items():
        vague, clear = (
            compute_rate(MEASURES[f"abstention_rate_{kind}"], cases) for kind in ("vague", "clear")
        )
        values[who] = None if vague is None or clear is None else vague - clear
    rule = "tells vague tickets from clear ones best"
    return _take(rule, values, partial(_ask, compare_discrimination, held), alpha)


def _take_self_flags(held: Held, alpha: float) -> Step:
    values = {who: compute_rate(MEASURES["self_flag_rate"], c) for who, c in held.items()}
    rule = "names its own flaws most often"
    return _take(rule, values, partial(_ask, compare_self_flags, held), alpha)


def _ask(test: Callable[[Cases, Cases], float], held: Held, first: str, second: str) -> float:
    return test(held[first], held[second])


def _take(
    rule: str,
    values: Mapping[str, float | None],
    test: Callable[[str, str], float],
    alpha: float,
    sign: int = 1,
) -> Step:
    """Who is not proved to be worse than the best; without a number nobody is."""
    known = {who: sign * value for who, value in values.items() if value is not None}
    if len(known) < 2:
        note = "known of fewer than two of them"
        return Step(rule, tuple(values), (), note, is_left_out=True)
    leaders, lead = keep_leaders(known, test, alpha)
    kept = tuple(who for who in values if who in leaders or who not in known)
    dropped = tuple(who for who in values if who not in kept)
    note = "" if dropped else f"{lead} has the best number, and nobody is proved to be worse"
    return Step(rule, kept, dropped, note)


def _take_cost(evidence: Sequence[Evidence], held: Held, _alpha: float) -> Step:
    """The cheapest for each merged output, and who is within a tenth of it."""
    rule = "costs least for each merged output"
    costs = {e.candidate: e.cost.usd for e in evidence if e.candidate in held}
    known = {who: cost for who, cost in costs.items() if cost is not None}
    if len(known) < len(costs):
        lack = join(sorted(set(costs) - set(known)))
        return Step(rule, tuple(held), (), f"not known of {lack}", is_left_out=True)
    most = min(known.values()) * _COST_SLACK
    kept = tuple(who for who in held if known[who] <= most)
    return Step(rule, kept, tuple(who for who in held if who not in kept))


def _separate(mode: Mode, left: Sequence[str], field: Field, alpha: float) -> Separation | None:
    """How many tickets would tell the first two apart, were they to differ as they do here."""
    if len(left) < 2:
        return None
    measure = MEASURES["escape_rate" if mode is Mode.CALIBRATION else "yield"]
    first, second = left[:2]
    found = differences(*(by_ticket(measure, field.cases[name]) for name in (first, second)))
    only_first, only_second = (sum(d * sign > 0 for d in found) for sign in (1, -1))
    if only_first == only_second:
        return Separation(first, second, None)
    shares = only_first / len(found), only_second / len(found)
    needed = planner.tickets_for_power(*shares, alpha, most=_MOST_TICKETS)
    return Separation(first, second, needed)


def _list_notes(
    gate: Gate, field: Field, verdicts: Sequence[CandidateVerdict], steps: Sequence[Step]
) -> Iterator[str]:
    """What belongs under the decision: steps that were left out, and several tries at one gate."""
    for step in steps:
        if step.is_left_out:
            yield f"not compared: which one {step.rule} ({step.note})"
    if len(verdicts) > 1 and any(v.verdict is Verdict.PASS for v in verdicts):
        yield from _warn_of_several(gate, verdicts)
    if gate.prices:
        yield from tell_worths(field.cases, gate.prices, gate.inference.seed)


def _warn_of_several(gate: Gate, verdicts: Sequence[CandidateVerdict]) -> Iterator[str]:
    """Of many candidates one passes by chance: Holm over them, on what may escape."""
    for place, criterion in enumerate(gate.criteria):
        is_asked = criterion.metric == "escape_rate" and criterion.bound is Bound.UPPER
        if not (is_asked and criterion.is_required):
            continue
        held = [v.criteria[place].worst for v in verdicts]
        tails = [
            planner.pass_probability(w.n_bound, w.hits_bound, criterion.limit) if w.n_bound else 1.0
            for w in held
        ]
        for verdict, p in zip(verdicts, paired.holm(tails), strict=True):
            if verdict.verdict is Verdict.PASS and p > gate.inference.alpha:
                yield (
                    f"{len(verdicts)} candidates were tried: that {verdict.candidate} keeps"
                    f" {criterion.title} is not proved once that is allowed for (p = {p:.2f}, Holm)"
                )
