"""A slot is held by what a candidate runs alone: another is made ready, and ends where it began."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from .kit import Cli
from .run_kit import FIX, make_run_study, rows_of, set_candidates, wait_for, write_script

BROKE = {"type": "result", "is_error": True, "result": "Credit balance is too low"}
CODE, STOPPED = 1, 130


pytestmark = pytest.mark.usefixtures("sandbox")


def look(cli: Cli, name: str) -> int:
    """How many jobs have such a file: `scratch/baseline` is ready, `stdout` was started."""
    return len(list((cli.folder / ".workbench" / "runs").glob(f"*/{name}")))


@pytest.mark.parametrize(
    ("script", "settings", "run", "told"),
    [
        (FIX, {}, {}, b"stopped; the same command goes on from here"),
        (
            f"{FIX}; echo '{{\"cost_usd\": 1.0}}' > $WB_OUT_DIR/result.json",
            {},
            {"max_total_cost_usd": 1.0},
            b"max_total_cost_usd is reached",
        ),
        (f"echo '{json.dumps(BROKE)}'", {"adapter": "claude"}, {}, b"a was stopped: Credit"),
    ],
    ids=["interrupt", "ceiling", "halted"],
)
def test_what_is_ready_and_may_not_run_leaves_nothing(
    tmp_path: Path,
    script: str,
    settings: Mapping[str, object],
    run: Mapping[str, object],
    told: bytes,
) -> None:
    """One command at a time, one checkout ahead of it; it is gone, and the next run goes on."""
    go = tmp_path / "tools" / "go"
    wait = f"while [ ! -e {go} ]; do sleep 0.02; done"
    cli = make_run_study(tmp_path, {"a": f"{wait}; {script}"}, n_tickets=4)
    set_candidates(cli, {"a": {"command": ["a"], **settings}}, max_workers=1, **run)
    process = cli.start("run")
    try:
        wait_for(lambda: look(cli, "stdout") == 1 and look(cli, "scratch/baseline") == 2)
        if not settings and not run:
            process.send_signal(signal.SIGINT)
            wait_for(lambda: look(cli, "") == 1)  # while the command still runs
        go.touch()
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert told in err
    assert process.returncode == (CODE if settings or run else STOPPED)
    assert (look(cli, "stdout"), look(cli, "")) == (1, 1)
    assert set(rows_of(cli)) == (set() if settings else {("t0", "a", 1)})
    write_script(tmp_path / "tools" / "a", FIX)
    set_candidates(cli, {"a": {"command": ["a"], **settings}})
    cli.ok("run")
    assert set(rows_of(cli)) == {(f"t{n}", "a", 1) for n in range(4)}
