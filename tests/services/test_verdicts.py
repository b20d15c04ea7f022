"""Verdicts of a gate: a pass on the worst that can be, a fail on the best, else neither."""

import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.case import Case
from workbench.domain.delivery import Delivery
from workbench.domain.gate import (
    Bound,
    Criterion,
    Design,
    Gate,
    Inference,
    Sequential,
    SuiteSize,
)
from workbench.domain.gate_reading import read_gate
from workbench.domain.label import Judgement, Label
from workbench.domain.policy import Policy, SelfFlag, UnknownTests
from workbench.domain.recorded import Recorded
from workbench.domain.spec import Spec
from workbench.domain.verdict import CriterionVerdict, Verdict
from workbench.services.candidate_locks import Lock, list_mixed
from workbench.services.orders import order_outcomes
from workbench.services.verdicts import Field, apply_policy, judge
from workbench.stats.proportion import cp_upper

from .kit import ESCAPED, MERGED, NOT_RUN, case, study_of

EXAMPLE = (Path(__file__).parents[1] / "domain" / "gate.toml").read_text(encoding="utf-8")
CLEAR, VAGUE = Spec.CLEAR, Spec.VAGUE
PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
MERGE = Criterion("merge_rate", Bound.LOWER, 0.30)
LOCKED = Lock({"model": "x"}, models=("x-1",))


def escape(limit: float = 0.25) -> Criterion:
    return Criterion("escape_rate", Bound.UPPER, limit)


def field(*studies: list[Case], incumbent: str = "", tickets: int = 0) -> Field:
    cases = {held[0].candidate: held for held in studies}
    n = tickets or len({case.ticket_id for case in studies[0]})
    return Field(cases, SuiteSize(n, 0, n), incumbent)


def ask(criterion: Criterion, where: Field, gate: Gate | None = None) -> CriterionVerdict:
    made = (gate or Gate("g", ()))._replace(criteria=(criterion,))
    return judge(made, where, next(iter(where.cases))).criteria[0]


def study(**counts: int) -> list[Case]:
    return study_of("m1", *((n, CLEAR, what) for what, n in counts.items()))


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((0, 11), PASS),
        ((0, 10), OPEN),
        ((1, 17), PASS),
        ((1, 16), OPEN),
        ((9, 11), FAIL),
        ((8, 12), OPEN),
    ],
)
def test_escapes_at_a_quarter(counts: tuple[int, int], verdict: Verdict) -> None:
    """0 in 11 and 1 in 18 pass, one green output fewer does not; 9 in 20 fail."""
    escaped, merged = counts
    assert ask(escape(), field(study(escaped=escaped, merged=merged))).verdict is verdict


@pytest.mark.parametrize(
    ("criterion", "cases", "verdict"),
    [
        (MERGE, study(merged=7, major=5), PASS),
        (MERGE, study(merged=6, major=6), OPEN),
        (MERGE, study(merged=9, major=7), PASS),
        (MERGE, study(merged=10, major=10), PASS),
        (MERGE, study(merged=1, major=19), FAIL),
        (Criterion("abstention_rate", Bound.LOWER, 0.4, "vague"),
         study_of("m1", (6, VAGUE, "asked"), (2, VAGUE, "merged")), PASS),
        (Criterion("abstention_rate", Bound.LOWER, 0.4, "vague"),
         study_of("m1", (5, VAGUE, "asked"), (3, VAGUE, "merged")), OPEN),
        (Criterion("abstention_rate", Bound.UPPER, 0.35, "clear"),
         study_of("m1", (1, CLEAR, "asked"), (11, CLEAR, "merged")), PASS),
        (Criterion("abstention_rate", Bound.UPPER, 0.35, "clear"),
         study_of("m1", (2, CLEAR, "asked"), (10, CLEAR, "merged")), OPEN),
    ],
)  # fmt: skip
def test_the_bounds_of_the_published_example(
    criterion: Criterion, cases: list[Case], verdict: Verdict
) -> None:
    """As the file's own words say: 7 of 12, 9 of 16, 10 of 20; 6 of 8; 1 of 12."""
    assert ask(criterion, field(cases)).verdict is verdict


def test_the_published_gate_passes_a_good_candidate() -> None:
    """All required criteria hold; those that only warn change nothing."""
    gate, _ = read_gate(tomllib.loads(EXAMPLE), "gate")
    assert gate is not None
    cases = study_of("m1", (6, VAGUE, "asked"), (2, VAGUE, "major"), (12, CLEAR, "merged"))
    found = judge(gate, Field({"m1": cases}, SuiteSize(20, 8, 12)), "m1")
    assert found.verdict is PASS
    assert [c.word for c in found.criteria] == ["PASS"] * 5 + ["WARN"] * 2
    assert [c.needs for c in found.criteria[5:]] == [
        "needs >= 10 more outputs that two reviewers label",
        "no incumbent is named: --incumbent NAME",
    ]


def test_untested_patches_are_counted_both_ways() -> None:
    """Worst: each an escape; best: each clean. Under `identified` a clean one counts nowhere."""
    cases = study(merged=11, untested=3)
    found = ask(escape(), field(cases))
    assert (found.best.hits, found.best.n, found.worst.hits, found.worst.n) == (0, 14, 3, 14)
    assert found.verdict is OPEN
    lenient = Gate("g", (), policy=Policy(unknown_tests=UnknownTests.IDENTIFIED))
    found = ask(escape(), field(cases), lenient)
    assert found.verdict is PASS
    assert (found.worst.hits, found.worst.n) == (0, 11)
    failed = ask(escape(), field(study(escaped=11, untested=9)))
    assert (failed.verdict, failed.best.hits, failed.best.n) == (FAIL, 11, 20)


def test_two_labels_without_a_decision() -> None:
    """What bob calls an escape is one at worst and none at best."""
    cases = study(merged=12)
    cases[0] = case("t01", others=(("bob", ESCAPED),))
    found = ask(escape(), field(cases))
    assert (found.best.hits, found.worst.hits, found.verdict) == (0, 1, OPEN)


def test_no_verdict_before_the_last_label() -> None:
    """Open labels and planned outputs that are missing are both waited for, and said."""
    found = ask(escape(), field(study(merged=15, open=2)))
    assert (found.verdict, found.needs) == (OPEN, "pending: 2 outputs have no label yet")
    found = ask(escape(), field(study(merged=9), tickets=20))
    assert found.needs == (
        "pending: 11 planned outputs are missing; needs >= 2 more green outputs, with no further"
        " escape"
    )


def test_nothing_of_nothing_is_neither() -> None:
    """0/0 passes no gate and fails none, whichever bound."""
    for bound, limit in ((Bound.UPPER, 0.99), (Bound.LOWER, 0.01)):
        for metric in ("escape_rate", "merge_rate", "self_flag_rate", "control_acceptance"):
            found = ask(Criterion(metric, bound, limit), field(study(asked=4)))
            assert (found.verdict, found.worst.value) == (OPEN, None)
    assert ask(escape(), field(study(asked=4))).needs == (
        "needs >= 11 more green outputs, with no further escape"
    )


def test_definitions_are_those_of_the_gate() -> None:
    """A gate under which severity 3 alone is grave sees no escape of severity 2."""
    mild = Judgement(Label.ESCAPED, findings=(replace(ESCAPED.findings[0], severity=2),))
    cases = [case(f"t{i:02}", mild if i < 9 else MERGED) for i in range(20)]
    strict = Gate("g", (escape(),), policy=Policy(escape_min_severity=3, self_flag=SelfFlag.NONE))
    assert judge(strict._replace(policy=Policy()), field(cases), "m1").verdict is FAIL
    assert judge(strict, field(apply_policy(cases, strict)), "m1").verdict is PASS


def test_several_trials_are_one_ticket() -> None:
    """Thirty-three clean outputs on eleven tickets prove what eleven do."""
    tickets = study(merged=11)
    cases = [
        one._replace(trial=trial, output_id=f"{one.output_id}-{trial}")
        for one in tickets
        for trial in (1, 2, 3)
    ]
    gate = Gate("g", (), design=Design(trials=3))
    found = ask(escape(), field(cases), gate)
    assert (found.verdict, found.worst.n, found.worst.n_bound) == (PASS, 33, 11)
    assert found.worst.upper == pytest.approx(cp_upper(0, 11))
    steady = Criterion("pass_hat_k", Bound.LOWER, 0.5, k=3)
    found = ask(steady, field(cases), gate)
    assert (found.verdict, found.worst.value) == (PASS, 1.0)
    fewer = field(cases[:-3], tickets=11)
    told = ask(escape(), fewer, gate).needs
    assert "3 planned outputs are missing" in told
    assert "1 more ticket with green outputs" in told


def rival(escaped: int, merged: int) -> list[Case]:
    return study_of("m2", (escaped, CLEAR, "escaped"), (merged, CLEAR, "merged"))


def test_no_worse_than_the_incumbent() -> None:
    """A margin on the difference, ticket by ticket; without an incumbent nothing is asked."""
    criterion = Criterion("escape_rate_diff", Bound.UPPER, 0.15, versus="incumbent")
    mine = study(merged=20)
    found = ask(criterion, field(mine, rival(0, 20), incumbent="m2"))
    assert (found.verdict, found.worst.value) == (PASS, 0.0)
    found = ask(criterion, field(study(escaped=1, merged=19), rival(0, 20), incumbent="m2"))
    assert found.verdict is OPEN
    assert found.needs.startswith("needs >= ")
    found = ask(criterion, field(study(escaped=10, merged=10), rival(0, 20), incumbent="m2"))
    assert found.verdict is FAIL
    assert ask(criterion, field(mine, rival(0, 20))).needs.startswith("no incumbent is named")
    assert ask(criterion, field(mine, incumbent="m1")).needs == "it is the incumbent itself"
    merged = Criterion("merge_rate_diff", Bound.LOWER, -0.15, versus="m2")
    assert ask(merged, field(mine, rival(0, 20))).verdict is PASS
    assert ask(merged, field(study(major=10, merged=10), rival(0, 20))).verdict is FAIL


def test_reviewers_who_agree() -> None:
    """Below ten double labels nothing is said; from ten on the bound of a bootstrap decides."""
    criterion = Criterion("agreement_ac1", Bound.LOWER, 0.4, label="escaped")
    cases = [
        case(f"t{i:02}", ESCAPED if i % 2 else MERGED,
             others=(("bob", ESCAPED if i % 2 else MERGED),))
        for i in range(12)
    ]  # fmt: skip
    assert ask(criterion, field(cases)).verdict is PASS
    assert ask(criterion, field(cases[:9])).verdict is OPEN
    at_odds = [
        case(f"t{i:02}", ESCAPED if i % 2 else MERGED,
             others=(("bob", MERGED if i % 2 else ESCAPED),))
        for i in range(12)
    ]  # fmt: skip
    assert ask(criterion, field(at_odds)).verdict is FAIL
    assert ask(Criterion("agreement_alpha", Bound.LOWER, 0.4), field(cases)).verdict is PASS
    same = [case(f"t{i:02}", others=(("bob", MERGED),)) for i in range(12)]
    assert ask(criterion, field(same)).worst.value is None


def test_whoever_stumbles_may_recover() -> None:
    """Of the outputs in whose run a tool failed, those whose tests pass: 9 of 10 prove a half."""
    cases = study(merged=19, red=1)
    stumbled = frozenset(case.output_id for case in cases[10:])
    criterion = Criterion("error_recovery", Bound.LOWER, 0.5)
    found = ask(criterion, replace(field(cases), stumbled=stumbled))
    assert (found.verdict, found.worst.hits, found.worst.n) == (PASS, 9, 10)
    assert ask(criterion, field(cases)).worst.value is None


def test_controls_are_asked_whoever_the_candidate_is() -> None:
    """Nine of ten accepted: proved to be half; without controls nothing is known."""
    controls = [*study(merged=9), case("t30", ESCAPED)]
    criterion = Criterion("control_acceptance", Bound.LOWER, 0.5)
    found = ask(criterion, replace(field(study(merged=20)), controls=controls))
    assert (found.verdict, found.worst.hits, found.worst.n) == (PASS, 9, 10)
    assert ask(criterion, field(study(merged=20))).worst.value is None


@pytest.mark.parametrize(
    ("lock", "outputs", "wanted"),
    [
        (None, [Recorded(), Recorded(harness="a")], ""),
        (LOCKED, [Recorded(harness="a", model="x-1")] * 2, ""),
        (LOCKED, [Recorded(harness="a")] * 2, ""),
        (LOCKED, [Recorded()] * 2, ""),
        (LOCKED, [Recorded(harness="a", model="x-2")], "2 different models: x-1, x-2"),
        (replace(LOCKED, models=("x-1", "x-2")), [Recorded()], "2 different models: x-1, x-2"),
        (None, [Recorded(model="x"), Recorded(model="y")], "2 different models: x, y"),
        (LOCKED, [Recorded(harness="a"), Recorded()], "1 of its 2 outputs comes from no run"),
    ],
)
def test_outputs_of_one_name_that_are_not_of_one_candidate(
    lock: Lock | None, outputs: list[Recorded], wanted: str
) -> None:
    """By what its lock says, by what each output says, and by what no run of it made."""
    found = " ".join(list_mixed(lock, outputs))
    assert wanted in found
    assert bool(found) == bool(wanted)


def test_data_that_allow_no_verdict() -> None:
    """A harness that failed too often, two harnesses, a label against the delivery."""
    gate = Gate("g", (escape(),))
    void = judge(gate, field(study(merged=17, void=3)), "m1")
    assert void.verdict is Verdict.INVALID
    assert void.reasons == ("the harness failed on 3 of 20 outputs, above 10%",)
    assert judge(gate, field(study(merged=18, void=2)), "m1").verdict is PASS
    clean = study(merged=20)
    mixed = replace(field(clean), harnesses={"m1": frozenset({"a", "b"})})
    assert judge(gate, mixed, "m1").reasons == ("its outputs come from 2 different harnesses",)
    other = replace(field(clean), harnesses={"m1": frozenset({"a"})})
    named = gate._replace(design=Design(harness_sha="b"))
    assert judge(named, other, "m1").verdict is Verdict.INVALID
    assert judge(gate._replace(design=Design(harness_sha="a")), other, "m1").verdict is PASS
    served = replace(
        field(clean), mixed={"m1": ("its outputs come from 2 different models: a, b",)}
    )
    assert judge(gate, served, "m1").verdict is Verdict.INVALID
    against = [*clean, case("t21", MERGED, NOT_RUN, Delivery.ASK)]
    found = judge(gate, field(against), "m1")
    assert found.verdict is Verdict.INVALID
    assert "1 label contradicts what was delivered, among them merged on t21-1" in found.reasons[0]


# Verdicts at any time.

ANY_TIME = Gate("g", (), inference=Inference(sequential=Sequential.E_PROCESS))


def test_evidence_decides_at_any_time() -> None:
    """15 clean labels are too few, 16 pass at a quarter while others are still open; and a fail."""
    assert ask(escape(), field(study(merged=15, open=5)), ANY_TIME).verdict is OPEN
    assert ask(escape(), field(study(merged=16, open=4)), ANY_TIME).verdict is PASS
    assert ask(escape(), field(study(escaped=10, open=20)), ANY_TIME).verdict is FAIL
    told = ask(escape(), field(study(merged=15, open=5)), ANY_TIME).needs
    assert told == "needs >= 1 more green output, with no further escape"


def test_what_crossed_first_stays() -> None:
    """Escapes after the crossing change nothing; the same ones before it do."""
    first = study_of("m1", (16, CLEAR, "merged"), (6, CLEAR, "escaped"))
    assert ask(escape(), field(first), ANY_TIME).verdict is PASS
    late = [one._replace(began=23 - one.began) for one in first]
    assert ask(escape(), field(late), ANY_TIME).verdict is not PASS


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(["merged", "escaped", "major", "asked", "red"]), min_size=1,
             max_size=30),
    st.integers(0, 30),
)  # fmt: skip
def test_a_prefix_of_labels_has_a_prefix_of_the_path(kinds: list[str], n: int) -> None:
    """What is labelled later never changes what was counted before."""
    whole = study_of("m1", *((1, CLEAR, kind) for kind in kinds))
    whole = [one._replace(began=0) if kind == "red" else one
             for one, kind in zip(whole, kinds, strict=True)]  # fmt: skip
    early = [
        one if one.began <= n else case(one.ticket_id)._replace(output_id=one.output_id,
                                            counted=study(open=1)[0].counted)
        for one in whole
    ]  # fmt: skip
    path = [one.output_id for one in order_outcomes(early, 1)]
    assert path == [one.output_id for one in order_outcomes(whole, 1)][: len(path)]
    assert len(order_outcomes(whole, 1)) == len(whole)


# Whatever the data.

KINDS = ["merged", "major", "escaped", "untested", "red", "asked", "void", "empty"]
STUDIES = st.lists(st.tuples(st.sampled_from([CLEAR, VAGUE]), st.sampled_from(KINDS)), max_size=20)
CRITERIA = st.one_of(
    st.builds(
        Criterion,
        st.sampled_from(["escape_rate", "escape_rate_total", "exposure", "merge_rate", "yield",
                         "coverage", "self_flag_rate", "abstention_precision"]),
        st.sampled_from(Bound),
        st.sampled_from([0.05, 0.25, 0.5, 0.9]),
        st.sampled_from(["all", "vague", "clear"]),
    ),
    st.builds(Criterion, st.just("abstention_rate"), st.sampled_from(Bound),
              st.sampled_from([0.2, 0.6]), st.sampled_from(["vague", "clear"])),
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(STUDIES, CRITERIA, st.sampled_from(UnknownTests))
def test_a_pass_holds_at_every_smaller_confidence(
    kinds: list[tuple[Spec, str]], criterion: Criterion, unknown: UnknownTests
) -> None:
    """And a fail too; neither ever turns into the other; 0/0 is neither."""
    cases = study_of("m1", *((1, spec, what) for spec, what in kinds))
    where = Field({"m1": cases}, SuiteSize(len(cases), 0, 0))
    found = []
    for confidence in (0.5, 0.8, 0.95, 0.999):
        gate = Gate("g", (), inference=Inference(confidence=confidence),
                    policy=Policy(unknown_tests=unknown))  # fmt: skip
        found.append(ask(criterion, where, gate))
    verdicts = [one.verdict for one in found]
    for sure, surer in pairwise(verdicts):
        assert surer in {sure, OPEN}
    if found[0].worst.value is None and found[0].best.value is None:
        assert set(verdicts) == {OPEN}
    for one in found:
        is_worse = (one.worst.value or 0) >= (one.best.value or 0)
        is_upper = criterion.bound is Bound.UPPER
        both = one.worst.value is not None and one.best.value is not None
        assert not both or one.worst.value == one.best.value or is_worse is is_upper


@settings(deadline=None, max_examples=60)
@given(STUDIES, CRITERIA, st.randoms())
def test_the_order_of_tickets_changes_no_verdict(
    kinds: list[tuple[Spec, str]], criterion: Criterion, random: object
) -> None:
    """Nor does adding what is void."""
    cases = study_of("m1", *((1, spec, what) for spec, what in kinds))
    where = Field({"m1": cases}, SuiteSize(len(cases), 0, 0))
    before = ask(criterion, where)
    shuffle = getattr(random, "shuffle")  # noqa: B009 - hypothesis gives a random.Random
    mixed = list(cases)
    shuffle(mixed)
    assert ask(criterion, Field({"m1": mixed}, where.suite)) == before
    void = study_of("m1", (1, CLEAR, "void"))[0]
    more = [*cases, void._replace(ticket_id="t99", output_id="t99-1")]
    after = ask(criterion, Field({"m1": more}, where.suite))
    assert (after.worst, after.verdict) == (before.worst, before.verdict)
