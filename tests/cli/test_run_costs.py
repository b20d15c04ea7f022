"""What was paid counts, also for tries that came to nothing: ceilings hold across kills."""

import json
import signal
from pathlib import Path

import pytest

from .kit import Cli
from .run_kit import FIX, make_run_study, rows_of, set_candidates, wait_for, write_script

PAID = "echo '{\"cost_usd\": 1.0}' > $WB_OUT_DIR/result.json"


pytestmark = pytest.mark.usefixtures("sandbox")


def last_line(cli: Cli) -> tuple[int, str, dict[str, object]]:
    done = cli.quick("run", "--json")
    row: dict[str, object] = json.loads(done.out.splitlines()[-1])["candidates"][0]
    return done.code, done.err, row


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "cancelled"])
def test_a_try_that_was_cut_short_counts_toward_the_ceiling(
    tmp_path: Path, how: signal.Signals
) -> None:
    """By what it left of its costs; nothing more begins, and a higher ceiling goes on."""
    cli = make_run_study(tmp_path, {"a": f"{PAID}; sleep 60"})
    process = cli.start("run")
    try:
        wait_for(lambda: any((cli.folder / ".workbench/runs").glob("*/out/result.json")))
        process.send_signal(how)
        if how is signal.SIGINT:
            assert process.stderr is not None
            while b"Ctrl-C again" not in process.stderr.readline():
                pass
            process.send_signal(how)
            process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    write_script(tmp_path / "tools" / "a", f"{PAID}; {FIX}")
    set_candidates(cli, {"a": {"command": ["a"]}}, max_total_cost_usd=1.0)
    for _ in range(2):  # it is counted once, however often it is looked at
        code, told, row = last_line(cli)
        assert (code, row["done"], row["spent_usd"]) == (1, 0, 1.0)
        assert "max_total_cost_usd is reached" in told
    set_candidates(cli, {"a": {"command": ["a"]}}, max_total_cost_usd=3.0)
    assert last_line(cli)[2]["spent_usd"] == 2.0
    assert rows_of(cli)["t0", "a", 1]["spent_usd"] == 2.0


def test_what_was_paid_before_the_money_ran_out_counts(tmp_path: Path) -> None:
    """A pause keeps the costs of its try; the one that goes on adds its own."""
    ended = {"type": "result", "is_error": True, "result": "Credit balance is too low"}
    script = f"echo '{json.dumps({**ended, 'total_cost_usd': 0.5})}'"
    cli = make_run_study(tmp_path, {"a": script}, adapter="claude")
    code, told, row = last_line(cli)
    assert (code, row["spent_usd"], "was stopped: Credit" in told) == (1, 0.5, True)
    whole = json.dumps({"type": "result", "result": "done", "total_cost_usd": 0.25})
    write_script(tmp_path / "tools" / "a", f"{FIX} >&2; echo '{whole}'")
    assert last_line(cli)[2]["spent_usd"] == 0.75
    assert rows_of(cli)["t0", "a", 1]["spent_usd"] == 0.75


def test_costs_nobody_can_tell_are_no_zero(tmp_path: Path) -> None:
    """Unknown stays unknown, in the table and for scripts."""
    cli = make_run_study(tmp_path, {"a": FIX})
    assert last_line(cli)[2]["spent_usd"] is None
    assert cli.ok("run").out.split("\n")[1].split()[-1] == "unknown"
