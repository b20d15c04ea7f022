"""Judgements as canonical JSON, decisions, and the log's links: undo and redo by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.delivery import Delivery
from workbench.domain.draft import (
    Decision,
    answer_self_flag,
    apply_decision,
    find_lack,
    found_a_flaw,
    insist,
)
from workbench.domain.event import Event, compute_hash
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.history import Head, link_act, link_redo, link_undo
from workbench.domain.label import (
    NO_JUDGEMENT,
    Act,
    EditClass,
    Effort,
    Judgement,
    Label,
    Reason,
    canonical_judgement,
    format_time,
    parse_judgement,
    parse_time,
)

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
BUG = Finding(FindingKind.FUNCTIONAL)
REMARK = Finding(FindingKind.REMARK, text="hm")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FINDINGS = st.builds(
    Finding,
    st.sampled_from(FindingKind),
    st.integers(1, 3),
    WORDS,
    st.integers(0, 10**6),
    st.sampled_from(["old", "new"]),
    WORDS,
    st.sampled_from(FoundBy),
    st.none() | st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
FLAGS = st.builds(Flag, WORDS, st.sampled_from(FlagVerdict), WORDS)
JUDGEMENTS = st.builds(
    Judgement,
    st.none() | st.sampled_from(Label),
    st.none() | st.sampled_from(EditClass),
    st.lists(FINDINGS, max_size=3).map(tuple),
    st.lists(FLAGS, max_size=3).map(tuple),
    st.none() | st.sampled_from(Reason),
    WORDS,
    WORDS,
    st.none() | st.sampled_from(Delivery),
    st.none() | st.booleans(),
    st.booleans(),
)


@given(JUDGEMENTS)
def test_a_judgement_survives_its_canonical_json(judgement: Judgement) -> None:
    """Nothing is lost, and one judgement has one text."""
    text = canonical_judgement(judgement)
    assert parse_judgement(text) == judgement
    assert canonical_judgement(parse_judgement(text)) == text


@given(JUDGEMENTS, JUDGEMENTS)
def test_two_judgements_have_two_texts(one: Judgement, other: Judgement) -> None:
    """What the hash chain covers tells them apart."""
    assert (canonical_judgement(one) == canonical_judgement(other)) is (one == other)


@pytest.mark.parametrize("text", ["", "[]", '{"label": "great"}', '{"findings": [{}]}'])
def test_a_text_that_is_no_judgement(text: str) -> None:
    """Never read as an empty one."""
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        parse_judgement(text or "{")


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_times_read_back_exactly_and_sort_as_text(at: datetime) -> None:
    """RFC 3339 in UTC, whatever the zone it was said in."""
    assert parse_time(format_time(at)) == at
    east = timezone(timedelta(hours=5, minutes=45))
    if at.year < 9999:
        assert format_time(at.astimezone(east)) == format_time(at)


def event(event_id: int, act: Act, judgement: Judgement, **links: int | None) -> Event:
    """An event with the links given, None elsewhere."""
    return Event(
        event_id=event_id,
        output_id="o",
        reviewer="ann",
        seq=event_id,
        act=act,
        judgement=judgement,
        supersedes=None,
        undoes=links.get("undoes"),
        back=links.get("back"),
        below=links.get("below"),
        undo=None,
        redo=None,
        effort=Effort(AT),
        rubric_version="r",
        app_version="1",
        at=AT,
        prev_hash="",
    )


def test_every_field_of_an_event_is_in_its_hash() -> None:
    """A change of any one of them breaks the chain; the hash itself is no part."""
    plain = event(1, Act.LABEL, Judgement(Label.MERGED))
    changed = [
        plain._replace(event_id=2),
        plain._replace(output_id="p"),
        plain._replace(reviewer="bob"),
        plain._replace(seq=9),
        plain._replace(act=Act.REDO),
        plain._replace(judgement=NO_JUDGEMENT),
        *(
            plain._replace(supersedes=1), plain._replace(undoes=1), plain._replace(back=1),
            plain._replace(below=1), plain._replace(undo=1), plain._replace(redo=1),
        ),
        plain._replace(effort=Effort(AT, 1)),
        plain._replace(effort=Effort(AT, 0, 1)),
        plain._replace(effort=Effort(AT, 0, 0, 1)),
        plain._replace(effort=Effort(AT + timedelta(microseconds=1))),
        plain._replace(rubric_version="s"),
        plain._replace(app_version="2"),
        plain._replace(at=AT + timedelta(microseconds=1)),
        plain._replace(prev_hash="0"),
        plain._replace(origin="{}"),
    ]  # fmt: skip
    hashes = {compute_hash(one) for one in (plain, *changed)}
    assert len(hashes) == len(changed) + 1
    assert compute_hash(plain._replace(hash="x")) == compute_hash(plain)


def test_undo_and_redo_walk_the_log_and_back() -> None:
    """Two labels, both undone, both redone; a fresh act leaves nothing to redo."""
    one, two = Judgement(Label.MERGED), Judgement(Label.ABSTAINED)
    first = link_act(1, Act.LABEL, one, Head(), None)
    assert (first.back, first.below, first.head) == (None, None, Head(undo=1))
    event_1 = event(1, Act.LABEL, one, back=None, below=None)
    second = link_act(2, Act.LABEL, two, first.head, event_1)
    assert (second.back, second.below, second.head) == (1, 1, Head(undo=2))
    event_2 = event(2, Act.LABEL, two, back=1, below=1)

    undone = link_undo(3, event_2, event_1, second.head)
    assert (undone.judgement, undone.undoes, undone.head) == (one, 2, Head(1, 3))
    event_3 = event(3, Act.UNDO, one, undoes=2, back=undone.back)
    empty = link_undo(4, event_1, None, undone.head)
    assert (empty.judgement, empty.undoes, empty.head) == (NO_JUDGEMENT, 1, Head(None, 4))
    event_4 = event(4, Act.UNDO, NO_JUDGEMENT, undoes=1, back=empty.back)

    again = link_redo(5, event_4, event_1, empty.head)
    assert (again.judgement, again.head) == (one, Head(undo=5, redo=3))
    last = link_redo(6, event_3, event_2, again.head)
    assert (last.judgement, last.head) == (two, Head(undo=6, redo=None))
    assert link_act(7, Act.LABEL, one, last.head, event_2).head == Head(undo=7)


def test_an_answer_on_self_flags_is_undone_with_its_label() -> None:
    """One `u` takes back both; a look at the message and an import are never undone."""
    label = event(1, Act.LABEL, Judgement(Label.MERGED))
    answer = link_act(2, Act.SELF_FLAG, label.judgement, Head(undo=1), label)
    assert (answer.back, answer.below, answer.head) == (None, None, Head(undo=2))
    for act in (Act.PEEK, Act.IMPORT):
        assert link_act(3, act, label.judgement, Head(1, 2), label).head == Head(1, 2)


def test_a_change_of_mind_replaces_what_came_with_the_label() -> None:
    """Edit class, its defects and the answer go; findings and the note stay."""
    held = Judgement(
        Label.EDITED,
        EditClass.MAJOR,
        findings=(REMARK, replace(BUG, with_label=True, flag=0)),
        flags=(Flag(""),),
        note="mine",
        said_so_itself=True,
    )
    fresh = apply_decision(held, Decision(Label.MERGED), Delivery.PATCH)
    assert fresh == Judgement(Label.MERGED, findings=(REMARK,), note="mine")
    own = apply_decision(fresh, Decision(Label.ESCAPED, defects=(BUG,)), Delivery.PATCH)
    assert own.findings == (REMARK, replace(BUG, with_label=True))


def test_a_flag_given_with_a_label_matches_every_defect() -> None:
    """Those recorded before too; a remark is no defect."""
    held = Judgement(findings=(REMARK, BUG))
    decision = Decision(Label.EDITED, EditClass.MINOR, (BUG,), (Flag("known"),))
    found = apply_decision(held, decision, Delivery.PATCH)
    assert [f.flag for f in found.findings] == [None, 0, 0]
    assert found.said_so_itself is True


def test_yes_and_no_to_did_it_say_so_itself() -> None:
    """Yes matches every defect to the message as a whole, no takes every match away."""
    label = Judgement(Label.ESCAPED, findings=(BUG, REMARK))
    yes = answer_self_flag(label, said_so=True)
    assert ([f.flag for f in yes.findings], yes.flags) == ([0, None], (Flag(""),))
    no = answer_self_flag(yes, said_so=False)
    assert (no.findings, no.flags, no.said_so_itself) == (label.findings, (), False)


def test_standing_by_a_label_corrects_the_delivery() -> None:
    """The reviewer knows better than the harness."""
    asked = insist(Judgement(Label.ABSTAINED), Delivery.EMPTY, "which one?")
    assert (asked.delivery, asked.quote) == (Delivery.ASK, "which one?")
    none = insist(Judgement(Label.EDITED), Delivery.ASK)
    assert (none.delivery, none.reason) == (Delivery.EMPTY, Reason.NOT_A_QUESTION)
    merged = Judgement(Label.MERGED)
    assert insist(merged, Delivery.EMPTY) == merged


def test_nothing_usable_is_said_by_itself() -> None:
    """An edit of nothing has its reason."""
    for delivery in (Delivery.EMPTY, Delivery.CRASH_MODEL):
        assert (
            apply_decision(NO_JUDGEMENT, Decision(Label.EDITED), delivery).reason
            is Reason.NOTHING_USABLE
        )
    assert apply_decision(NO_JUDGEMENT, Decision(Label.EDITED), Delivery.PATCH).reason is None


@pytest.mark.parametrize(
    ("held", "decision", "delivery", "lack"),
    [
        (NO_JUDGEMENT, Decision(Label.MERGED), Delivery.PATCH, ""),
        (NO_JUDGEMENT, Decision(Label.EDITED), Delivery.PATCH, "edited needs"),
        (NO_JUDGEMENT, Decision(Label.EDITED), Delivery.EMPTY, ""),
        (NO_JUDGEMENT, Decision(Label.MERGED, EditClass.MINOR), Delivery.PATCH, "--edit goes"),
        (NO_JUDGEMENT, Decision(Label.ESCAPED), Delivery.PATCH, "escaped needs"),
        (NO_JUDGEMENT, Decision(Label.ESCAPED, defects=(BUG,)), Delivery.PATCH, ""),
        (Judgement(findings=(BUG,)), Decision(Label.ESCAPED), Delivery.PATCH, ""),
        (
            Judgement(findings=(replace(BUG, with_label=True),)),
            Decision(Label.ESCAPED),
            Delivery.PATCH,
            "escaped needs",
        ),
    ],
)
def test_what_a_decision_lacks(
    held: Judgement, decision: Decision, delivery: Delivery, lack: str
) -> None:
    """A second key, or an option of the command line."""
    found = find_lack(held, decision, delivery)
    assert found.startswith(lack)
    assert bool(found) is bool(lack)


def test_which_labels_say_that_something_is_wrong() -> None:
    """Those after which the message opens."""
    assert found_a_flaw(Judgement(Label.EDITED))
    assert found_a_flaw(Judgement(Label.MERGED, findings=(BUG,)))
    assert not found_a_flaw(Judgement(Label.MERGED, findings=(REMARK,)))
