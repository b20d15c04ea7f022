"""Starting and stopping: what is loaded, wrong usage, no terminal, Ctrl-C, a closed pipe."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import workbench

from .kit import WORKBENCH, Cli, environment

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "git", "httpx", "scipy", "alembic")
COMMANDS = (
    *("demo", "init", "review", "label", "metrics", "export", "import", "verify", "keys"),
    *("tickets", "outputs"),
)


def run_script(cli: Cli, script: str) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own, in the study's folder."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=cli.folder,
        env=environment(cli.folder),
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(cli: Cli, script: str) -> set[str]:
    """The top-level modules in memory after a script, and ours by their full names."""
    done = run_script(cli, f"{script}\nimport sys; print(*(m for m in sys.modules))")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_version_loads_nothing(cli: Cli) -> None:
    """P18: neither typer nor rich, nor the store or the app."""
    script = (
        "import sys; sys.argv = ['workbench', '--version']\n"
        "from workbench.__main__ import main; main()"
    )
    names = loaded(cli, script)
    assert {"typer", "rich", "textual", "sqlite3", *HEAVY}.isdisjoint(names)
    assert {name for name in names if name.startswith("workbench")} == {
        "workbench",
        "workbench.__main__",
    }
    assert cli.run("--version").out == f"workbench {workbench.__version__}\n"


@pytest.mark.parametrize("command", ["metrics", "export jsonl -o -"])
def test_a_command_that_reads_starts_light(cli: Cli, command: str) -> None:
    """P18: no class of a table is made; no garbage looked for, not even at the end."""
    script = (
        f"import atexit, gc, sys; sys.argv = ['workbench', *{command.split()}]\n"
        "def looks(): return sum(kind['collections'] for kind in gc.get_stats())\n"
        "def told(): return looks() - before, gc.get_freeze_count() > 50_000, *heavy()\n"
        "def heavy(): return {'sqlmodel', 'sqlalchemy.orm', 'alembic', 'rich'} & {*sys.modules}\n"
        "before = looks()\n"
        "atexit.register(lambda: print(*told()))\n"
        "from workbench.__main__ import main; main()"
    )
    done = run_script(cli, script)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["0 True"]), done.stderr


def test_the_command_line_loads_neither_app_nor_store(cli: Cli) -> None:
    """Heavy libraries come with the command that needs them."""
    names = loaded(cli, "import workbench.cli.commands as c; c.make_app()")
    assert {"rich", "textual", "rapidfuzz", "pygments", *HEAVY}.isdisjoint(names)


def test_the_first_paint_needs_no_store_library(cli: Cli) -> None:
    """P2, exactly: everything up to the first screen, on a study with a queue."""
    script = (
        "import workbench.cli.commands as c, workbench.tui.app, workbench.bootstrap as b\n"
        "c.make_app()\n"
        "from workbench.study import find_study\n"
        "first = b.read_first_screen(find_study(), 'ann', open_names=False)\n"
        "assert first.item is not None and first.rows"
    )
    assert set(HEAVY).isdisjoint(loaded(cli, script))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(empty: Cli, command: str) -> None:
    """--help: exit 0, a sentence that ends with a full stop."""
    done = empty.ok(command, "--help")
    assert "Usage: workbench" in done.out
    assert "." in done.out.partition("Options:")[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["metrics", "--bad"], "No such option: --bad (`workbench metrics --help` says more)"),
        (["nosuch"], "No such command 'nosuch'"),
        (["nosuch\x1b[2J\u202e"], "No such command"),
        (["outputs", "show"], "Missing argument"),
        (["init"], "Missing option '--repo'"),
        (["export", "xml", "-o", "x"], "'xml' is not one of 'jsonl', 'csv'"),
        ([], "Usage: workbench"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    empty: Cli, arguments: list[str], sentence: str
) -> None:
    """What was typed comes back safe to show."""
    done = empty.quick(*arguments)
    assert (done.code, sentence in done.err) == (2, True), done.err
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err


def test_a_review_needs_a_terminal(cli: Cli) -> None:
    """Exit 2, and what to do without one."""
    done = cli.run("review")
    assert done.code == 2
    assert "the review needs a terminal; without one use `workbench outputs list`" in done.err


def test_keys_are_listed_and_wrong_ones_told(cli: Cli, empty: Cli) -> None:
    """Inside a study as it has them, outside the defaults; an unknown action is exit 2."""
    rows = empty.ok("keys", "--json").json("actions")
    assert {"id": "label.merged", "keys": ["m"], "title": "merged"}.keys() == rows[0].keys()
    toml = cli.folder / "workbench.toml"
    toml.write_text(toml.read_text("utf-8") + '"label.merge" = "M"\n', "utf-8")
    done = cli.quick("keys")
    assert done.code == 2
    assert "workbench.toml [keys]: " in done.err
    assert empty.quick("keys", "--study", "nowhere").code == 2


def test_ctrl_c_leaves_nothing_half_done(fresh: Cli, home: Path) -> None:
    """Stopped while it reads: exit 130, one line, and nothing is in."""
    del home
    pipe = fresh.folder / "tickets.jsonl"
    os.mkfifo(pipe)
    with fresh.start("tickets", "import", pipe) as process, pipe.open("wb"):
        process.send_signal(signal.SIGINT)  # the pipe opens once the program reads
        _, err = process.communicate()
    assert (process.returncode, err.decode()) == (
        130,
        "workbench: stopped; what was reported as done is done, and nothing is half done\n",
    )
    assert fresh.ok("tickets", "list", "--json").json("tickets") == []


def test_a_reader_that_has_seen_enough(cli: Cli) -> None:
    """`workbench outputs show ID | head -1` ends quietly."""
    script = f"{' '.join(WORKBENCH)} outputs list --json | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=cli.folder,
        env=environment(cli.folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("{\n", "")


def test_a_current_folder_that_is_gone(tmp_path: Path) -> None:
    """Exit 2, one line."""
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && exec {' '.join(WORKBENCH)} metrics"
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "workbench: the current folder is gone: go to another one\n",
    )


def test_a_bug_is_told_calmly_and_logged_whole(cli: Cli) -> None:
    """The traceback is in the study's log, not on the terminal."""
    script = (
        "import sys, workbench.services.boards as s\n"
        "def broken(*_, **__): raise RuntimeError('a bug \\x1b[2J')\n"
        "s.score_cases = broken\n"
        "sys.argv = ['workbench', 'metrics']\n"
        "from workbench.__main__ import main; main()"
    )
    done = run_script(cli, script)
    log = cli.folder / ".workbench" / "workbench.log"
    told = (
        "workbench: an error of its own ended the program (RuntimeError)\n"
        "Every label shown as saved is on disk; `workbench verify` checks it.\n"
        f"The details are in {log}\n"
    )
    assert (done.returncode, done.stderr.startswith(told)) == (1, True), done.stderr
    assert "a bug" not in done.stderr
    assert " workbench: error builtins.RuntimeError: " in log.read_text("utf-8")


def test_a_command_line_loads_the_command_that_it_names(cli: Cli) -> None:
    """None waits for the others; help and wrong names have them all."""
    load = "from workbench.cli.commands import make_app; made = make_app({!r})"
    only, every = (loaded(cli, load.format(word)) for word in ("keys", "kez"))
    own = {name for name in every if name.startswith("workbench.cli.")}
    assert {"workbench.cli.gate", "workbench.cli.exports", "workbench.cli.keys"} <= own
    assert only & own == {
        *("workbench.cli.commands", "workbench.cli.keys", "workbench.cli.terminal")
    }
