"""Where there is no sandbox: nothing is run, unless that was asked for by an ordinary user."""

import os
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from disks import as_nobody, give_to_nobody, make_open_folder

from cli.kit import Cli

from .kit import set_settings


def test_without_a_sandbox_nothing_is_run_and_the_rest_goes_on(study: Cli) -> None:
    """Not run: no sandbox; what to install; and a label can be given all the same."""
    hide = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", "/dev/null", "/usr/bin/bwrap", "--")
    done = Cli(study.folder, hide).run("check")
    assert done.code == 1
    assert "tests are not run: no sandbox. bubblewrap (bwrap) was not found" in done.err
    assert "apt install bubblewrap" in done.err
    rows = study.ok("outputs", "list", "--json").json("outputs")
    assert {row["tests"] for row in rows} == {"not_run"}
    output = str(rows[0]["id"])
    assert "tests: not_run (no sandbox)" in study.ok("outputs", "show", output).out
    study.ok("label", output, "merged")


@pytest.mark.needs_root
def test_no_sandbox_has_to_be_asked_for_and_is_refused_for_root(study: Cli) -> None:
    """`sandbox = "none"` is explicit; as root nothing is run by it."""
    set_settings(study, sandbox="none")
    done = study.run("check")
    assert done.code == 1
    assert 'sandbox = "none" is refused for root' in done.err


@pytest.fixture
def bare(study: Cli) -> Iterator[Cli]:
    """A study of an ordinary user who wants no sandbox."""
    set_settings(study, sandbox="none")
    if os.geteuid() != 0:
        yield study
        return
    with make_open_folder() as folder:
        shutil.copytree(study.folder, folder / "study", symlinks=True)
        give_to_nobody(folder)
        yield Cli(folder / "study", as_nobody())


def test_without_a_sandbox_every_result_says_so(bare: Cli) -> None:
    """The same answers; each is stored as had without a sandbox."""
    done = bare.run("check", "--json")
    rows = done.json("checks")
    assert {(str(row["candidate"]), row["tests"]) for row in rows} == {
        ("good", "pass"),
        ("bad", "fail"),
    }
    assert {row["sandbox"] for row in rows} == {"none"}
    sql = "SELECT DISTINCT substr(source, -18) FROM check_result"
    with closing(sqlite3.connect(bare.folder / ".workbench" / "study.db")) as connection:
        assert connection.execute(sql).fetchall() == [(" without a sandbox",)]
    assert "NO SANDBOX" in bare.run("check").out


GREEDY = """
import os, sys, time
n = 0
for _ in range(300):
    try:
        if not os.fork():
            time.sleep(2)
            os._exit(0)
    except BlockingIOError:
        break
    n += 1
try:
    bytearray(3 << 30)
except MemoryError:
    sys.exit(0 if 10 < n < 200 else n)
"""


def test_without_a_sandbox_there_are_limits_still(bare: Cli) -> None:
    """Of 300 children no more are had than the limit, 3 GB are refused, and time ends it."""
    greedy = f"python3 -c {shlex.quote(GREEDY)}"
    slow = f"if grep -q 'b + a' calc.py; then sleep 60; fi; {greedy}"
    set_settings(bare, test_command=slow, test_seconds=3)
    rows = bare.run("check", "bad", "good", "--json").json("checks")
    assert [(row["candidate"], row["reason"]) for row in rows] == [
        ("bad", ""),
        ("good", "timeout after 3 s"),
        ("good", "timeout after 3 s"),
    ]
