"""The runs in the app: what is done, what runs, and nothing that a reviewer may not know."""

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.blinding import seal_study
from workbench.domain.run_board import POOLED, UNSEEN, CurrentJob, RunBoard, RunRow, regroup
from workbench.running import RunWatch
from workbench.services.desk import Desk, OpenDesk
from workbench.study import find_study
from workbench.text import cells
from workbench.tui.screens.watching import RunScreen
from workbench.tui.widgets.lines import LinesView
from workbench.tui.widgets.run_table import render_runs

from .kit import HOSTILE, Seat, plain, play

ROWS = (
    RunRow("m1", 20, 12, 2, 1, 0, 1.5, 245.0),
    RunRow("m2", 20, 20, spent_usd=None, seconds_left=0.0),
    RunRow("m3", 20, 3, halted="m3: KEY is not set"),
)
BOARD = RunBoard(
    ROWS, (CurrentJob("t1", "m1", 1, 3.0), CurrentJob("t2", "m1", 2, 65.0)), is_live=True
)
ONE = '\n[[candidates]]\nname = "m1"\ncommand = ["x"]\n'
TWO = '\n[[candidates]]\nname = "never"\ncommand = ["y"]\n'


def test_a_board_names_what_it_counts() -> None:
    """Done, running, failed, cost, time left; why one was stopped; the oldest job first."""
    lines = plain(render_runs(BOARD, 80)).split("\n")
    assert lines[1].split() == ["m1", "12/20", "2", "1", "$1.50", "4:05"]
    assert lines[2].split() == ["m2", "20/20", "·", "·", "unknown", "done"]
    assert lines[3].split() == ["m3", "3/20", "·", "·", "unknown", "stopped"]
    assert lines[4] == " m3 was stopped: m3: KEY is not set"
    assert [line.split() for line in lines[6:]] == [
        ["running", "2"],
        ["1:05", "t2", "m1", "trial", "2"],
        ["0:03", "t1", "m1"],
    ]
    assert "━" in plain(render_runs(BOARD, 200))


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_board_is_safe_and_fits(width: int) -> None:
    """Whatever candidates and tickets are called, and whatever a stopped one said."""
    row = replace(ROWS[0], name=HOSTILE * 9, halted=HOSTILE * 99)
    board = RunBoard((row,), (CurrentJob(HOSTILE * 9, HOSTILE * 9, 1, 3.0),), is_live=True)
    text = plain(render_runs(board, width))
    assert "\x1b" not in text
    assert width < 80 or max(map(cells, text.split("\n"))) <= width


def test_regrouped_boards_hold_no_names() -> None:
    """Aliases for who reviews under them; one pool for who is blind; the numbers add up."""
    board = regroup(BOARD, {"m1": "K", "m2": "B"})
    assert [(row.name, row.done, row.halted) for row in board.rows] == [
        ("B", 20, ""),
        ("K", 12, ""),
        (UNSEEN, 3, "1 of 1"),
    ]
    pool = regroup(BOARD, {})
    assert pool.rows == (RunRow(POOLED, 60, 35, 2, 1, 0, 1.5, 245.0, "1 of 3"),)
    for one in (board, pool):
        assert not [name for name in ("m1", "m2", "m3", "KEY") if name in repr(one)]
    assert {(job.candidate, job.trial) for job in pool.jobs} == {("", 0)}


def shown(seat: Seat) -> str:
    return seat.app.screen.query_one("#runs-board", LinesView).plain


def describe(folder: Path) -> None:
    path = folder / "workbench.toml"
    path.write_text(path.read_text() + ONE + TWO)


@pytest.mark.parametrize(("is_sealed", "label"), [(False, UNSEEN), (True, POOLED)])
def test_the_key_shows_the_runs_and_goes_back(folder: Path, is_sealed: bool, label: str) -> None:
    """By alias in an open study, pooled in a sealed one; never a name."""
    describe(folder)
    if is_sealed:
        seal_study(find_study(folder))

    def wrap(open_desk: OpenDesk) -> Desk:
        return replace(open_desk(), watch=lambda: RunWatch(find_study(folder)))

    async def scene(seat: Seat) -> None:
        await seat.press("P")
        await seat.until(lambda: "candidate" in shown(seat), "the runs were read")
        assert label in shown(seat)
        assert "nothing was run yet: `workbench run` begins" in shown(seat)
        assert not [name for name in ("m1", "never") if name in shown(seat)]
        await seat.press("escape")
        assert not isinstance(seat.app.screen, RunScreen)

    play(folder, scene, wrap=wrap)


def test_no_candidate_and_a_file_that_cannot_be_read(folder: Path) -> None:
    """Each says what to do; a reviewer is not told what stands in a file of names."""
    watch = RunWatch(find_study(folder))
    assert "[[candidates]] in workbench.toml describes one" in watch.look().note
    describe(folder)
    path = folder / "workbench.toml"
    path.write_text(path.read_text().replace('"never"', '"m1"'))
    assert watch.look().note == "the candidates cannot be read: `workbench run` says why"
    told = RunWatch(find_study(folder), is_open=True)
    assert "m1 is the name of another candidate too" in told.look().note
    watch.close()
    told.close()
