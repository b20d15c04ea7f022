"""The message beside a patch: closed before the label, asked about after a flaw, a look logged."""

from pathlib import Path

import pytest

from .kit import Seat, locked, play, read_log


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
