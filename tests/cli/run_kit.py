"""A study with a fake agent: a script in a folder of tools that does what a test wants."""

import atexit
import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from .kit import Cli, make_repository, ticket, write_lines

HEAD = '#!/bin/sh\n[ "$1" = --version ] && { echo "fake 1.0"; exit 0; }\n'
FIX = "sed -i 's/a + b/b + a/' calc.py; echo done"
Rows = dict[tuple[str, str, int], dict[str, object]]


def make_run_study(
    folder: Path, scripts: Mapping[str, str], n_tickets: int = 1, **settings: object
) -> Cli:
    """One candidate a script, each a command of its name; `settings` are every candidate's."""
    shutil.copytree(_make_master(n_tickets), folder, symlinks=True, dirs_exist_ok=True)
    cli, tools = Cli(folder), folder / "tools"
    tools.mkdir(mode=0o755)
    for name, script in scripts.items():
        write_script(tools / name, script)
    set_candidates(cli, {name: {"command": [name], **settings} for name in scripts})
    return cli


@cache
def _make_master(n_tickets: int) -> Path:
    """A study without candidates, made once; only to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="workbench-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_repository(folder / "repo")
    write_lines(folder / "tickets.jsonl", [ticket(f"t{n}") for n in range(n_tickets)])
    cli = Cli(folder)
    cli.ok("init", "--repo", "repo")
    cli.ok("tickets", "import", "tickets.jsonl")
    return folder


def write_script(path: Path, script: str) -> None:
    path.write_text(HEAD + script + "\n", encoding="utf-8")
    path.chmod(0o755)


def set_candidates(cli: Cli, candidates: Mapping[str, Mapping[str, object]], **run: object) -> None:
    """[run] and [[candidates]] of workbench.toml, anew."""
    path = cli.folder / "workbench.toml"
    kept = path.read_text(encoding="utf-8").partition("\n[run]\n")[0]
    lines = ["", "[run]", *_lines({"retries": 0, **run})]
    for name, settings in candidates.items():
        own = {} if "api" in settings or "replay" in settings else {"tools": ["tools"]}
        lines += ["[[candidates]]", *_lines({"name": name, **own, **settings})]
    path.write_text("\n".join([kept, *lines, ""]), encoding="utf-8")


def _lines(settings: Mapping[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in settings.items()]


def rows_of(cli: Cli) -> Rows:
    """The outputs by ticket, candidate and trial, with what the run said of each."""
    sql = "SELECT ticket, candidate, trial, delivery, rung, message, extra, patch FROM output"
    with closing(sqlite3.connect(cli.folder / ".workbench" / "study.db")) as connection:
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute(sql)]
        blobs = dict(connection.execute("SELECT sha256, data FROM blob").fetchall())
    for row in found:
        row.update(json.loads(str(row["extra"]))["run"])
        row["patch"] = blobs[row["patch"]].decode("utf-8", "replace")
    return {(str(r["ticket"]), str(r["candidate"]), int(r["trial"])): r for r in found}


def wait_for(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.01)


def run_one(
    cli: Cli, candidate: str = "a", ticket: str = "t0", trial: int = 1
) -> dict[str, object]:
    """Run it, and the row it left."""
    cli.quick("run", candidate)
    return rows_of(cli)[ticket, candidate, trial]
