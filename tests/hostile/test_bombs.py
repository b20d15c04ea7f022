"""Patches that are small to send and large to handle."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.precheck import check_bytes
from workbench.domain.delivery import Rung
from workbench.domain.errors import PatchRefused

_CHILD = """
import resource, sys, time
from pathlib import Path
from workbench.adapters import processes
from workbench.adapters.precheck import check_bytes
from workbench.domain.errors import PatchRefused

patch = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.process_time()
try:
    check_bytes(patch)
except PatchRefused as refusal:
    seconds = time.process_time() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{seconds} {grown} {children} {refusal.rule}")
"""


class Victim(Protocol):
    """The fixture of conftest.py."""

    base: str
    ladder: Ladder


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bomb_1GiB", "binary data unpacks to more than 10 MB"),
        ("huge_60MB", "larger than 20 MB"),
        ("files_20000", "more than 5,000 files"),
    ],
)
def test_g4_bomb_is_refused_without_git(big: Path, name: str, words: str) -> None:
    """In a tenth of a second, in less than 50 MB, and without any child process."""
    command = [sys.executable, "-c", _CHILD, str(big / f"{name}.patch")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, grown, children, rule = done.stdout.strip().split(" ", 3)
    assert words in rule
    assert float(seconds) < 0.1
    assert int(grown) < 50 * 1024
    assert int(children) == 0


def test_g4_ladder_refuses_a_bomb(victim: Victim, big: Path) -> None:
    """The same rule stands in the answer of the ladder."""
    applied = victim.ladder.apply(victim.base, (big / "bomb_1GiB.patch").read_bytes())
    assert applied.rung is Rung.REFUSED


def test_g4_line_of_10_mb_is_applied_within_a_second(victim: Victim, big: Path) -> None:
    """A long line is no reason to refuse. Of computing, git's included: the best of three."""
    patch = (big / "line_10MB.patch").read_bytes()

    def take() -> float:
        before = sum(os.times()[:4])
        applied = victim.ladder.apply(victim.base, patch)
        assert (applied.rung, applied.added) == (Rung.PLAIN, 1)
        return sum(os.times()[:4]) - before

    assert any(take() < 1.0 for _ in range(3))


def peak_of_import(folder: Path, patch: bytes, name: str) -> int:
    """Kilobytes that `outputs import` needs at most, any git it starts included; exit 0 or 3."""
    rows = folder / f"{name}.jsonl"
    row = {"instance_id": "t", "model_name_or_path": name, "model_patch": patch.decode()}
    rows.write_text(json.dumps(row) + "\n")
    command = ["outputs", "import", str(rows), "--study", str(folder / "study")]
    child = subprocess.Popen(
        [sys.executable, "-m", "workbench", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with child:
        assert child.stderr is not None
        said = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == (3 if b"patch refused: " in said else 0), said
    assert (b"patch refused: " in said) is (name != "harmless")
    return used.ru_maxrss


def test_g4_the_import_of_a_bomb_takes_little_memory(
    build: ModuleType, big: Path, tmp_path: Path
) -> None:
    """From the file with the row in it to the refusal: less than 50 MB above a harmless one."""
    (tmp_path / "t.jsonl").write_text('{"id": "t", "title": "t"}\n')
    study = ["--study", str(tmp_path / "study")]
    for command in (
        ["init", "--repo", str(build.victim(tmp_path))],
        ["tickets", "import", str(tmp_path / "t.jsonl")],
    ):
        started = [sys.executable, "-m", "workbench", *command, *study]
        subprocess.run(started, check=True, capture_output=True)
    harmless = build.new("x", "x\n").encode()
    least = peak_of_import(tmp_path, harmless, "harmless")
    for name in ("bomb_1GiB", "files_20000"):
        patch = (big / f"{name}.patch").read_bytes()
        assert peak_of_import(tmp_path, patch, name) - least < 50 * 1024


def _many_literals() -> bytes:
    return b"diff --git a/x b/x\n" + b"literal 9000000\n" * 8


def _long_number() -> bytes:
    return b"diff --git a/x b/x\nliteral " + b"9" * 100_000 + b"\n"


@pytest.mark.parametrize("make", [_many_literals, _long_number])
def test_g4_sum_of_binaries_is_bounded(make: Callable[[], bytes]) -> None:
    """Many allowed binaries together are refused, and so is a size of 100,000 digits."""
    with pytest.raises(PatchRefused, match="binary data"):
        check_bytes(make())
