"""`workbench run --watch`, and what a run shows to other processes while it goes on."""

import json
import os
from pathlib import Path

import pytest

from workbench.domain.run_board import RunBoard
from workbench.running import RunWatch
from workbench.study import find_study

from .run_kit import FIX, make_run_study, rows_of, set_candidates, wait_for

pytestmark = pytest.mark.usefixtures("sandbox")


def test_a_run_is_seen_from_another_process(tmp_path: Path) -> None:
    """What runs while it does; its end, and a kill, leave what the records say."""
    gate = tmp_path / "tools" / "gate"
    script = f'{FIX}; [ "$WB_TICKET_ID" = t0 ] || cat {gate}'
    cli = make_run_study(tmp_path, {"a": script}, n_tickets=3)
    os.mkfifo(gate)
    watch = RunWatch(find_study(cli.folder), is_open=True)
    boards: list[RunBoard] = [watch.look()]
    assert (boards[0].is_live, boards[0].note) == (
        False,
        "nothing was run yet: `workbench run` begins",
    )

    def is_under_way() -> bool:
        boards.append(watch.look())
        row = boards[-1].rows[0]
        return (row.done, row.running, len(boards[-1].jobs)) == (1, 2, 2)

    process = cli.start("run")
    try:
        wait_for(is_under_way)
    finally:
        process.kill()
        process.communicate()
    board = boards[-1]
    assert (board.is_live, board.rows[0].total) == (True, 3)
    assert {(job.ticket_id, job.candidate) for job in board.jobs} == {("t1", "a"), ("t2", "a")}
    wait_for(lambda: not watch.look().is_live)  # a program it had just begun holds on to the lock
    after = watch.look()
    assert (after.jobs, after.rows[0].done) == ((), 1)
    assert after.note == "`workbench run` goes on"
    gate.unlink()
    gate.write_text("open\n")
    cli.ok("run")
    assert watch.look().note == "every ticket has an output of every candidate"
    assert not (cli.folder / ".workbench" / "run.board.json").exists()
    watch.close()


def test_watching_needs_a_terminal_and_nothing_else(tmp_path: Path) -> None:
    """Wrong use is told, and begins nothing."""
    cli = make_run_study(tmp_path, {"a": FIX})
    assert "--watch needs a terminal" in cli.quick("run", "--watch").err
    done = cli.quick("run", "a", "--watch")
    assert (done.code, "no candidate and no --json" in done.err) == (2, True)


def test_a_run_of_a_sealed_study_names_nobody(tmp_path: Path) -> None:
    """Neither in tables, nor for scripts, nor in what went wrong; a reveal opens it."""
    names = ("alpha-1", "beta", "gone")
    scripts = {"alpha-1": FIX, "beta": "echo beta is busy >&2; exit 75"}
    cli = make_run_study(tmp_path, scripts, n_tickets=2)
    cli.quick("run", "alpha-1")
    cli.ok("seal")
    tables = {name: {"command": [name], "trials": 2} for name in names}
    set_candidates(cli, tables)
    done = cli.quick("run")
    assert done.code == 1
    assert not [name for name in names if name in done.out + done.err]
    assert done.out.split("\n")[1].split() == [
        "all",
        *["candidates", "4", "12", "2", "4", "0", "unknown"],
    ]
    assert done.err.count("t1: no output (provider: it asked to be tried again") == 2
    assert "a candidate was stopped: it cannot be started" in done.err
    again = cli.quick("run", "--json")
    assert not [name for name in names if name in again.out + again.err]
    (line,) = map(json.loads, again.out.splitlines())
    assert line["sealed"]
    assert [row["name"] for row in line["candidates"]] == ["all candidates"]
    cli.ok("reveal", "--yes")
    assert "t1, beta: no output (provider" in (told := cli.quick("run", "--json")).err
    assert [row["name"] for row in json.loads(told.out.splitlines()[-1])["candidates"]] == [*names]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"comand": ["beta"]}, "candidates[2].comand"),
        ({"command": ["beta"], "tools": ["nowhere"]}, "candidate beta"),
        ({"command": ["beta"], "timeout_s": 9}, "candidate beta is not what it was"),
    ],
    ids=["unknown key", "no such folder", "changed"],
)
def test_what_is_wrong_with_settings_names_their_candidate_though_sealed(
    tmp_path: Path, settings: dict[str, object], said: str
) -> None:
    """It has to be mended; and as nothing at all was run for it, it tells no output apart."""
    cli = make_run_study(tmp_path, {"alpha": FIX, "beta": FIX + " # b"})
    cli.ok("run")
    cli.ok("seal")
    before = rows_of(cli)
    tables = {"alpha": {"command": ["alpha"], "trials": 2}, "beta": settings}
    set_candidates(cli, tables)
    done = cli.quick("run")
    assert done.code in {2, 3}
    assert said in done.err
    assert done.out == ""
    assert rows_of(cli) == before
