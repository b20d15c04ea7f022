"""T6: what is not on disk is said to be not on disk, stays on the screen, and is tried again."""

from pathlib import Path

import pytest

from workbench.domain.label import EditClass, Judgement, Label

from .kit import Seat, locked, play, read_labels, read_log


def test_field_t6_a_label_that_is_not_on_disk_stays_and_is_tried_again(folder: Path) -> None:
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


def test_field_t6_a_label_that_is_given_up_leaves_no_trace(folder: Path) -> None:
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


def test_field_t6_a_finding_that_is_not_on_disk_is_tried_again_with_its_words(folder: Path) -> None:
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


def test_field_t6_an_answer_that_is_not_on_disk_is_asked_for_again(folder: Path) -> None:
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
def test_field_t6_quitting_with_a_label_that_is_not_on_disk_asks_once(
    folder: Path, key: str
) -> None:
    """The one thing that could be lost is not lost by a slip."""

    async def scene(seat: Seat) -> None:
        with locked(folder):
            await seat.press("m")
            await seat.press(key)
            assert seat.app.is_running
            assert "again to quit: it is kept" in seat.bar
            await seat.press(key)
            assert seat.app._exit

    play(folder, scene)
    assert read_log(folder) == []
