"""What holds for every study: which outputs move which rate, in which direction, and never else."""

import random
from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.cell import NOT_COUNTED, Cell
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.label import Judgement, Label
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import count, keep_spec
from workbench.domain.outcome import Outcome, derive_outcome
from workbench.domain.policy import DEFAULT_POLICY, Policy, SelfFlag, UnknownTests
from workbench.domain.scenarios import Range, compute_range
from workbench.domain.spec import Spec

from .kit import FINDINGS, OUTPUTS, SIZES, STUDIES, Facts, judgements, score, tally

BOUNDED = settings(deadline=None, max_examples=80)
ESCAPE_RATES = ("escape_rate", "escape_rate_total", "exposure")
Counts = dict[str, tuple[int, int]]


def pairs(outputs: list[Facts], policy: Policy = DEFAULT_POLICY) -> Counts:
    """(hits, n) of every measure."""
    counted = tally(outputs, policy)
    return {name: count(measure, counted) for name, measure in MEASURES.items()}


def ranges(
    outputs: list[Facts], unknown: UnknownTests = UnknownTests.WORST_CASE
) -> dict[str, Range]:
    counted = tally(outputs)
    return {name: compute_range(m, counted, (), unknown) for name, m in MEASURES.items()}


def share(pair: tuple[int, int]) -> float:
    """The rate, 0 where there is none: for comparing what can only fall."""
    return pair[0] / pair[1] if pair[1] else 0.0


@BOUNDED
@given(STUDIES, st.integers(0, 99))
def test_the_order_of_outputs_changes_nothing(outputs: list[Facts], seed: int) -> None:
    """A tally is a set of counts; who is called what is not in it."""
    mixed = list(outputs)
    random.Random(seed).shuffle(mixed)
    assert score(mixed) == score(outputs)


@BOUNDED
@given(STUDIES, OUTPUTS)
def test_void_and_pending_change_no_rate(outputs: list[Facts], other: Facts) -> None:
    """Only their own counts."""
    void = replace(other, delivery=Delivery.VOID)
    pending = replace(other, delivery=Delivery.PATCH, tests=CheckStatus.PASS, judgement=Judgement())
    before, after = score(outputs), score([*outputs, void, pending])
    for outcome in NOT_COUNTED:
        assert after.states[outcome] == before.states[outcome] + 1
    assert pairs([*outputs, void, pending]) == pairs(outputs)


@BOUNDED
@given(STUDIES, st.sampled_from(Spec))
def test_an_abstention_moves_what_is_of_all_outputs_alone(outputs: list[Facts], spec: Spec) -> None:
    """Merge, escape and self-flag rate neither rise nor fall with it."""
    ask = Facts(spec, Delivery.ASK, CheckStatus.NOT_RUN, Judgement(Label.ABSTAINED))
    before, after = pairs(outputs), pairs([*outputs, ask])
    moved = {"coverage", "yield", "exposure", "abstention_precision", f"abstention_rate_{spec}"}
    assert {name for name in MEASURES if before[name] != after[name]} == moved & set(MEASURES)


@BOUNDED
@given(STUDIES, OUTPUTS)
def test_red_tests_never_raise_what_is_merged_or_escaped(
    outputs: list[Facts], other: Facts
) -> None:
    """Of the same output, whatever was said of it; and a red patch is never among the green."""
    red = replace(other, tests=CheckStatus.FAIL)
    was, now = pairs([*outputs, other]), pairs([*outputs, red])
    for name in ("merge_rate", "yield", "escape_rate", "exposure", "unverified"):
        assert now[name][0] <= was[name][0]
    assert pairs([red])["escape_rate"] == (0, 0)


@BOUNDED
@given(STUDIES)
def test_a_flag_that_matches_takes_the_escape_and_leaves_the_total(outputs: list[Facts]) -> None:
    """What it said itself was not caught only by review; the defect is there all the same."""
    flag = Flag("the sign may be wrong")

    def confess(output: Facts) -> Facts:
        held = output.judgement
        findings = tuple(replace(f, flag=len(held.flags)) for f in held.findings)
        judgement = replace(held, findings=findings, flags=(*held.flags, flag))
        return replace(output, judgement=judgement, measured=None)

    for place, output in enumerate(outputs):
        if output.cell().outcome is not Outcome.ESCAPED:
            continue
        told = [*outputs[:place], confess(output), *outputs[place + 1 :]]
        was, now = pairs(outputs), pairs(told)
        assert now["escape_rate"][0] == was["escape_rate"][0] - 1
        assert now["escape_rate"][1] == was["escape_rate"][1]
        assert now["escape_rate_total"] == was["escape_rate_total"]
        assert now["self_flag_rate"][0] == was["self_flag_rate"][0] + (
            not output.cell().is_confessed
        )


@BOUNDED
@given(STUDIES)
def test_without_self_flags_every_grave_defect_escapes(outputs: list[Facts]) -> None:
    """The policy `none`: both escape rates are one; under `any` there are no more than matched."""
    found = pairs(outputs, Policy(self_flag=SelfFlag.NONE))
    assert found["escape_rate"] == found["escape_rate_total"]
    hits = [pairs(outputs, Policy(self_flag=kind))["escape_rate"][0]
            for kind in (SelfFlag.ANY, SelfFlag.MATCHED, SelfFlag.NONE)]  # fmt: skip
    assert hits == sorted(hits)


@BOUNDED
@given(STUDIES)
def test_rates_that_hang_together(outputs: list[Facts]) -> None:
    """ER >= exposure, yield = MR * coverage, ER <= ER total, silent and self-flagged make all."""
    found = pairs(outputs)
    assert share(found["escape_rate"]) >= share(found["exposure"])
    assert share(found["escape_rate"]) <= share(found["escape_rate_total"])
    product_ = share(found["merge_rate"]) * share(found["coverage"])
    assert share(found["yield"]) == pytest.approx(product_)
    assert found["silent"][0] + found["self_flag_rate"][0] == found["self_flag_rate"][1]
    states = score(outputs).states
    assert found["coverage"][1] == sum(n for s, n in states.items() if s not in NOT_COUNTED)
    assert all(0 <= hits <= n for hits, n in found.values())


@BOUNDED
@given(STUDIES)
def test_strata_add_up(outputs: list[Facts]) -> None:
    """Clear, vague and unmarked are all there is."""
    counted = tally(outputs)
    for measure in MEASURES.values():
        parts = [count(measure, keep_spec(counted, spec)) for spec in Spec]
        assert count(measure, counted) == tuple(map(sum, zip(*parts, strict=True)))


@BOUNDED
@given(STUDIES, st.sampled_from(UnknownTests))
def test_a_rate_lies_between_its_best_and_its_worst(
    outputs: list[Facts], unknown: UnknownTests
) -> None:
    """A range has no gap; where every test ran it is a point, and the rate itself."""
    for name, found in ranges(outputs, unknown).items():
        assert share((found.low.hits, found.low.n)) <= share((found.high.hits, found.high.n))
        if name not in ESCAPE_RATES:
            assert found.low.n == found.high.n
    run = [output for output in outputs if output.cell().tests != CheckStatus.NOT_RUN]
    for name, found in ranges(run, unknown).items():
        assert found.is_point
        assert (found.low.hits, found.low.n) == pairs(run)[name]


@BOUNDED
@given(STUDIES, OUTPUTS)
def test_an_untested_patch_never_improves_the_worst_case(
    outputs: list[Facts], other: Facts
) -> None:
    """Running the tests is the cheapest way to pass."""
    new = replace(other, delivery=Delivery.PATCH, tests=CheckStatus.NOT_RUN)
    was, now = ranges(outputs), ranges([*outputs, new])
    for name in ("escape_rate", "escape_rate_total", "exposure"):
        assert (now[name].high.value or 0) >= (was[name].high.value or 0)
    assert (now["merge_rate"].low.value or 0) <= (was["merge_rate"].low.value or 0)


@BOUNDED
@given(STUDIES, st.lists(judgements(), min_size=2, max_size=2), st.sampled_from(Spec))
def test_two_labels_without_a_decision_are_taken_both_ways(
    outputs: list[Facts], labels: list[Judgement], spec: Spec
) -> None:
    """The range holds the rate under either label, and is reached by choosing well."""
    options = [Facts(spec, judgement=judgement) for judgement in labels]
    rival = tuple(option.cell() for option in options)
    counted = tally(outputs)
    for measure in MEASURES.values():
        if measure.name == "flag_precision":
            continue  # of flags, not of outputs
        found = compute_range(measure, counted, [rival])
        either = [compute_range(measure, tally([*outputs, option])) for option in options]
        low = min(share((x.low.hits, x.low.n)) for x in either)
        high = max(share((x.high.hits, x.high.n)) for x in either)
        if found.low.n:
            assert share((found.low.hits, found.low.n)) == pytest.approx(low)
        if found.high.n:
            assert share((found.high.hits, found.high.n)) == pytest.approx(high)


def test_state_is_total() -> None:
    """Every combination of delivery, tests, label and defect gives one state, by enumeration."""
    defects = [
        (),
        *(
            (Finding(kind, severity, found_by=by, flag=flag),)
            for kind, severity, by, flag in product(FindingKind, (1, 2, 3), FoundBy, (None, 0))
        ),
    ]
    seen = set()
    for delivery, tests, label, found, verdict, self_flag in product(
        Delivery, CheckStatus, [None, *Label], defects, FlagVerdict, SelfFlag
    ):
        judgement = Judgement(label, findings=found, flags=(Flag("x", verdict),))
        outcome = derive_outcome(delivery, tests, judgement, Policy(self_flag=self_flag))
        assert outcome.needs_label <= (label is None)
        seen.add(outcome)
    assert seen == set(Outcome) - {Outcome.REJECTED}  # that one needs a second key


# A label moves two counts; a recount moves all of them; they agree.

EVENTS = st.one_of(
    st.tuples(st.just("judgement"), judgements()),
    st.tuples(st.just("tests"), st.sampled_from(CheckStatus)),
    st.tuples(st.just("spec"), st.sampled_from(Spec)),
    st.tuples(st.just("delivery"), st.sampled_from(Delivery)),
    st.tuples(st.just("measured"), st.none() | SIZES),
    st.tuples(st.just("asked_first"), st.booleans()),
    st.tuples(st.just("leak"), FINDINGS),
    st.tuples(st.just("undo"), st.none()),
)


def apply(output: Facts, kind: str, value: Any) -> Facts:  # each kind has a value of its own
    """An output after an event; a leak is one defect more, found after merge."""
    if kind != "leak":
        return replace(output, **{kind: value})
    held = output.judgement
    leak = replace(value, found_by=FoundBy.POST_MERGE)
    return replace(output, judgement=replace(held, findings=(*held.findings, leak)))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(OUTPUTS, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), EVENTS), max_size=25),
)
def test_counts_kept_by_event_are_the_recount(
    outputs: list[Facts], events: list[tuple[int, tuple[str, Any]]]
) -> None:
    """After every event, leaks, overrides and undo among them: the same numbers and ranges."""
    kept: Counter[Cell] = tally(outputs)
    history: list[tuple[int, Facts]] = []
    for place, (kind, value) in events:
        here = place % len(outputs)
        if kind == "undo":
            if not history:
                continue
            here, fresh = history.pop()
        else:
            history.append((here, outputs[here]))
            fresh = apply(outputs[here], kind, value)
        kept[outputs[here].cell()] -= 1
        kept[fresh.cell()] += 1
        outputs = [*outputs[:here], fresh, *outputs[here + 1 :]]
        assert +kept == tally(outputs)
    for measure in MEASURES.values():
        assert count(measure, kept) == count(measure, tally(outputs))
        assert compute_range(measure, kept) == compute_range(measure, tally(outputs))
    stored = Counter({cell.encode(): n for cell, n in (+kept).items()})
    assert Counter({Cell.decode(text): n for text, n in stored.items()}) == +kept
