"""Long lines in the diff pane: wrapped with both sides in step, or scrolled together."""

import pytest
from textual.pilot import Pilot

from workbench.text import cells
from workbench.tui.widgets.diff_chrome import clip_start

from .stage import ADDED, REMOVED, Stage, address, document, file_diff, on_stage, settle

LONG = "".join(f"word_{n:03} " for n in range(40)).strip()


@pytest.mark.parametrize(("size", "halves"), [((200, 50), 2), ((120, 40), 1), ((80, 24), 1)])
def test_field_d11_the_other_side_is_padded(size: tuple[int, int], halves: int) -> None:
    """What follows a wrapped line stands beside its partner, and nothing of the line is lost."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        diff = file_diff("a.txt", ["short", "below = 1"], [LONG, "below = 2"])
        view.show(document(diff))
        assert view.toggle_wrap()
        await pilot.pause()
        lines = stage.lines()
        if halves == 2:
            row = next(line for line in lines if "below = 1" in line)
            assert "below = 2" in row
            text = "".join(line.partition("│")[2][8:].strip() + " " for line in lines[3:])
        else:
            text = "".join(line[11:].strip() + " " for line in lines)
        assert "word_039" in text
        assert "»" not in "".join(lines)
        starts = [line for line in lines if f" {ADDED} " in line or f" {REMOVED} " in line]
        assert len(starts) == (2 if halves == 2 else 4), "a number and a sign once for each line"

    on_stage(act, size)


def test_field_d11_wide_characters_are_never_cut_in_two() -> None:
    """Each strip fills its line exactly, in both layouts, wrapped at an odd cell."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        line = "x" + "漢字" * 60 + "e\u0301" * 30 + "\tq" * 20
        view.show(document(file_diff("a.txt", [line], [line + "!"])))
        view.toggle_wrap()
        for layout in ("split", "unified"):
            view.set_layout(layout)
            await pilot.pause()
            strips = view.render_lines(view.size.region)
            assert {strip.cell_length for strip in strips} == {101}
            text = "".join(segment.text for strip in strips for segment in strip)
            assert text.count("漢") == 120
            assert text.count("q") == 40

    on_stage(act, (101, 40))


def test_a_toggle_keeps_the_cursors_line() -> None:
    """Wrapping and unwrapping changes the screen, not the place in the source."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", [], [LONG, LONG, "here", LONG])))
        await pilot.pause()
        view.move_line(2)
        place = address(view)
        for _ in range(2):
            view.toggle_wrap()
            await pilot.pause()
            assert address(view) == place
            assert "here" in stage.cursor_text

    on_stage(act)


def test_both_sides_scroll_together_and_stop_at_the_longest_line() -> None:
    """One key moves old and new; there is no empty desert to the right."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", ["<" + LONG + ">"], ["<" + LONG + "!>"])))
        for _ in range(100):
            assert view.scroll_sideways(2)
        await pilot.pause()
        row = next(line for line in stage.lines() if REMOVED in line and "word" in line)
        assert "word_039>" in row
        assert "word_039!>" in row
        for _ in range(100):
            view.scroll_sideways(-2)
        await pilot.pause()
        assert "<word_000" in "".join(stage.lines())
        view.toggle_wrap()
        assert not view.scroll_sideways(2)

    on_stage(act, (160, 20))


@pytest.mark.parametrize("wrap", [False, True])
def test_a_match_far_to_the_right_comes_into_sight(wrap: bool) -> None:
    """Searching is of no use where the hit is beyond the edge."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", [], [LONG, "x", f"{LONG} {LONG} needle {LONG}"])))
        if wrap:
            view.toggle_wrap()
        assert view.search("needle") == 1
        await pilot.pause()
        assert "needle" in stage.cursor_text
        view.search("word_000")
        await pilot.pause()
        assert "word_000" in stage.cursor_text

    on_stage(act)


def test_r5_the_header_names_the_function() -> None:
    """It follows the reader, gives way to path and badges, and costs no frame of its own."""
    body = "".join(
        f"def function_{n}(value):\n" + f"    step = {n}\n" * 8 + "\n" for n in range(20)
    )
    new = body.replace("step = 9\n", "step = 99\n").replace("step = 15\n", "step = 151\n")

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        lines = body.split("\n")[:-1]
        shown = document(file_diff("a.py", lines, new.split("\n")[:-1]))
        view.show(shown)
        assert shown.attach_blobs(
            "a.py", f"before\n{body}after\n".encode(), f"before\n{new}after\n".encode()
        )
        view.update_blobs()
        await pilot.pause()
        assert "def" not in stage.lines()[0]
        assert await settle(stage, pilot, lambda: view.move_page(1)) == (1, 0)
        seen = set()
        for _ in range(12):
            view.move_page(1)
            await pilot.pause()
            first = stage.lines()[0]
            assert "a.py" in first
            seen.add(first.partition("def ")[2])
        assert len(seen) > 8

    on_stage(act, (80, 24))


def test_a_large_diff_changes_its_layout_without_holding_up_the_keyboard() -> None:
    """A worker makes the rows; the old layout stays until they are there, on the same line."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", [], [f"{n} {LONG}" for n in range(12_000)])))
        await pilot.pause()
        view.move_line(20)
        place = address(view)
        before = stage.lines()
        view.toggle_wrap()
        assert stage.lines() == before
        for _ in range(500):
            await pilot.pause(0.01)
            if "word_039" in "".join(stage.lines()):
                break
        assert "word_039" in "".join(stage.lines())
        assert address(view) == place

    on_stage(act)


def test_a_large_wrapped_diff_is_wrapped_anew_by_a_worker_when_the_size_changes() -> None:
    """Every frame until then is as wide as the pane; the cursor stays on its line."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", [], [f"{n} caf\xe9 {LONG}" for n in range(2_000)])))
        await pilot.pause()
        view.move_line(20)
        place = address(view)
        view.toggle_wrap()
        for size in ((40, 12), (120, 40), (60, 20)):
            await pilot.resize_terminal(*size)
            strips = view.render_lines(view.size.region)
            assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
        for _ in range(500):
            await pilot.pause(0.01)
            port = view._viewport
            if port and port.shape.rooms == view.rooms(port.document):
                break
        port = view._viewport
        assert port
        assert port.shape.rooms == view.rooms(port.document)
        assert address(view) == place

    on_stage(act)


@pytest.mark.parametrize("path", ["src/deep/er/name.py", "源/深い/名前.py", "a" * 50, "é" * 50, ""])
@pytest.mark.parametrize("width", [1, 2, 7, 8, 19, 60])
def test_a_long_path_loses_its_beginning(path: str, width: int) -> None:
    """What is left fits, ends as the path does, and says that something is missing."""
    shown = clip_start(path, width)
    assert cells(shown) <= max(width, 1)
    assert path.endswith(shown.removeprefix("…"))
    assert (shown == path) is (cells(path) <= width)
