"""The mouse in the diff pane: a drag picks source, and never costs more than what it changes."""

from functools import partial

import pytest
from textual import events
from textual.pilot import Pilot

from workbench.diff.document import raw_document
from workbench.tui.widgets.diff_view import DiffView

from .stage import Stage, document, file_diff, long_diff, moved, on_stage, settle

Place = tuple[int, int]


def find(stage: Stage, text: str) -> Place:
    """(x, y) of the first cell of a text on the screen; of its last occurrence in a line."""
    for y, line in enumerate(stage.lines()):
        if y and text in line:
            return line.rindex(text), y
    raise AssertionError(f"{text!r} is not on the screen: {stage.lines()}")


def event(stage: Stage, kind: type[events.MouseEvent], at: Place, button: int = 1) -> None:
    x, y = at
    made = kind(stage.view, x, y, 0, 0, button, False, False, False, x, y)
    stage.screen._forward_event(made)


async def drag(stage: Stage, pilot: Pilot[None], start: Place, end: Place, by: int = 1) -> None:
    """The button down, so many moves, the button up."""
    event(stage, events.MouseDown, start)
    await pilot.pause()
    for step in range(1, by + 1):
        x, y = (a + (b - a) * step // by for a, b in zip(start, end, strict=True))
        event(stage, events.MouseMove, (x, y))
        await pilot.pause()
    event(stage, events.MouseUp, end)
    await pilot.pause()


def told(stage: Stage) -> list[str]:
    return [message.text for message in stage.said if isinstance(message, DiffView.Picked)]


def looks(stage: Stage, y: int) -> dict[str, str]:
    strip = stage.view.render_lines(stage.view.size.region)[y]
    return {segment.text: str(segment.style.bgcolor) for segment in strip if segment.style}


@pytest.mark.parametrize("width", [80, 160])
def test_r16_a_drag_tells_the_source_once(width: int) -> None:
    """Over three lines, in either direction; the cursor stays where it was."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", [], ["first = 1", "second = 2", "third = 3"])))
        await pilot.pause()
        start, end = find(stage, "rst = 1"), find(stage, "ird = 3")
        await drag(stage, pilot, start, (end[0] + 2, end[1]), 3)
        assert told(stage) == ["rst = 1\nsecond = 2\nthird"]
        assert not moved(stage.view)
        assert stage.view.drop_pick()
        await drag(stage, pilot, (end[0] + 2, end[1]), start)
        assert told(stage)[1:] == ["rst = 1\nsecond = 2\nthird"]

    on_stage(act, (width, 20))


def test_r16_what_is_picked_is_drawn_and_a_click_drops_it() -> None:
    """In a colour of its own, on the characters that are picked and no others."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", [], ["first = 1", "second = 2"])))
        await pilot.pause()
        x, y = find(stage, "second")
        plain = looks(stage, y)
        await drag(stage, pilot, (x, y), (x + 2, y))
        assert looks(stage, y)["sec"] not in plain.values()
        assert looks(stage, y)["ond = 2"] == plain["second = 2"]
        await pilot.click(DiffView, offset=(x, y))
        assert "sec" not in looks(stage, y)
        assert moved(stage.view)
        assert told(stage) == ["sec"]

    on_stage(act)


def test_field_t24_a_drag_over_wide_characters_takes_whole_ones() -> None:
    """Either half of a character stands for it; scrolled to the side and wrapped as well."""
    text = "value = '漢字かな' + '" + "漢" * 60 + "終わり'"

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", [], [text])))
        await pilot.pause()
        y = find(stage, "value")[1]
        x = stage.lines()[y].index("value") + len("value = '")
        await drag(stage, pilot, (x + 1, y), (x + 4, y))
        assert told(stage)[-1] == "漢字か"
        stage.view.scroll_sideways(12)
        await pilot.pause()
        line = stage.lines()[y]
        assert "終" in line
        cells = sum(2 if ord(c) > 0x2E80 else 1 for c in line[: line.index("終")])
        await drag(stage, pilot, (cells, y), (cells + 3, y))
        assert told(stage)[-1] == "終わ"
        stage.view.toggle_wrap()
        await pilot.pause()
        for at, line in enumerate(stage.lines()):
            if "終" in line:
                cells = sum(2 if ord(c) > 0x2E80 else 1 for c in line[: line.index("終")])
                await drag(stage, pilot, (cells, at), (cells + 5, at))
        assert told(stage)[-1] == "終わり"

    on_stage(act)


def test_r16_side_by_side_a_drag_stays_on_its_side() -> None:
    """Wherever the mouse goes."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", ["one = 1", "two = 2"], ["one = 3", "two = 4"])))
        await pilot.pause()
        lines = stage.lines()
        y = next(i for i, line in enumerate(lines) if "one = 1" in line)
        x = lines[y].index("one = 1")
        await drag(stage, pilot, (x, y), (150, y + 1), 4)
        assert told(stage) == ["one = 1\ntwo = 2"]
        x = lines[y].index("one = 3")
        await drag(stage, pilot, (x, y), (2, y + 1), 4)
        assert told(stage)[-1] == "one = 3\nt"

    on_stage(act, (160, 20))


def test_r2_a_wheel_to_the_side_scrolls_both_sides() -> None:
    """With shift, or on a touchpad: as the arrow keys do."""
    long = "value = '" + "x" * 100 + "end'"

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", [long], [long + " # new"])))
        await pilot.pause()
        for _ in range(8):
            event(stage, events.MouseScrollRight, (100, 5))
            await pilot.pause()
        line = next(line for line in stage.lines() if "end'" in line)
        assert line.count("end'") == 2
        for _ in range(9):
            event(stage, events.MouseScrollLeft, (10, 5))
            await pilot.pause()
        assert any(line.count("value") == 2 for line in stage.lines())

    on_stage(act, (160, 20))


def test_r16_two_clicks_pick_a_word_and_three_a_line() -> None:
    """As everywhere."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", [], ["\ttotal_2 = compute(漢字)"])))
        await pilot.pause()
        x, y = find(stage, "tal_2")
        await pilot.click(DiffView, offset=(x, y), times=2)
        assert told(stage) == ["total_2"]
        await pilot.click(DiffView, offset=(x, y), times=3)
        assert told(stage)[-1] == "\ttotal_2 = compute(漢字)"

    on_stage(act)


def test_r16_beyond_the_edge_the_screen_goes_on() -> None:
    """As long as the mouse is held there; nothing is picked by a mouse that only passes."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff(1, 200)))
        await pilot.pause()
        top = view._viewport.top if view._viewport else -1
        event(stage, events.MouseMove, (20, 5), button=0)
        event(stage, events.MouseDown, (20, 5))
        await pilot.pause()
        event(stage, events.MouseMove, (20, 30))
        for _ in range(100):
            await pilot.pause(0.02)
            if view._viewport and view._viewport.top > top + 30:
                break
        event(stage, events.MouseUp, (20, 30))
        await pilot.pause()
        assert view._viewport
        assert view._viewport.top > top + 30
        (text,) = told(stage)
        assert text.count("\n") > 40
        still = view._viewport.top
        await pilot.pause(0.2)
        assert view._viewport.top == still

    on_stage(act)


def test_p12_a_drag_costs_one_frame_a_move_and_no_layout() -> None:
    """And draws no more than the lines it changes."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(long_diff()))
        await pilot.pause(0.1)
        event(stage, events.MouseDown, (20, 5))
        await pilot.pause()
        for y in (6, 9, 7):
            move = partial(event, stage, events.MouseMove, (20, y))
            assert await settle(stage, pilot, move) == (1, 0)

    on_stage(act)


def test_what_is_copied_without_a_pick_is_the_line_at_the_cursor() -> None:
    """Of a file's header its name; of an empty pane nothing."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        assert view.picked == ""
        assert not view.drop_pick()
        view.show(document(file_diff("src/a.py", ["\told"], ["\tnew"])))
        await pilot.pause()
        assert view.picked == "\told"
        view.home()
        assert view.picked == "src/a.py"
        view.show(raw_document(b"not a patch\n", "why"))
        await pilot.pause()
        x, y = find(stage, "not a")
        await drag(stage, pilot, (x, y), (x + 20, y))
        assert told(stage) == ["not a patch"]

    on_stage(act)
