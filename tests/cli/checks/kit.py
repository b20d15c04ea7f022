"""What the tests of `workbench check` share: a small study, and what is read of it afterwards."""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType

from cli.kit import Cli, change, make_repository, prediction, ticket, write_lines

CHECK = "grep -q 'return [ab] + [ab]' calc.py || { echo wrong sum; exit 1; }"
Rows = dict[tuple[str, str], dict[str, object]]


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
