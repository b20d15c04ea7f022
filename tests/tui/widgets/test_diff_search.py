"""Searching in the diff pane: bit by bit where it takes long, within the files that are shown."""

import pytest
from textual.pilot import Pilot

from workbench.diff.search import SearchError
from workbench.tui.widgets.diff_view import DiffView

from .stage import Stage, document, file_diff, long_diff, on_stage, settle


def searching(view: DiffView) -> bool:
    return view.is_searching


async def count(view: DiffView, pilot: Pilot[None], words: str) -> int:
    """How many there are, as soon as it is known."""
    view.search(words)
    while searching(view):
        await pilot.pause()
    return view.match_at[1]


def test_r8_a_long_search_leaves_the_keyboard_free() -> None:
    """Matches come when all are known; a key in between does what it does."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", [], [f"e{n}" * 20 for n in range(20_000)])))
        await pilot.pause()
        assert view.search("e") == 0
        assert searching(view)
        view.move_line(1)
        while searching(view):
            await pilot.pause(0.01)
        assert view.match_at[1] == 400_003
        assert [m for m in stage.said if isinstance(m, DiffView.SearchChanged)][-1].total == 400_003

    on_stage(act)


def test_r8_a_search_is_given_up_for_another_or_another_document() -> None:
    """What came too late is not shown."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        large = document(file_diff("a.txt", [], [f"e{n}" * 20 for n in range(20_000)]))
        view.show(large)
        view.search("e")
        assert searching(view)
        view.show(document(long_diff(), "two"))
        assert not searching(view)
        view.search("exact=True")
        while searching(view):
            await pilot.pause(0.01)
        for _ in range(10):
            await pilot.pause(0.01)
        assert view.match_at == (1, 120)

    on_stage(act)


def test_r8_an_expression_that_runs_away_is_ended() -> None:
    """A hostile line must not hold the screen up for ever."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(file_diff("a.txt", [], ["a" * 60 + "!"])))
        with pytest.raises(SearchError, match="takes too long"):
            view.search(r"(\w+\s?)+$", regex=True)
        assert not searching(view)
        assert view.search("a!") == 1
        await pilot.pause()

    on_stage(act)


def test_r14_what_is_left_out_is_out_of_moves_counts_and_search() -> None:
    """The header says so; one frame; all comes back."""

    async def act(stage: Stage, pilot: Pilot[None]) -> None:
        view = stage.view
        view.show(document(long_diff(5)))
        await pilot.pause()
        whole = (view.hunk_position[1], await count(view, pilot, "compute"))
        await pilot.pause()
        cost = await settle(
            stage, pilot, lambda: view.show_files(frozenset({1, 3}), "only file_[13]: 2 of 5 files")
        )
        assert cost == (1, 0)
        assert "only file_[13]: 2 of 5 files" in stage.lines()[0]
        view.home()
        assert view.file_position == (1, 2)
        await pilot.pause()
        assert "src/file_1.py" in stage.lines()[0]
        assert stage.lines()[0].endswith("1/2")
        assert view.move_file(1)
        assert view.move_file(1)
        await pilot.pause()
        assert "src/file_3.py" in stage.lines()[0]
        assert not view.move_file(1)
        assert await count(view, pilot, "compute") == whole[1] * 2 // 5
        assert view.hunk_position[1] == 2
        assert view.document
        assert view.document.added == 200, "no count changes"
        view.show_files(None)
        assert view.hunk_position[1] == whole[0]

    on_stage(act, (110, 24))
