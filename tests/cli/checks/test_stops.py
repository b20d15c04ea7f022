"""A check that is killed or interrupted goes on where it was."""

import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.kit import WORKBENCH, environment, is_running
from e2e.kit import Pty

from .kit import (
    CHECK,
    check,
    count_results,
    many,
    reports,
    set_settings,
    wait_for,
)


@pytest.mark.slow
def test_kills_lose_nothing_finished_and_repeat_nothing_done(tmp_path: Path) -> None:
    """What was finished when it was killed stays as it was written, and the rest follows."""
    study, dice = many(tmp_path, 40), random.Random(5)
    left = tmp_path / "tmp"
    left.mkdir()
    done: dict[Path, tuple[int, int]] = {}
    for _ in range(8):
        command = [*WORKBENCH, "check", "--study", str(study.folder)]
        process = subprocess.Popen(
            command,
            env={**environment(study.folder), "TMPDIR": str(left)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.5 + dice.random())
        process.kill()
        process.wait()
        now = reports(study)
        assert done.items() <= now.items()
        done = now
    swept = study.run("check", "--json", env={"TMPDIR": str(left)})
    rows = swept.json("checks")
    assert list(left.iterdir()) == []
    assert len(rows) == 40
    assert {row["tests"] for row in rows} == {"pass"}
    assert done.items() <= reports(study).items()
    assert set(count_results(study).values()) == {1}
    assert len(count_results(study)) == 40
    assert "sound" in study.ok("verify").out


def test_the_first_interrupt_finishes_what_runs(tmp_path: Path) -> None:
    """It ends with what was begun, keeps it, and says how to go on."""
    study = many(tmp_path, 30)
    process = study.start("check")
    wait_for(lambda: len(reports(study)) > 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"of 30 done, the same command goes on from here" in err
    assert len(count_results(study)) == out.count(b"pass: no change") < 30
    assert len(check(study)) == 30


def test_the_second_interrupt_ends_it_now(tmp_path: Path) -> None:
    """What runs is killed and leaves neither a result nor a process."""
    study = many(tmp_path, 4)
    marker = f"{70_000_000 + os.getpid()}"
    set_settings(study, test_command=f"sleep {marker}")
    process = study.start("check")

    wait_for(lambda: is_running(marker))
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert b"finishing what runs; Ctrl-C again ends it" in process.stderr.readline()
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    assert count_results(study) == {}
    wait_for(lambda: not is_running(marker))


def test_in_a_terminal_it_says_how_far_it_is_and_hears_ctrl_c(tmp_path: Path) -> None:
    """Base, how many and how long; Ctrl-C goes to every program there, what runs is finished."""
    study = many(tmp_path, 12)
    set_settings(study, test_command=f"sleep 0.4; {CHECK}", test_repeats=3)
    with Pty("check", "--study", study.folder, size=(120, 24)) as pty:
        pty.until("checked 0 of 12 · tests on base, run 2 of 3")
        pty.until(lambda: re.search(r"checked [2-9] of 12 · about 0:0\d left", pty.text))
        pty.send("\x03")
        pty.until("finishing what runs; Ctrl-C again ends it")
        pty.until("of 12 done, the same command goes on from here")
        assert pty.wait() == 130
        assert "pass: no change" in pty.text
        assert "not run" not in pty.text.replace("0 not run", "")
    assert len(check(study)) == 12
