"""`workbench backup` and `workbench restore`, as a person types them."""

import errno
import json
import shutil
from pathlib import Path

import pytest

from e2e.kit import Pty
from workbench.bootstrap import open_workbench
from workbench.domain.backup import Kind
from workbench.study import find_study

from .kit import Cli


def database(cli: Cli) -> Path:
    return cli.folder / ".workbench" / "study.db"


def backups(cli: Cli) -> list[str]:
    folder = cli.folder / ".workbench" / "backups"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def make(cli: Cli) -> Path:
    (row,) = cli.ok("backup", "--json").json("backups")
    return Path(str(row["path"]))


def labels(cli: Cli) -> int:
    with open_workbench(find_study(cli.folder)) as bench:
        return sum(bench.store.progress(name).labelled for name in bench.store.list_reviewers())


def test_d8_backup_prints_path_labels_and_size(cli: Cli) -> None:
    """Made among the study's own, then listed, as a table and as JSON."""
    assert cli.ok("backup", "--list").out == "no backup yet: `workbench backup` makes one\n"
    done = cli.ok("backup")
    (name,) = backups(cli)
    path = cli.folder / ".workbench" / "backups" / name
    assert name.startswith("study-0001-")
    assert name.endswith("-by-hand.db")
    assert done.out.startswith(f"backed up: {path}: {labels(cli)} labels, ")
    assert done.out.endswith(" kB\n")
    (row,) = cli.ok("backup", "--list", "--json").json("backups")
    assert (row["path"], row["kind"], row["labels"]) == (str(path), "by-hand", labels(cli))
    assert row["bytes"] == path.stat().st_size
    table = cli.ok("backup", "--list").out
    assert table.startswith("made (UTC)")
    assert str(path) in table


def test_d8_backup_into_a_file_or_a_folder(cli: Cli, tmp_path: Path) -> None:
    """Never over a file unless asked; into a folder under a name of its own."""
    cli.ok("backup", "mine.db")
    mine = cli.folder / "mine.db"
    before = mine.read_bytes()
    again = cli.quick("backup", "mine.db")
    assert (again.code, mine.read_bytes()) == (3, before)
    assert again.err.startswith("workbench: mine.db: is there already; nothing was changed")
    assert cli.ok("backup", "mine.db", "--replace").out.startswith("backed up: mine.db: ")
    (tmp_path / "stick").mkdir()
    cli.ok("backup", tmp_path / "stick")
    assert [file.suffix for file in (tmp_path / "stick").iterdir()] == [".db"]
    assert backups(cli) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("backup", "--list", "x.db"), 2, "--list goes alone"),
        (("backup", "--replace"), 2, "--replace needs a FILE"),
        (("backup", "no/such/x.db"), 3, "no/such: no such folder"),
        (("backup", ".workbench/study.db", "--replace"), 3, "is there already"),
        (("restore", "--yes", "x.db"), 3, "x.db: no such file; `workbench backup --list`"),
        (("restore", "--yes", "workbench.toml"), 4, "not a SQLite database"),
        (("restore", "--yes", ".workbench/study.db"), 3, "is the study's own database"),
        (("restore", "x.db"), 2, "nobody is there to ask: say --yes to restore"),
    ],
)
def test_d8_what_cannot_be_done_is_one_line(
    cli: Cli, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """With the exit code of its kind."""
    before = database(cli).read_bytes()
    done = cli.quick(*arguments)
    assert done.code == code
    assert said in done.err
    assert done.err.count("\n") == 1
    assert database(cli).read_bytes() == before


def test_d8_restore_says_what_is_not_in_it(cli: Cli, output_id: str) -> None:
    """Labels against before, where the newer ones are kept, and the same again as JSON."""
    file = make(cli)
    for _ in range(2):
        cli.ok("label", output_id, "merged", "--yes", "--reviewer", "ann")
    cli.ok("label", "undo", "--reviewer", "ann")
    n = labels(cli)
    done = cli.ok("restore", "--yes", file)
    first, second = done.out.splitlines()
    assert first == f"restored: {database(cli)}: {n} labels"
    assert second.startswith(
        "2 labels and 1 other act newer than this backup are not in it; kept in "
    )
    kept = Path(second.rpartition(" kept in ")[2])
    assert cli.ok("verify").out.startswith("sound")
    (row,) = cli.ok("restore", "--yes", "--json", kept).json("restored")
    assert (row["labels_before"], row["labels"], row["regained_labels"]) == (n, n, 2)
    assert Path(str(row["kept"])).exists()
    assert cli.ok("verify").out.startswith("sound")


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("\n", 1)])
def test_d8_restore_asks_on_a_terminal(cli: Cli, output_id: str, answer: str, code: int) -> None:
    """After it has said what would be lost; anything but yes changes nothing."""
    file = make(cli)
    cli.ok("label", output_id, "merged", "--yes", "--reviewer", "ann")
    before = database(cli).read_bytes()
    with Pty("restore", file, size=(200, 24)) as pty:
        pty.until("Go back to this backup? [y/N]")
        assert "1 label newer than this backup is not in it; kept in a backup" in pty.text
        pty.send(f"{answer}\r")
        assert pty.wait() == code
        assert ("nothing was changed" in pty.text) == bool(code)
    assert (database(cli).read_bytes() == before) == bool(code)


def test_d8_restore_finds_the_study_of_a_backup(cli: Cli, fresh: Cli, tmp_path: Path) -> None:
    """From any folder; --study says otherwise, and another study's backup is refused."""
    file = make(cli)
    assert Cli(tmp_path).quick("restore", "--yes", file).code == 0
    done = fresh.quick("restore", "--yes", file, "--study", fresh.folder)
    assert done.code == 3
    assert "a backup of another study" in done.err
    assert fresh.ok("verify").out.startswith("sound")


def test_d7_d8_after_damage_the_message_leads_back(cli: Cli) -> None:
    """The command that it names brings the study back, and keeps the damaged bytes."""
    make(cli)
    n = labels(cli)
    database(cli).write_bytes(b"garbage" * 1000)
    done = cli.quick("metrics")
    assert done.code == 4
    command = done.err.rpartition("workbench restore ")[2].strip()
    back = cli.ok("restore", "--yes", command)
    assert back.out.splitlines()[1].startswith("what was there, byte by byte, is kept in ")
    assert labels(cli) == n
    assert cli.ok("verify").out.startswith("sound")
    assert len(backups(cli)) == 2


def test_d8_a_study_whose_database_is_gone(cli: Cli) -> None:
    """It comes back as well; there is nothing to keep."""
    file = make(cli)
    database(cli).unlink()
    assert "no such file" in cli.quick("metrics").err
    assert cli.ok("restore", "--yes", file).out.count("\n") == 1
    assert cli.ok("verify").out.startswith("sound")


def test_d8_commands_that_label_back_up_every_200_events(
    cli: Cli, output_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted from the newest backup, whoever made it."""
    monkeypatch.setattr("workbench.services.backups.EVERY", 3)
    kinds = []
    for _ in range(7):
        cli.ok("label", output_id, "merged", "--yes", "--reviewer", "ann")
        kinds.append(len(backups(cli)))
    assert kinds == [1, 1, 1, 2, 2, 2, 3]
    make(cli)
    cli.ok("label", "undo", "--reviewer", "ann")
    assert len(backups(cli)) == 4


def test_d8_an_import_of_labels_is_backed_up(
    cli: Cli, fresh: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One copy at its end, where it brought enough."""
    monkeypatch.setattr("workbench.services.backups.EVERY", 5)
    cli.ok("export", "jsonl", "-o", fresh.folder / "rows.jsonl", "--text", "verbatim", "--all")
    fresh.quick("import", "rows.jsonl")
    assert labels(fresh) >= 5
    assert len(backups(fresh)) == 1


def test_d8_a_backup_that_cannot_be_made_stops_no_label(
    cli: Cli, output_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The label is saved, the reason is on standard error and in the log."""
    monkeypatch.setattr("workbench.services.backups.EVERY", 1)
    monkeypatch.setattr("workbench.store.copying.MARGIN", 1 << 60)
    done = cli.ok("label", output_id, "merged", "--yes", "--reviewer", "ann")
    assert done.out.startswith("saved: ")
    assert "no backup was made in " in done.err
    assert "the disk is short" in done.err
    log = (cli.folder / ".workbench" / "workbench.log").read_text("utf-8")
    assert "the disk is short" in log


def test_d9_an_upgrade_is_told_with_its_backup(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error, so that what a command prints stays what it was."""
    quiet = cli.ok("metrics", "--json")
    monkeypatch.setattr("workbench.store.store.HEAD", "0001-and-a-bit")
    done = cli.ok("metrics", "--json")
    assert done.out == quiet.out
    (name,) = backups(cli)
    assert name.endswith(f"-{Kind.BEFORE_UPGRADE}.db")
    assert name in done.err
    assert done.err.count("\n") == 1


def test_d8_a_backup_can_be_opened_as_a_study(cli: Cli, tmp_path: Path) -> None:
    """Nothing else is needed for the labels: put in the place of study.db it is one."""
    file = make(cli)
    other = tmp_path / "other"
    shutil.copytree(cli.folder, other, symlinks=True)
    (other / file.relative_to(cli.folder)).replace(other / ".workbench" / "study.db")
    assert Cli(other).ok("verify").out.startswith("sound")
    rows = json.loads(Cli(other).ok("metrics", "--json").out)
    assert rows == json.loads(cli.ok("metrics", "--json").out)


def test_d8_where_there_are_no_locks_a_restore_warns(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot know who else has the study open, and says so."""
    file = make(cli)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    done = cli.ok("restore", "--yes", file)
    assert done.err.startswith("this file system has no locks: make sure no other program")
    assert cli.ok("verify").out.startswith("sound")
