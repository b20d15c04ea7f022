"""Opens the app in a terminal again and again, labels, and kills it at any moment.

killer.py STUDY REVIEWER SEED N    prints one line of JSON for each kill

Every app is a fork of this process, which has loaded the program once: that spares most of a start,
and the same code runs. Keys are pressed as fast as a person could press them all day long; the kill
comes at a moment that the seed decides. A terminal shows a frame once it is whole, so what counts
as shown is what the last whole frame says.
"""

import fcntl
import gc
import json
import os
import random
import re
import select
import signal
import sqlite3
import struct
import sys
import termios
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import pyte

from workbench.__main__ import main
from workbench.adapters import kept_files, redact, repositories
from workbench.cli import opening
from workbench.services import desk
from workbench.store.store import open_store
from workbench.tui import app, terminal

LOADED = (kept_files, redact, repositories, opening, desk, app, terminal)
SIZE = struct.pack("HHHH", 24, 80, 0, 0)
WHOLE = b"\x1b[?2026l"  # the end of a frame
N_LEFT = re.compile(r" (\d+) left")
SAVED = re.compile(r"saved: \w+(?: \(\w+\))? · (\S+) · ")
KEYS = ("m", "e1", "m", "e2", "m", "e3")
PATIENCE = 30.0  # seconds


@dataclass(slots=True)
class Kill:
    """One of them: what the screen had shown, what is stored, what SQLite and the log say."""

    shown: int
    stored: int
    last_shown: str
    last_stored: list[str]
    was_committing: bool
    faults: list[str]


@dataclass(slots=True)
class Terminal:
    """The far end of a terminal in which the app runs."""

    pid: int
    master: int
    raw: bytes = b""

    @property
    def shown(self) -> bytes:
        """Everything up to the last whole frame."""
        return self.raw[: self.raw.rfind(WHOLE) + len(WHOLE)]

    def read(self, seconds: float) -> bool:
        """Take what comes within a time; whether anything did."""
        if not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # the app is gone
            return False
        self.raw += data
        for mode in re.findall(rb"\x1b\[\?(\d+)\$p", data):
            os.write(self.master, b"\x1b[?" + mode + (b";2$y" if mode == b"2026" else b";0$y"))
        return bool(data)

    def until(self, deadline: float) -> None:
        """Read until a moment."""
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)

    def count_left(self) -> int | None:
        """How many outputs are left, as the header says."""
        found = re.findall(rb"(\d+) left", self.shown)
        return int(found[-1]) if found else None

    def end(self) -> list[str]:
        """SIGKILL; the screen as it then stands."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        while self.read(0):
            pass
        os.close(self.master)
        screen = pyte.Screen(80, 24)
        text = re.sub(rb"\x1b\[[<=>?][0-9;:]*(?:u|\$p)|\x1b\[>[0-9;]*[a-z]", b"", self.shown)
        pyte.ByteStream(screen).feed(text)
        return list(screen.display)


def open_app(study: Path, reviewer: str) -> Terminal:
    """`workbench review` in a terminal of its own."""
    master, slave = os.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, SIZE)
    pid = os.fork()
    if pid:
        os.close(slave)
        return Terminal(pid, master)
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(slave, descriptor)
    sys.argv = ["workbench", "review", "--study", str(study), "--reviewer", reviewer]
    try:
        main()
    finally:
        os._exit(70)


def label_and_kill(study: Path, reviewer: str, rng: random.Random) -> tuple[int, list[str]]:
    """How many outputs were left at first, and the last screen."""
    window = open_app(study, reviewer)
    first: int | None = None
    deadline = time.monotonic() + PATIENCE
    while first is None and time.monotonic() < deadline:
        window.read(0.05)
        first = window.count_left()
    assert first is not None, window.raw[-2000:]
    turn = rng.randrange(len(KEYS))
    wanted = rng.randrange(7)  # labels on the screen; with 0 perhaps before the check is over
    until = time.monotonic() + PATIENCE
    is_counting = True
    while time.monotonic() < until:
        if is_counting and first - (window.count_left() or first) >= wanted:
            is_counting = False
            until = time.monotonic() + rng.uniform(0, 0.06)
        with suppress(OSError):
            os.write(window.master, KEYS[turn % len(KEYS)].encode())
        turn += 1
        window.until(min(until, time.monotonic() + rng.uniform(0.005, 0.03)))
    return first, window.end()


def look(study: Path, n_before: int, first: int, lines: list[str], *, is_hot: bool) -> Kill:
    """What is stored, by connections of our own; the first one plays an open journal back."""
    left = N_LEFT.search(lines[0])
    assert left is not None, lines
    told = [found[1] for line in lines[-2:] if (found := SAVED.search(line))]
    path = study / ".workbench" / "study.db"
    faults = []
    with closing(sqlite3.connect(path)) as db:
        faults += [str(row[0]) for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
        sql = (
            "SELECT o.ticket FROM label_event e JOIN output o ON o.id = e.output ORDER BY event_id"
        )
        tickets = [str(ticket) for (ticket,) in db.execute(sql)]
    with open_store(path) as store:
        faults += [fault.sentence for fault in store.verify()]
    return Kill(
        shown=first - int(left[1]),
        stored=len(tickets) - n_before,
        last_shown=told[0] if told else "",
        last_stored=tickets[-3:],
        was_committing=is_hot,
        faults=faults,
    )


def run(study: Path, reviewer: str, seed: int, n: int) -> None:
    """All of it."""
    rng = random.Random(seed)
    stored = 0
    gc.freeze()
    for _ in range(n):
        first, lines = label_and_kill(study, reviewer, rng)
        journals = [study / ".workbench" / f"study.db-{end}" for end in ("journal", "wal")]
        is_hot = any(file.exists() and file.stat().st_size for file in journals)
        kill = look(study, stored, first, lines, is_hot=is_hot)
        stored += kill.stored
        sys.stdout.write(json.dumps(asdict(kill)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
