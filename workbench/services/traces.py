"""From a number back to its outputs: which it counts, which it is of, which not, and why.

Every output of a candidate is in exactly one of three places, so nothing can hide.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.domain.case import Case, Opinion, place_all
from workbench.domain.check import CheckStatus
from workbench.domain.controls import Adjusted
from workbench.domain.counted import counted
from workbench.domain.definitions import USUAL, Definitions
from workbench.domain.delivery import Delivery
from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FoundBy
from workbench.domain.label import Judgement
from workbench.domain.measures import MEASURES, Measure
from workbench.domain.metrics import Rate
from workbench.domain.outcome import contradiction, effective_delivery, effective_tests
from workbench.domain.policy import DEFAULT_POLICY, Policy
from workbench.domain.recorded import NOTHING_RECORDED
from workbench.services.boards import score_cases
from workbench.services.controls import ACCEPTANCE, adjust_all, score_reviewers
from workbench.services.scorecards import choose_interval, list_rates
from workbench.services.trajectories import ANSWER_LEAKS, RECOVERY, contribute, read_logs

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

ADJUSTED, CONTROLS = "merge_rate_adjusted", "the controls"
_BESIDE = (ACCEPTANCE, RECOVERY, ANSWER_LEAKS)

_MOST_DEFECTS = 3
_DELIVERED = {
    Delivery.PATCH: "a patch",
    Delivery.ASK: "asks",
    Delivery.DECLINE: "declines",
    Delivery.EMPTY: "nothing delivered",
    Delivery.CRASH_MODEL: "crashed",
    Delivery.VOID: "the harness failed",
}
_TESTED = {
    CheckStatus.PASS: "tests pass",
    CheckStatus.FAIL: "tests fail",
    CheckStatus.NOT_RUN: "tests not run",
}


class Part(StrEnum):
    """Where an output stands for one rate."""

    HIT = "numerator"
    MISS = "denominator"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Traced:
    """One output: where it stands, what it adds (flags may add several), and why."""

    case: Case
    part: Part
    hits: int
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A rate with every output of the candidate."""

    measure: Measure
    candidate: str
    rate: Rate
    outputs: tuple[Traced, ...]

    def pick(self, part: Part) -> list[Traced]:
        """The outputs of one part."""
        return [output for output in self.outputs if output.part is part]


def find_measures(name: str) -> tuple[Measure, ...]:
    """What a published name rests on; UsageError with all names where there is none."""
    if name == ADJUSTED:
        return MEASURES["merge_rate"], ACCEPTANCE
    every = {**MEASURES, **{measure.name: measure for measure in _BESIDE}}
    if name not in every:
        known = [*MEASURES, ADJUSTED, *(measure.name for measure in _BESIDE)]
        raise UsageError(f"no metric {name} (known: {', '.join(known)})")
    return (every[name],)


class Tracer:
    """Traces the numbers of one study, by the definitions in force."""

    def __init__(self, store: "Store", definitions: Definitions, reviewer: str = "") -> None:
        """`reviewer` "" is everybody."""
        self._store, self._definitions, self._reviewer = store, definitions, reviewer

    def choose(self, measures: Sequence[Measure], candidate: str | None) -> str:
        """Whose number it is; UsageError where several could be meant. Controls are nobody's."""
        if measures == (ACCEPTANCE,):
            return CONTROLS
        if candidate is not None:
            return candidate
        names = sorted({case.candidate for case in self._store.cases(self._reviewer)})
        if len(names) > 1:
            raise UsageError(f"--candidate: which one? {', '.join(names)}")
        if not names:
            raise UsageError("there are no outputs yet: workbench outputs import FILE")
        return names[0]

    def trace(self, measure: Measure, candidate: str) -> Trace:
        """Every output that one number is of, or could be."""
        policy = self._definitions.policy
        if measure is ACCEPTANCE:
            found = self._store.cases(is_control=True)
            cases = [case.under(policy) for case in found if case.counted.reviewer]
            accepted = score_reviewers(cases, self._definitions).get("")
            rate = accepted.acceptance if accepted else Rate(0, 0)
            return Trace(measure, CONTROLS, rate, tuple(_trace(measure, c, policy) for c in cases))
        cases = list(self._store.cases(self._reviewer, candidate))
        if measure in {RECOVERY, ANSWER_LEAKS}:
            return self._trace_log(measure, candidate, cases)
        return trace(measure, candidate, cases, self._definitions)

    def adjust(self, candidate: str) -> Adjusted:
        """The merge rate by how strict reviewers are."""
        found = self._store.cases(self._reviewer, candidate)
        cases = place_all(found, self._definitions.policy)
        boards = score_cases(cases, self._definitions)
        controls = self._store.cases(is_control=True)
        return adjust_all(boards, controls, self._definitions)[candidate]

    def _trace_log(self, measure: Measure, candidate: str, cases: Sequence[Case]) -> Trace:
        if not cases:
            raise _find_nobody(candidate)
        logs = read_logs(self._store.list_extras())
        policy = self._definitions.policy
        traced = []
        for found in cases:
            case = found.under(policy)
            held = logs.get(case.output_id, NOTHING_RECORDED)
            hits, n = contribute(measure, case, held)
            part = Part.OUTSIDE if not n else Part.HIT if hits else Part.MISS
            told = "; ".join(held.leaks) if measure is ANSWER_LEAKS else explain(case, policy)
            why = told or ("looked nowhere near the fix" if n else measure.outside(case.cell))
            traced.append(Traced(case, part, hits, n, why))
        hits, n = sum(one.hits for one in traced), sum(one.n for one in traced)
        draw = choose_interval(self._definitions.interval)
        rate = Rate(hits, n, draw.interval(hits, n)) if n else Rate(0, 0)
        return Trace(measure, candidate, rate, tuple(traced))


def _find_nobody(candidate: str) -> UsageError:
    return UsageError(f"no outputs of a candidate {candidate} in this study")


def trace(
    measure: Measure, candidate: str, cases: Iterable[Case], definitions: Definitions = USUAL
) -> Trace:
    """Every output of one candidate, in the order of tickets and trials."""
    policy = definitions.policy
    held = [case.under(policy) for case in cases if case.candidate == candidate]
    boards = score_cases(held, definitions)
    if candidate not in boards:
        raise _find_nobody(candidate)
    rate = list_rates(boards[candidate].card)[measure.name]
    return Trace(measure, candidate, rate, tuple(_trace(measure, case, policy) for case in held))


def _trace(measure: Measure, case: Case, policy: Policy) -> Traced:
    hits, n = measure.contribute(case.cell)
    if n:
        return Traced(case, Part.HIT if hits else Part.MISS, hits, n, explain(case, policy))
    reason, told = measure.explain_outside(case.cell), explain(case, policy)
    why = told if told.startswith(reason) else f"{reason}: {told}"
    return Traced(case, Part.OUTSIDE, 0, 0, why)


def explain(case: Case, policy: Policy = DEFAULT_POLICY) -> str:
    """What was delivered, what tests and reviewer said of it, and what came of that."""
    judgement = case.counted.judgement
    parts = [_describe_delivery(case), _describe_label(case.counted)]
    parts += _describe_defects(judgement, policy)
    if judgement.flags:
        true = sum(flag.is_true for flag in judgement.flags)
        parts.append(f"{true} of {counted(len(judgement.flags), 'flag')} true")
    parts.append(contradiction(case.delivery, case.tests, judgement, policy))
    parts += [f"{_describe_label(other)}, not counted" for other in case.others]
    return "; ".join(part for part in parts if part)


def _describe_delivery(case: Case) -> str:
    judgement = case.counted.judgement
    delivery = effective_delivery(case.delivery, judgement)
    told = _DELIVERED[delivery]
    if delivery is Delivery.PATCH:
        tests = effective_tests(case.tests, judgement)
        told = _TESTED[tests]
        if tests is not case.tests:
            told += f" ({_TESTED[case.tests].removeprefix('tests ')} before: {judgement.reason})"
    if delivery is not case.delivery:
        told += f" (recorded as {case.delivery}, corrected)"
    return told


def _describe_label(opinion: Opinion) -> str:
    judgement = opinion.judgement
    if judgement.label is None:
        return ""
    edit = f" ({judgement.edit})" if judgement.edit else ""
    reason = f", {judgement.reason}" if judgement.reason else ""
    return f"{opinion.reviewer}: {judgement.label}{edit}{reason}"


def _describe_defects(judgement: Judgement, policy: Policy) -> list[str]:
    told = [
        _describe_defect(judgement, defect, policy) for defect in judgement.defects[:_MOST_DEFECTS]
    ]
    more = len(judgement.defects) - len(told)
    return [*told, counted(more, "more defect")] if more else told


def _describe_defect(judgement: Judgement, defect: Finding, policy: Policy) -> str:
    place = f" in {defect.file}" if defect.file else ""
    line = f":{defect.line}" if defect.file and defect.line else ""
    how = []
    if policy.is_matched(judgement, defect):
        how.append("it said so")
    if defect.found_by is FoundBy.POST_MERGE:
        how.append(f"after merge, {defect.found_on}" if defect.found_on else "after merge")
    if defect.test_blind:
        how.append("tests blind to it")
    return f"{defect.kind} {defect.severity}{place}{line}" + (f" ({', '.join(how)})" if how else "")
