"""An export that is killed leaves the old file or the new one, and its rubbish goes (D11)."""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from .kit import Cli

N_KILLS = 25
EXPORT = ("export", "jsonl", "--all", "--text", "verbatim", "-o")


def rubbish_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".workbench-tmp-*")]


def test_d11_a_killed_export_is_never_torn(
    cli: Cli, record_property: Callable[[str, object], None]
) -> None:
    """25 kills at seeded moments of the command: 0 torn, and the next start leaves no rubbish."""
    record_property("cases", N_KILLS)
    path = cli.folder / "labels.jsonl"
    begun = time.monotonic()
    cli.ok(*EXPORT, path)
    seconds = time.monotonic() - begun
    whole, old = path.read_bytes(), b"what was there before\n"
    rng = random.Random(11)
    torn = 0
    for _ in range(N_KILLS):
        path.write_bytes(old)
        cli.kill_after(rng.uniform(0, seconds), *EXPORT, path)
        torn += path.read_bytes() not in {old, whole}
    assert torn == 0
    half = cli.folder / f".workbench-tmp-{_dead()}-half"
    half.write_bytes(whole[:100])
    cli.ok("metrics")
    assert rubbish_in(cli.folder) == []


def test_d11_a_start_sweeps_what_killed_ones_left_in_a_study(cli: Cli) -> None:
    """In the study's folder and in its state; what a program that lives is writing stays."""
    state = cli.folder / ".workbench"
    for folder in (cli.folder, state):
        (folder / f".workbench-tmp-{_dead()}-x").write_bytes(b"half")
        (folder / f".workbench-tmp-{_dead()}-y").mkdir()
        (folder / f".workbench-tmp-{os.getpid()}-z").write_bytes(b"being written")
    cli.ok("outputs", "list")
    assert rubbish_in(cli.folder) == [f".workbench-tmp-{os.getpid()}-z"] * 2


def _dead() -> int:
    """The number of a process that has ended."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return child
