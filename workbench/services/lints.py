"""What is wrong with a gate before any label is given, above all bounds that no data keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workbench.domain.gate import (
    ABSTENTION,
    AGREEMENTS,
    DIFFERENCES,
    INCUMBENT,
    Bound,
    Criterion,
    Gate,
    Mode,
    Sequential,
    SuiteSize,
)
from workbench.domain.gate_reading import FindLine
from workbench.domain.lint import Lint
from workbench.domain.policy import SelfFlag, UnknownTests
from workbench.services.attainability import (
    count_expected,
    count_needed,
    count_planned,
    count_unit,
    find_pass_chances,
)

_MIN_DOUBLES = 10


@dataclass(frozen=True, slots=True)
class Known:
    """What a gate is checked against beside itself.

    `suite_problem` says why the frozen tickets are not what they should be. `candidates` None: no
    study is at hand. `locked` says when each candidate's settings were frozen, `mixed` why outputs
    of one name are not of one candidate.
    """

    suite: SuiteSize | None = None
    suite_problem: str = ""
    candidates: frozenset[str] | None = None
    first_label_at: datetime | None = None
    locked: Mapping[str, datetime] = field(default_factory=dict)
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def lint(gate: Gate, known: Known, find_line: FindLine = lambda *_: 0) -> list[Lint]:
    """Everything that is wrong or doubtful, errors first."""
    found = [
        *_lint_suite(gate, known, find_line),
        *_lint_whole(gate, known, find_line),
        *_lint_settings(gate, known, find_line),
    ]
    for place, criterion in enumerate(gate.criteria):
        line = find_line("criterion", place, "")
        for code, sentence in (
            *_lint_criterion(criterion, gate, known),
            *_lint_reach(criterion, gate, known.suite),
        ):
            found.append(Lint(code, sentence, line))
    return sorted(found, key=lambda one: (not one.is_error, one.code, one.line))


def _lint_suite(gate: Gate, known: Known, find_line: FindLine) -> Iterator[Lint]:
    """E05: the frozen tickets are there, whole, and enough."""
    line = find_line("design", 0, "tickets")
    if known.suite_problem:
        yield Lint("E05", known.suite_problem, line)
    if known.suite is None:
        return
    design, suite = gate.design, known.suite
    for what, held, least in (
        ("tickets", suite.tickets, design.min_tickets),
        ("vague tickets", suite.vague, design.min_vague),
        ("clear tickets", suite.clear, design.min_clear),
    ):
        if held < least:
            key = f"min_{what.split()[0]}"
            sentence = f"frozen {what}: {held}, {key} asks for {least}"
            yield Lint("E05", sentence, find_line("design", 0, key) or line)


def _lint_whole(gate: Gate, known: Known, find_line: FindLine) -> Iterator[Lint]:
    """E06, E07, E08, E10, E11: what no single criterion shows."""
    over = {c.stratum for c in gate.criteria if c.metric == ABSTENTION and c.bound is Bound.UPPER}
    asks = [c for c in gate.criteria if c.metric == ABSTENTION and c.bound is Bound.LOWER]
    if any(c.stratum == "vague" for c in asks) and "clear" not in over:
        yield Lint(
            "E06",
            "abstention_rate on vague tickets has a lower bound and none above on clear ones:"
            " a candidate that always asks would pass",
        )
    if not any(c.metric == "escape_rate" and c.is_required for c in gate.criteria):
        yield Lint("E07", "no required escape_rate criterion: what escapes is the verdict")
    flow = gate.workflow
    if flow.mode is Mode.CAPABILITY and flow.derived is Mode.CALIBRATION:
        sentence = "mode is capability, but not all three answers are yes: calibration"
        yield Lint("E08", sentence, find_line("workflow", 0, "mode"))
    if gate.locked_at and known.first_label_at and gate.locked_at > known.first_label_at:
        sentence = (
            f"locked_at is later than the first label ({known.first_label_at:%Y-%m-%d %H:%M})"
        )
        yield Lint("E10", sentence, find_line("", 0, "locked_at"))
    seen: set[tuple[str, ...]] = set()
    for place, criterion in enumerate(gate.criteria):
        if criterion.key in seen:
            sentence = f"{criterion.title} {criterion.bound}: is there twice"
            yield Lint("E11", sentence, find_line("criterion", place, ""))
        seen.add(criterion.key)


def _lint_criterion(c: Criterion, gate: Gate, known: Known) -> Iterator[tuple[str, str]]:
    """E06, E09, W05, W06: one criterion by itself."""
    if c.metric == ABSTENTION and c.stratum == "all":
        yield "E06", 'abstention_rate needs stratum = "vague" or "clear": it is right on one alone'
    if c.metric in DIFFERENCES:
        if c.is_required and gate.inference.sequential is Sequential.E_PROCESS:
            yield "E09", f"{c.metric} cannot be required with e-process: it has a fixed size"
        is_known = known.candidates is None or c.versus in {*known.candidates, INCUMBENT}
        if not is_known:
            listed = ", ".join(sorted(known.candidates or ())) or "none yet"
            yield "E09", f"{c.metric} versus {c.versus}: no such candidate (known: {listed})"
    if c.metric in AGREEMENTS and known.suite:
        doubles = known.suite.tickets * gate.design.double_label_share
        if doubles < _MIN_DOUBLES:
            told = f"double labels expected: {doubles:.0f}, needed: {_MIN_DOUBLES}"
            yield "W05", f"{c.title}: {told}"
    if c.is_required and c.metric in {"flag_precision", "self_flag_rate"}:
        yield "W06", f"{c.metric} is required, and rests on fewer than ten flaws as a rule"


def _lint_reach(c: Criterion, gate: Gate, suite: SuiteSize | None) -> Iterator[tuple[str, str]]:
    """E04, W01, W02: whether any data could keep the bound, and whether a good candidate would."""
    if c.k > gate.design.trials:
        yield "E04", f"{c.title} needs {c.k} trials, design has {gate.design.trials}"
    if suite is None:
        return
    needed, planned = count_needed(c, gate), count_planned(c, gate, suite)
    if needed is None or planned is None:
        return
    unit = count_unit(c)
    if needed > planned:
        yield "E04", f"{c.title} {c.wanted} needs >={needed} {unit}, design has {planned}"
        return
    expected = count_expected(c, gate, suite)
    if needed > expected:
        yield "W01", f"{c.title} {c.wanted} needs >={needed} {unit}, {expected} are expected"
        return
    if c.metric != "escape_rate" or c.bound is not Bound.UPPER:
        return
    good, bad = find_pass_chances(c, gate, expected)
    at = f"with {expected} green"
    if good.passes < 0.5:
        told = f"({good.rate * 100:.3g}% escape) passes in {good.passes:.0%} of studies {at}"
        yield "W02", f"{c.title}: a good candidate {told}"
    if bad.passes > 0.2:
        told = f"({bad.rate * 100:.3g}% escape) passes in {bad.passes:.0%} {at}"
        yield "W02", f"{c.title}: a bad one {told}"


def _lint_settings(gate: Gate, known: Known, find_line: FindLine) -> Iterator[Lint]:
    """W03, W04, W07, W08, W09: choices that weaken what the verdict means."""
    design, policy = gate.design, gate.policy

    def warn(code: str, table: str, key: str, sentence: str) -> Lint:
        return Lint(code, sentence, find_line(table, 0, key))

    if design.trials > 1:
        yield warn("W03", "design", "trials", "more trials add no tickets: bounds stay as wide")
    for key, is_off, why in (
        ("controls_min", design.controls_min == 0, "nothing measures how strict reviewers are"),
        ("double_label_share", design.double_label_share == 0, "nothing shows whether they agree"),
        ("blind", not design.blind, "whoever knows the model judges the name as well"),
    ):
        if is_off:
            yield warn("W04", "design", key, f"{key} is off: {why}")
    if policy.self_flag is SelfFlag.ANY:
        sentence = "self_flag = any: one true flag excuses every defect of an output"
        yield warn("W07", "labels", "self_flag", sentence)
    if policy.unknown_tests is UnknownTests.IDENTIFIED:
        sentence = "unknown_tests = identified: an untested clean patch costs nothing"
        yield warn("W07", "inference", "unknown_tests", sentence)
    yield from _lint_answers(gate, known, find_line)
    for who, reasons in sorted(known.mixed.items()):
        for reason in reasons:
            yield Lint("W09", f"no verdict on {who} is possible: {reason}")


def _lint_answers(gate: Gate, known: Known, find_line: FindLine) -> Iterator[Lint]:
    """W08: the workflow was described before a candidate became what it is."""
    answered = gate.workflow.answered_on
    late = sorted(who for who, at in known.locked.items() if answered and at.date() > answered)
    if late:
        sentence = f"the answers of {answered} are older than the settings of {', '.join(late)}"
        yield Lint("W08", sentence, find_line("workflow", 0, "answered_on"))
