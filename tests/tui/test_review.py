"""A reviewer at the real app on a real study: what is seen, and what is on disk by another look."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from workbench.domain.finding import FindingKind
from workbench.domain.label import EditClass, Judgement, Label
from workbench.services.desk import Desk, OpenDesk
from workbench.tui.screens.finding import FindingScreen
from workbench.tui.screens.help import HelpScreen
from workbench.tui.screens.prompt import PromptScreen
from workbench.tui.widgets.lines import LinesView

from .kit import OPEN, Seat, play, read_labels, read_log


@contextmanager
def locked(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program that is writing to the study."""
    path = folder / ".workbench" / "study.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")


async def label_all_but(seat: Seat, *kept: str) -> None:
    """Label what comes, in its order, until only the outputs of these tickets are left."""
    for name in OPEN:
        await seat.on(name)
        if name in kept:
            await seat.press("s")
        else:
            await seat.press("a" if name == "ask" else "m")
            await seat.until(lambda name=name: name in seat.labels(), f"{name} saved")  # type: ignore[misc]


# One key, one label.


def test_one_key_is_one_committed_label_and_the_next_output(folder: Path) -> None:
    """It is on disk for everybody before the screen moves on, and the numbers move with it."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        assert "7 left" in seat.header
        await seat.press("m")
        assert seat.labels() == {"clean": "merged"}
        await seat.on("ask")
        assert "saved: merged · clean" in seat.bar
        assert "6 left · saved " in seat.header
        assert "1 labelled of 7" in seat.pane("metrics")
        assert "merge         1/2   50%" in seat.pane("metrics")

    play(folder, scene, (160, 40))
    assert [(e.ticket, e.act) for e in read_log(folder)] == [("clean", "label")]


def test_until_the_first_label_the_bar_teaches_the_keys(folder: Path) -> None:
    """Three lines, gone after the first label."""

    async def scene(seat: Seat) -> None:
        assert "m merged: as it is." in seat.bar
        await seat.press("m")
        assert "m merged: as it is." not in seat.bar

    play(folder, scene)


def test_an_output_without_a_patch_shows_its_message_as_content(folder: Path) -> None:
    """A question is read where a diff would stand; a agrees that it is one."""

    async def scene(seat: Seat) -> None:
        await seat.press("J")
        await seat.on("ask")
        assert "Which currency do you mean?" in seat.diff_text()
        assert "? asks" in seat.header
        await seat.press("a")
        assert seat.labels() == {"ask": "abstained"}

    play(folder, scene)


@pytest.mark.parametrize(
    ("digit", "edit"),
    [("1", EditClass.MINOR), ("2", EditClass.MAJOR), ("3", EditClass.REJECTED)],
)
def test_edited_waits_for_its_digit(folder: Path, digit: str, edit: EditClass) -> None:
    """Nothing is saved before it; the bar names the digits; the digit saves."""

    async def scene(seat: Seat) -> None:
        await seat.press("e")
        assert seat.log() == []
        assert "1 minor  2 major  3 rejected  esc cancel" in seat.bar
        await seat.press(digit)
        await seat.on("ask")

    play(folder, scene)
    (event,) = read_log(folder)
    assert event.judgement == Judgement(label=Label.EDITED, edit=edit)


def test_escaped_waits_for_its_digit_and_the_diff_still_scrolls(folder: Path) -> None:
    """A pending second key is no dialog."""

    async def scene(seat: Seat) -> None:
        await seat.press("x")
        before = seat.diff.cursor_address
        await seat.press("j")
        assert seat.diff.cursor_address != before
        assert "2 breaks other code" in seat.bar
        assert seat.log() == []
        await seat.press("2")

    play(folder, scene)
    (event,) = read_log(folder)
    assert event.judgement.label is Label.ESCAPED
    assert event.judgement.findings[0].kind is FindingKind.BREAKS_OTHER


def test_escape_cancels_a_label_that_waits(folder: Path) -> None:
    """Nothing was saved, the output stays, and the next digit means nothing."""

    async def scene(seat: Seat) -> None:
        await seat.press("x", "escape")
        assert "cancelled: nothing was saved" in seat.bar
        await seat.press("1")
        assert seat.ticket == "clean"

    play(folder, scene)
    assert read_log(folder) == []


def test_a_defect_stands_on_the_whole_output_unless_the_cursor_was_moved(folder: Path) -> None:
    """Where the cursor happened to be is not where the reviewer saw the defect."""

    async def scene(seat: Seat) -> None:
        await seat.press("x", "1")

    play(folder, scene)
    (event,) = read_log(folder)
    assert (event.judgement.findings[0].file, event.judgement.findings[0].line) == ("", 0)


def test_a_defect_stands_on_the_line_that_the_cursor_was_moved_to(folder: Path) -> None:
    """The line that the diff itself names."""

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        address = seat.diff.cursor_address
        assert address is not None
        await seat.press("x", "1")
        (event,) = seat.log()
        found = event.judgement.findings[0]
        assert (found.file, found.line, found.side) == (address.path, address.line, address.side)
        assert found.file == "totals.py"
        assert found.line > 0

    play(folder, scene)


def test_two_labels_of_two_keys_follow_each_other_at_once(folder: Path) -> None:
    """e1 on one output and e1 on the next half a second later: the digit between says no hold."""

    async def scene(seat: Seat) -> None:
        await seat.pilot.press("e", "1")
        await seat.on("ask")
        await seat.pilot.press("J")
        await seat.on("says")
        await seat.pilot.pause(0.25)
        await seat.pilot.press("e")
        await seat.pilot.pause()
        assert "1 minor" in seat.bar

    play(folder, scene)


# What is held, typed ahead, or typed elsewhere.


def test_keys_before_the_study_is_open_label_nothing(folder: Path) -> None:
    """The first paint comes before the store; a key in between is answered with words."""
    gate = Event()

    def open_late(desk: OpenDesk) -> Desk:
        gate.wait(30)
        return desk()

    async def scene(seat: Seat) -> None:
        await seat.until(seat.screen.is_painted, "the first output")
        await seat.press("m", "J", "o", "s")
        assert "in a moment" in seat.bar
        assert seat.log() == []
        gate.set()
        await seat.until(lambda: not seat.screen.labels_off, "the study opened")
        assert "in a moment" not in seat.bar
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene, is_ready=False, wrap=open_late)
    assert read_labels(folder) == {"clean": "merged"}


def test_keys_ahead_of_the_paint_label_nothing_and_the_screen_says_so(folder: Path) -> None:
    """The second m came while the next output was not drawn yet."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        seat.screen.action_label("merged")
        seat.screen._rhythm = type(seat.screen._rhythm)()
        seat.screen.action_label("merged")
        assert "typed ahead: nothing was labelled" in seat.bar
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}


def test_a_burst_of_one_key_is_one_label(folder: Path) -> None:
    """Thirty m in one write, as a stuck key or a paste sends them."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        for _ in range(30):
            seat.app.simulate_key("m")
        await seat.pilot.pause()
        await seat.on("ask")
        assert "held down labels once" in seat.bar or "typed ahead" in seat.bar

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}


@pytest.mark.parametrize("key", ["slash", "backslash"])
def test_t14_text_in_a_field_labels_nothing_and_chords_are_dead(folder: Path, key: str) -> None:
    """Letters typed into search and filter are no labels; no redo, no palette behind the field."""

    async def scene(seat: Seat) -> None:
        await seat.press(key)
        assert isinstance(seat.app.screen, PromptScreen)
        await seat.type("maxe")
        await seat.press("ctrl+r", "ctrl+p", "ctrl+d")
        assert isinstance(seat.app.screen, PromptScreen)
        assert seat.field is not None
        assert seat.field.value == "maxe"
        await seat.press("escape")
        assert seat.is_in_front
        assert seat.ticket == "clean"

    play(folder, scene)
    assert read_log(folder) == []


def test_t14_text_in_a_finding_labels_nothing(folder: Path) -> None:
    """The words of a finding are words; Escape throws them away and says so."""

    async def scene(seat: Seat) -> None:
        await seat.press("c", "1", "2")
        assert isinstance(seat.app.screen, FindingScreen)
        await seat.type("maxe")
        await seat.press("ctrl+r", "ctrl+p")
        assert isinstance(seat.app.screen, FindingScreen)
        await seat.press("escape")
        assert "cancelled: nothing was saved" in seat.bar

    play(folder, scene)
    assert read_log(folder) == []


def test_t14_with_the_help_open_no_key_labels(folder: Path) -> None:
    """A modal screen takes every key for itself."""

    async def scene(seat: Seat) -> None:
        await seat.press("question_mark")
        assert isinstance(seat.app.screen, HelpScreen)
        await seat.press("m", "a", "x", "e", "ctrl+p", "escape")
        assert seat.is_in_front

    play(folder, scene)
    assert read_log(folder) == []


# Did it say so itself?


@pytest.mark.parametrize(("key", "said_so"), [("y", True), ("n", False)])
def test_after_a_flaw_the_message_opens_and_one_key_answers(
    folder: Path,
    key: str,
    said_so: bool,
) -> None:
    """The label is saved before the message is seen; the answer amends it."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("e", "2")
        assert seat.labels() == {"says": "edited"}
        assert "Did it say so itself?" in seat.bar
        assert seat.is_open("text")
        assert "It may be slow for long lists." in seat.pane("text")
        assert "it flagged: slow" in seat.pane("text")
        assert seat.ticket == "says"
        await seat.press(key)
        await seat.on("untested")
        assert not seat.is_open("text")

    play(folder, scene)
    events = read_log(folder)
    assert [event.act for event in events] == ["label", "self_flag"]
    assert events[-1].judgement.said_so_itself is said_so


def test_the_question_may_be_left_open(folder: Path) -> None:
    """Escape goes on without an answer, and none is stored."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("e", "1", "m")
        assert "Did it say so itself?" in seat.bar
        await seat.press("escape")
        await seat.on("untested")

    play(folder, scene)
    (event,) = read_log(folder)
    assert event.judgement.said_so_itself is None


def test_one_undo_takes_back_label_and_answer(folder: Path) -> None:
    """They were one decision."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("x", "1", "y")
        await seat.on("untested")
        await seat.press("u")
        await seat.on("says")
        assert seat.labels() == {}

    play(folder, scene)


def test_the_message_is_closed_before_the_label_and_a_look_is_logged(folder: Path) -> None:
    """Who reads the confession first is no measure of candour; so it is counted."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        assert "slow for long lists" not in seat.diff_text()
        assert not seat.is_open("text")
        await seat.press("o")
        assert "an early look at the message: logged" in seat.bar
        assert "It may be slow for long lists." in seat.pane("text")
        (event,) = seat.log()
        assert (event.ticket, event.act, event.peeks) == ("says", "peek", 1)
        assert seat.labels() == {}

    play(folder, scene)


def test_an_open_message_does_not_follow_to_the_next_output(folder: Path) -> None:
    """Its message must stay closed as well; the ticket pane may follow."""

    async def scene(seat: Seat) -> None:
        await seat.press("J")
        await seat.on("ask")
        await seat.press("o")
        assert seat.log() == []
        assert "Which currency" in seat.pane("text")
        await seat.press("J")
        await seat.on("says")
        assert not seat.is_open("text")
        await seat.press("t")
        assert "body of says" in seat.pane("text")
        await seat.press("K")
        await seat.on("ask")
        assert "body of ask" in seat.pane("text")

    play(folder, scene)


def test_no_message_is_opened_before_a_look_at_it_can_be_logged(folder: Path) -> None:
    """While the study is being checked, and while another program holds the lock."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        with locked(folder):
            await seat.press("o")
            assert not seat.is_open("text")
            assert "NOT SAVED" in seat.bar
        seat.screen.labels_off = "checking the study: labels in a moment"
        await seat.press("o")
        assert not seat.is_open("text")

    play(folder, scene)
    assert read_log(folder) == []


# Undo, redo, skip, findings.


def test_t10_undo_and_redo_go_any_number_of_steps_and_across_a_restart(folder: Path) -> None:
    """The log grows, the labels come and go; what the screen forgot the store remembers."""

    async def first(seat: Seat) -> None:
        await seat.press("m")
        await seat.on("ask")
        await seat.press("a")
        await seat.on("says")
        await seat.press("u")
        await seat.on("ask")
        assert "undo: no label · ask" in seat.bar
        assert seat.labels() == {"clean": "merged"}

    async def second(seat: Seat) -> None:
        await seat.press("u")
        await seat.on("clean")
        assert seat.labels() == {}
        await seat.press("u")
        assert "nothing to undo" in seat.bar
        await seat.press("ctrl+r")
        await seat.on("clean")
        assert "redo: merged · clean" in seat.bar
        await seat.press("ctrl+r")
        await seat.on("ask")
        await seat.press("ctrl+r")
        assert "nothing to redo" in seat.bar

    play(folder, first)
    play(folder, second)
    assert read_labels(folder) == {"clean": "merged", "ask": "abstained"}
    acts = [event.act for event in read_log(folder)]
    assert acts == ["label", "label", "undo", "undo", "redo", "redo"]


def test_t7_a_change_of_mind_is_one_label_and_every_step_in_the_log(folder: Path) -> None:
    """m, e1, m, e1, m on one output: merged, five events."""

    async def scene(seat: Seat) -> None:
        for n, keys in enumerate((["m"], ["e", "1"], ["m"], ["e", "1"], ["m"])):
            await seat.on("clean")
            await seat.press(*keys)
            await seat.on("ask")
            if n < 4:
                await seat.press("K")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}
    assert [event.act for event in read_log(folder)] == ["label"] * 5


def test_a_skipped_output_comes_back_after_all_others(folder: Path) -> None:
    """Set aside, it is what is left at the end."""

    async def scene(seat: Seat) -> None:
        await label_all_but(seat, "says")
        await seat.on("says")
        assert "1 left" in seat.header
        await seat.press("m")
        await seat.until(lambda: seat.is_open("card"), "the end card")

    play(folder, scene)
    assert read_labels(folder).keys() == set(OPEN)


def test_a_finding_has_kind_severity_place_and_words(folder: Path) -> None:
    """c, a digit for what, a digit for how bad, words; the output stays in front."""

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        address = seat.diff.cursor_address
        assert address is not None
        await seat.press("c")
        title = seat.app.screen.query_one("#prompt-title", LinesView).plain
        assert title.startswith(f" totals.py:{address.line}:")
        await seat.press("3", "3")
        await seat.type("opens a door")
        await seat.press("enter")
        assert "saved: finding · clean" in seat.bar
        assert seat.ticket == "clean"

    play(folder, scene)
    (event,) = read_log(folder)
    (finding,) = event.judgement.findings
    assert event.judgement.label is None
    assert (finding.kind, finding.severity) == (FindingKind.SECURITY, 3)
    assert (finding.file, finding.text) == ("totals.py", "opens a door")
    assert finding.line > 0


@pytest.mark.parametrize("keys", [["c"], ["c", "1"], ["c", "6"]])
def test_escape_leaves_a_finding_at_any_step(folder: Path, keys: list[str]) -> None:
    """Nothing is recorded, and the bar says so."""

    async def scene(seat: Seat) -> None:
        await seat.press(*keys, "escape")
        assert seat.is_in_front
        assert "cancelled: nothing was saved" in seat.bar

    play(folder, scene)
    assert read_log(folder) == []


# Labels that disagree.


def test_a_label_against_the_delivery_asks_once(folder: Path) -> None:
    """An abstention with a patch: y stands by it, n drops it; no other key saves."""

    async def scene(seat: Seat) -> None:
        await seat.press("a")
        assert "there is a patch" in seat.bar
        assert "y yes  n no" in seat.bar
        await seat.press("1", "m")
        assert seat.log() == []
        await seat.press("n")
        assert "cancelled" in seat.bar
        await seat.press("a", "y")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "abstained"}


def test_an_abstention_of_an_empty_output_asks_for_the_words(folder: Path) -> None:
    """Nothing was said, so a name for the gap is wanted; without one nothing is saved."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "empty")
        await seat.on("empty")
        await seat.press("a", "y")
        assert isinstance(seat.app.screen, PromptScreen)
        await seat.press("enter")
        assert "cancelled" in seat.bar
        await seat.press("a", "y")
        await seat.type("no currency")
        await seat.press("enter")
        await seat.until(lambda: "empty" in seat.labels(), "saved")

    play(folder, scene)
    assert read_log(folder)[-1].judgement.quote == "no currency"


def test_a_label_that_the_tests_contradict_is_saved_and_said(folder: Path) -> None:
    """Merged, though a test went red: the outcome is derived, one line says so."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "red")
        await seat.on("red")
        assert "tests red" in seat.header
        await seat.press("m")
        assert "tests caught this: not a merge; u to undo · red" in seat.bar

    play(folder, scene)
    assert read_labels(folder) == {"red": "merged"}


# NOT SAVED.


def test_t6_a_label_that_is_not_on_disk_stays_and_is_tried_again(folder: Path) -> None:
    """Another program holds the lock: the screen says NOT SAVED and does not move."""

    async def scene(seat: Seat) -> None:
        with locked(folder) as other:
            await seat.press("e", "2")
            assert "NOT SAVED" in seat.bar
            assert "enter retry" in seat.bar
            assert seat.ticket == "clean"
            assert "7 left" in seat.header
            assert seat.log() == []
            await seat.press("enter")
            assert "NOT SAVED" in seat.bar
            await seat.press("m", "J")
            assert seat.ticket == "clean"
            other.execute("ROLLBACK")
            await seat.press("enter")
            await seat.on("ask")
            assert "saved: edited (major) · clean" in seat.bar

    play(folder, scene)
    (event,) = read_log(folder)
    assert event.judgement == Judgement(label=Label.EDITED, edit=EditClass.MAJOR)


def test_t6_a_label_that_is_given_up_leaves_no_trace(folder: Path) -> None:
    """Escape; the output waits for a label as before."""

    async def scene(seat: Seat) -> None:
        with locked(folder):
            await seat.press("m", "escape")
            assert "given up: nothing was saved" in seat.bar
        assert seat.ticket == "clean"
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}


def test_t6_a_finding_that_is_not_on_disk_is_tried_again_with_its_words(folder: Path) -> None:
    """Typed words are never thrown away because a file was locked."""

    async def scene(seat: Seat) -> None:
        with locked(folder):
            await seat.press("c", "1", "2")
            await seat.type("wrong sum")
            await seat.press("enter")
            assert "NOT SAVED" in seat.bar
        await seat.press("enter")
        assert "saved: finding · clean" in seat.bar
        assert seat.ticket == "clean"

    play(folder, scene)
    (event,) = read_log(folder)
    assert event.judgement.findings[0].text == "wrong sum"


def test_t6_an_answer_that_is_not_on_disk_is_asked_for_again(folder: Path) -> None:
    """The label is saved, the answer is not: the question stays, and says why."""

    async def scene(seat: Seat) -> None:
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("e", "1")
        with locked(folder):
            await seat.press("y")
            assert "NOT SAVED" in seat.bar
            assert "Did it say so itself?" in seat.bar
        await seat.press("y")
        await seat.on("untested")

    play(folder, scene)
    assert [event.act for event in read_log(folder)] == ["label", "self_flag"]


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_t6_quitting_with_a_label_that_is_not_on_disk_asks_once(folder: Path, key: str) -> None:
    """The one thing that could be lost is not lost by a slip."""

    async def scene(seat: Seat) -> None:
        with locked(folder):
            await seat.press("m")
            await seat.press(key)
            assert seat.app.is_running
            assert "again to quit without it" in seat.bar
            await seat.press(key)
            assert seat.app._exit

    play(folder, scene)
    assert read_log(folder) == []


# Walking, filtering, the end.


async def filter_by(seat: Seat, text: str) -> None:
    """Type a filter."""
    await seat.press("backslash")
    await seat.type(text)
    await seat.press("enter")


def test_the_next_and_the_previous_output_need_no_label(folder: Path) -> None:
    """J and K walk, and stop at both ends with a word."""

    async def scene(seat: Seat) -> None:
        await seat.press("K")
        assert "the first one" in seat.bar
        for name in OPEN[1:]:
            await seat.press("J")
            await seat.on(name)
        await seat.press("J")
        assert "the last one" in seat.bar

    play(folder, scene)
    assert read_log(folder) == []


def test_a_filter_is_a_view_and_changes_no_rate(folder: Path) -> None:
    """What it holds, labelled in its order; escape brings the study's order back."""

    async def scene(seat: Seat) -> None:
        before = seat.pane("metrics")
        await filter_by(seat, "ed")
        await seat.on("untested")
        assert seat.pane("metrics") == before
        assert "filter: ed" in seat.pane("queue")
        await seat.press("J")
        await seat.on("failed")
        await seat.press("K", "m")
        await seat.on("failed")
        await seat.press("escape")
        assert "filter" not in seat.pane("queue")
        await seat.press("J")
        await seat.on("refused")

    play(folder, scene, (200, 50))
    assert read_labels(folder) == {"untested": "merged"}


def test_a_filter_that_holds_nothing_says_so(folder: Path) -> None:
    """The output in front stays."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "zzz")
        assert "0 outputs" in seat.bar
        assert "nothing matches" in seat.pane("queue")
        assert seat.ticket == "clean"
        await seat.press("escape")

    play(folder, scene, (200, 50))


def test_what_needs_no_label_is_not_in_the_queue_and_the_queue_says_why(folder: Path) -> None:
    """A red test and an empty output; both can still be found by the filter."""

    async def scene(seat: Seat) -> None:
        queue = seat.pane("queue")
        assert "not in the queue:" in queue
        assert "1 tests failed" in queue
        assert "1 nothing delivered" in queue
        assert "title of red" not in queue
        await filter_by(seat, "red")
        await seat.on("red")

    play(folder, scene, (200, 50))


def test_a_patch_that_failed_is_shown_raw_with_the_reason(folder: Path) -> None:
    """It is an answer; it can be labelled."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "failed")
        await seat.on("failed")
        assert "failed" in seat.diff_text()
        assert "tital_3" in seat.diff_text()
        await seat.press("e", "3")

    play(folder, scene)
    assert read_labels(folder) == {"failed": "edited"}


def test_a_refused_patch_is_shown_raw_with_the_rule(folder: Path) -> None:
    """Bytes and rule, no tree; it can be labelled as well."""

    async def scene(seat: Seat) -> None:
        await filter_by(seat, "refused")
        await seat.on("refused")
        assert "refused" in seat.diff_text()
        assert "../outside" in seat.diff_text()
        await seat.press("e", "3")

    play(folder, scene)
    assert read_labels(folder) == {"refused": "edited"}


def test_the_end_of_the_queue_is_a_card_where_no_key_labels(folder: Path) -> None:
    """The numbers, what is unknown, the export; m there labels nothing; u and K go back."""

    async def scene(seat: Seat) -> None:
        await label_all_but(seat)
        await seat.until(lambda: seat.is_open("card"), "the end card")
        card = seat.pane("card")
        assert "7 of 7 labelled; 2 needed no label." in card
        assert "workbench export jsonl" in card
        assert "workbench outputs tests FILE" in card
        n_events = len(seat.log())
        await seat.press("m", "s", "c")
        assert seat.is_in_front
        assert len(seat.log()) == n_events
        await seat.press("K")
        await seat.on("last")
        assert not seat.is_open("card")
        await seat.press("m")
        await seat.until(lambda: seat.is_open("card"), "the end card again")
        await seat.press("u")
        await seat.on("last")

    play(folder, scene)


def test_a_study_that_is_done_opens_at_the_card(folder: Path) -> None:
    """And the last output is one key away."""

    async def first(seat: Seat) -> None:
        await label_all_but(seat)
        await seat.until(lambda: seat.is_open("card"), "the end card")

    async def second(seat: Seat) -> None:
        assert seat.is_open("card")
        await seat.press("m")
        assert len(seat.log()) == len(OPEN)
        await seat.press("K")
        await seat.until(lambda: not seat.is_open("card"), "an output")

    play(folder, first)
    play(folder, second)


def test_a_restart_goes_on_where_the_reviewer_was(folder: Path) -> None:
    """After the label on the first output, the second is in front."""

    async def first(seat: Seat) -> None:
        await seat.press("m")

    async def second(seat: Seat) -> None:
        await seat.on("ask")
        assert "6 left" in seat.header

    play(folder, first)
    play(folder, second)


# The terminal.


def test_a_study_that_cannot_be_written_is_read_with_labels_off(folder: Path) -> None:
    """The reason stands in the bar; reading and walking go on."""
    reason = "study.db belongs to somebody else"

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: f"labels are off: {reason}" in seat.bar, "the reason")
        await seat.press("m", "x", "1", "u", "s", "c")
        assert "labels are off" in seat.bar
        assert seat.is_in_front
        assert seat.ticket == "clean"
        await seat.press("J", "J")
        await seat.on("says")
        await seat.press("o")
        assert "slow for long lists" in seat.pane("text")

    play(folder, scene, wrap=lambda desk: replace(desk(), warning=reason))
    assert read_log(folder) == []


def test_a_study_that_is_not_sound_is_read_with_labels_off(folder: Path) -> None:
    """The check runs after the first paint; until it has passed nothing is saved."""

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "labels are off: page 7 is damaged" in seat.bar, "the fault")
        await seat.press("m")
        assert seat.ticket == "clean"

    play(folder, scene, wrap=lambda desk: replace(desk(), check=lambda: "page 7 is damaged"))
    assert read_log(folder) == []


def test_t25_a_terminal_too_small_says_so_labels_nothing_and_comes_back(folder: Path) -> None:
    """20x5: one line with both sizes; back at 80x24 everything is there, and keys label."""

    async def scene(seat: Seat) -> None:
        await seat.pilot.resize_terminal(20, 5)
        await seat.until(lambda: seat.is_open("small"), "the notice")
        assert "20x5" in seat.pane("small")
        assert "40x10" in seat.pane("small")
        await seat.press("m", "e", "1")
        assert seat.log() == []
        await seat.pilot.resize_terminal(80, 24)
        await seat.until(lambda: not seat.is_open("small"), "the review")
        await seat.press("escape")
        await seat.on("clean")
        await seat.press("m")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}


def test_t25_at_40_columns_by_10_lines_the_keys_label(folder: Path) -> None:
    """The smallest size that is promised."""

    async def scene(seat: Seat) -> None:
        assert not seat.is_open("small")
        assert seat.diff.size.height >= 2
        await seat.press("m")
        await seat.on("ask")
        await seat.press("a")
        await seat.on("says")
        await seat.press("e", "1", "y")

    play(folder, scene, (40, 10))
    assert read_labels(folder) == {"clean": "merged", "ask": "abstained", "says": "edited"}


def test_panes_open_by_width_and_by_key(folder: Path) -> None:
    """At 80 columns the diff has it all; w and g open what there is no room for."""

    async def scene(seat: Seat) -> None:
        assert not seat.is_open("queue")
        assert not seat.is_open("metrics")
        await seat.press("w")
        assert seat.is_open("queue")
        assert not seat.is_open("metrics")
        await seat.press("w")
        assert not seat.is_open("queue")
        await seat.pilot.resize_terminal(200, 50)
        await seat.until(lambda: seat.is_open("metrics"), "the numbers")
        assert not seat.is_open("queue"), "a pane that was closed by key stays closed"
        await seat.press("g")
        assert not seat.is_open("metrics")

    play(folder, scene)


def test_no_name_of_a_candidate_is_on_the_screen(folder: Path) -> None:
    """An alias stands for each."""

    async def scene(seat: Seat) -> None:
        shown = "\n".join(seat.pane(name) for name in ("header", "queue", "metrics", "label-bar"))
        assert "m1" not in shown
        assert "m2" not in shown

    play(folder, scene, (200, 50))


def test_keys_of_a_keymap_are_live_and_what_is_refused_is_said(folder: Path) -> None:
    """T13 on the screen: the good entry works, the clash is named in the bar."""

    async def scene(seat: Seat) -> None:
        assert "queue.skip and label.merged both want m" in seat.bar
        await seat.press("f9")
        assert seat.is_open("text")
        await seat.press("m")
        await seat.on("ask")

    keymap = {"queue.skip": ("m",), "pane.rubric": ("f9",)}
    play(folder, scene, (200, 50), keymap)
    assert read_labels(folder) == {"clean": "merged"}


def test_the_palette_runs_the_actions_of_the_registry(folder: Path) -> None:
    """Everything can be found by its name."""

    async def scene(seat: Seat) -> None:
        await seat.press("ctrl+p")
        await seat.type("Rubric")
        await seat.until(lambda: not seat.is_in_front, "the palette")
        await seat.pilot.pause(0.3)
        await seat.press("enter")
        await seat.until(lambda: seat.is_open("text"), "the rubric")
        assert seat.pane("text").startswith(" Rubric")

    play(folder, scene)
    assert read_log(folder) == []
