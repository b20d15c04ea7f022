"""Cells and rates: every numerator and denominator."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.label import NO_JUDGEMENT, EditClass, Judgement, Label, Reason
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import (
    Cell,
    Rate,
    Scorecard,
    classify,
    compute_scorecard,
    explain_undefined,
)
from workbench.domain.outcome import Outcome
from workbench.domain.policy import UnknownTests
from workbench.domain.scenarios import compute_range
from workbench.domain.spec import Spec

PASS, FAIL, NOT_RUN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_RUN
BUG = Finding(FindingKind.SECURITY, 3)
MERGED = Judgement(Label.MERGED)
EDITED = Judgement(Label.EDITED, EditClass.MINOR)
MAJOR = Judgement(Label.EDITED, EditClass.MAJOR)
ESCAPED = Judgement(Label.ESCAPED, findings=(BUG,))
CONFESSED = replace(MAJOR, findings=(replace(BUG, flag=0),), flags=(Flag("x"),))
ABSTAINED = Judgement(Label.ABSTAINED)


def cell(
    judgement: Judgement,
    tests: CheckStatus = PASS,
    delivery: Delivery = Delivery.PATCH,
    spec: Spec = Spec.CLEAR,
) -> Cell:
    return classify(spec, delivery, tests, judgement)


def score(*cells: Cell) -> Scorecard:
    return compute_scorecard(Counter(cells), lambda _hits, _n: (0.25, 0.75))


def pair(rate: Rate) -> tuple[int, int]:
    return rate.hits, rate.n


def test_the_four_rates_and_their_companions() -> None:
    """Ten outputs with one of each kind; every pair counted by hand."""
    ask = Delivery.ASK
    card = score(
        cell(MERGED),
        cell(MERGED, NOT_RUN),
        cell(EDITED),
        cell(MAJOR),
        cell(ESCAPED),
        cell(CONFESSED, spec=Spec.VAGUE),
        cell(NO_JUDGEMENT, FAIL),
        cell(NO_JUDGEMENT, NOT_RUN, Delivery.EMPTY),
        cell(ABSTAINED, NOT_RUN, ask, Spec.VAGUE),
        cell(ABSTAINED, NOT_RUN, ask, Spec.UNSET),
        cell(NO_JUDGEMENT),
        cell(NO_JUDGEMENT, NOT_RUN, Delivery.VOID),
    )
    assert pair(card.merge_rate) == (3, 8)
    assert pair(card.coverage) == (8, 10)
    assert pair(card.merge_yield) == (3, 10)
    assert pair(card.unverified) == (1, 3)
    assert pair(card.abstention_rate_vague) == (1, 2)
    assert pair(card.abstention_rate_clear) == (0, 7)
    assert pair(card.abstention_precision) == (1, 2)
    assert pair(card.self_flag_rate) == (1, 3)
    assert pair(card.flag_precision) == (1, 1)
    assert pair(card.escape_rate) == (1, 5)
    assert pair(card.escape_rate_total) == (2, 5)
    assert pair(card.exposure) == (1, 10)
    assert pair(card.test_gate_miss_share) == (1, 2)
    assert (card.n_outputs, card.n_pending, card.states[Outcome.VOID]) == (12, 1, 1)
    assert card.discrimination == 0.5
    assert card.merge_rate.interval == (0.25, 0.75)


def test_nothing_divided_by_nothing_is_undefined() -> None:
    """0/0: no value, interval [0, 1], and the interval method is never asked."""
    card = compute_scorecard({}, lambda _hits, _n: pytest.fail("asked for 0/0"))
    for rate in (card.merge_rate, card.escape_rate, card.self_flag_rate, card.flag_precision):
        assert (rate.hits, rate.n, rate.value, rate.interval) == (0, 0, None, (0.0, 1.0))
    assert card.discrimination is None
    assert set(card.states) == set(Outcome)


def test_pending_and_void_count_in_no_rate() -> None:
    """A label still to come, or a failed harness, moves nothing but its own count."""
    card = score(
        cell(NO_JUDGEMENT), cell(MERGED, PASS, Delivery.VOID), cell(ABSTAINED, PASS, Delivery.VOID)
    )
    assert pair(card.coverage) == (0, 0)
    assert (card.states[Outcome.PENDING], card.states[Outcome.VOID]) == (1, 2)


@pytest.mark.parametrize(
    ("judgement", "tests", "flawed", "confessed", "k_defect"),
    [
        (MERGED, PASS, False, False, False),
        (NO_JUDGEMENT, FAIL, True, False, False),
        (ESCAPED, PASS, True, False, True),
        (CONFESSED, PASS, True, True, True),
        (replace(EDITED, flags=(Flag("x"),)), PASS, True, True, False),
        (replace(EDITED, flags=(Flag("x", FlagVerdict.BOILERPLATE),)), PASS, False, False, False),
        (replace(MERGED, findings=(Finding(FindingKind.REMARK),)), PASS, False, False, False),
        (
            replace(MERGED, findings=(replace(BUG, found_by=FoundBy.POST_MERGE),)),
            PASS,
            False,
            False,
            False,
        ),
    ],
)
def test_what_bears_a_flaw(
    judgement: Judgement, tests: CheckStatus, flawed: bool, confessed: bool, k_defect: bool
) -> None:
    """Red tests, a defect, or a true flag; found after merge counts as a leak only."""
    found = cell(judgement, tests)
    assert (found.is_flawed, found.is_confessed, found.has_k_defect) == (
        flawed,
        confessed,
        k_defect,
    )


def test_without_a_patch_there_is_no_test_status_and_no_flaw() -> None:
    """An abstention is in neither denominator."""
    found = cell(replace(ABSTAINED, findings=(BUG,)), PASS, Delivery.ASK)
    assert (found.tests, found.is_flawed, found.has_k_defect) == ("", False, False)


CELLS = st.builds(
    Cell,
    st.sampled_from(Spec),
    st.sampled_from(Outcome),
    st.sampled_from(["", *CheckStatus]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 9),
    st.integers(0, 9),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


CELL_EXAMPLES = [
    cell(MERGED),
    cell(EDITED, NOT_RUN, spec=Spec.VAGUE),
    cell(ESCAPED, spec=Spec.UNSET),
    cell(NO_JUDGEMENT, FAIL),
    cell(NO_JUDGEMENT),
    cell(ABSTAINED, NOT_RUN, Delivery.ASK),
    cell(NO_JUDGEMENT, NOT_RUN, Delivery.VOID),
    cell(NO_JUDGEMENT, NOT_RUN, Delivery.EMPTY),
    cell(replace(MAJOR, reason=Reason.NOT_AGENTS_FAULT)),
]


@given(CELLS)
def test_a_cell_survives_the_store(found: Cell) -> None:
    """Encode and decode are inverse."""
    assert Cell.decode(found.encode()) == found


@given(st.lists(CELLS.filter(lambda c: c.n_true_flags <= c.n_flags), max_size=20))
def test_rates_are_sums_over_outputs(cells: list[Cell]) -> None:
    """No hits beyond n, every output in one state, and the order does not matter."""
    card = score(*cells)
    assert card == score(*reversed(cells))
    assert card.n_outputs == len(cells)
    assert all(0 <= rate.hits <= rate.n for rate in (card.merge_rate, card.coverage, card.exposure))
    assert card.coverage.n == len(cells) - card.states[Outcome.VOID] - card.n_pending


def test_text_that_is_no_cell_is_an_error() -> None:
    """A count under a name nobody can read is never passed over."""
    with pytest.raises(ValueError, match="unpack"):
        Cell.decode("clear|merged")
    with pytest.raises(ValueError, match="unknown marks"):
        Cell.decode("clear|merged|pass|0|0|0|0|0|sparkling")


def test_a_cell_without_marks_has_the_text_it_always_had() -> None:
    """Counts kept by an older version keep their meaning."""
    text = "vague|escaped|pass|1|0|1|2|1"
    found = Cell.decode(text)
    assert found.encode() == text
    assert found == cell_of("vague", Outcome.ESCAPED)
    assert found._replace(has_leak=True, is_excused=True).encode() == f"{text}|leak|excused"


def cell_of(spec: str, outcome: Outcome) -> Cell:
    return Cell(Spec(spec), outcome, "pass", True, False, True, 2, 1)


LATE = replace(BUG, found_by=FoundBy.POST_MERGE)


def test_leaks_blind_tests_and_excuses() -> None:
    """Found after merge: of what was merged. Not its fault: left out of one merge rate alone."""
    excused = replace(MAJOR, reason=Reason.NOT_AGENTS_FAULT)
    blind = replace(ESCAPED, findings=(replace(BUG, test_blind=True),))
    card = score(
        cell(MERGED),
        cell(replace(MERGED, findings=(LATE,))),
        cell(replace(ESCAPED, findings=(BUG, LATE))),
        cell(replace(EDITED, findings=(replace(LATE, severity=1),))),
        cell(excused),
        cell(blind, FAIL),
    )
    assert pair(card.defect_leaks) == (1, 3)
    assert pair(card.merge_rate) == (3, 6)
    assert pair(card.merge_rate_excused) == (3, 5)
    assert (card.n_excused, card.n_test_blind) == (1, 1)
    assert not cell(Judgement(reason=Reason.NOT_AGENTS_FAULT)).is_excused
    assert pair(card.silent) == (2, 2)


def test_asking_first_is_an_abstention_and_an_attempt() -> None:
    """Where the harness answers: the question counts, and so does the patch after it."""
    asked = classify(Spec.VAGUE, Delivery.PATCH, PASS, MERGED, asked_first=True)
    card = score(asked, cell(MERGED, spec=Spec.VAGUE))
    assert pair(card.abstention_rate_vague) == (1, 2)
    assert pair(card.merge_rate) == (2, 2)
    assert pair(card.abstention_precision) == (1, 1)


@pytest.mark.parametrize("found", CELL_EXAMPLES, ids=lambda found: found.encode())
def test_every_measure_says_why_an_output_is_outside(found: Cell) -> None:
    """In words, exactly where it is in neither number."""
    for measure in MEASURES.values():
        why = measure.explain_outside(found)
        assert bool(why) or measure.contribute(found)[1] > 0


def test_scenarios_by_hand() -> None:
    """Four green of which one escapes, two untested: one suspected, one clean."""
    tally = Counter(
        [
            *[cell(MERGED)] * 3,
            cell(ESCAPED),
            cell(ESCAPED, NOT_RUN),
            cell(MERGED, NOT_RUN),
        ]
    )

    def ends(name: str, unknown: UnknownTests) -> tuple[tuple[int, int], tuple[int, int]]:
        found = compute_range(MEASURES[name], tally, (), unknown)
        return pair(found.low), pair(found.high)

    worst, known = UnknownTests.WORST_CASE, UnknownTests.IDENTIFIED
    assert ends("escape_rate", worst) == ((1, 6), (3, 6))
    assert ends("escape_rate", known) == ((1, 5), (2, 5))
    assert ends("escape_rate_total", known) == ((1, 5), (2, 5))
    assert ends("exposure", worst) == ((1, 6), (3, 6))
    assert ends("exposure", known) == ((1, 6), (2, 6))
    assert ends("merge_rate", worst) == ((3, 6), (4, 6))
    assert ends("coverage", worst) == ((6, 6), (6, 6))


def test_what_is_undefined_says_what_is_missing() -> None:
    """Of a candidate that abstained once: what would have to come first, for every rate."""
    card = score(cell(ABSTAINED, NOT_RUN, Delivery.ASK, Spec.VAGUE))
    undefined = [name for name in MEASURES if name != "yield" and not getattr(card, name).n]
    assert {name: explain_undefined(name, card) for name in undefined} == {
        "merge_rate": "nothing attempted",
        "unverified": "nothing merged yet",
        "merge_rate_excused": "nothing attempted",
        "abstention_rate_clear": "no clear one yet",
        "self_flag_rate": "no flaw found yet",
        "silent": "no flaw found yet",
        "flag_precision": "nothing flagged yet",
        "escape_rate": "no green one yet",
        "escape_rate_total": "no green one yet",
        "test_gate_miss_share": "no red one, no escape",
        "defect_leaks": "nothing merged yet",
    }
