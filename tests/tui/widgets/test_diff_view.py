"""The diff pane as a reader meets it: what is drawn, where the cursor is, and one frame a key."""

from collections.abc import Callable, Iterator
from typing import Literal
from xml.dom import minidom

import pyte
import pytest
from textual._compositor import ChopsUpdate
from textual.geometry import Region
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from workbench.diff.document import raw_document
from workbench.diff.marks import hunk_keys
from workbench.diff.search import SearchError
from workbench.tui.widgets.diff_view import DiffView

from .stage import (
    ADDED,
    REMOVED,
    Stage,
    address,
    document,
    file_diff,
    long_diff,
    mode,
    moved,
    on_stage,
    painted,
    settle,
)


def test_p12_each_act_costs_one_frame_and_no_layout() -> None:
    """Another document, a move, a page, a layout, a search: one frame each, nothing laid out."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        acts: list[Callable[[], object]] = [
            lambda: view.show(document(long_diff())),
            lambda: view.move_line(1),
            lambda: view.move_page(1),
            lambda: view.move_hunk(1),
            lambda: view.move_file(1),
            view.cycle_layout,
            lambda: view.search("compute"),
            lambda: view.next_match(1),
            view.clear_search,
            view.toggle_wrap,
            view.toggle_wrap,
            lambda: view.show(document(file_diff("a.txt", ["x" * 200], []), "long")),
            lambda: view.scroll_sideways(1),
            lambda: view.show(document(long_diff(5), "two")),
            lambda: view.show(None, message="no changes"),
        ]
        for number, each in enumerate(acts):
            assert await settle(stage, pilot, each) == (1, 0), f"act {number}"

    on_stage(act)


def test_a_cursor_move_draws_two_lines_only() -> None:
    """Within the screen a move asks for the line left and the line reached."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(long_diff()))
        await pilot.pause()
        assert await settle(stage, pilot, lambda: stage.view.move_line(1)) == (1, 0)
        assert isinstance(stage.last, ChopsUpdate)
        assert len(stage.last.spans) == 2

    on_stage(act)


def test_painted_is_told_once_for_each_document() -> None:
    """A label belongs to what was painted, and nothing is painted before its frame."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        assert painted(view) is None
        view.show(document(long_diff(), "first"))
        assert painted(view) is None
        await pilot.pause()
        assert painted(view) == "first"
        view.show(document(long_diff(), "second"))
        assert painted(view) is None
        view.render_lines(Region(0, 3, view.size.width, 1))
        assert painted(view) is None, "the mouse looks at one line"
        await pilot.pause()
        view.move_page(1)
        await pilot.pause()
        view.show(None, message="nothing")
        await pilot.pause()
        assert painted(view) is None

    stage = on_stage(act)
    assert stage.said == [DiffView.Painted("first"), DiffView.Painted("second")]


def test_unified_shows_numbers_signs_and_text() -> None:
    """Colour is never alone: a sign and the right number stand on each changed line."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(document(file_diff("a.py", ["x = 1"], ["x = 2", "y = 3"], at=7)))
        await pilot.pause()
        lines = stage.lines()
        assert lines[0].split() == ["M", "a.py", "+2", f"{REMOVED}1"]
        assert "6 unchanged lines   def section():" in lines[1]
        assert [line.split() for line in lines[2:7]] == [
            ["7", "7", "before"],
            ["▌", "8", REMOVED, "x", "=", "1"],
            ["8", ADDED, "x", "=", "2"],
            ["9", ADDED, "y", "=", "3"],
            ["9", "10", "after"],
        ]

    on_stage(act)


def test_r2_the_layout_follows_the_width_and_the_cursor_keeps_its_line() -> None:
    """A wide screen splits; a toggle changes the layout and not the place in the source."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff()))
        await pilot.pause()
        assert mode(view) == "split"
        view.move_line(20)
        before = view.cursor_address
        assert before is not None
        for layout, expected in (("unified", "unified"), ("split", "split"), ("auto", "split")):
            assert view.cycle_layout() == layout
            await pilot.pause()
            assert mode(view) == expected
            assert view.cursor_address == before
        await pilot.resize_terminal(80, 24)
        assert mode(view) == "unified"
        assert view.cursor_address == before
        assert "▌" in "".join(stage.lines())

    on_stage(act, (160, 40))


def test_split_puts_partners_side_by_side() -> None:
    """The old line is on the left, the new one on the right, in one row."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(
            document(file_diff("a.py", ["total = f(a)"], ["import os", "total = f(a, b)"]))
        )
        await pilot.pause()
        rows = [line.partition("│") for line in stage.lines()]
        pair = next(row for row in rows if "f(a)" in row[0])
        assert "total = f(a, b)" in pair[2]
        alone = next(row for row in rows if "import os" in row[2])
        assert "\N{BOX DRAWINGS LIGHT DIAGONAL UPPER RIGHT TO LOWER LEFT}" in alone[0]

    on_stage(act, (160, 24))


def test_cursor_moved_only_after_the_reader_moved_it() -> None:
    """A document opens with a cursor that nobody set."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff()))
        await pilot.pause()
        assert address(view)
        assert not moved(view)
        view.move_line(1)
        assert moved(view)
        view.home()
        assert view.cursor_address is None
        assert not moved(view)
        view.show(document(long_diff(), "two"))
        assert not moved(view)

    on_stage(act)


def test_moves_by_hunk_and_file() -> None:
    """Each lands on a changed line, says where it is, and stops at the ends."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff()))
        await pilot.pause()
        assert view.move_hunk(1)
        assert (view.file_position, view.hunk_position) == ((2, 3), (2, 3))
        assert "value_0 = compute(1, 0)" in stage.cursor_text
        assert view.move_file(1)
        assert "src/file_2.py" in stage.lines()[0]
        assert not view.move_hunk(1)
        assert view.move_hunk(-1)
        assert view.file_position == (2, 3)
        view.end()
        assert not view.move_file(1)
        assert "after" in stage.cursor_text

    on_stage(act)


def test_field_t21_t22_a_burst_of_moves_ends_at_the_right_row() -> None:
    """200 moves and many too far: the cursor is clamped and on the screen."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.py", [], [f"line {n}" for n in range(1, 301)])))
        for _ in range(200):
            view.move_line(1)
        await pilot.pause()
        assert "line 201" in stage.cursor_text
        for _ in range(50):
            view.move_page(1)
        await pilot.pause()
        assert "after" in stage.cursor_text
        for _ in range(50):
            view.move_half_page(-1)
        await pilot.pause()
        assert stage.lines()[0].startswith("▌M a.py")

    on_stage(act)


def test_r5_the_file_header_stays_on_the_first_line() -> None:
    """Path, counts, place among the files and badges, wherever the reader is."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        diff = file_diff("evil\u202e.py", ["x"], ["is_\u0430dmin = 1"]) + long_diff(1)
        stage.view.show(document(diff, badges=("CI file",)))
        await pilot.pause()
        first = stage.lines()[0]
        assert "evil<U+202E>.py" in first
        assert "bidi 1 · mixed-script 1" in first
        assert "CI file" in first
        stage.view.end()
        await pilot.pause()
        assert "src/file_0.py" in stage.lines()[0]
        assert stage.lines()[0].endswith("2/2")

    on_stage(act, (100, 24))


def test_r6_a_fold_opens_when_the_files_are_known() -> None:
    """Without blobs a fold stays shut; with them lines appear and the cursor keeps its own."""
    old = "".join(f"line {n}\n" for n in range(1, 60)).encode()
    new = old.replace(b"line 50\n", b"LINE 50\n")
    body = b" line 49\n-line 50\n+LINE 50\n line 51\n"
    diff = b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -49,3 +49,3 @@\n" + body

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view, shown = stage.view, document(diff)
        view.show(shown)
        view.move_line(1)
        place = view.cursor_address
        await pilot.pause()
        assert view.expand_fold() == 0
        assert "⋯ 48 unchanged lines" in "\n".join(stage.lines())
        assert shown.attach_blobs("a.txt", old, new)
        assert await settle(stage, pilot, view.update_blobs) == (1, 0)
        assert "↕ 48 unchanged lines" in "\n".join(stage.lines())
        assert await settle(stage, pilot, view.expand_fold) == (1, 0)
        assert "line 59" in "\n".join(stage.lines()), "the nearer fold opens first"
        assert await settle(stage, pilot, view.expand_fold) == (1, 0)
        assert view.cursor_address == place
        assert "LINE 50" in stage.cursor_text
        view.home()
        await pilot.pause()
        assert "↕ 8 unchanged lines" in "\n".join(stage.lines())

    on_stage(act)


def test_r4_colours_arrive_with_the_files() -> None:
    """Before the blobs code is plain, after them a keyword has its own colour."""
    old, new = b"before\nimport os\nafter\n", b"before\nimport sys\nafter\n"

    def colours(stage: Stage) -> set[str]:
        strips = stage.view.render_lines(stage.view.size.region)
        found = [s for strip in strips for s in strip if s.text.strip() == "import"]
        return {str(segment.style.color) for segment in found if segment.style}

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        shown = document(file_diff("a.py", ["import os"], ["import sys"]))
        stage.view.show(shown)
        await pilot.pause()
        plain = colours(stage)
        assert shown.attach_blobs("a.py", old, new)
        stage.view.update_blobs()
        await pilot.pause()
        assert colours(stage).isdisjoint(plain)
        assert len(colours(stage)) == 1

    on_stage(act)


def test_r8_search_goes_round_and_counts() -> None:
    """[i/n] over all files; a broken expression changes nothing."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff()))
        assert view.search("exact=True") == 120
        assert view.match_at == (1, 120)
        view.next_match(-1)
        assert view.match_at == (120, 120)
        await pilot.pause()
        assert "value_39 = compute(2, 39, exact=True)" in stage.cursor_text
        with pytest.raises(SearchError):
            view.search("(", regex=True)
        assert view.match_at == (120, 120)
        view.clear_search()
        assert view.match_at == (0, 0)
        assert view.search("nowhere") == 0

    stage = on_stage(act)
    said = [message for message in stage.said if isinstance(message, DiffView.SearchChanged)]
    assert said == [
        DiffView.SearchChanged(1, 120),
        DiffView.SearchChanged(120, 120),
        DiffView.SearchChanged(0, 0),
        DiffView.SearchChanged(0, 0),
    ]


WIDE = [
    "plain ascii",
    "漢字かな交じり文 wide",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    "❤\ufe0f heart 🇩🇪 flag \U0001f44d\U0001f3fd thumb",
    "e\u0301 combining " + "a\u0301" * 9,
    "zalgo z" + "\u0301" * 40,
    "العربية עברית",
    "\ttabs\there",
    "esc \x1b[31m red \x07 \u202e bidi",
    "漢" * 200,
    "x漢" * 200,
]


@pytest.mark.parametrize(("size", "layout"), [((120, 40), "split"), ((81, 30), "unified")])
@pytest.mark.parametrize("left", [0, 1])
def test_field_d12_columns_hold_in_a_terminal(
    size: tuple[int, int], layout: str, left: int
) -> None:
    """Wide, joined and combining characters leave every border in its column."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        diff = file_diff("a.txt", WIDE, [f"{line} new" for line in WIDE]) + long_diff()
        view.layout_mode = "split" if layout == "split" else "unified"
        view.show(document(diff))
        view.scroll_sideways(left)
        await pilot.pause()
        screen = pyte.Screen(*size)
        stream = pyte.Stream(screen)
        for y, strip in enumerate(view.render_lines(view.size.region)):
            assert strip.cell_length == size[0]
            stream.feed(f"\x1b[{y + 1};1H{strip.render(stage.console)}\x1b[0m")
        column = [screen.buffer[y][size[0] - 1].data for y in range(size[1])]
        assert set(column) <= {"│", "┃"}
        middle, sign = (size[0] - 2) // 2, 10 if layout == "unified" else 6
        code = [y for y in range(size[1]) if screen.buffer[y][sign].data in {ADDED, REMOVED}]
        edges = {screen.buffer[y][middle].data for y in code}
        assert code
        assert layout == "unified" or edges == {"│"}

    on_stage(act, size)


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (12, 3), (200, 50), (3, 1), (1, 1)])
@pytest.mark.parametrize("layout", ["unified", "split"])
def test_field_t25_any_size_draws_without_error(size: tuple[int, int], layout: str) -> None:
    """Every strip fills its line exactly, even where there is no room for text."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.layout_mode = "split" if layout == "split" else "unified"
        for shown in (document(long_diff()), raw_document(b"a\nb", "refused")):
            view.show(shown)
            await pilot.pause()
            for move in (view.move_line, view.move_page, view.move_hunk, view.move_file):
                move(1)
                move(-1)
            strips = view.render_lines(view.size.region)
            assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
        view.show(None, message="no changes")
        strips = view.render_lines(view.size.region)
        assert [strip.cell_length for strip in strips] == [size[0]] * size[1]

    on_stage(act, size)


def test_an_empty_pane_says_why() -> None:
    """The sentence is the caller's, made safe."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.view.show(None, message="no changes \x1b[2J")
        await pilot.pause()
        assert "".join(stage.lines()).strip() == "no changes ␛[2J"
        stage.view.move_line(1)
        stage.view.search("x")
        assert stage.view.cursor_address is None

    on_stage(act)


@pytest.mark.parametrize("theme", sorted(BUILTIN_THEMES))
def test_every_theme_tints_old_and_new_apart(theme: str) -> None:
    """Old and new differ in tint, in sign, and their words are tinted more strongly."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        stage.theme = theme
        stage.view.show(document(file_diff("a.py", ["f(old, same)"], ["f(new, same)"])))
        await pilot.pause()
        strips = stage.view.render_lines(stage.view.size.region)
        tints = {
            segment.text: str(segment.style.bgcolor)
            for strip in strips
            for segment in strip
            if segment.style
        }
        assert len({tints["old"], tints["new"], tints["before"]} - {"None"}) == 3

    on_stage(act)


def test_the_wheel_scrolls_and_a_click_sets_the_cursor() -> None:
    """The wheel moves the screen; a click names a line, on the side that was clicked."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff()))
        await pilot.pause()
        await pilot._post_mouse_events([_scroll()], widget=view, button=0)
        await pilot.pause()
        assert "value_0" not in stage.lines()[0]
        assert not moved(view)
        await pilot.click(DiffView, offset=(10, 10))
        await pilot.pause()
        assert moved(view)
        assert address(view).side == "old"
        await pilot.click(DiffView, offset=(120, 10))
        assert address(view).side == "new"

    on_stage(act, (160, 24))


def _scroll() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


def test_a_prepared_document_makes_no_strip_when_shown() -> None:
    """Prefetching leaves only the copying of strips to the key."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view, shown = stage.view, document(long_diff())
        view.prepare(shown)
        before = {id(strip) for strip in _strips_kept(view)}
        view.show(shown)
        await pilot.pause()
        drawn = view.render_lines(view.size.region)
        assert {id(strip) for strip in drawn} <= before

    on_stage(act)


@pytest.mark.parametrize("layout", ["unified", "split"])
def test_p10_the_page_that_comes_is_made_while_the_reader_rests(
    layout: Literal["unified", "split"],
) -> None:
    """Down, and up once they turned back: the key itself makes no strip."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view

        async def made_by(pages: int) -> int:
            while (coming := view._coming) is None or view._n_ahead < coming.height:
                await pilot.pause(0.02)
            before = {id(strip) for strip in _strips_kept(view)}
            view.move_page(pages)
            await pilot.pause()
            drawn = {id(strip) for strip in view.render_lines(view.size.region)}
            return len(drawn - before)

        view.set_layout(layout)
        view.show(document(long_diff(2, 400)))
        await pilot.pause()
        assert [await made_by(1) for _ in range(3)] == [0, 0, 0]
        view.end()
        await pilot.pause()
        view.move_page(-1)
        await pilot.pause()
        assert [await made_by(-1) for _ in range(3)] == [0, 0, 0]

    on_stage(act)


def test_what_was_drawn_of_a_large_diff_counts_as_seen_before_its_keys_are_made() -> None:
    """Its pages are turned at once; a worker makes the keys of 10,000 lines later."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        large = document(b"".join(file_diff(f"f{n}.txt", [], ["x"] * 10) for n in range(1_100)))
        view.show(large)
        await pilot.pause()
        view.move_page(1)
        await pilot.pause()
        assert (view.seen, large.keys) == (frozenset(), None)
        keys = list(hunk_keys(large).values())
        assert view.seen == frozenset(keys[:4])

    on_stage(act)


def _strips_kept(view: DiffView) -> Iterator[object]:
    painters = view._frames._painters
    for look in list(painters.keys()):
        strips = painters[look]._strips
        yield from (strips[key] for key in list(strips.keys()))


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_no_frame_builds_more_lines_than_three_screens(size: tuple[int, int], wrap: bool) -> None:
    """Whatever the key, at 10,000 changed lines: what is out of sight is not drawn."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.wrap = wrap
        view.show(document(long_diff(5, 1_000)))
        await pilot.pause()
        acts: list[Callable[[], object]] = [
            lambda: view.move_page(1), lambda: view.move_file(1), view.end, view.home,
            lambda: view.move_hunk(1), lambda: view.scroll_sideways(2),
            lambda: view.search("exact"),
            lambda: view.next_match(-1), view.cycle_layout,
        ]  # fmt: skip
        for nth, key in enumerate(acts):
            before = {id(strip) for strip in _strips_kept(view)}
            key()
            await pilot.pause(0.1)
            built = [strip for strip in _strips_kept(view) if id(strip) not in before]
            assert len(built) <= 3 * size[1], nth

    on_stage(act, size)


@pytest.mark.parametrize("layout", ["unified", "split"])
def test_field_d3_raw_hostile_text_never_reaches_a_strip(layout: str) -> None:
    """Escape, C1, CR, bidi and tag characters in names, lines and badges: none is drawn."""
    evil = "\x1b[2J\x1b]52;c;eA==\x07 \x9b31m \r over \u202e bidi \u200b \U000e0061 \x00 \x7f"

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.layout_mode = "split" if layout == "split" else "unified"
        for shown in (
            document(file_diff("a.txt", [evil], [evil, evil]), badges=(evil,)),
            raw_document(evil.encode(), evil),
        ):
            view.show(shown)
            await pilot.pause()
            text = "".join(stage.lines())
            assert not [c for c in text if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0]
            assert not [c for c in text if c in "\u202e\u200b\U000e0061"]
            assert "␛[2J" in text
            minidom.parseString(stage.export_screenshot())  # noqa: S318  our own picture

    on_stage(act, (150, 30))


def test_what_deceives_is_drawn_in_a_warning_colour() -> None:
    """A hidden character and a name of two scripts stand out from the code around them."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        lines = ["user\u202e = is_\u0430dmin", "plain"]
        stage.view.show(document(file_diff("a.txt", [], lines)))
        await pilot.pause()
        strips = stage.view.render_lines(stage.view.size.region)
        looks = {s.text: s.style.color for strip in strips for s in strip if s.style}
        assert looks["<U+202E>"] == looks["is_\u0430dmin"]
        assert looks["<U+202E>"] not in {looks["plain"], looks[" = "], looks["user"]}

    on_stage(act)
