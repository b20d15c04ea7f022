"""From cases to boards: trials, kinds of tickets, what is unknown, reviewers; and back again."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.cli.boards import render_board
from workbench.domain.definitions import Definitions
from workbench.domain.delivery import Delivery
from workbench.domain.edit_size import EditSources
from workbench.domain.edited import Edited, EditSize
from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FindingKind, Flag, FoundBy
from workbench.domain.label import NO_JUDGEMENT, EditClass, Judgement, Label, Reason
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Rate
from workbench.domain.policy import Policy, SelfFlag, UnknownTests
from workbench.domain.spec import Spec
from workbench.services.agreements import compare_reviewers
from workbench.services.boards import score_cases
from workbench.services.scorecards import list_rates, score
from workbench.services.traces import Part, explain, find_measures, trace
from workbench.stats.proportion import wilson

from .kit import ASKED, BUG, ESCAPED, FAIL, MAJOR, MERGED, NOT_RUN, case


def pair(rate: Rate) -> tuple[int, int]:
    return rate.hits, rate.n


def test_one_trial_is_the_plain_scorecard() -> None:
    """k/n with Wilson's interval, by candidate, and by kind of ticket."""
    cases = [
        case("t1"),
        case("t2", ESCAPED, spec=Spec.VAGUE),
        case("t3", ASKED, NOT_RUN, Delivery.ASK, Spec.VAGUE),
        case("t1", MAJOR, candidate="m2"),
    ]
    boards = score_cases(cases)
    assert list(boards) == ["m1", "m2"]
    board = boards["m1"]
    assert board.card == score(Counter(c.cell for c in cases[:3]))
    assert pair(board.by_spec[Spec.VAGUE].escape_rate) == (1, 1)
    assert pair(board.by_spec[Spec.CLEAR].escape_rate) == (0, 1)
    assert (board.n_tickets, board.n_trials, dict(board.ranges)) == (3, 1, {})
    assert board.discrimination is not None
    assert board.card.discrimination == 0.5
    assert boards["m2"].discrimination is None


def test_a_board_says_how_the_sizes_of_edits_are_known() -> None:
    """METRICS 4: the shares of measured and judged, and how often what was measured decided."""
    size = EditSize(patch_lines=40, edit_lines=30, added=30, kept=12)
    measured = replace(MAJOR, edited=Edited("a" * 40, size))
    moved = replace(MAJOR, edited=Edited("b" * 40, size, judged="minor"))
    cases = [case(f"t{n}", held) for n, held in enumerate((MAJOR, measured, moved, MERGED))]
    board = score_cases([*cases, case("t9", MERGED, candidate="m2")])
    assert board["m1"].edits == EditSources(measured=2, judged=1, disagree=1)
    told = "edits: 2 measured, 1 judged otherwise before, 1 judged by eye"
    assert told in " ".join(" ".join(render_board("m1", board["m1"])).split())
    assert not board["m2"].edits.describe()
    assert "edits" not in "\n".join(render_board("m2", board["m2"]))


def test_three_trials_of_a_ticket_are_no_three_tickets() -> None:
    """The merge rate is a mean over tickets, the escape rate a ratio; both as wide as it takes."""
    cases = [
        *(case("t1", trial=n) for n in (1, 2, 3)),
        *(case("t2", MAJOR, trial=n) for n in (1, 2, 3)),
        case("t3", trial=1),
        case("t4", ASKED, NOT_RUN, Delivery.ASK),
    ]
    board = score_cases(cases)["m1"]
    merge = board.card.merge_rate
    assert pair(merge) == (4, 7)
    assert merge.value == pytest.approx(2 / 3)
    assert merge.interval == pytest.approx(wilson(2.0, 3.0))
    assert board.card.escape_rate.value == 0
    assert board.card.escape_rate.interval[1] > wilson(0, 7)[1]
    assert (board.n_tickets, board.n_trials) == (4, 3)
    assert board.card.abstention_precision.by_ticket is None


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([MERGED, MAJOR, ESCAPED])), max_size=9)
)
def test_every_interval_holds_its_rate(rows: list[tuple[int, Judgement]]) -> None:
    """Whatever the numbers of trials."""
    cases = [
        case(f"t{n}", judgement, trial=trial)
        for n, (trials, judgement) in enumerate(rows)
        for trial in range(1, trials + 1)
    ]
    for board in score_cases(cases).values():
        for rate in list_rates(board.card).values():
            assert rate.interval[0] <= (rate.value or 0) <= rate.interval[1] or rate.value is None


def test_what_is_unknown_leaves_a_range() -> None:
    """Tests that did not run and labels that disagree, until somebody decides."""
    cases = [
        *(case(f"t{n}") for n in range(4)),
        case("t4", tests=NOT_RUN),
        case("t5", others=(("bob", ESCAPED),)),
        case("t6", others=(("bob", MERGED),)),
    ]
    board = score_cases(cases)["m1"]
    assert pair(board.card.escape_rate) == (0, 6)
    escape, merge = board.ranges["escape_rate"], board.ranges["merge_rate"]
    assert (pair(escape.low), pair(escape.high)) == ((0, 7), (2, 7))
    assert (pair(merge.low), pair(merge.high)) == ((5, 7), (7, 7))
    assert "coverage" not in board.ranges
    identified = Definitions(Policy(unknown_tests=UnknownTests.IDENTIFIED))
    known = score_cases(cases, identified)["m1"].ranges["escape_rate"]
    assert (pair(known.low), pair(known.high)) == ((0, 7), (1, 6))


def test_reviewers_against_each_other() -> None:
    """Only outputs with two labels; undefined without variation; an interval from ten on."""
    none = compare_reviewers([case("t1")])
    assert (none.n, none.alpha) == (0, None)
    one = compare_reviewers([case("t1", others=(("bob", MAJOR),))])
    assert (one.n, one.n_agree, one.ac1) == (1, 0, None)
    same = compare_reviewers([case(f"t{n}", others=(("bob", MERGED),)) for n in range(12)])
    assert (same.n, same.n_agree, same.alpha, same.ac1) == (12, 12, None, None)
    mixed = [case(f"t{n}", others=(("bob", MERGED),)) for n in range(8)]
    mixed += [case(f"u{n}", ESCAPED, others=(("bob", ESCAPED),)) for n in range(3)]
    mixed += [case("v", ESCAPED, others=(("cy", MERGED), ("bob", MERGED)))]
    found = compare_reviewers(mixed)
    assert (found.n, found.n_agree) == (12, 11)
    assert found.alpha is not None
    assert found.ac1 is not None
    assert found.escaped is not None
    assert found.interval is not None
    assert found.interval[0] <= found.escaped <= found.interval[1]


STUDY = [
    case("t1"),
    case("t2", ESCAPED),
    case("t3", MERGED, FAIL),
    case("t4", ESCAPED, NOT_RUN),
    case("t5", ASKED, NOT_RUN, Delivery.ASK, Spec.VAGUE),
    case("t6", NO_JUDGEMENT),
    case("t7", NO_JUDGEMENT, NOT_RUN, Delivery.VOID),
    case("t8", MERGED, others=(("bob", ESCAPED),)),
    case("t9", replace(MERGED, reason=Reason.FLAKY), FAIL),
    case(
        "t10",
        Judgement(
            Label.EDITED,
            EditClass.MAJOR,
            (replace(BUG, flag=0), Finding(FindingKind.QUALITY), BUG, BUG),
            (Flag("may be wrong"),),
        ),
        FAIL,
    ),
]


@pytest.mark.parametrize("name", MEASURES)
def test_a_trace_adds_up_to_its_rate(name: str) -> None:
    """Every output once, numerator and denominator the rate's own, and a reason for each."""
    found = trace(find_measures(name)[0], "m1", STUDY)
    assert found.rate == list_rates(score_cases(STUDY)["m1"].card)[name]
    assert sum(output.hits for output in found.outputs) == found.rate.hits
    assert sum(output.n for output in found.outputs) == found.rate.n
    assert [output.case for output in found.outputs] == STUDY
    assert sum(len(found.pick(part)) for part in Part) == len(STUDY)
    assert all(output.why for output in found.outputs)
    assert all(output.hits for output in found.pick(Part.HIT))
    assert not any(output.hits for output in found.pick(Part.MISS))
    assert not any(output.n for output in found.pick(Part.OUTSIDE))


def test_why_an_output_stands_where_it_stands() -> None:
    """What came, what tests and reviewer said, what it said itself, and who disagrees."""
    found = {o.case.ticket_id: o.why for o in trace(MEASURES["escape_rate"], "m1", STUDY).outputs}
    assert found["t2"] == "tests pass; ann: escaped; functional 3 in calc.py:7"
    assert found["t3"] == "tests fail; ann: merged; tests caught this: not a merge"
    assert found["t4"].startswith("tests not run; ann: escaped; functional 3")
    assert found["t5"] == "no patch: asks; ann: abstained"
    assert found["t6"] == "no label yet: tests pass"
    assert found["t7"] == "the harness failed"
    assert found["t8"] == "tests pass; ann: merged; bob: escaped, not counted"
    assert found["t9"] == "tests pass (fail before: flaky); ann: merged, flaky"
    assert "functional 3 in calc.py:7 (it said so)" in found["t10"]
    assert "1 more defect; 1 of 1 flag true" in found["t10"]


def test_corrections_and_late_finds_are_told() -> None:
    """A delivery that a reviewer corrected; a defect found after merge, or blind to the tests."""
    silent = case("t1", replace(ASKED, delivery=Delivery.ASK), NOT_RUN, Delivery.EMPTY)
    assert explain(silent) == "asks (recorded as empty, corrected); ann: abstained"
    late = replace(BUG, found_by=FoundBy.POST_MERGE, test_blind=True)
    told = explain(case("t1", replace(MERGED, findings=(late,))))
    assert told.endswith("functional 3 in calc.py:7 (after merge, tests blind to it)")


def test_names_that_nothing_goes_by() -> None:
    """The error lists what there is."""
    with pytest.raises(UsageError, match=r"no metric sparkle \(known: merge_rate, coverage"):
        find_measures("sparkle")
    with pytest.raises(UsageError, match="candidate m9"):
        trace(MEASURES["merge_rate"], "m9", STUDY)


def test_a_case_under_other_definitions() -> None:
    """The stored judgement is read again, never rewritten."""
    told = case("t1", replace(ESCAPED, findings=(replace(BUG, flag=0),), flags=(Flag("x"),)))
    assert told.cell.outcome == "edited_major"
    assert told.classify(Policy(self_flag=SelfFlag.NONE)).outcome == "escaped"


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 999))
def test_tickets_in_any_order_give_the_same_boards(seed: int) -> None:
    """What stands together is one ticket's trials; the rest may be mixed."""
    mixed = list(STUDY)
    random.Random(seed).shuffle(mixed)
    assert score_cases(mixed) == score_cases(STUDY)
