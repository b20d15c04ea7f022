"""An export is as large as the study; the memory for it is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store.kit import make_output, make_ticket
from workbench.bootstrap import open_workbench
from workbench.study import find_study

from .kit import Cli

N_LARGE, SIZE = 1_200, 50_000


def fill(study: Path, n: int) -> None:
    """So many outputs without a label, each with a message of `SIZE` letters."""
    with open_workbench(find_study(study)) as bench:
        bench.store.add_tickets(make_ticket(f"s{i}") for i in range(n))
        bench.store.add_outputs(
            make_output(f"s{i}", "m1", message=f"{i} " * (SIZE // len(f"{i} "))) for i in range(n)
        )


def export(folder: Path, name: str) -> int:
    """Kilobytes that the command needed at most."""
    options = ["export", "jsonl", "-o", name, "--all", "--text", "verbatim"]
    command = [sys.executable, "-m", "workbench", *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return used.ru_maxrss


@pytest.mark.slow
def test_field_t18_an_export_of_60_mb_takes_no_more_memory_than_a_small_one(fresh: Cli) -> None:
    """Streamed row by row, and the same bytes each time."""
    fill(fresh.folder, 20)
    least = export(fresh.folder, "small.jsonl")
    fill(fresh.folder, N_LARGE)
    grown = export(fresh.folder, "large.jsonl") - least
    large = (fresh.folder / "large.jsonl").read_bytes()
    assert len(large) > N_LARGE * SIZE * 0.9
    assert grown < 24 * 1024
    export(fresh.folder, "again.jsonl")
    assert (fresh.folder / "again.jsonl").read_bytes() == large
