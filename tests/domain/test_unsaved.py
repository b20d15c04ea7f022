"""A label that waits in a file reads back as it was, and any other text is refused (D5)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import Act, EditClass, Effort, Judgement, Label
from workbench.domain.unsaved import Unsaved, parse_unsaved, render_unsaved

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
LABEL = Unsaved(
    study_id="study-1",
    reviewer="ann é",
    output_id="0123456789ab",
    act=Act.LABEL,
    judgement=Judgement(label=Label.EDITED, edit=EditClass.MAJOR, note="täst \N{SNOWMAN}\n"),
    held=Judgement(skipped=True),
    effort=Effort(NOW, 1200, 30, 2),
    at=NOW,
)
KINDS = (
    LABEL,
    replace(LABEL, act=Act.SKIP, judgement=Judgement(skipped=True), held=Judgement()),
    replace(
        LABEL,
        act=Act.SELF_FLAG,
        judgement=Judgement(
            label=Label.ESCAPED,
            findings=(Finding(FindingKind.SECURITY, 3, "a b", 7, "old", "words", flag=0),),
            flags=(Flag("it may leak"),),
            said_so_itself=False,
            delivery=Delivery.ASK,
        ),
    ),
)


@pytest.mark.parametrize("unsaved", KINDS, ids=lambda unsaved: unsaved.act)
def test_d5_what_is_kept_reads_back_as_it_was(unsaved: Unsaved) -> None:
    """Every field, in two lines of ASCII."""
    text = render_unsaved(unsaved)
    assert parse_unsaved(text) == unsaved
    assert text.isascii()
    assert text.count("\n") == 2


@given(st.integers(min_value=0), st.characters())
def test_d5_a_text_that_was_changed_anywhere_is_not_read(place: int, letter: str) -> None:
    """One letter, wherever it stands: the digest does not fit, or it is no digest."""
    text = render_unsaved(LABEL)
    at = place % (len(text) - 1)
    changed = text[:at] + letter + text[at + 1 :]
    if changed != text:
        with pytest.raises(ValueError, match="digest"):
            parse_unsaved(changed)


@given(st.text())
def test_d5_any_other_text_is_refused(text: str) -> None:
    """ValueError and nothing else."""
    with pytest.raises(ValueError, match="digest"):
        parse_unsaved(text)
