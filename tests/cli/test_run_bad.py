"""Agents and machines at their worst: bounded, told honestly, and nothing that was done is lost."""

import json
import os
import re
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from disks import fill, mount_small

from .kit import WORKBENCH, environment, is_running, ticket, write_lines
from .run_kit import (
    FIX,
    make_run_study,
    rows_of,
    run_one,
    set_candidates,
    write_script,
)

MEMORY = 200 << 20  # bytes, of this program at its largest
TRANSCRIPT = 34 << 20


pytestmark = pytest.mark.usefixtures("sandbox")


def watch_memory(process: subprocess.Popen[bytes]) -> int:
    """Bytes that a program held at most; `ru_maxrss` would count the process that forked it too."""
    most = 0
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            most = int(found[1]) * 1024
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    return most


@pytest.mark.slow
def test_a_gigabyte_of_output_goes_to_a_file_with_a_bound(tmp_path: Path) -> None:
    """Neither memory nor disk grows with it; the end of it is kept, and so is the patch."""
    cli = make_run_study(tmp_path, {"a": f"{FIX}; yes | head -c 1000000000; echo the end"})
    process = subprocess.Popen(
        [*WORKBENCH, "run"], cwd=cli.folder, env=environment(cli.folder), stderr=subprocess.DEVNULL
    )
    assert 0 < watch_memory(process) < MEMORY
    assert process.returncode == 0
    (transcript,) = (cli.folder / ".workbench" / "runs").glob("*/stdout")
    assert transcript.stat().st_size < TRANSCRIPT
    assert transcript.read_bytes().endswith(b"y\nthe end\n")
    assert rows_of(cli)["t0", "a", 1]["delivery"] == "patch"


def test_what_an_agent_started_goes_with_it(tmp_path: Path) -> None:
    """Fifty children that outlive it, some in groups of their own: none is left."""
    marker = 70_000_000 + os.getpid()
    children = f"for i in $(seq 25); do sleep {marker} & setsid sleep {marker} & done"
    row = run_one(make_run_study(tmp_path, {"a": f"{FIX}; {children}"}))
    assert row["delivery"] == "patch"
    until = time.monotonic() + 5
    while is_running(str(marker)):
        assert time.monotonic() < until


@pytest.mark.slow
def test_an_agent_that_fills_the_disk_is_ended(tmp_path: Path) -> None:
    """Before others have no room; the run says so, and the others are done."""
    cli = make_run_study(tmp_path, {"a": f"head -c 90000000 /dev/zero > big; {FIX}; sleep 60"})
    with mount_small("280m") as disk:
        (cli.folder / ".workbench" / "runs").symlink_to(disk)
        row = run_one(cli)
    assert (row["exit_class"], row["reason"]) == ("out_of_budget", "disk limit")
    cli.ok("verify")


@pytest.mark.slow
def test_a_disk_that_is_full_loses_nothing_that_was_done(tmp_path: Path) -> None:
    """One line, no traceback; with room again the same command goes on."""
    cli = make_run_study(tmp_path, {"a": FIX}, n_tickets=3)
    with mount_small("260m") as disk:
        (cli.folder / ".workbench" / "runs").symlink_to(disk)
        set_candidates(cli, {"a": {"command": ["a"]}}, max_workers=1)
        write_script(tmp_path / "tools" / "a", f'[ "$WB_TICKET_ID" = t2 ] && exit 75; {FIX}')
        cli.quick("run")
        assert len(rows_of(cli)) == 3
        full = fill(disk)
        write_script(tmp_path / "tools" / "a", FIX)
        done = cli.quick("run")
        assert done.code == 1
        assert "No space left" in done.err
        full.unlink()
        cli.ok("run")
    rows = rows_of(cli)
    assert {key for key, row in rows.items() if row["delivery"] == "patch"} == {
        ("t0", "a", 1),
        ("t1", "a", 1),
        ("t2", "a", 2),
    }
    cli.ok("verify")


def test_a_patch_that_a_full_disk_does_not_take_is_taken_later(tmp_path: Path) -> None:
    """What the agent said and cost is known; it is not run again, and its cost counts once."""
    script = (
        "echo '{\"cost_usd\": 1.0}' > $WB_OUT_DIR/result.json; cd $WB_WORKTREE;"
        f"head -c 5000000 /dev/urandom > new; {FIX}; cd $WB_OUT_DIR;"
        "fallocate -l $(($(df -B1 --output=avail . | tail -n 1) - 2000000)) fill"  # at one blow
    )
    cli = make_run_study(tmp_path, {"a": script})
    with mount_small("260m") as disk:
        (cli.folder / ".workbench" / "runs").symlink_to(disk)
        for _ in range(2):  # it is not run again, and still not taken
            done = cli.quick("run", "--json")
            assert done.code == 1
            assert done.out, done.err
            told = json.loads(done.out.splitlines()[-1])["candidates"][0]
            assert (told["done"], told["failed"], told["spent_usd"]) == (0, 1, 1.0)
            write_script(tmp_path / "tools" / "a", "exit 9")
        row = rows_of(cli)["t0", "a", 1]
        assert (row["delivery"], row["message"]) == ("void", "done")
        assert "its changes could not be taken: No space left on device" in str(row["reason"])
        for left in disk.glob("*/out/fill"):
            left.unlink()
        assert '"spent_usd": 1.0' in cli.ok("run", "--json").out.splitlines()[-1]
    row = rows_of(cli)["t0", "a", 2]
    assert (row["delivery"], row["message"], row["spent_usd"]) == ("patch", "done", 1.0)
    assert "b/new" in str(row["patch"])
    assert "b/calc.py" in str(row["patch"])
    cli.ok("verify")


def test_a_ticket_of_a_megabyte_goes_through(tmp_path: Path) -> None:
    """By standard input and as a file; as an argument it is refused with what to do."""
    cli = make_run_study(tmp_path, {"a": f"wc -c; wc -c < $WB_TICKET_FILE; {FIX} >&2"})
    large = {**ticket("t1"), "body": "word " * 200_000}
    cli.ok("tickets", "import", write_lines(tmp_path / "large.jsonl", [large]))
    assert str(run_one(cli, ticket="t1")["message"]).split() == ["1000016", "1000016"]
    set_candidates(cli, {"b": {"command": ["a"], "prompt": "arg"}})
    row = run_one(cli, "b", "t1")
    assert row["reason"] == 'the ticket is too long for prompt = "arg": use stdin or file'
