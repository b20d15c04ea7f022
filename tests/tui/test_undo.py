"""Undo and redo, skip, findings, and labels that disagree with what was delivered or tested."""

from pathlib import Path

import pytest

from workbench.domain.finding import FindingKind
from workbench.tui.screens.prompt import PromptScreen
from workbench.tui.widgets.lines import LinesView

from .kit import OPEN, Seat, filter_by, label_all_but, play, read_labels, read_log


def test_field_t10_undo_and_redo_go_any_number_of_steps_and_across_a_restart(folder: Path) -> None:
    """The log grows, the labels come and go; what the screen forgot the store remembers."""

    async def first(seat: Seat) -> None:
        await seat.press("m")
        await seat.on("ask")
        await seat.press("a")
        await seat.on("says")
        await seat.press("u")
        await seat.on("ask")
        assert "undone: label · ask" in seat.bar
        assert seat.labels() == {"clean": "merged"}

    async def second(seat: Seat) -> None:
        await seat.press("u")
        await seat.on("clean")
        assert seat.labels() == {}
        await seat.press("u")
        assert "nothing to undo" in seat.bar
        await seat.press("ctrl+r")
        await seat.on("clean")
        assert "redone: label · clean" in seat.bar
        await seat.press("ctrl+r")
        await seat.on("ask")
        await seat.press("ctrl+r")
        assert "nothing to redo" in seat.bar

    play(folder, first)
    play(folder, second)
    assert read_labels(folder) == {"clean": "merged", "ask": "abstained"}
    acts = [event.act for event in read_log(folder)]
    assert acts == ["label", "label", "undo", "undo", "redo", "redo"]


def test_field_t7_a_change_of_mind_is_one_label_and_every_step_in_the_log(folder: Path) -> None:
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
        assert title.startswith(f" Finding on totals.py:{address.line} ")
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
