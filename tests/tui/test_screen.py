"""What the screen does when the study is read-only, the terminal small, or the keys changed."""

from dataclasses import replace
from pathlib import Path

from textual import events
from textual.widgets import OptionList

from workbench.domain.definitions import USUAL, Definitions
from workbench.domain.policy import Policy
from workbench.tui.actions import REVIEW, show_key
from workbench.tui.screens.reading import MAX_COPY
from workbench.tui.themes import THEMES
from workbench.tui.widgets.diff_view import DiffView

from .kit import OPEN, Seat, play, read_labels, read_log


def test_d6_a_study_that_cannot_be_written_is_read_with_labels_off(folder: Path) -> None:
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


def test_d7_a_study_that_is_not_sound_is_read_with_labels_off(folder: Path) -> None:
    """The check runs after the first paint; until it has passed nothing is saved."""

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: "labels are off: page 7 is damaged" in seat.bar, "the fault")
        await seat.press("m")
        assert seat.ticket == "clean"

    play(folder, scene, wrap=lambda desk: replace(desk(), check=lambda: "page 7 is damaged"))
    assert read_log(folder) == []


def test_the_live_numbers_say_whose_definitions_they_are_of(folder: Path) -> None:
    """A gate's where they are the usual ones; a gate with others of its own is told apart."""
    own = Definitions(Policy(escape_min_severity=3), gate="pay\x1b[31m")
    assert USUAL.live_name == "usual definitions"
    assert Definitions(gate="pay").live_name == "by gate pay"

    told = "Numbers  usual, not gate pay␛[31m's"

    async def scene(seat: Seat) -> None:
        await seat.until(lambda: told in seat.pane("metrics"), "whose they are")
        await seat.press("m")
        await seat.on(OPEN[1])
        assert told in seat.pane("metrics")
        for name in OPEN[1:]:
            await seat.on(name)
            await seat.press("apostrophe")

    async def at_the_end(seat: Seat) -> None:
        """The card is there before they are read."""
        await seat.until(lambda: told in seat.pane("card"), "whose those of the end are")

    for walk in (scene, at_the_end):
        play(folder, walk, size=(160, 40),
             wrap=lambda desk: replace(desk(), name_definitions=lambda: own.live_name))  # fmt: skip


def test_field_t25_a_terminal_too_small_says_so_labels_nothing_and_comes_back(folder: Path) -> None:
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


def test_field_t25_at_40_columns_by_10_lines_the_keys_label(folder: Path) -> None:
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


def test_the_palette_has_every_action_with_its_keys(folder: Path) -> None:
    """Before anything is typed, those without a key among them."""

    async def scene(seat: Seat) -> None:
        await seat.press("ctrl+p")
        await seat.until(lambda: not seat.is_in_front, "the palette")
        listed = seat.app.screen.query_one(OptionList)
        await seat.until(lambda: listed.option_count >= len(REVIEW), "every action")
        shown = [str(option.prompt).split("\n")[0] for option in listed.options]
        wanted = {f"{a.title}   {' '.join(map(show_key, a.keys))}".strip() for a in REVIEW}
        wanted = wanted - {"Skip for now   s"} | {"Skip for now"}
        assert {text.strip() for text in shown} == wanted

    play(folder, scene, keymap={"queue.skip": ()})


def test_a_wrong_theme_is_said_and_a_right_one_is_in_force(folder: Path) -> None:
    """In the bar, at the start; the other settings hold."""

    async def wrong(seat: Seat) -> None:
        assert "no theme is called 'drak': did you mean dark?" in seat.bar
        assert seat.app.theme == "dark"

    async def right(seat: Seat) -> None:
        assert "theme" not in seat.bar
        assert seat.app.theme == "contrast"
        await seat.press("f2")
        await seat.until(lambda: not seat.is_in_front, "the list of themes")
        listed = seat.app.screen.query_one(OptionList)
        await seat.until(lambda: listed.option_count > len(THEMES), "all themes")
        first = [str(option.prompt).split("\n")[0] for option in listed.options][: len(THEMES)]
        assert first == [theme.name for theme in THEMES]
        await seat.press("down", "enter")
        await seat.until(lambda: seat.app.theme == "light", "another theme")

    play(folder, wrong, (200, 50), theme="drak")
    play(folder, right, (200, 50), theme="contrast")


def test_the_help_closes_by_the_key_that_opened_it(folder: Path) -> None:
    """Also where a keymap has another one."""

    async def scene(seat: Seat) -> None:
        await seat.press("f9")
        assert not seat.is_in_front
        await seat.press("question_mark")
        assert not seat.is_in_front
        await seat.press("f9")
        assert seat.is_in_front

    play(folder, scene, keymap={"app.help": ("f9",)})


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


def test_r16_the_line_at_the_cursor_is_copied_and_said(folder: Path) -> None:
    """Its source alone; of a file's header the path."""

    async def scene(seat: Seat) -> None:
        assert seat.app.clipboard == ""
        await seat.press("C")
        assert "copied:     return sum(xs) + 0" in seat.bar
        assert seat.app.clipboard == "    return sum(xs) + 0"
        await seat.press("home", "C")
        assert seat.app.clipboard == "totals.py"
        seat.diff.post_message(DiffView.Picked("x" * (MAX_COPY + 1)))
        await seat.until(lambda: "not copied: 1,000,001 characters" in seat.bar, "too much")
        assert seat.app.clipboard == "totals.py"

    play(folder, scene)


def test_r16_text_beside_the_diff_is_selected_and_copied(folder: Path) -> None:
    """The ticket, by a drag; nothing but a drag copies, and the next click drops it."""

    async def scene(seat: Seat) -> None:
        await seat.press("t")
        await seat.until(lambda: seat.is_open("text"), "the ticket")
        pane = seat.screen.query_one("#text")
        region, lines = pane.region, seat.pane("text").split("\n")
        y = next(n for n, line in enumerate(lines) if "body of clean" in line)
        x, top = region.x + lines[y].index("body"), region.y + y

        async def send(kind: type[events.MouseEvent], at: int) -> None:
            made = kind(None, at, top, 0, 0, 1, False, False, False, at, top)
            seat.app.screen._forward_event(made)
            await seat.pilot.pause()

        await send(events.MouseDown, x)
        await send(events.MouseUp, x)
        assert seat.app.clipboard == ""
        await send(events.MouseDown, x)
        await send(events.MouseMove, x + 4)
        await send(events.MouseMove, x + 6)
        await send(events.MouseUp, x + 6)
        await seat.until(lambda: "copied: body of" in seat.bar, "said so")
        assert seat.app.clipboard == "body of"
        await send(events.MouseDown, x)
        await send(events.MouseUp, x)
        assert not seat.screen.selections

    play(folder, scene)
