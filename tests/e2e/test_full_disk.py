"""The disk under the study is full: the real app, in a terminal, as an ordinary user (D5)."""

import re
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from disks import NOBODY, as_nobody, fill, give_to_nobody, make_open_folder, mount_small

from .conftest import Demo
from .kit import Pty, acts, query, run_workbench, wait_for_labels

N_LEFT = re.compile(r" (\d+) left")
START = (
    "import workbench.store.sqlite as sqlite; sqlite.WAL_SAFE_FROM = {};"
    " from workbench.__main__ import main; main()"
)
JOURNALS = {"truncate": (99,), "wal": (0,)}


@dataclass(frozen=True, slots=True)
class Cramped:
    """A study on a small disk, and its user's home on another one."""

    disk: Path
    home: Path
    journal: str

    @property
    def study(self) -> Path:
        return self.disk / "study"

    @property
    def kept(self) -> list[Path]:
        """Files of labels that wait."""
        return sorted(self.home.glob(".local/state/workbench/unsaved/*"))

    @property
    def env(self) -> dict[str, str]:
        return {"HOME": str(self.home), "USER": "ann", "XDG_STATE_HOME": "", "XDG_RUNTIME_DIR": ""}

    def open(self) -> Pty:
        """`workbench review`, as its user, with the journal of this test."""
        code = START.format(JOURNALS[self.journal])
        program = (*as_nobody(), sys.executable, "-c", code)
        arguments = ("review", "--study", self.study, "--reviewer", "ann")
        return Pty(*arguments, env=self.env, program=program)

    def is_wal(self) -> bool:
        return (self.study / ".workbench" / "study.db").read_bytes()[18:20] == b"\x02\x02"


@pytest.fixture(params=JOURNALS)
def cramped(demo: Demo, request: pytest.FixtureRequest) -> Iterator[Cramped]:
    """The demo on two megabytes."""
    as_nobody()
    with mount_small() as disk, make_open_folder() as home:
        shutil.copytree(demo.folder, disk / "study", symlinks=True)
        give_to_nobody(disk)
        give_to_nobody(home)
        yield Cramped(disk, home, str(request.param))


def count_left(screen: Pty) -> int:
    """How many outputs are left, as the header says."""
    found = N_LEFT.search(screen.lines[0])
    return int(found[1]) if found else -1


def label(screen: Pty) -> bool:
    """Press the label key that suits what is in front; whether it is shown as saved."""
    left = count_left(screen)
    screen.send("a" if "? asks" in screen.lines[0] else "m")
    screen.until(lambda: count_left(screen) == left - 1 or "NOT SAVED" in screen.text)
    screen.rest()
    return count_left(screen) == left - 1


@pytest.mark.slow
@pytest.mark.needs_root
@pytest.mark.needs_tmpfs
def test_d5_a_full_disk_loses_no_label_and_shows_none_that_is_not_saved(cramped: Cramped) -> None:
    """NOT SAVED: disk full; kept elsewhere; retried, quit, offered at the next start, and saved."""
    with cramped.open() as screen:
        saved = label_until_full(cramped, screen)
        (kept,) = cramped.kept
        assert (stat.S_IMODE(kept.stat().st_mode), kept.stat().st_uid) == (0o600, NOBODY)
        stay_in_front(screen)
        screen.send("q")
        screen.until("again to quit: it is kept")
        screen.send("q")
        assert screen.wait() == 1
        assert screen.is_restored()
        end = screen.raw[screen.raw.rfind(b"\x1b[?1049l") :].decode()
        assert "workbench: NOT SAVED: " in end
        assert f"It is kept in {kept}: the next review offers it again." in end
        check_calm(screen)
    assert len(acts(cramped.study)) == saved
    save_what_was_kept(cramped)
    assert len(acts(cramped.study)) == saved + 2
    assert query(cramped.study, "PRAGMA integrity_check") == [("ok",)]
    run_workbench("verify", "--study", cramped.study)


def label_until_full(cramped: Cramped, screen: Pty) -> int:
    """Label, fill the disk, label until it takes no more; how many were shown as saved."""
    wait_for_labels(screen)
    assert label(screen)
    fill(cramped.disk)
    saved = 1
    while label(screen):
        saved += 1
    assert "NOT SAVED: disk full" in screen.text
    assert "kept in ~/.local/state/workbench/unsaved" in screen.text
    assert len(acts(cramped.study)) == saved
    assert cramped.is_wal() is (cramped.journal == "wal")
    return saved


def stay_in_front(screen: Pty) -> None:
    """Neither a label, a step, nor a retry moves the screen while nothing can be saved."""
    before = screen.lines[0]
    for keys in ("m", "J", "e", "\r"):
        screen.send(keys)
        screen.rest()
        assert screen.lines[0] == before
        assert "NOT SAVED: disk full" in screen.text


def save_what_was_kept(cramped: Cramped) -> None:
    """The next start, still without room, then with some: the label is saved, its file is gone."""
    filler = fill(cramped.disk)  # closing a log of WAL mode had freed some
    with cramped.open() as screen:
        screen.until("enter retry")
        screen.rest()
        screen.send("\r")
        screen.until("NOT SAVED: disk full")
        assert len(cramped.kept) == 1
        filler.unlink()
        left = count_left(screen)
        screen.send("\r")
        screen.until(lambda: count_left(screen) == left - 1)
        screen.until(lambda: "NOT SAVED" not in screen.text)
        assert cramped.kept == []
        assert label(screen)
        screen.send("q")
        assert screen.wait() == 0
        check_calm(screen)


def check_calm(screen: Pty) -> None:
    """Nothing of Python's own reached the terminal."""
    text = screen.raw.decode("utf-8", "replace")
    assert "Traceback" not in text
    assert "Logging error" not in text
