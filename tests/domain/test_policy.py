"""What a gate may define otherwise: what is grave, what a flag answers for, what edit is minor."""

from collections import Counter
from dataclasses import replace
from math import inf

import pytest

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.edit_size import (
    Attempt,
    classify_edit,
    count_sources,
    find_flips,
    find_limit,
    merge_curve,
    merge_rate_at,
)
from workbench.domain.edited import EditSize
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.label import EditClass, Judgement, Label
from workbench.domain.outcome import Outcome, derive_outcome
from workbench.domain.policy import Policy, SelfFlag

BUG = Finding(FindingKind.FUNCTIONAL)
STYLE = Finding(FindingKind.QUALITY, 3)
TRUE, RISK, FALSE = (
    Flag("x", verdict)
    for verdict in (FlagVerdict.CONFIRMED, FlagVerdict.ACCEPTED_RISK, FlagVerdict.FALSE)
)
MERGED, ESCAPED = Judgement(Label.MERGED), Judgement(Label.ESCAPED, findings=(BUG,))
EDITED = Judgement(Label.EDITED, EditClass.MAJOR)


def outcome(
    judgement: Judgement,
    policy: Policy,
    measured: EditSize | None = None,
    tests: CheckStatus = CheckStatus.PASS,
) -> Outcome:
    return derive_outcome(Delivery.PATCH, tests, judgement, policy, measured)


@pytest.mark.parametrize(
    ("flag", "points", "none", "matched", "either"),
    [
        (TRUE, True, Outcome.ESCAPED, Outcome.EDITED_MAJOR, Outcome.EDITED_MAJOR),
        (TRUE, False, Outcome.ESCAPED, Outcome.ESCAPED, Outcome.EDITED_MAJOR),
        (FALSE, True, Outcome.ESCAPED, Outcome.ESCAPED, Outcome.ESCAPED),
        (RISK, True, Outcome.ESCAPED, Outcome.MERGED, Outcome.MERGED),
        (RISK, False, Outcome.ESCAPED, Outcome.ESCAPED, Outcome.MERGED),
    ],
)
def test_what_a_flag_answers_for(
    flag: Flag, points: bool, none: Outcome, matched: Outcome, either: Outcome
) -> None:
    """Nothing, the defect it points at, or every defect of its output."""
    finding = replace(BUG, flag=0 if points else None)
    judgement = replace(MERGED, findings=(finding,), flags=(flag,))
    found = [outcome(judgement, Policy(self_flag=kind)) for kind in SelfFlag]
    assert found == [none, either, matched]


def test_what_is_grave() -> None:
    """Kind and severity both; what was found after merge never makes an escape."""
    strict = Policy(escape_kinds=frozenset({FindingKind.SECURITY}), escape_min_severity=3)
    assert outcome(ESCAPED, Policy()) is Outcome.ESCAPED
    assert outcome(ESCAPED, strict) is Outcome.EDITED_MAJOR
    holed = replace(ESCAPED, findings=(Finding(FindingKind.SECURITY, 3),))
    assert outcome(holed, strict) is Outcome.ESCAPED
    assert outcome(holed, strict, tests=CheckStatus.NOT_RUN) is Outcome.UNKNOWN_ESCAPE
    late = replace(BUG, found_by=FoundBy.POST_MERGE)
    assert Policy().is_leak(late)
    assert not Policy().is_leak(BUG)
    assert not Policy().is_leak(replace(STYLE, found_by=FoundBy.POST_MERGE))


SMALL = EditSize(patch_lines=50, edit_lines=5, added=40, kept=38)


@pytest.mark.parametrize(
    ("size", "grave", "wanted"),
    [
        (SMALL, False, EditClass.MINOR),
        (replace(SMALL, edit_lines=10), False, EditClass.MINOR),
        (replace(SMALL, edit_lines=11), False, EditClass.MAJOR),
        (replace(SMALL, patch_lines=500, edit_lines=20), False, EditClass.MINOR),
        (replace(SMALL, patch_lines=500, edit_lines=21), False, EditClass.MAJOR),
        (replace(SMALL, has_added_tests=True), False, EditClass.MAJOR),
        (SMALL, True, EditClass.MAJOR),
        (replace(SMALL, kept=3), False, EditClass.REJECTED),
        (replace(SMALL, kept=4), False, EditClass.MINOR),
        (replace(SMALL, is_base=True), False, EditClass.REJECTED),
        (EditSize(8, 0, 0, 0), False, EditClass.MINOR),
        (EditSize(8, 1, 0, 0), False, EditClass.REJECTED),
        (EditSize(0, 0, 0, 0), False, EditClass.MINOR),
    ],
)
def test_class_of_a_measured_edit(size: EditSize, grave: bool, wanted: EditClass) -> None:
    """A fifth of the patch and twenty lines; nothing where under a tenth is kept."""
    assert classify_edit(size, has_fixed_k_defect=grave) is wanted


def test_a_measured_edit_decides_over_the_eye() -> None:
    """Whatever second key was pressed; a merge that was changed is an edit."""
    default = Policy()
    assert outcome(EDITED, default) is Outcome.EDITED_MAJOR
    assert outcome(EDITED, default, SMALL) is Outcome.EDITED_MINOR
    assert outcome(MERGED, default, SMALL) is Outcome.EDITED_MINOR
    assert outcome(MERGED, default, replace(SMALL, edit_lines=0)) is Outcome.MERGED
    assert outcome(MERGED, default, replace(SMALL, is_base=True)) is Outcome.REJECTED
    confessed = replace(EDITED, findings=(replace(BUG, flag=0),), flags=(TRUE,))
    assert outcome(confessed, default, SMALL) is Outcome.EDITED_MAJOR
    assert outcome(ESCAPED, default, SMALL) is Outcome.ESCAPED
    assert outcome(EDITED, Policy(minor_max_ratio=0.05), SMALL) is Outcome.EDITED_MAJOR


def test_where_the_classes_come_from() -> None:
    """Measured, judged, and on how many both disagree."""
    minor, major = EditClass.MINOR, EditClass.MAJOR
    found = count_sources([(minor, None), (minor, major), (None, minor), (None, None)])
    assert found == (2, 1, 1)


def test_merge_rate_as_a_function_of_the_threshold() -> None:
    """A step at every ratio seen; what can never be minor never counts."""
    attempts = [
        Attempt(is_merged=True),
        Attempt(is_merged=False, size=SMALL),
        Attempt(is_merged=False, size=replace(SMALL, edit_lines=15)),
        Attempt(is_merged=False, size=replace(SMALL, edit_lines=40)),
        Attempt(is_merged=False, size=SMALL, has_fixed_k_defect=True),
        Attempt(is_merged=False, size=replace(SMALL, kept=0)),
        Attempt(is_merged=False, edit=EditClass.MINOR),
        Attempt(is_merged=False),
    ]
    limits = [find_limit(attempt) for attempt in attempts]
    assert limits == [0.0, 0.1, 0.3, inf, inf, inf, 0.0, inf]
    curve = curve_of(*limits)
    assert curve == [(0.0, 0.25), (0.1, 0.375), (0.3, 0.5)]
    assert merge_rate_at(curve, 0.2) == 0.375
    assert merge_rate_at([], 0.2) is None
    assert merge_curve({}) == []


def test_every_ticket_weighs_the_same_on_the_curve() -> None:
    """One ticket of four trials, one of which is merged, beside one of one trial."""
    curve = merge_curve({(0.0, 4): 1, (inf, 4): 3, (0.2, 1): 1})
    assert curve == [(0.0, 0.125), (0.2, 0.625)]


def curve_of(*limits: float) -> list[tuple[float, float]]:
    """Of attempts on a ticket each."""
    return merge_curve(Counter((limit, 1) for limit in limits))


def test_two_candidates_whose_order_hangs_on_the_threshold() -> None:
    """The first is ahead at .1, the second from .3 on; outside the range nobody asks."""
    first, second = curve_of(0.0, 0.1, inf, inf), curve_of(0.05, 0.3, 0.3, 0.5)
    assert find_flips(first, second) == [0.3]
    assert find_flips(second, first) == [0.3]
    assert find_flips(first, second, high=0.25) == []
    assert find_flips(first, first) == []
    assert find_flips(first, []) == []
