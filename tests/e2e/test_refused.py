"""Studies that cannot be written (D6) or believed (D7): one line says so, and no byte changes."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from disks import REFUSED, as_nobody, make_open_folder, put

from .conftest import Demo
from .kit import WORKBENCH, Pty, acts, run_workbench

PAGE = 4096
SEEN = b"\x1b[?1049h"  # the app has taken the screen


def database_of(study: Path) -> Path:
    return study / ".workbench" / "study.db"


# Read-only (D6).


@pytest.fixture
def readable(demo: Demo) -> Iterator[Path]:
    """The demo in a folder that everybody may read."""
    run_workbench("demo", env=demo.env)
    with make_open_folder() as folder:
        study = Path(shutil.copytree(demo.folder, folder / "study", symlinks=True))
        for path in (study, *study.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield study


@pytest.mark.needs_root
@pytest.mark.parametrize(
    ("journal", "file_mode", "folder_mode"),
    [
        ("delete", 0o444, 0o755),
        ("delete", 0o444, 0o555),
        ("wal", 0o444, 0o555),
        ("wal", 0o666, 0o555),
    ],
)
def test_d6_a_study_of_somebody_else_is_read_with_labels_off(
    readable: Path, journal: str, file_mode: int, folder_mode: int
) -> None:
    """The app says whose it is and where, walks, and saves nothing; commands read, exit 0."""
    program = (*as_nobody(), *WORKBENCH)
    database = database_of(readable)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute(f"PRAGMA journal_mode={journal}").fetchone() == (journal,)
    database.chmod(file_mode)
    database.parent.chmod(folder_mode)
    before = database.read_bytes()
    which = database if file_mode == 0o444 else database.parent
    why = f"it belongs to root, uid 0, and you cannot write it: {which}"

    with Pty(
        "review", "--study", readable, "--reviewer", "ann", size=(200, 30), program=program
    ) as screen:
        screen.until(f"labels are off: {why}")
        first = screen.lines[0]
        for key in ("m", "e1", "x1", "u", "s"):
            screen.send(key)
            screen.rest()
            assert screen.lines[0] == first
            assert "labels are off" in screen.text
        screen.send("J")
        screen.until(lambda: screen.lines[0] != first)
        screen.send("q")
        assert screen.wait() == 0

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [*program, *words, "--study", str(readable)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert run("metrics").returncode == 0
    saved = run("label", "undo", "--reviewer", "ann")
    assert (saved.returncode, saved.stderr) == (
        1,
        f"workbench: NOT SAVED: the study is open read-only: {why}\n",
    )
    assert database.read_bytes() == before
    assert acts(readable) == []


@pytest.mark.needs_root
def test_d6_a_reviewer_without_a_queue_is_told_whose_there_is(readable: Path) -> None:
    """A queue would have to be written: exit 2, before the screen is taken."""
    program = (*as_nobody(), *WORKBENCH)
    database_of(readable).chmod(0o444)
    with Pty(
        "review", "--study", readable, "--reviewer", "eve", size=(250, 24), program=program
    ) as screen:
        assert screen.wait() == 2
        assert SEEN not in screen.raw
        said = screen.raw.decode().strip()
        told = "workbench: no queue can be made for eve (--reviewer opens that of ann): it belongs"
        assert said.startswith(told)


# Damaged (D7).


@pytest.mark.parametrize("name", REFUSED)
def test_d7_a_damaged_study_does_not_open(demo: Demo, name: str) -> None:
    """One line that names file and fault, exit 4; no screen, no new file, no changed byte."""
    spoil, sentence = REFUSED[name]
    database = database_of(demo.folder)
    spoil(database)
    before = database.read_bytes() if database.is_file() else None
    with Pty("review", "--study", demo.folder, size=(400, 24), env=demo.env) as screen:
        assert screen.wait() == 4
        assert SEEN not in screen.raw
        (said,) = screen.raw.decode().strip().split("\r\n")
    assert said.startswith(f"workbench: {database}: ")
    assert sentence in said
    assert (database.read_bytes() if database.is_file() else None) == before
    assert database.exists() is (name != "missing")


def find_last_patch(path: Path) -> int:
    """Where the page with the last patch starts: neither a start nor the first screen reads it."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'blob'"
        root = (int(connection.execute(sql).fetchone()[0]) - 1) * PAGE
    inner = path.read_bytes()[root : root + PAGE]
    assert inner[0] == 5, "the table has more than one page"
    return (int.from_bytes(inner[8:12]) - 1) * PAGE


def test_d7_garbage_in_a_page_turns_labels_off_and_is_the_last_word(demo: Demo) -> None:
    """Found after the first paint: reading goes on, no label is saved, and the exit code is 4."""
    database = database_of(demo.folder)
    run_workbench("demo", env=demo.env)
    put(find_last_patch(database), os.urandom(PAGE))(database)
    before = database.read_bytes()
    arguments = ("review", "--study", demo.folder, "--reviewer", "ann")
    with Pty(*arguments, size=(200, 24), env=demo.env) as screen:
        screen.until("labels are off: the file is damaged: ")
        screen.send("m")
        screen.rest()
        assert "labels are off: the file is damaged: " in screen.text
        screen.send("q")
        assert screen.wait() == 4
        said = screen.raw[screen.raw.rfind(b"\x1b[?1049l") :].decode()
        assert "workbench: the file is damaged: " in said
    assert database.read_bytes() == before
    done = run_workbench("verify", "--study", demo.folder, env=demo.env, code=4)
    assert done.stderr.startswith("structure file: the file is damaged: ")


def test_d7_garbage_where_the_first_screen_is_read_does_not_open(demo: Demo) -> None:
    """Page 30: one line, exit 4, before the screen is taken; commands that read it say the same."""
    database = database_of(demo.folder)
    put(29 * PAGE, os.urandom(PAGE))(database)
    before = database.read_bytes()
    with Pty("review", "--study", demo.folder, size=(400, 24), env=demo.env) as screen:
        assert screen.wait() == 4
        (said,) = screen.raw.decode().strip().split("\r\n")
    assert "damaged" in said
    assert database.read_bytes() == before
    run_workbench("verify", "--study", demo.folder, env=demo.env, code=4)


def test_d7_label_keys_wait_for_the_check_and_the_bar_says_so(demo: Demo) -> None:
    """While SQLite still reads the whole file a key labels nothing; afterwards it does."""
    code = (
        "import sys, threading; from workbench.store.store import Store;"
        " go = threading.Event(); check = Store.quick_check;"
        " Store.quick_check = lambda store: (go.wait(20), check(store))[1];"
        " threading.Thread(target=lambda: (open(sys.argv.pop()).read(), go.set()), daemon=True)"
        ".start(); from workbench.__main__ import main; main()"
    )
    gate = demo.data / "gate"
    os.mkfifo(gate)
    arguments = ("review", "--study", demo.folder, gate)
    with Pty(*arguments, env=demo.env, program=(sys.executable, "-c", code)) as screen:
        screen.until(" left")
        screen.rest(0.3)
        screen.send("m")
        screen.until("checking the study: labels in a moment")
        assert acts(demo.folder) == []
        gate.write_text("go", "utf-8")
        screen.until(lambda: "checking the study" not in screen.text)
        screen.send("e")
        screen.until("1 minor")
        screen.send("1")
        screen.until("35 left")
        screen.send("q")
        assert screen.wait() == 0
    assert acts(demo.folder) == ["label"]
