"""A label belongs to the output it was given on, whatever else happens before it is saved."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import Act, Effort, Judgement, Label
from workbench.study import find_study
from workbench.tui.screens.recording import ANSWER_FIRST

from .kit import REVIEWER, Seat, locked, play, read_labels, read_log


def _record_elsewhere(folder: Path, output_id: str, judgement: Judgement) -> None:
    """The same reviewer in another program."""
    with open_workbench(find_study(folder)) as bench:
        effort = Effort(utc_now())
        bench.store.record(REVIEWER, output_id, Act.LABEL, judgement, effort, utc_now())


@pytest.mark.parametrize("key", ["backslash", "i", "J", "c", "s"])
def test_no_other_output_comes_in_front_while_a_label_waits(folder: Path, key: str) -> None:
    """Neither a filter, a sort, a step, a finding nor a skip: the bar says to answer first."""

    async def scene(seat: Seat) -> None:
        await seat.press("e", key)
        assert ANSWER_FIRST in seat.bar
        assert seat.ticket == "clean"
        assert seat.is_in_front
        await seat.press("3")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "edited"}


def test_a_label_that_is_not_saved_survives_an_early_look(folder: Path) -> None:
    """The message stays closed, the label stays in the bar, and quitting asks."""

    async def scene(seat: Seat) -> None:
        with locked(folder) as other:
            await seat.press("m", "o")
            assert "NOT SAVED" in seat.bar
            assert not seat.is_open("text")
            await seat.press("q")
            assert "again to quit: it is kept" in seat.bar
            other.execute("ROLLBACK")
        await seat.press("enter")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "merged"}


@pytest.mark.parametrize("key", ["m", "s", "o"])
def test_what_another_program_recorded_is_never_overwritten(folder: Path, key: str) -> None:
    """A screen that is behind says so and shows the output again; the label there stands."""

    async def scene(seat: Seat) -> None:
        item = seat.screen.item
        assert item is not None
        _record_elsewhere(folder, item.output_id, Judgement(label=Label.ESCAPED))
        await seat.press(key)
        assert "changed in another program" in seat.bar
        assert seat.ticket == "clean"
        await seat.until(lambda: seat.screen.item is not None and seat.screen.item != item)
        assert seat.screen.item is not None
        assert seat.screen.item.judgement.label is Label.ESCAPED

    play(folder, scene)
    assert read_labels(folder) == {"clean": "escaped"}


@pytest.mark.parametrize("keys", [["e", "2"], ["x", "1"], ["a", "y"]])
def test_field_t5_a_stale_draft_never_replaces_a_commit(folder: Path, keys: list[str]) -> None:
    """A label waits for its second key; what another program commits meanwhile stands."""

    async def scene(seat: Seat) -> None:
        item = seat.screen.item
        assert item is not None
        await seat.press(keys[0])
        _record_elsewhere(folder, item.output_id, Judgement(label=Label.MERGED, note="theirs"))
        await seat.press(keys[1])
        assert "changed in another program" in seat.bar
        assert seat.ticket == "clean"

    play(folder, scene)
    (event,) = read_log(folder)
    assert event.judgement == Judgement(label=Label.MERGED, note="theirs")


def test_field_t5_a_label_that_was_not_saved_never_replaces_a_commit(folder: Path) -> None:
    """The retry is refused, and nothing of it is kept for a next start."""

    async def scene(seat: Seat) -> None:
        item = seat.screen.item
        assert item is not None
        with locked(folder):
            await seat.press("m")
        _record_elsewhere(folder, item.output_id, Judgement(label=Label.ESCAPED))
        await seat.press("enter")
        assert "changed in another program" in seat.bar

    async def later(seat: Seat) -> None:
        assert "NOT SAVED" not in seat.bar

    play(folder, scene)
    play(folder, later)
    assert read_labels(folder) == {"clean": "escaped"}


def test_a_change_of_mind_after_a_flagged_finding_is_a_label_like_any(folder: Path) -> None:
    """The finding stays, its match with the flag goes with the answer that made it."""

    async def scene(seat: Seat) -> None:
        while seat.ticket != "says":
            await seat.press("J")
        await seat.press("c", "1", "2")
        await seat.press("enter")
        await seat.press("e", "2", "y")
        await seat.press("K")
        await seat.on("says")
        await seat.press("e", "1")
        assert "Did it say so itself?" in seat.bar

    play(folder, scene)
    last = read_log(folder)[-1].judgement
    assert last.flags == ()
    assert last.findings == (Finding(FindingKind.FUNCTIONAL, 2),)


def test_a_busy_database_stops_no_reading(folder: Path) -> None:
    """Readers locked out by a large write: the bar says so, the app lives, and J works after."""

    async def scene(seat: Seat) -> None:
        database = folder / ".workbench" / "study.db"
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await seat.press("J")
            assert seat.ticket == "clean"
            assert "another program is writing" in seat.bar
            other.execute("ROLLBACK")
        await seat.press("J")
        await seat.on("ask")

    play(folder, scene)
    assert read_log(folder) == []


def test_paging_points_at_no_line(folder: Path) -> None:
    """A defect is anchored only where the reviewer moved the cursor to a line."""

    async def scene(seat: Seat) -> None:
        await seat.press("space", "x", "1")
        await seat.on("ask")

    play(folder, scene)
    (event,) = read_log(folder)
    assert [f.file for f in event.judgement.findings] == [""]


def test_a_skip_of_a_labelled_output_is_no_event(folder: Path) -> None:
    """It has a label: there is nothing to set aside."""

    async def scene(seat: Seat) -> None:
        await seat.press("m")
        await seat.on("ask")
        await seat.press("K")
        await seat.on("clean")
        await seat.press("s")
        assert "it has a label already" in seat.bar

    play(folder, scene)
    assert [event.act for event in read_log(folder)] == ["label"]
