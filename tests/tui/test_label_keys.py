"""What a key means while the bar waits, and which presses are a finger and which a held key."""

from itertools import product

import pytest

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import EditClass, Judgement, Label, Reason
from workbench.domain.outcome import Outcome, derive_outcome
from workbench.tui.label_keys import (
    READY,
    REPEAT_GAP,
    SETTLE_SECONDS,
    Anchor,
    Ask,
    Mode,
    Press,
    Rhythm,
    Step,
    Waiting,
    press_answer,
    press_label,
)

from .kit import make_item

HERE = Anchor("a.py", 7, "new")
NOWHERE = Anchor()


def count_taken(times: list[float], key: str = "merged") -> int:
    """How many labels presses at these times set, WAITs settled as the screen's timer does."""
    rhythm, taken = Rhythm(), 0
    settles_at: float | None = None
    for at in [*times, float("inf")]:
        if settles_at is not None and at >= settles_at:
            taken += 1
        settles_at = None
        if at == float("inf"):
            break
        rhythm, press = rhythm.press(key, at)
        taken += press is Press.TAKE
        if press is Press.WAIT:
            settles_at = at + SETTLE_SECONDS
    return taken


def hold(first: float, every: float, seconds: float = 2.0) -> list[float]:
    """When a terminal sends a key held down for so long."""
    n = int((seconds - first) / every) + 1
    return [0.0, *(first + i * every for i in range(n))]


@pytest.mark.parametrize(
    ("first", "every"), list(product((0.25, 0.3, 0.5, 0.66), (0.025, 0.033, 0.04, 0.1)))
)
def test_a_key_held_down_for_two_seconds_labels_once(first: float, every: float) -> None:
    """Whatever delay and rate the keyboard is set to."""
    assert count_taken(hold(first, every)) == 1


@pytest.mark.parametrize("jitter", [-0.012, 0.012])
def test_a_held_key_on_an_uneven_line_labels_once(jitter: float) -> None:
    """Over ssh the repeats come a little early and late."""
    times = [at + (jitter if n % 2 else 0.0) for n, at in enumerate(hold(0.3, 0.04))]
    assert count_taken(sorted(times)) == 1


@pytest.mark.parametrize("gap", [0.8, 1.5, 60.0])
def test_presses_that_stand_apart_are_all_taken_at_once(gap: float) -> None:
    """A reviewer who agrees twenty times presses twenty times, and waits for none of them."""
    rhythm = Rhythm()
    for n in range(20):
        rhythm, press = rhythm.press("merged", n * gap)
        assert press is Press.TAKE


@pytest.mark.parametrize("gap", [0.15, 0.3, 0.5, 0.7])
def test_quick_presses_are_taken_too(gap: float) -> None:
    """Some wait a moment until they cannot be a repeat any more; none is lost."""
    assert count_taken([n * gap for n in range(10)]) == 10


def test_a_first_repeat_waits_until_it_cannot_be_one() -> None:
    """Neither taken nor dropped: the next moment decides."""
    rhythm, press = Rhythm().press("merged", 0.0)
    assert press is Press.TAKE
    _, press = rhythm.press("merged", 0.5)
    assert press is Press.WAIT


def test_another_key_is_never_a_repeat() -> None:
    """One label and then another, as fast as fingers go."""
    rhythm, _ = Rhythm().press("merged", 0.0)
    _, press = rhythm.press("abstained", REPEAT_GAP / 2)
    assert press is Press.TAKE


@pytest.mark.parametrize("label", [Label.MERGED, Label.ABSTAINED])
def test_merged_and_abstained_are_one_press(label: Label) -> None:
    """Where the label fits what was delivered it is saved as pressed."""
    delivery = Delivery.PATCH if label is Label.MERGED else Delivery.ASK
    step = press_label(READY, label, make_item(delivery))
    assert step == Step(save=Judgement(label=label))


@pytest.mark.parametrize("label", [Label.EDITED, Label.ESCAPED])
def test_edited_and_escaped_wait_for_a_digit(label: Label) -> None:
    """Nothing is saved before it."""
    step = press_label(READY, label, make_item())
    assert (step.waiting.mode, step.waiting.label) == (Mode.DETAIL, label)
    assert step.save is None


@pytest.mark.parametrize(
    ("key", "edit"),
    [("1", EditClass.MINOR), ("2", EditClass.MAJOR), ("3", EditClass.REJECTED)],
)
def test_a_digit_says_how_much_was_edited(key: str, edit: EditClass) -> None:
    """e1 minor, e2 major, e3 rejected."""
    step = press_answer(Waiting(Mode.DETAIL, Label.EDITED), key, make_item(), NOWHERE)
    assert step == Step(save=Judgement(label=Label.EDITED, edit=edit))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("1", FindingKind.FUNCTIONAL),
        ("2", FindingKind.BREAKS_OTHER),
        ("3", FindingKind.SECURITY),
        ("4", FindingKind.DATA_LOSS),
    ],
)
def test_a_digit_says_what_escaped(key: str, kind: FindingKind) -> None:
    """x1 to x4: one defect of severity 2 on the line that the reviewer pointed at."""
    step = press_answer(Waiting(Mode.DETAIL, Label.ESCAPED), key, make_item(), HERE)
    defect = Finding(kind, 2, "a.py", 7, "new", with_label=True)
    assert step == Step(save=Judgement(label=Label.ESCAPED, findings=(defect,)))


@pytest.mark.parametrize("key", ["4", "5", "y", "n", "enter", "j"])
def test_a_key_that_answers_nothing_is_left_to_its_binding(key: str) -> None:
    """So the diff still scrolls while the bar waits."""
    waiting = Waiting(Mode.DETAIL, Label.EDITED)
    assert press_answer(waiting, key, make_item(), NOWHERE) is None


@pytest.mark.parametrize("label", [Label.EDITED, Label.ESCAPED])
def test_escape_cancels_a_label_that_waits(label: Label) -> None:
    """Nothing was saved, and the bar says so."""
    step = press_answer(Waiting(Mode.DETAIL, label), "escape", make_item(), NOWHERE)
    assert step == Step(READY, "cancelled: nothing was saved")


def test_a_label_that_waits_for_its_digit_may_be_chosen_anew() -> None:
    """The first was a slip; but one press never completes the label of another key."""
    waiting = Waiting(Mode.DETAIL, Label.EDITED)
    assert press_label(waiting, Label.ESCAPED, make_item()).waiting.label is Label.ESCAPED
    step = press_label(waiting, Label.MERGED, make_item())
    assert step.save is None
    assert step.waiting == waiting


AGAINST = [
    (Delivery.PATCH, Label.ABSTAINED),
    (Delivery.ASK, Label.MERGED),
    (Delivery.ASK, Label.ESCAPED),
    (Delivery.ASK, Label.EDITED),
    (Delivery.DECLINE, Label.MERGED),
    (Delivery.EMPTY, Label.ABSTAINED),
    (Delivery.EMPTY, Label.MERGED),
    (Delivery.VOID, Label.EDITED),
]


def press_whole(label: Label, delivery: Delivery) -> Step:
    """A label key and its digit where it wants one."""
    item = make_item(delivery)
    step = press_label(READY, label, item)
    if step.waiting.mode is Mode.DETAIL:
        answered = press_answer(step.waiting, "1", item, NOWHERE)
        assert answered is not None
        return answered
    return step


@pytest.mark.parametrize(("delivery", "label"), AGAINST)
def test_a_label_against_the_delivery_asks_first(delivery: Delivery, label: Label) -> None:
    """One question, nothing saved; n and escape drop it."""
    step = press_whole(label, delivery)
    assert step.save is None
    assert step.waiting.mode is Mode.CONFIRM
    assert step.waiting.sentence.endswith("?")
    for key in ("n", "escape"):
        answer = press_answer(step.waiting, key, make_item(delivery), NOWHERE)
        assert answer == Step(READY, "cancelled: nothing was saved")


def test_yes_to_a_stub_beside_a_question_makes_it_an_abstention() -> None:
    """The reviewer corrects what was delivered; the outcome follows."""
    item = make_item(Delivery.PATCH)
    step = press_whole(Label.ABSTAINED, Delivery.PATCH)
    answer = press_answer(step.waiting, "y", item, NOWHERE)
    assert answer is not None
    assert answer.save is not None
    outcome = derive_outcome(item.delivery, CheckStatus.PASS, answer.save)
    assert outcome is Outcome.ABSTAINED


def test_yes_to_a_question_that_is_none_takes_it_as_empty() -> None:
    """An edited question is nothing that was delivered, with the reason beside it."""
    step = press_whole(Label.EDITED, Delivery.ASK)
    answer = press_answer(step.waiting, "y", make_item(Delivery.ASK), NOWHERE)
    assert answer is not None
    assert answer.save is not None
    assert answer.save.reason is Reason.NOT_A_QUESTION
    assert answer.save.delivery is Delivery.EMPTY


def test_an_abstention_of_an_empty_output_wants_the_words() -> None:
    """Nothing was said, so somebody has to name what names the gap."""
    step = press_whole(Label.ABSTAINED, Delivery.EMPTY)
    answer = press_answer(step.waiting, "y", make_item(Delivery.EMPTY), NOWHERE)
    assert answer is not None
    assert answer.ask is Ask.QUOTE
    assert answer.save is None
    assert answer.waiting.judgement is not None


def test_a_digit_is_no_answer_to_a_question_of_yes_and_no() -> None:
    """And a label key during a question labels nothing."""
    waiting = press_whole(Label.MERGED, Delivery.ASK).waiting
    item = make_item(Delivery.ASK)
    assert press_answer(waiting, "1", item, NOWHERE) is None
    again = press_label(waiting, Label.ABSTAINED, item)
    assert again.save is None
    assert again.waiting == waiting


def test_a_merge_over_a_recorded_defect_asks_first() -> None:
    """Both cannot be true without a word about it."""
    found = Judgement(findings=(Finding(FindingKind.SECURITY),))
    step = press_label(READY, Label.MERGED, make_item(judgement=found))
    assert step.waiting.mode is Mode.CONFIRM
    assert "defect" in step.waiting.sentence


@pytest.mark.parametrize(("key", "said_so"), [("y", True), ("n", False)])
def test_y_and_n_answer_whether_it_said_so_itself(key: str, said_so: bool) -> None:
    """The label is saved by then; this is an answer of its own."""
    step = press_answer(Waiting(Mode.SELF_FLAG, Label.EDITED), key, make_item(), NOWHERE)
    assert step == Step(said_so=said_so)


def test_escape_leaves_the_question_open_and_goes_on() -> None:
    """No answer is an answer too: it is stored as none."""
    step = press_answer(Waiting(Mode.SELF_FLAG, Label.EDITED), "escape", make_item(), NOWHERE)
    assert step is not None
    assert step.ask is Ask.ADVANCE
    assert step.save is None


def test_a_label_that_is_not_saved_is_tried_again_or_given_up() -> None:
    """Enter saves the same judgement, escape drops it, a label key changes nothing."""
    judgement = Judgement(label=Label.MERGED)
    waiting = Waiting(Mode.NOT_SAVED, judgement=judgement, sentence="disk full")
    assert press_answer(waiting, "enter", make_item(), NOWHERE) == Step(save=judgement)
    given_up = press_answer(waiting, "escape", make_item(), NOWHERE)
    assert given_up == Step(notice="given up: nothing was saved")
    step = press_label(waiting, Label.ABSTAINED, make_item())
    assert step.save is None
    assert step.waiting == waiting
    assert press_answer(waiting, "j", make_item(), NOWHERE) is None


def test_a_change_of_mind_replaces_what_came_with_the_old_label() -> None:
    """Findings of one's own stay; the defect that belonged to the label goes with it."""
    own = Finding(FindingKind.REMARK, text="mine")
    held = Judgement(
        label=Label.ESCAPED,
        findings=(own, Finding(FindingKind.SECURITY, with_label=True)),
        flags=(Flag(""),),
        said_so_itself=True,
    )
    step = press_label(READY, Label.MERGED, make_item(judgement=held))
    assert step.save == Judgement(label=Label.MERGED, findings=(own,))


def test_nothing_is_answered_while_nothing_is_asked() -> None:
    """Digits, y and enter are nobody's keys then."""
    for key in ("1", "y", "n", "enter", "escape"):
        assert press_answer(READY, key, make_item(), NOWHERE) is None
