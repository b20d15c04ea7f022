"""From a gate and the cases of a candidate to its verdict: pass on the worst, fail on the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import partial

from workbench.domain.case import Case, place_all
from workbench.domain.counted import counted
from workbench.domain.decision import PENDING
from workbench.domain.gate import (
    AGREEMENTS,
    DIFFERENCES,
    HAT_K,
    INCUMBENT,
    Bound,
    Criterion,
    Gate,
    Sequential,
    SuiteSize,
)
from workbench.domain.outcome import Outcome, objection
from workbench.domain.scenarios import highest, lowest
from workbench.domain.verdict import (
    CandidateVerdict,
    CriterionVerdict,
    Measured,
    Verdict,
    combine,
)
from workbench.services.criteria import (
    Cases,
    find_base,
    first_trials,
    keep_stratum,
    make_choice,
    measure,
)
from workbench.services.needs import find_needs
from workbench.services.orders import order_outcomes
from workbench.stats import sequential


@dataclass(frozen=True, slots=True)
class Field:
    """What a gate is held against: the cases of each candidate, and how large the study is.

    `incumbent` is the candidate in use, "" where nobody said; `harnesses` the hashes of each one's
    harness, where they were recorded; `stumbled` the outputs in whose run a tool failed; `controls`
    the merged human patches among the outputs; `mixed` why outputs of one name are not of one
    candidate.
    """

    cases: Mapping[str, Cases]
    suite: SuiteSize
    incumbent: str = ""
    harnesses: Mapping[str, frozenset[str]] | None = None
    stumbled: frozenset[str] = frozenset()
    controls: Cases = ()
    mixed: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)

    @property
    def everyone(self) -> list[Case]:
        """The cases of all candidates."""
        return [case for cases in self.cases.values() for case in cases]


def apply_policy(cases: Sequence[Case], gate: Gate) -> list[Case]:
    """The same cases under the definitions of a gate; no stored label changes."""
    return list(place_all(cases, gate.policy))


def judge(gate: Gate, field: Field, candidate: str) -> CandidateVerdict:
    """The verdict on one candidate, whose cases are `field.cases[candidate]`, by ticket."""
    cases = field.cases[candidate]
    open_ = find_open(gate, field.suite, cases)
    criteria = tuple(
        judge_criterion(criterion, gate, field, candidate, open_) for criterion in gate.criteria
    )
    harnesses = (field.harnesses or {}).get(candidate, frozenset())
    reasons = (*find_invalid(gate, cases, harnesses), *field.mixed.get(candidate, ()))
    verdict = Verdict.INVALID if reasons else combine(criteria)
    return CandidateVerdict(candidate, verdict, criteria, reasons)


def find_open(gate: Gate, suite: SuiteSize, cases: Cases) -> str:
    """What is not final yet of the planned outputs, "" where all are."""
    n_pending = sum(case.cell.outcome is Outcome.PENDING for case in cases)
    n_missing = max(0, suite.tickets * gate.design.trials - len(cases))
    pending = counted(n_pending, "output has", "outputs have")
    missing = counted(n_missing, "planned output is", "planned outputs are")
    found = [f"{pending} no label yet"] if n_pending else []
    found += [f"{missing} missing"] if n_missing else []
    return PENDING + ", ".join(found) if found else ""


def find_invalid(gate: Gate, cases: Cases, harnesses: frozenset[str]) -> list[str]:
    """Why no verdict can rest on these data."""
    found = []
    n_void = sum(case.cell.outcome is Outcome.VOID for case in cases)
    if cases and n_void / len(cases) > gate.design.max_void_share:
        share = f"{gate.design.max_void_share:.0%}"
        of = counted(len(cases), "output")
        found.append(f"the harness failed on {n_void} of {of}, above {share}")
    if len(harnesses) > 1:
        found.append(f"its outputs come from {len(harnesses)} different harnesses")
    elif gate.design.harness_sha and harnesses and harnesses != {gate.design.harness_sha}:
        found.append("its harness is not the one the gate names")
    against = [case for case in cases if _is_contradiction(case)]
    if against:
        first = against[0]
        label = first.counted.judgement.label
        found.append(
            f"{counted(len(against), 'label contradicts', 'labels contradict')} what was delivered,"
            f" among them {label} on {first.output_id}"
        )
    return found


def _is_contradiction(case: Case) -> bool:
    """Whether a label cannot stand on the delivery, whatever the tests say."""
    judgement = case.counted.judgement
    if judgement.label is None:
        return False
    if judgement.findings:  # a defect beside "merged" is no contradiction: the state says it
        judgement = replace(judgement, findings=(), flags=())
    return bool(objection(case.delivery, judgement))


def judge_criterion(
    criterion: Criterion, gate: Gate, field: Field, candidate: str, open_: str
) -> CriterionVerdict:
    """One criterion; `open_` says what is not final yet."""
    versus = field.incumbent if criterion.versus == INCUMBENT else criterion.versus
    mine, rival = field.cases[candidate], field.cases.get(versus, [])
    ends = measure(
        criterion, gate, mine, rival, field.everyone, stumbled=field.stumbled,
        controls=field.controls,
    )  # fmt: skip
    is_upper = criterion.bound is Bound.UPPER
    best, worst = (ends.low, ends.high) if is_upper else (ends.high, ends.low)
    lack = _find_lack(criterion, versus, candidate)
    sure = gate.inference.confidence
    hold = partial(CriterionVerdict, criterion, best=best, worst=worst, unknown=ends.unknown)
    if lack:
        return hold(Verdict.INCONCLUSIVE, confidence=sure, needs=lack)
    is_sequential = gate.inference.sequential is Sequential.E_PROCESS and _is_proportion(criterion)
    bounded_at = None if is_sequential else sure
    if is_sequential:
        verdict = _judge_path(criterion, gate, mine)
    else:
        verdict = Verdict.INCONCLUSIVE if open_ else compare(criterion, best, worst)
    if verdict is not Verdict.INCONCLUSIVE:
        return hold(verdict, confidence=bounded_at)
    needs = find_needs(criterion, gate, worst, is_sequential=is_sequential)
    told = "" if is_sequential else open_
    needs = "; ".join(filter(None, (told, needs)))
    return hold(verdict, confidence=bounded_at, needs=needs)


def compare(criterion: Criterion, best: Measured, worst: Measured) -> Verdict:
    """PASS where the worst keeps the bound, FAIL where the best is proved to break it."""
    if worst.value is None and best.value is None:
        return Verdict.INCONCLUSIVE
    limit = criterion.limit
    is_upper = criterion.bound is Bound.UPPER
    passes = worst.upper <= limit if is_upper else worst.lower >= limit
    fails = best.lower > limit if is_upper else best.upper < limit
    if passes and worst.value is not None:
        return Verdict.PASS
    return Verdict.FAIL if fails and best.value is not None else Verdict.INCONCLUSIVE


def _is_proportion(criterion: Criterion) -> bool:
    return criterion.metric not in DIFFERENCES | AGREEMENTS | {HAT_K}


def _find_lack(criterion: Criterion, versus: str, candidate: str) -> str:
    """Why a difference cannot be asked for at all."""
    if criterion.metric not in DIFFERENCES:
        return ""
    if not versus:
        return "no incumbent is named: --incumbent NAME"
    return "it is the incumbent itself" if versus == candidate else ""


def _judge_path(criterion: Criterion, gate: Gate, cases: Cases) -> Verdict:
    """The verdict that was reached first, label by label; trial 1 of each ticket."""
    base = find_base(criterion)
    if base is None:
        return Verdict.INCONCLUSIVE
    held = list(first_trials(keep_stratum(cases, criterion.stratum)).values())
    ordered = order_outcomes(held, gate.inference.seed)

    def path(end: str) -> list[bool]:
        pick = highest if end == "high" else lowest
        choose = make_choice(base, gate.policy.unknown_tests, pick)
        counts = [choose(case.possible) for case in ordered]
        return [hits > 0 for hits, n in counts if n]

    limit, alpha = criterion.limit, gate.inference.alpha
    if criterion.bound is Bound.UPPER:
        passed = sequential.first_below(path("high"), limit, alpha)
        failed = sequential.first_above(path("low"), limit, alpha)
    else:
        passed = sequential.first_above(path("low"), limit, alpha)
        failed = sequential.first_below(path("high"), limit, alpha)
    if passed is None and failed is None:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS if failed is None or (passed or failed + 1) <= failed else Verdict.FAIL
