"""A database that is damaged, foreign or gone: one line, exit 4, and nothing changes (D7)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from disks import REFUSED

from workbench.store import disk

from .kit import Cli

COMMANDS = (
    ("metrics",),
    ("outputs", "list"),
    ("tickets", "list"),
    ("label", "undo"),
    ("export", "jsonl", "-o", "-"),
    ("verify",),
)


def database_of(cli: Cli) -> Path:
    return cli.folder / ".workbench" / "study.db"


def names_in(folder: Path) -> set[str]:
    """All files but the log, which may grow."""
    found = (str(path.relative_to(folder)) for path in folder.rglob("*"))
    return {name for name in found if "workbench.log" not in name}


@pytest.mark.parametrize("name", REFUSED)
def test_d7_no_command_takes_a_damaged_database(cli: Cli, name: str) -> None:
    """Each says which file and what is wrong with it; none makes a new one or changes a byte."""
    spoil, sentence = REFUSED[name]
    database = database_of(cli)
    spoil(database)
    before = database.read_bytes() if database.is_file() else None
    names = names_in(cli.folder)
    for words in COMMANDS:
        done = cli.quick(*words)
        assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), words
        assert done.err.startswith(f"workbench: {database}: ")
        assert sentence in done.err
        assert (database.read_bytes() if database.is_file() else None) == before
        assert names_in(cli.folder) == names


def test_d3_d7_a_flipped_bit_is_found_by_verify_and_its_row_is_named(
    cli: Cli, output_id: str
) -> None:
    """SQLite has nothing to say against it; exit 4."""
    cli.ok("label", output_id, "merged", "--note", "a note of mine", "--reviewer", "ann")
    database = database_of(cli)
    with closing(sqlite3.connect(database)) as connection:
        sql = "SELECT max(event_id) FROM label_event"
        (event_id,) = connection.execute(sql).fetchone()
    data = database.read_bytes()
    assert data.count(b"a note of mine") == 1
    database.write_bytes(data.replace(b"a note of mine", b"a note of mhne"))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    done = cli.quick("verify")

    assert done.code == 4
    assert f"hash label_event {event_id}: " in done.err
    assert [row["row"] for row in cli.quick("verify", "--json").json("faults")] == [
        f"label_event {event_id}"
    ]


def test_d10_commands_say_that_a_study_is_on_a_network(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line beside the answer, which is the same."""
    answer = cli.ok("metrics", "--json").out
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / {cli.folder.resolve()} rw - cifs //server/x rw\n", "utf-8")
    monkeypatch.setattr(disk, "MOUNTS", table)
    done = cli.quick("metrics", "--json")
    assert (done.code, done.out) == (0, answer)
    told = f"{database_of(cli)} is on a network (cifs): let one program write at a time\n"
    assert done.err == told
