"""A reviewer's own version in a judgement: what it replaces, what it keeps, what comes of it."""

import pytest

from workbench.adapters.importers.edited_rows import read_edited
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.draft import Decision, apply_decision, take_edit
from workbench.domain.edited import Edited, EditSize
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import (
    EditClass,
    Judgement,
    Label,
    canonical_judgement,
    parse_judgement,
)
from workbench.domain.outcome import Outcome, derive_outcome

SMALL = Edited("a" * 40, EditSize(40, 3, 30, 29))
LARGE = Edited("b" * 40, EditSize(40, 30, 30, 12))
REMARK = Finding(FindingKind.REMARK, text="mine")
FLAW = Finding(FindingKind.FUNCTIONAL, with_label=True)


def outcome(judgement: Judgement) -> Outcome:
    return derive_outcome(Delivery.PATCH, CheckStatus.PASS, judgement)


def test_it_reads_back_and_older_judgements_have_none() -> None:
    """The text in the log is the whole of it."""
    held = take_edit(Judgement(findings=(REMARK,)), SMALL, EditClass.MINOR)
    assert parse_judgement(canonical_judgement(held)) == held
    assert "edited" not in canonical_judgement(Judgement(label=Label.MERGED))


def test_it_makes_a_label_edited_and_what_was_measured_decides() -> None:
    """A finding stays, what came with another label goes."""
    merged = Judgement(label=Label.MERGED, findings=(REMARK,))
    assert outcome(take_edit(merged, SMALL, EditClass.MINOR)) is Outcome.EDITED_MINOR
    held = take_edit(merged, LARGE, EditClass.MAJOR)
    assert (held.label, held.findings) == (Label.EDITED, (REMARK,))
    assert outcome(held) is Outcome.EDITED_MAJOR


def test_an_escape_stays_one() -> None:
    """Mending what escaped does not catch it."""
    escaped = Judgement(label=Label.ESCAPED, findings=(FLAW,))
    held = take_edit(escaped, SMALL, EditClass.MINOR)
    assert (held.label, held.edited) == (Label.ESCAPED, SMALL)
    assert outcome(held) is Outcome.ESCAPED


def test_a_class_given_by_eye_is_kept_beside_the_measured_one() -> None:
    """METRICS 4: measured decides, and a disagreement can be counted."""
    judged = apply_decision(
        Judgement(), Decision(Label.EDITED, edit=EditClass.MINOR), Delivery.PATCH
    )
    held = take_edit(judged, LARGE, EditClass.MAJOR)
    assert held.edited
    assert (held.edited.judged, held.edit) == ("minor", EditClass.MAJOR)
    again = apply_decision(held, Decision(Label.EDITED, edit=EditClass.MINOR), Delivery.PATCH)
    assert again.edited == held.edited
    assert outcome(again) is Outcome.EDITED_MAJOR
    merged = apply_decision(held, Decision(Label.MERGED), Delivery.PATCH)
    assert merged.edited is None
    assert outcome(merged) is Outcome.MERGED


SIZE = {"patch_lines": 1, "edit_lines": 1, "added": 1, "kept": 1,
        "has_added_tests": False, "is_base": False}  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        [],
        {"tree": "a" * 40, "size": [], "judged": ""},
        {"tree": "a" * 39, "size": SIZE, "judged": ""},
        {"tree": 7, "size": SIZE, "judged": ""},
        {"tree": "a" * 40, "size": {**SIZE, "kept": -1}, "judged": ""},
        {"tree": "a" * 40, "size": {**SIZE, "is_base": 1}, "judged": ""},
        {"tree": "a" * 40, "size": SIZE, "judged": "huge"},
        {"tree": "a" * 40, "size": SIZE},
    ],
)
def test_an_imported_edit_is_whole_or_refused(raw: object) -> None:
    """Rows come from anywhere."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_edited(raw)


def test_a_good_row_reads_back() -> None:
    """And none is none."""
    assert read_edited(None) is None
    raw = {"tree": "a" * 40, "size": SIZE, "judged": "major"}
    assert read_edited(raw) == Edited("a" * 40, EditSize(1, 1, 1, 1), "major")
