"""From label and test status to an outcome state: the tables, row by row."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.label import NO_JUDGEMENT, EditClass, Judgement, Label, Reason
from workbench.domain.outcome import (
    Outcome,
    contradiction,
    derive_outcome,
    needs_review,
    objection,
)

PASS, FAIL, NOT_RUN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_RUN
PATCH = Delivery.PATCH
BUG = Finding(FindingKind.FUNCTIONAL)
STYLE = Finding(FindingKind.QUALITY, 3)
MERGED = Judgement(Label.MERGED)
MINOR = Judgement(Label.EDITED, EditClass.MINOR)
MAJOR = Judgement(Label.EDITED, EditClass.MAJOR)
REJECTED = Judgement(Label.EDITED, EditClass.REJECTED)
ESCAPED = Judgement(Label.ESCAPED, findings=(BUG,))
ABSTAINED = Judgement(Label.ABSTAINED)


def flagged(judgement: Judgement, verdict: FlagVerdict = FlagVerdict.CONFIRMED) -> Judgement:
    """The same, with a flag of the candidate that points at every defect."""
    findings = tuple(replace(f, flag=0) for f in judgement.findings)
    return replace(judgement, findings=findings, flags=(Flag("said so", verdict),))


@pytest.mark.parametrize(
    ("judgement", "tests", "outcome"),
    [
        (NO_JUDGEMENT, PASS, Outcome.PENDING),
        (NO_JUDGEMENT, NOT_RUN, Outcome.PENDING),
        (NO_JUDGEMENT, FAIL, Outcome.CAUGHT),
        (MERGED, PASS, Outcome.MERGED),
        (MERGED, NOT_RUN, Outcome.MERGED),
        (MERGED, FAIL, Outcome.CAUGHT),
        (MINOR, PASS, Outcome.EDITED_MINOR),
        (MAJOR, NOT_RUN, Outcome.EDITED_MAJOR),
        (REJECTED, PASS, Outcome.REJECTED),
        (MINOR, FAIL, Outcome.CAUGHT),
        (ESCAPED, PASS, Outcome.ESCAPED),
        (ESCAPED, NOT_RUN, Outcome.UNKNOWN_ESCAPE),
        (ESCAPED, FAIL, Outcome.CAUGHT),
        (replace(MINOR, findings=(BUG,)), PASS, Outcome.ESCAPED),
        (replace(MERGED, findings=(BUG,)), PASS, Outcome.ESCAPED),
        (replace(MERGED, findings=(replace(BUG, severity=1),)), PASS, Outcome.EDITED_MINOR),
        (replace(MERGED, findings=(STYLE,)), PASS, Outcome.EDITED_MINOR),
        (replace(MERGED, findings=(Finding(FindingKind.REMARK),)), PASS, Outcome.MERGED),
        (flagged(ESCAPED), PASS, Outcome.EDITED_MAJOR),
        (flagged(replace(MINOR, findings=(BUG,))), PASS, Outcome.EDITED_MAJOR),
        (flagged(ESCAPED, FlagVerdict.FALSE), PASS, Outcome.ESCAPED),
        (flagged(ESCAPED, FlagVerdict.BOILERPLATE), PASS, Outcome.ESCAPED),
        (
            flagged(replace(MERGED, findings=(BUG,)), FlagVerdict.ACCEPTED_RISK),
            PASS,
            Outcome.MERGED,
        ),
        (
            replace(MERGED, findings=(replace(BUG, found_by=FoundBy.POST_MERGE),)),
            PASS,
            Outcome.MERGED,
        ),
        (replace(MERGED, reason=Reason.BASELINE), FAIL, Outcome.MERGED),
        (replace(ESCAPED, reason=Reason.FLAKY), FAIL, Outcome.ESCAPED),
    ],
)
def test_outcome_of_a_patch(judgement: Judgement, tests: CheckStatus, outcome: Outcome) -> None:
    """Every label under every test status."""
    assert derive_outcome(PATCH, tests, judgement) is outcome


@pytest.mark.parametrize("tests", list(CheckStatus))
@pytest.mark.parametrize(
    ("delivery", "judgement", "outcome"),
    [
        (Delivery.VOID, NO_JUDGEMENT, Outcome.VOID),
        (Delivery.VOID, MERGED, Outcome.VOID),
        (Delivery.EMPTY, NO_JUDGEMENT, Outcome.NO_OUTPUT),
        (Delivery.CRASH_MODEL, REJECTED, Outcome.NO_OUTPUT),
        (Delivery.ASK, NO_JUDGEMENT, Outcome.PENDING),
        (Delivery.ASK, ABSTAINED, Outcome.ABSTAINED),
        (Delivery.DECLINE, ABSTAINED, Outcome.ABSTAINED),
        (Delivery.EMPTY, replace(ABSTAINED, delivery=Delivery.ASK), Outcome.ABSTAINED),
        (Delivery.ASK, replace(REJECTED, delivery=Delivery.EMPTY), Outcome.NO_OUTPUT),
    ],
)
def test_outcome_without_a_patch(
    delivery: Delivery, judgement: Judgement, outcome: Outcome, tests: CheckStatus
) -> None:
    """Tests say nothing where there is no patch; a reviewer may correct the kind."""
    assert derive_outcome(delivery, tests, judgement) is outcome


@pytest.mark.parametrize("delivery", list(Delivery))
@pytest.mark.parametrize("tests", list(CheckStatus))
def test_what_needs_no_label(delivery: Delivery, tests: CheckStatus) -> None:
    """Failed tests, nothing delivered and a failed harness are final without a reviewer."""
    settled = delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL, Delivery.VOID} or (
        delivery is PATCH and tests is FAIL
    )
    assert needs_review(delivery, tests) is not settled


@pytest.mark.parametrize(
    ("delivery", "judgement", "asks"),
    [
        (PATCH, MERGED, ""),
        (PATCH, MINOR, ""),
        (PATCH, ESCAPED, ""),
        (PATCH, ABSTAINED, "there is a patch"),
        (PATCH, replace(MERGED, findings=(BUG,)), "a defect is recorded"),
        (PATCH, flagged(replace(MERGED, findings=(BUG,))), ""),
        (Delivery.ASK, ABSTAINED, ""),
        (Delivery.ASK, MERGED, "there is no patch to merge"),
        (Delivery.DECLINE, ESCAPED, "there is no patch"),
        (Delivery.ASK, MAJOR, "it asks a question"),
        (Delivery.EMPTY, MERGED, "there is no patch to merge"),
        (Delivery.CRASH_MODEL, ESCAPED, "there is no patch"),
        (Delivery.EMPTY, REJECTED, ""),
        (Delivery.EMPTY, ABSTAINED, "nothing was said"),
        (Delivery.VOID, MERGED, "the harness failed"),
        (Delivery.VOID, REJECTED, "the harness failed"),
        (Delivery.VOID, ABSTAINED, "the harness failed"),
    ],
)
def test_what_is_asked_before_a_label_is_saved(
    delivery: Delivery, judgement: Judgement, asks: str
) -> None:
    """What is against the delivery asks; test status never asks."""
    told = objection(delivery, judgement)
    assert told.startswith(asks)
    assert bool(told) is bool(asks)


@pytest.mark.parametrize(
    ("judgement", "tests", "line"),
    [
        (MERGED, PASS, ""),
        (MERGED, FAIL, "tests caught this: not a merge"),
        (ESCAPED, FAIL, "tests caught this: not an escape"),
        (MINOR, FAIL, "tests caught this: counts as caught"),
        (ESCAPED, NOT_RUN, "a defect found, tests not run: an escape if they are green"),
        (
            replace(MINOR, findings=(BUG,)),
            NOT_RUN,
            "a defect found, tests not run: an escape if they are green",
        ),
        (flagged(ESCAPED), PASS, "it said so itself: not an escape, counts as edited (major)"),
        (
            replace(MINOR, findings=(BUG,)),
            PASS,
            "tests green and a defect found: counts as an escape",
        ),
        (
            replace(MERGED, findings=(BUG,)),
            PASS,
            "tests green and a defect found: counts as an escape",
        ),
    ],
)
def test_a_label_that_disagrees_is_explained(
    judgement: Judgement, tests: CheckStatus, line: str
) -> None:
    """Saved as pressed, the state derived, and one line says so."""
    assert contradiction(PATCH, tests, judgement) == line


@given(
    st.sampled_from(Delivery),
    st.sampled_from(CheckStatus),
    st.sampled_from([NO_JUDGEMENT, MERGED, MINOR, REJECTED, ESCAPED, ABSTAINED, flagged(ESCAPED)]),
    st.sampled_from([None, *Reason]),
)
def test_the_procedure_is_total(
    delivery: Delivery, tests: CheckStatus, judgement: Judgement, reason: Reason | None
) -> None:
    """Every combination has a state, and a pending one always lacks a label."""
    judgement = replace(judgement, reason=reason)
    outcome = derive_outcome(delivery, tests, judgement)
    assert outcome in Outcome
    assert not outcome.needs_label or judgement.label is None
    assert isinstance(
        objection(delivery, judgement) + contradiction(delivery, tests, judgement), str
    )
