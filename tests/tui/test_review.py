"""A reviewer at the real app on a real study: what is seen, and what is on disk by another look."""

from pathlib import Path

import pytest

from workbench.domain.finding import FindingKind
from workbench.domain.label import EditClass, Judgement, Label

from .kit import Seat, play, read_log


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
        await seat.press("J", "J", "J")
        await seat.on("untested")
        assert seat.diff.cursor_address is not None
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
