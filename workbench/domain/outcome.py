"""Label and test status together: the outcome states, by a total procedure.

The stored label is never rewritten; the state is derived from it each time. `contradiction()` says
in one line what came of a label that disagrees with the tests, `objection()` what to ask before a
label that cannot fit what was delivered.
"""

from enum import StrEnum

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.edit_size import classify_edit
from workbench.domain.edited import EditSize
from workbench.domain.finding import FoundBy
from workbench.domain.label import EditClass, Judgement, Label, Reason
from workbench.domain.policy import DEFAULT_POLICY, Policy


class Outcome(StrEnum):
    """What became of one output."""

    VOID = "void"
    PENDING = "pending"
    ABSTAINED = "abstained"
    NO_OUTPUT = "no_output"
    CAUGHT = "caught"
    ESCAPED = "escaped"
    UNKNOWN_ESCAPE = "unknown_escape"
    EDITED_MINOR = "edited_minor"
    EDITED_MAJOR = "edited_major"
    REJECTED = "rejected"
    MERGED = "merged"

    @property
    def needs_label(self) -> bool:
        """Whether only a reviewer can settle it."""
        return self is Outcome.PENDING


_BY_EDIT = {
    EditClass.MINOR: Outcome.EDITED_MINOR,
    EditClass.MAJOR: Outcome.EDITED_MAJOR,
    EditClass.REJECTED: Outcome.REJECTED,
}


def effective_delivery(delivery: Delivery, judgement: Judgement) -> Delivery:
    """What was delivered, as the reviewer corrected it."""
    return judgement.delivery or delivery


def effective_tests(tests: CheckStatus, judgement: Judgement) -> CheckStatus:
    """The test status after the reviewer said that a red test was red or flaky before."""
    overridden = judgement.reason in {Reason.BASELINE, Reason.FLAKY}
    return CheckStatus.PASS if overridden and tests is CheckStatus.FAIL else tests


def derive_outcome(
    delivery: Delivery,
    tests: CheckStatus,
    judgement: Judgement,
    policy: Policy = DEFAULT_POLICY,
    measured: EditSize | None = None,
) -> Outcome:
    """The outcome state; total, the first rule that fits decides.

    A question counts as an abstention once a reviewer has agreed that it is one: what a machine
    says of an output sorts the queue, it never labels. `measured` is what became of the patch,
    where somebody measured it; it decides over what was judged by eye.
    """
    delivery = effective_delivery(delivery, judgement)
    tests = effective_tests(tests, judgement)
    if measured is None and judgement.edited is not None:
        measured = judgement.edited.size
    if delivery is Delivery.VOID:
        return Outcome.VOID
    if delivery in {Delivery.ASK, Delivery.DECLINE}:
        return Outcome.ABSTAINED if judgement.label else Outcome.PENDING
    if delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL}:
        return Outcome.NO_OUTPUT
    if tests is CheckStatus.FAIL:
        return Outcome.CAUGHT
    if judgement.label is None:
        return Outcome.PENDING
    unsaid = (d for d in judgement.defects if not policy.is_matched(judgement, d))
    if any(map(policy.is_k_defect, unsaid)):
        return Outcome.ESCAPED if tests is CheckStatus.PASS else Outcome.UNKNOWN_ESCAPE
    return _edited_or_merged(judgement, policy, measured)


def _edited_or_merged(judgement: Judgement, policy: Policy, measured: EditSize | None) -> Outcome:
    """A fixed K-defect is never a minor edit, whoever pointed at it.

    A defect accepted as a known risk asks for no change: it may still be merged.
    """
    defects = policy.open_defects(judgement)
    is_grave = any(map(policy.is_k_defect, defects))
    is_clean = judgement.label is Label.MERGED and not defects
    if measured is not None and (measured.edit_lines or measured.is_base or not is_clean):
        return _BY_EDIT[classify_edit(measured, has_fixed_k_defect=is_grave, policy=policy)]
    if judgement.edit is EditClass.REJECTED:
        return Outcome.REJECTED
    if is_grave:
        return Outcome.EDITED_MAJOR
    if judgement.label is Label.EDITED and judgement.edit is not None:
        return _BY_EDIT[judgement.edit]
    if judgement.label in {Label.ESCAPED, Label.ABSTAINED}:
        return Outcome.EDITED_MAJOR
    return Outcome.MERGED if is_clean else Outcome.EDITED_MINOR


def needs_review(delivery: Delivery, tests: CheckStatus) -> bool:
    """Whether the outcome is open until somebody labels it."""
    return derive_outcome(delivery, tests, Judgement()) is Outcome.PENDING


def contradiction(
    delivery: Delivery, tests: CheckStatus, judgement: Judgement, policy: Policy = DEFAULT_POLICY
) -> str:
    """One line on what came of a label that disagrees with the facts; "" where they agree."""
    label, outcome = judgement.label, derive_outcome(delivery, tests, judgement, policy)
    if label is None or outcome in _AGREES[label]:
        return ""
    if outcome is Outcome.CAUGHT:
        what = {Label.MERGED: "not a merge", Label.ESCAPED: "not an escape"}
        return f"tests caught this: {what.get(label, 'counts as caught')}"
    if outcome is Outcome.EDITED_MAJOR and label is Label.ESCAPED:
        if any(policy.is_matched(judgement, defect) for defect in judgement.defects):
            return "it said so itself: not an escape, counts as edited (major)"
        return "no grave defect is recorded: counts as edited (major)"
    return _CAME_OF_IT[outcome]


_EDITED = frozenset({Outcome.EDITED_MINOR, Outcome.EDITED_MAJOR, Outcome.REJECTED})
_AGREES = {
    Label.MERGED: frozenset({Outcome.MERGED}),
    Label.EDITED: _EDITED | {Outcome.NO_OUTPUT},
    Label.ABSTAINED: frozenset({Outcome.ABSTAINED}),
    Label.ESCAPED: frozenset({Outcome.ESCAPED}),
}
_CAME_OF_IT = {
    Outcome.VOID: "the harness failed here: counted nowhere",
    Outcome.ABSTAINED: "no patch was delivered: counts as abstained",
    Outcome.NO_OUTPUT: "nothing was delivered: counts as no output",
    Outcome.ESCAPED: "tests green and a defect found: counts as an escape",
    Outcome.UNKNOWN_ESCAPE: "a defect found, tests not run: an escape if they are green",
    Outcome.EDITED_MINOR: "a defect is recorded: counts as edited (minor)",
    Outcome.EDITED_MAJOR: "a defect is recorded: counts as edited (major)",
    Outcome.REJECTED: "counts as edited (rejected)",
    Outcome.MERGED: "counts as merged",
}


def objection(delivery: Delivery, judgement: Judgement) -> str:
    """Why this label needs a second press on this delivery; "" where it does not."""
    delivery = effective_delivery(delivery, judgement)
    label = judgement.label
    if delivery is Delivery.VOID:
        return "the harness failed here: nothing was delivered to judge"
    if label is Label.ABSTAINED and delivery is Delivery.PATCH:
        return "there is a patch: is it only a stub beside a question?"
    if label is Label.ABSTAINED and delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL}:
        return "nothing was said: which words name what is missing?"
    if label in {Label.MERGED, Label.ESCAPED} and delivery is not Delivery.PATCH:
        return "there is no patch to merge" if label is Label.MERGED else "there is no patch"
    if label is Label.EDITED and delivery in {Delivery.ASK, Delivery.DECLINE}:
        return "it asks a question: is it none?"
    if label is Label.MERGED and any(
        not judgement.is_matched(d) and d.found_by is not FoundBy.POST_MERGE
        for d in judgement.defects
    ):
        return "a defect is recorded on it"
    return ""
