"""From a number back to its outputs: which it counts, which it is of, which not, and why.

Every output of a candidate is in exactly one of three places, so nothing can hide.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.case import Case, Opinion
from workbench.domain.check import CheckStatus
from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FoundBy
from workbench.domain.label import Judgement
from workbench.domain.measures import MEASURES, Measure
from workbench.domain.metrics import Rate
from workbench.domain.outcome import contradiction, effective_delivery, effective_tests
from workbench.domain.output import Delivery
from workbench.domain.policy import DEFAULT_POLICY
from workbench.services.boards import score_cases
from workbench.services.scorecards import list_rates

_MOST_DEFECTS = 3
_DELIVERED = {
    Delivery.PATCH: "a patch",
    Delivery.ASK: "asks",
    Delivery.DECLINE: "declines",
    Delivery.EMPTY: "nothing delivered",
    Delivery.CRASH_MODEL: "crashed",
    Delivery.VOID: "harness failed",
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


def find_measure(name: str) -> Measure:
    """A measure by its published name; UsageError with all names where there is none."""
    if name not in MEASURES:
        raise UsageError(f"no metric {name} (known: {', '.join(MEASURES)})")
    return MEASURES[name]


def trace(measure: Measure, candidate: str, cases: Iterable[Case]) -> Trace:
    """Every output of one candidate, in the order of tickets and trials."""
    held = [case for case in cases if case.candidate == candidate]
    boards = score_cases(held)
    if candidate not in boards:
        raise UsageError(f"no outputs of a candidate {candidate} in this study")
    rate = list_rates(boards[candidate].card)[measure.name]
    return Trace(measure, candidate, rate, tuple(_trace(measure, case) for case in held))


def _trace(measure: Measure, case: Case) -> Traced:
    hits, n = measure.contribute(case.cell)
    if n:
        return Traced(case, Part.HIT if hits else Part.MISS, hits, n, explain(case))
    reason, told = measure.explain_outside(case.cell), explain(case)
    why = told if told.startswith(reason) else f"{reason}: {told}"
    return Traced(case, Part.OUTSIDE, 0, 0, why)


def explain(case: Case) -> str:
    """What was delivered, what tests and reviewer said of it, and what came of that."""
    judgement = case.counted.judgement
    parts = [_describe_delivery(case), _describe_label(case.counted)]
    parts += _describe_defects(judgement)
    if judgement.flags:
        true = sum(flag.is_true for flag in judgement.flags)
        parts.append(f"{true} of {len(judgement.flags)} flags true")
    parts.append(contradiction(case.delivery, case.tests, judgement))
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


def _describe_defects(judgement: Judgement) -> list[str]:
    told = [_describe_defect(judgement, defect) for defect in judgement.defects[:_MOST_DEFECTS]]
    more = len(judgement.defects) - len(told)
    return [*told, f"{more} more defects"] if more else told


def _describe_defect(judgement: Judgement, defect: Finding) -> str:
    place = f" in {defect.file}" if defect.file else ""
    line = f":{defect.line}" if defect.file and defect.line else ""
    how = []
    if DEFAULT_POLICY.is_matched(judgement, defect):
        how.append("it said so")
    if defect.found_by is FoundBy.POST_MERGE:
        how.append(f"after merge, {defect.found_on}" if defect.found_on else "after merge")
    if defect.test_blind:
        how.append("tests blind to it")
    return f"{defect.kind} {defect.severity}{place}{line}" + (f" ({', '.join(how)})" if how else "")
