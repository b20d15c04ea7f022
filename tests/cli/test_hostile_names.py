"""What commands print and log where every name, title, note and reason is hostile: no control."""

import logging
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from workbench.bootstrap import open_log, open_workbench
from workbench.study import find_study
from workbench.text import display, net

from .kit import Cli, faults, ticket, write_lines

RecordProperty = Callable[[str, object], None]


@pytest.fixture
def cli(hostile: Path, tmp_path: Path) -> Cli:
    """A command line inside a copy of it."""
    shutil.copytree(hostile, tmp_path / "study", symlinks=True)
    return Cli(tmp_path / "study")


LISTS = {
    "outputs": ["outputs", "list"],
    "outputs as JSON": ["outputs", "list", "--json"],
    "tickets": ["tickets", "list"],
    "tickets as JSON": ["tickets", "list", "--json"],
    "metrics": ["metrics"],
    "metrics as JSON": ["metrics", "--json"],
    "report": ["report", "--text", "verbatim"],
    "report as JSON": ["report", "--json"],
    "rows": ["export", "jsonl", "-o", "-", "--text", "verbatim", "--all"],
    "redacted rows": ["export", "jsonl", "-o", "-"],
    "table": ["export", "csv", "-o", "-", "--text", "verbatim", "--all"],
    "calls": ["export", "triage", "-o", "-", "--text", "verbatim", "--all"],
    "freeze": ["tickets", "freeze"],
    "verify": ["verify"],
    "backup": ["backup"],
    "keys": ["keys"],
    "review": ["review"],
}


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS.keys())
def test_t12_what_a_command_prints_of_thirty_names_is_safe(
    cli: Cli, names: Mapping[int, str], words: list[str], record_property: RecordProperty
) -> None:
    """Every name is there, as signs that can be seen."""
    done = cli.quick(*words)
    assert faults(done) == []
    if words in (LISTS["outputs"], LISTS["metrics"]):
        for text in names.values():
            assert display(text)[:30].rstrip() in done.out
    record_property("cases", len(names))


def test_t12_what_show_prints_of_each_output_is_safe(
    cli: Cli, names: Mapping[int, str], record_property: RecordProperty
) -> None:
    """Ticket, message, patch and reason, as text and as JSON."""
    with open_workbench(find_study(cli.folder)) as bench:
        ids = [line.output_id for line in bench.store.list_outputs()]
    assert len(ids) == 2 * len(names)
    for output_id in ids[::2]:
        assert faults(cli.ok("outputs", "show", output_id)) == []
    for output_id in ids[::10]:
        assert faults(cli.ok("outputs", "show", output_id, "--json")) == []
    record_property("cases", len(ids[::2]) + len(ids[::10]))


def together(names: Mapping[int, str]) -> list[str]:
    """The texts in names of six, short enough for a file."""
    short = [text.replace("\0", "")[:16] for text in names.values()]
    return ["".join(short[n : n + 6]) for n in range(0, len(short), 6)]


def test_t12_errors_that_quote_a_name_are_safe(
    cli: Cli, names: Mapping[int, str], record_property: RecordProperty
) -> None:
    """Where a person, a script or a shell's completion hands one in."""
    commands = 0
    for name in together(names):
        for words in (
            ["label", name, "merged"],
            ["outputs", "show", name],
            ["tickets", "mark", name, "clear"],
            ["metrics", "--reviewer", name],
            ["verify", "--study", name],
            ["init", "--repo", name, "--study", "new"],
            ["import", name],
            ["export", "jsonl", "-o", f"{name}/x"],
            [name],
        ):
            done = cli.quick(*words)
            assert done.code != 0 or words[0] == "export", words
            assert done.err, words
            assert faults(done) == [], words
            commands += 1
    record_property("cases", 6 * commands)


def test_t12_rows_that_are_refused_are_named_safely(
    cli: Cli, names: Mapping[int, str], record_property: RecordProperty
) -> None:
    """Each by file, line and reason, whatever the file is called and the row says."""
    for name in together(names):
        file = cli.folder / f"{name.replace('/', '|')}.jsonl"
        rows: list[Mapping[str, object] | bytes] = [
            ticket(name, spec=name),
            {"id": name, "title": [name]},
            f"{name}{{".encode(),
        ]
        write_lines(file, rows)
        for words in (["tickets", "import"], ["outputs", "import"], ["outputs", "tests"]):
            done = cli.quick(*words, file)
            assert done.code == 3, done.err
            assert faults(done) == []
    record_property("cases", 3 * len(names))


def test_t12_a_database_that_was_tampered_with_is_told_of_safely(
    cli: Cli, names: Mapping[int, str], record_property: RecordProperty
) -> None:
    """Values that only another program can have put there, in every list and in the audit."""
    with closing(sqlite3.connect(cli.folder / ".workbench" / "study.db")) as connection:
        for n, text in names.items():
            shown = text.replace("\0", "")
            connection.execute(
                "UPDATE output SET detail = ?, tests_reason = ?, tests_source = ?, rung = 'refused'"
                " WHERE candidate = ?",
                (shown, shown, shown, text),
            )
            connection.execute("UPDATE item SET label = ? WHERE output = ?", (shown, n))
        connection.commit()
    for words in (["verify"], ["verify", "--json"], ["outputs", "list"], ["metrics"], ["review"]):
        assert faults(cli.quick(*words)) == [], words
    record_property("cases", 5 * len(names))


def test_t12_the_log_is_safe_to_look_at(
    tmp_path: Path, names: Mapping[int, str], record_property: RecordProperty
) -> None:
    """Whatever is logged, also the message of an error: `cat` of the log is a look, not a run."""
    log = open_log(tmp_path)
    assert log
    for text in names.values():
        logging.getLogger("workbench").warning("of a widget: %s", text)
        logging.getLogger("workbench").error("an error", exc_info=OSError(2, text, text))
    written = log.read_text("utf-8", errors="surrogateescape")
    assert written.count("of a widget") == len(names)
    assert written.count("FileNotFoundError") == len(names)
    assert [line for line in written.split("\n") if net(line) != (line, 0)] == []
    record_property("cases", 2 * len(names))
