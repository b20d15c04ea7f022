"""`workbench run --watch`, and what a run shows to other processes while it goes on."""

import os
from pathlib import Path

import pytest

from workbench.adapters.sandbox import find_sandbox
from workbench.domain.errors import NoSandbox
from workbench.domain.run_board import RunBoard
from workbench.running import RunWatch
from workbench.study import find_study

from .run_kit import FIX, make_run_study, wait_for


@pytest.fixture(autouse=True)
def _sandbox() -> None:
    try:
        find_sandbox()
    except NoSandbox as missing:
        pytest.skip(str(missing))


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
