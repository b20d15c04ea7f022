"""`workbench check`: runs once, goes on where it was stopped, and says what it cannot do."""

import contextlib
import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

import pytest
from disks import as_nobody, fill, give_to_nobody, make_open_folder, mount_small

from e2e.kit import Pty
from workbench.adapters.sandbox import find_sandbox
from workbench.domain.errors import NoSandbox

from .kit import (
    WORKBENCH,
    Cli,
    change,
    environment,
    make_repository,
    prediction,
    ticket,
    write_lines,
)

CHECK = "grep -q 'return [ab] + [ab]' calc.py || { echo wrong sum; exit 1; }"
Rows = dict[tuple[str, str], dict[str, object]]


@pytest.fixture(autouse=True)
def _sandbox() -> None:
    """Without a sandbox these tests are skipped by name."""
    try:
        find_sandbox()
    except NoSandbox as missing:
        pytest.skip(str(missing))


def make_study(
    folder: Path,
    patches: dict[str, list[str]],
    hidden: Mapping[str, object] = MappingProxyType({}),
    **settings: object,
) -> Cli:
    """A study of calc.py: a ticket for each candidate's nth patch, checked by one command."""
    folder.mkdir(parents=True, exist_ok=True)
    make_repository(folder / "repo")
    cli = Cli(folder)
    n_tickets = max(map(len, patches.values()))
    tickets = [{**ticket(f"t{n:04}"), **hidden} for n in range(n_tickets)]
    write_lines(folder / "tickets.jsonl", tickets)
    rows = [prediction(f"t{n:04}", m, p) for m, ps in patches.items() for n, p in enumerate(ps)]
    write_lines(folder / "preds.jsonl", rows)
    cli.ok("init", "--repo", "repo")
    cli.ok("tickets", "import", "tickets.jsonl")
    cli.ok("outputs", "import", "preds.jsonl")
    set_settings(cli, **{"test_command": CHECK, "test_repeats": 1, **settings})
    return cli


def set_settings(cli: Cli, **settings: object) -> None:
    path = cli.folder / "workbench.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    kept = [
        line for line in path.read_text().split("\n") if line.partition(" = ")[0] not in settings
    ]
    path.write_text("\n".join([*lines, *kept]))


def check(cli: Cli, *arguments: str) -> Rows:
    rows = cli.ok("check", "--json", *arguments).json("checks")
    return {(str(row["ticket"]), str(row["candidate"])): row for row in rows}


def results(cli: Cli) -> dict[tuple[str, str], object]:
    rows = cli.ok("outputs", "list", "--json").json("outputs")
    return {(str(row["ticket"]), str(row["candidate"])): row["tests"] for row in rows}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two candidates: one keeps the sum, one breaks it; only to be copied."""
    good, bad = change(), change(new="a * b")
    folder = tmp_path_factory.mktemp("checked") / "study"
    return make_study(folder, {"good": [good, good + "\n"], "bad": [bad]}).folder


@pytest.fixture
def study(master: Path, tmp_path: Path) -> Cli:
    """A command line in a copy of the study."""
    shutil.copytree(master, tmp_path / "study", symlinks=True)
    return Cli(tmp_path / "study")


def test_results_are_recorded_and_kept(study: Cli) -> None:
    """Red and green against base by the exit code alone, said so; the second time nothing runs."""
    rows = check(study)
    assert {key: row["tests"] for key, row in rows.items()} == {
        ("t0000", "good"): "pass",
        ("t0000", "bad"): "fail",
        ("t0001", "good"): "pass",
    }
    assert all(row["is_new"] for row in rows.values())
    assert rows["t0000", "bad"]["broken"] == ["exit code"]
    assert "wrong sum" in json.dumps(rows["t0000", "bad"]["tails"])
    assert {str(row["kind"]) for row in rows.values()} == {"exit code alone"}
    assert results(study)["t0000", "bad"] == "fail"
    assert not any(row["is_new"] for row in check(study).values())
    assert check(study, "--changed") == {}
    assert "nothing to run" in study.ok("check", "--changed").out
    assert "sound" in study.ok("verify").out


def test_what_a_result_depends_on_makes_it_new(study: Cli) -> None:
    """Another command is another result; one candidate can be named, and what is known redone."""
    check(study)
    assert [key[1] for key in check(study, "bad", "--again")] == ["bad"]
    set_settings(study, test_command=f"{CHECK} && true")
    assert set(check(study, "bad", "--changed")) == {("t0000", "bad")}
    assert len(check(study, "--changed")) == 2


def test_one_output_in_full(study: Cli) -> None:
    """The drill-down: which test, and the end of its failure."""
    rows = check(study)
    told = study.ok("check", "--output", str(rows["t0000", "bad"]["id"])[:8]).out
    assert "\nFAIL: breaks 1\n" in told
    assert "newly failing (1)\n  exit code" in told
    assert "wrong sum" in told
    table = study.ok("check").out
    assert "3 checked: 2 pass, 1 fail, 0 not run" in table
    assert "read from: exit code alone · sandbox: bubblewrap" in table


HIDDEN = {
    "test_patch": "diff --git a/test_h.py b/test_h.py\nnew file mode 100644\n--- /dev/null\n"
    "+++ b/test_h.py\n@@ -0,0 +1,7 @@\n+from calc import add, sub\n+\n+def test_old():\n"
    "+    assert sub(3, 1) == 2\n+\n+def test_new():\n+    assert add('x', 'y') == 'yx'\n",
    "FAIL_TO_PASS": ["test_h.py::test_new"],
    "PASS_TO_PASS": ["test_h.py::test_old"],
}


def test_hidden_tests_are_told_after_the_label(tmp_path: Path) -> None:
    """They are run and kept apart; in full they are told to one who has decided."""
    study = make_study(tmp_path, {"m": [change()]}, HIDDEN, test_command="pytest")
    (row,) = check(study).values()
    assert (row["tests"], row["hidden"], row["kept"]) == ("pass", "pass", 1)
    output = str(row["id"])
    told = study.ok("check", "--output", output).out
    assert "hidden tests: shown after the label" in told
    assert "test_new" not in told
    study.ok("label", output, "merged")
    told = study.ok("check", "--output", output).out
    assert "hidden tests that pass (1)\n  test_h.py::test_new" in told


def test_no_output_to_test_is_no_error(study: Cli) -> None:
    """Said in a line, or as an empty list to a script."""
    write_lines(study.folder / "ask.jsonl", [prediction("t0000", "shy", "", message="Which?")])
    study.ok("outputs", "import", "ask.jsonl")
    assert study.ok("check", "shy").out == "no output with a tree to test\n"
    assert check(study, "shy") == {}


def test_a_wrong_name_is_a_usage_error(study: Cli) -> None:
    """Candidates are named as they are known."""
    done = study.run("check", "nobody")
    assert (done.code, done.out) == (2, "")
    assert "no candidate nobody in this study (known: bad, good)" in done.err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"test_command": "false"}, "no test passes on base"),
        ({"test_command": "pytest", "environment": "/usr"}, "pytest is not in the environment"),
        ({"test_command": "sleep 60", "test_seconds": 1}, "timeout after 1 s"),
        ({"test_command": "true", "test_report": "r.xml"}, "there is no report"),
        ({"setup": "echo half; exit 3"}, "setup failed (exit code 3): half"),
    ],
)
def test_what_does_not_run_on_base_is_nobodys_failure(
    study: Cli, settings: dict[str, object], said: str
) -> None:
    """Environment, never the candidate: not run, with the reason, and tried again the next time."""
    set_settings(study, **settings)
    told = study.ok("check", "bad").out.replace("not run: on base: ", "not run: ")
    assert f"not run: {said}" in told
    assert results(study)["t0000", "bad"] == "not_run"


def test_an_environment_that_is_gone(study: Cli) -> None:
    """One line, exit code 3, and no output is blamed."""
    set_settings(study, environment="nowhere/venv")
    done = study.run("check")
    assert done.code == 3
    assert "nowhere/venv is not there: make it, or name another one" in done.err
    assert set(results(study).values()) == {"not_run"}


def test_setup_is_run_once_for_a_base_commit(study: Cli) -> None:
    """What it makes in /env is there for every check, read-only, and files for the tree too."""
    setup = "mkdir -p /env/tree /env/bin; date +%N > /env/tree/made; echo 1 > /env/one; ls calc.py"
    command = "test -s made && cat /env/one && ! touch /env/two 2>/dev/null"
    set_settings(study, setup=setup, test_command=command)
    assert {row["tests"] for row in check(study).values()} == {"pass"}
    (built,) = (study.folder / ".workbench" / "environments").iterdir()
    made = (built / "tree" / "made").read_bytes()
    check(study, "--again")
    assert (built / "tree" / "made").read_bytes() == made


def test_a_result_from_elsewhere_is_not_lost_to_a_check_that_could_not_run(study: Cli) -> None:
    """What proves nothing does not replace what does; what proves something does."""
    write_lines(
        study.folder / "tests.jsonl",
        [{"ticket": "t0000", "candidate": "bad", "tests": "pass"}],
    )
    study.ok("outputs", "tests", "tests.jsonl")
    set_settings(study, test_command="false")
    check(study)
    assert results(study)["t0000", "bad"] == "pass"
    set_settings(study, test_command=CHECK)
    check(study)
    assert results(study)["t0000", "bad"] == "fail"


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


def count_results(cli: Cli) -> dict[int, int]:
    """How many results each output has, read by a connection of nobody's."""
    sql = "SELECT output, count(*) FROM check_result GROUP BY output"
    with closing(sqlite3.connect(cli.folder / ".workbench" / "study.db")) as connection:
        return dict(connection.execute(sql).fetchall())


def reports(cli: Cli) -> dict[Path, tuple[int, int]]:
    """Every report with its inode and time: one that is written again differs."""
    found = {}
    for path in (cli.folder / ".workbench" / "checks").rglob("*.json"):
        state = path.stat()
        found[path] = (state.st_ino, state.st_mtime_ns)
    return found


def wait_for(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.01)


def many(folder: Path, n: int) -> Cli:
    """A study with one candidate and n outputs that all differ."""
    return make_study(folder, {"m": [change(new=f"b + a + {i} - {i}") for i in range(n)]})


@pytest.mark.slow
def test_kills_lose_nothing_finished_and_repeat_nothing_done(tmp_path: Path) -> None:
    """What was finished when it was killed stays as it was written, and the rest follows."""
    study, dice = many(tmp_path, 40), random.Random(5)
    left = tmp_path / "tmp"
    left.mkdir()
    done: dict[Path, tuple[int, int]] = {}
    for _ in range(8):
        command = [*WORKBENCH, "check", "--study", str(study.folder)]
        process = subprocess.Popen(
            command,
            env={**environment(study.folder), "TMPDIR": str(left)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.5 + dice.random())
        process.kill()
        process.wait()
        now = reports(study)
        assert done.items() <= now.items()
        done = now
    swept = study.run("check", "--json", env={"TMPDIR": str(left)})
    rows = swept.json("checks")
    assert list(left.iterdir()) == []
    assert len(rows) == 40
    assert {row["tests"] for row in rows} == {"pass"}
    assert done.items() <= reports(study).items()
    assert set(count_results(study).values()) == {1}
    assert len(count_results(study)) == 40
    assert "sound" in study.ok("verify").out


def test_the_first_interrupt_finishes_what_runs(tmp_path: Path) -> None:
    """It ends with what was begun, keeps it, and says how to go on."""
    study = many(tmp_path, 30)
    process = study.start("check")
    wait_for(lambda: len(reports(study)) > 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"of 30 done, the same command goes on from here" in err
    assert len(count_results(study)) == out.count(b"pass: no change") < 30
    assert len(check(study)) == 30


def test_the_second_interrupt_ends_it_now(tmp_path: Path) -> None:
    """What runs is killed and leaves neither a result nor a process."""
    study = many(tmp_path, 4)
    marker = f"{70_000_000 + os.getpid()}"
    set_settings(study, test_command=f"sleep {marker}")
    process = study.start("check")

    wait_for(lambda: is_running(marker))
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert b"finishing what runs; Ctrl-C again ends it" in process.stderr.readline()
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    assert count_results(study) == {}
    wait_for(lambda: not is_running(marker))


def test_in_a_terminal_it_says_how_far_it_is_and_hears_ctrl_c(tmp_path: Path) -> None:
    """Base, how many and how long; Ctrl-C goes to every program there, what runs is finished."""
    study = many(tmp_path, 12)
    set_settings(study, test_command=f"sleep 0.4; {CHECK}", test_repeats=3)
    with Pty("check", "--study", study.folder, size=(120, 24)) as pty:
        pty.until("checked 0 of 12 · tests on base, run 2 of 3")
        pty.until(lambda: re.search(r"checked [2-9] of 12 · about 0:0\d left", pty.text))
        pty.send("\x03")
        pty.until("finishing what runs; Ctrl-C again ends it")
        pty.until("of 12 done, the same command goes on from here")
        assert pty.wait() == 130
        assert "pass: no change" in pty.text
        assert "not run" not in pty.text.replace("0 not run", "")
    assert len(check(study)) == 12


def is_running(marker: str) -> bool:
    """Whether any process of the machine is `sleep MARKER`."""
    wanted = f"sleep\0{marker}\0".encode()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if entry.read_bytes() == wanted:
                return True
    return False


@pytest.mark.slow
def test_the_demo_agrees_with_its_recorded_results(tmp_path: Path) -> None:
    """The sample's tests are run for real: every result is the one that travels with it."""
    cli = Cli(tmp_path)
    cli.run("demo")
    demo = Cli(tmp_path / "data" / "workbench" / "demo")
    recorded = results(demo)
    rows = check(demo)
    assert len(rows) == 31
    assert {key: row["tests"] for key, row in rows.items()} == {
        key: tests for key, tests in recorded.items() if key in rows
    }
    assert results(demo) == recorded
    assert rows["led-07", "sparrow-1"]["summary"] == "breaks 11"
    assert rows["led-18", "heron-2"]["deleted"] == ["tests/test_fmt.py"]
    assert {str(row["kind"]) for row in rows.values()} == {"pytest, JUnit"}


def test_the_repository_is_not_needed_once_it_was_copied(study: Cli) -> None:
    """Checks run on our own clone."""
    (study.folder / "repo").rename(study.folder / "moved")
    assert len(check(study)) == 3


def test_a_tree_that_is_gone_is_one_output_not_run(study: Cli) -> None:
    """The others are checked; a store that lost an object is `verify`'s to find."""
    with closing(sqlite3.connect(study.folder / ".workbench" / "study.db")) as connection:
        sql = "UPDATE output SET tree = ? WHERE candidate = 'bad'"
        connection.execute(sql, ("0" * 39 + "1",))
        connection.commit()
    rows = check(study)
    assert rows["t0000", "bad"]["tests"] == "not_run"
    assert {row["tests"] for key, row in rows.items() if key[1] == "good"} == {"pass"}


def test_no_disk_for_what_is_temporary_is_nobodys_failure(study: Cli) -> None:
    """A tree that cannot be laid out is not run and says why; with space it is."""
    tiny = study.folder / "tiny"
    tiny.mkdir()
    full = ("bwrap", "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", str(tiny), "--")
    done = Cli(study.folder, full).run("check", "--json", env={"TMPDIR": str(tiny)})
    rows = done.json("checks") if done.code == 0 else []
    assert {row["tests"] for row in rows} <= {"not_run"}
    assert "No space left" in done.out + done.err
    assert {row["tests"] for row in check(study).values()} == {"pass", "fail"}


def test_no_disk_for_what_is_printed_is_nobodys_failure(study: Cli) -> None:
    """A command that could not print fails by the disk, not by the code."""
    set_settings(study, test_command="grep -q 'return [ab] + [ab]' calc.py || seq 100000")
    small = study.folder / "small"
    small.mkdir()
    full = ("bwrap", "--dev-bind", "/", "/", "--size", "262144", "--tmpfs", str(small), "--")
    done = Cli(study.folder, full).run("check", "bad", env={"TMPDIR": str(small)})
    assert done.code == 1
    assert "a check cannot be written (No space left on device)" in done.err
    assert results(study)["t0000", "bad"] == "not_run"
    assert check(study, "bad")["t0000", "bad"]["tests"] == "pass"


def test_no_disk_for_a_report_ends_it_and_loses_nothing(study: Cli) -> None:
    """It says so in a line; with space the same command does what is left."""
    kept = study.folder / ".workbench" / "checks"
    check(study, "bad")
    full = ("bwrap", "--dev-bind", "/", "/", "--size", "4096", "--tmpfs", str(kept), "--")
    done = Cli(study.folder, full).run("check")
    assert done.code == 1
    assert "a check cannot be written (No space left on device): what is finished" in done.err
    before = reports(study)
    assert {key[1]: row["is_new"] for key, row in check(study).items()} == {
        "bad": False,
        "good": True,
    }
    assert before.items() <= reports(study).items()


@pytest.mark.needs_tmpfs
def test_no_disk_for_the_results_ends_it_and_loses_nothing(study: Cli) -> None:
    """A run that the database did not take is not run again: its report is there."""
    check(study, "bad")
    with mount_small("4m") as disk:
        shutil.copytree(study.folder, disk / "study", symlinks=True)
        here, kept = Cli(disk / "study"), study.folder / "kept"
        shutil.move(here.folder / ".workbench" / "checks", kept)
        (here.folder / ".workbench" / "checks").symlink_to(kept)
        filled = fill(disk)
        done = here.run("check")
        assert done.code == 1, done
        assert "disk" in done.err
        before = reports(here)
        filled.unlink()
        check(here)
        assert before.items() <= reports(here).items()
        assert set(count_results(here).values()) == {1}
        assert "sound" in here.ok("verify").out


def test_a_gigabyte_of_output_goes_to_disk_up_to_a_cap(study: Cli, tmp_path: Path) -> None:
    """The writer is ended at 64 MB; its end is kept, nothing stays on the disk."""
    left = tmp_path / "left"
    left.mkdir()
    flood = "yes 0123456789 | head -c 1000000000"
    set_settings(study, test_command=f"grep -q 'return [ab] + [ab]' calc.py || {flood}")
    done = study.run("check", "bad", "--json", env={"TMPDIR": str(left)})
    (row,) = done.json("checks")
    assert (row["tests"], row["broken"]) == ("fail", ["exit code"])
    assert 1_000 < len(json.dumps(row["tails"])) < 10_000
    assert list(left.iterdir()) == []
