"""A watched command: its limits, and what of its output reaches a file."""

import random
import threading
from pathlib import Path

import pytest

from workbench.adapters.agent_process import Call, Exited, Limits, Stop, Workplace, run_agent
from workbench.adapters.keeping import read_ended
from workbench.adapters.transcripts import HEAD, TAIL, Transcript, read_end

PYTHON = "/usr/bin/python3"


def run(folder: Path, script: str, limits: Limits) -> Exited:
    """A shell command without a box: the watching is the same."""
    call = Call(
        ("/bin/sh", "-c", script),
        str(folder),
        {"PATH": "/usr/bin:/bin"},
        {},
        limits,
    )
    streams = (folder / "stdout", folder / "stderr")
    return run_agent(None, Workplace(folder, {}), call, streams, threading.Event())


@pytest.mark.parametrize(
    ("script", "limits", "stop"),
    [
        ("head -c 8000000 /dev/zero > big; sleep 60", Limits(30, disk=4 << 20), Stop.DISK),
        (
            f"{PYTHON} -c 'import time; x = bytearray(300 << 20); time.sleep(60)'",
            Limits(30, memory=100 << 20),
            Stop.MEMORY,
        ),
        ("sleep 60", Limits(0.3), Stop.TIMEOUT),
        ("exit 3", Limits(30), None),
    ],
)
def test_a_command_that_takes_too_much_is_ended(
    tmp_path: Path, script: str, limits: Limits, stop: Stop | None
) -> None:
    """By disk, memory or time; what ends by itself leaves its exit code in a file."""
    first = "sleep 1.2; " if stop is Stop.DISK else ""  # the first look is what it starts from
    exited = run(tmp_path, first + script, limits)
    assert exited.stop is stop
    assert exited.seconds < 20
    if stop is None:
        assert exited.returncode == 3
        assert read_ended(tmp_path).code == 3


def copy(path: Path, parts: list[bytes], secrets: list[bytes], first: bytes = b"") -> bytes:
    transcript = Transcript(str(path), secrets, first)
    for part in parts:
        transcript.take(part)
    assert transcript.close() == 0
    return path.read_bytes()


def test_a_secret_is_found_wherever_the_pipe_was_cut(tmp_path: Path) -> None:
    """In any pieces, at any place, several of them; what is not secret comes as it was."""
    dice, secret, longer = random.Random(3), b"sk-0123456789", b"sk-0123456789-longer"
    for _ in range(200):
        words = [dice.choice([secret, longer, b"sk-01", b"text ", b"\xff\n"]) for _ in range(20)]
        data, parts, at = b"".join(words), [], 0
        while at < len(data):
            step = dice.randrange(1, 9)
            parts.append(data[at : at + step])
            at += step
        found = copy(tmp_path / "out", parts, [secret, longer], b"")
        assert secret not in found
        assert found.count(b"[redacted key]") >= sum(word in {secret, longer} for word in words)
    assert copy(tmp_path / "out", [b"a setting of 1"], [b"1"]) == b"a setting of 1"
    assert copy(tmp_path / "out", [b"sta", b"rted\nhello"], [], b"started\n") == b"hello"
    assert copy(tmp_path / "out", [b"no start"], [], b"started\n") == b"no start"


def test_a_long_output_keeps_its_head_and_its_tail(tmp_path: Path) -> None:
    """What lies between is counted; a file's size has a bound."""
    block = b"x" * (1 << 20)
    found = copy(tmp_path / "out", [b"begin\n", *([block] * 40), b"\nend"], [])
    assert found.startswith(b"begin\n")
    assert found.endswith(b"\nend")
    left_out = 40 * len(block) + 10 - HEAD - TAIL
    assert f"[{left_out} bytes left out]".encode() in found
    assert read_end(tmp_path / "out", 3) == b"end"
