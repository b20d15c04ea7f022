"""Keys that are held, come ahead of the paint, or are text in a field: none of them labels."""

from pathlib import Path
from threading import Event

import pytest

from workbench.services.desk import Desk, OpenDesk
from workbench.tui.screens.finding import FindingScreen
from workbench.tui.screens.help import HelpScreen
from workbench.tui.screens.prompt import PromptScreen

from .kit import Seat, play, read_labels, read_log


def test_keys_before_the_study_is_open_label_nothing_and_lead_on_once_it_is(folder: Path) -> None:
    """The first paint comes before the store; a key in between is answered with words."""
    gate = Event()

    def open_late(desk: OpenDesk) -> Desk:
        gate.wait(30)
        return desk()

    async def scene(seat: Seat) -> None:
        await seat.until(seat.screen.is_painted, "the first output")
        await seat.press("m", "o", "s")
        assert "in a moment" in seat.bar
        await seat.press("J", "J", "J", "K")
        assert "one moment" in seat.bar
        assert seat.log() == []
        gate.set()
        await seat.until(lambda: not seat.screen.labels_off, "the study opened")
        assert "moment" not in seat.bar
        await seat.on("says")
        await seat.press("m")
        await seat.on("untested")

    play(folder, scene, is_ready=False, wrap=open_late)
    assert read_labels(folder) == {"says": "merged"}


def test_keys_ahead_of_the_paint_label_nothing_and_the_screen_says_so(folder: Path) -> None:
    """The second m came while the next output was not drawn yet."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        seat.screen.action_label("merged")
        seat.screen.presses.forget()
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
def test_field_t14_text_in_a_field_labels_nothing_and_chords_are_dead(
    folder: Path, key: str
) -> None:
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


def test_field_t14_text_in_a_finding_labels_nothing(folder: Path) -> None:
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


def test_field_t14_with_the_help_open_no_key_labels(folder: Path) -> None:
    """A modal screen takes every key for itself."""

    async def scene(seat: Seat) -> None:
        await seat.press("question_mark")
        assert isinstance(seat.app.screen, HelpScreen)
        await seat.press("m", "a", "x", "e", "ctrl+p", "escape")
        assert seat.is_in_front

    play(folder, scene)
    assert read_log(folder) == []


def test_keys_of_one_burst_act_in_their_order(folder: Path) -> None:
    """Two outputs on, and the label key after them is about what nobody has seen yet."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        third = seat.screen.walk.rows[2].output_id
        for key in ("J", "J", "m"):
            seat.app.simulate_key(key)
        await seat.until(lambda: "typed ahead" in seat.bar, "the label key was answered")
        assert seat.screen.item
        assert seat.screen.item.output_id == third
        assert seat.log() == []

    play(folder, scene)
    assert read_labels(folder) == {}


def test_a_burst_of_one_key_draws_where_it_ends(folder: Path) -> None:
    """What lies between was on no screen."""
    seen: list[str | None] = []

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        third = seat.screen.walk.rows[2].output_id
        go_to = seat.screen.go_to

        def note(output_id: str) -> None:
            seen.append(output_id)
            go_to(output_id)

        seat.screen.go_to = note  # type: ignore[method-assign]
        seat.app.simulate_key("J")
        seat.app.simulate_key("J")
        await seat.until(lambda: seat.screen.diff.painted_key == third, "the third was drawn")
        assert seen == [third]

    play(folder, scene)


def test_a_label_and_its_digit_in_one_burst_are_both_taken(folder: Path) -> None:
    """Over a slow line the two arrive in one read."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        seat.app.simulate_key("e")
        seat.app.simulate_key("1")
        await seat.on("ask")

    play(folder, scene)
    assert read_labels(folder) == {"clean": "edited"}
