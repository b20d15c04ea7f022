"""Making, finding and checking a study; what is wrong with it is said in one line."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from .kit import Cli, git, make_repository

SETPRIV = shutil.which("setpriv") or ""
NO_OVERRIDE = ("--bounding-set=-dac_override", "--inh-caps=-dac_override")


@pytest.mark.parametrize("kind", ["work tree", "bare", "git folder"])
def test_init_takes_any_kind_of_repository(home: Path, empty: Cli, kind: str) -> None:
    """A work tree, a bare repository, a git folder; none of them changes by a byte."""
    path = empty.folder / "source"
    if kind == "bare":
        git(home, "clone", "--quiet", "--bare", str(home / "repo"), str(path))
    else:
        shutil.copytree(home / "repo", path)
    source = path / ".git" if kind == "git folder" else path
    before = sorted((file, file.stat().st_mtime_ns) for file in path.rglob("*"))

    done = empty.ok("init", "--repo", source)

    assert "study made in" in done.out
    assert sorted((file, file.stat().st_mtime_ns) for file in path.rglob("*")) == before
    empty.ok("tickets", "import", "tickets.jsonl")
    empty.ok("verify")


def test_a_study_and_the_repository_in_it_can_be_moved(empty: Cli, tmp_path: Path) -> None:
    """A repository inside the study's folder goes by a relative path, and no tree is lost."""
    make_repository(empty.folder / "repo")
    empty.ok("init", "--repo", "repo")
    empty.ok("tickets", "import", "tickets.jsonl")
    empty.quick("outputs", "import", "preds.jsonl")
    moved = Cli(empty.folder.rename(tmp_path / "moved"))

    assert '"default" = "repo"' in (moved.folder / "workbench.toml").read_text("utf-8")
    assert "sound" in moved.ok("verify").out


def test_several_repositories_go_by_the_names_tickets_use(home: Path, empty: Cli) -> None:
    """--repo OWNER/NAME=PATH, repeated; a ticket of another one is named with its line."""
    make_repository(empty.folder / "a=b")
    empty.ok("init", "--repo", f"own/one={home / 'repo'}", "--repo", f"own/two={home / 'repo'}")
    (empty.folder / "t.jsonl").write_text(
        '{"id": "x", "title": "x", "repo": "own/two"}\n{"id": "y", "title": "y", "repo": "z"}\n',
        "utf-8",
    )

    done = empty.quick("tickets", "import", "t.jsonl")

    assert done.code == 3
    assert "t.jsonl: line 2, y: repository z is not in workbench.toml" in done.err
    assert "known: own/one, own/two" in done.err
    assert [row["id"] for row in empty.ok("tickets", "list", "--json").json("tickets")] == ["x"]


@pytest.mark.parametrize(
    ("repo", "code", "sentence"),
    [
        ("no/such", 3, "no/such does not exist: give the path of a git repository"),
        (".", 3, "is not a git repository"),
        ("preds.jsonl", 3, "is not a folder"),
        ("=x", 2, "--repo =x: expected PATH or OWNER/NAME=PATH"),
        ("bare.git", 3, "has no commit yet"),
    ],
)
def test_init_refuses_what_is_no_repository(
    empty: Cli, repo: str, code: int, sentence: str
) -> None:
    """One line that names the path; nothing is left behind."""
    git(empty.folder, "init", "--quiet", "--bare", "bare.git")
    before = sorted(path.name for path in empty.folder.iterdir())

    done = empty.quick("init", "--repo", repo)

    assert (done.code, done.err.count("\n")) == (code, 1)
    assert sentence in done.err
    assert sorted(path.name for path in empty.folder.iterdir()) == before


def test_init_never_replaces_a_study(home: Path, cli: Cli) -> None:
    """Neither a whole one nor one whose workbench.toml is gone."""
    done = cli.quick("init", "--repo", home / "repo")
    assert (done.code, "there is a study here already" in done.err) == (2, True)
    (cli.folder / "workbench.toml").rename(cli.folder / "kept.toml")

    done = cli.quick("init", "--repo", home / "repo")

    assert done.code == 2
    assert "holds a study whose workbench.toml is gone: put it back" in done.err
    (cli.folder / "kept.toml").rename(cli.folder / "workbench.toml")
    cli.ok("verify")


def test_a_killed_init_leaves_no_half_study(home: Path, empty: Cli) -> None:
    """Killed while it clones: no study is there, and the next init makes a whole one."""
    with empty.start("init", "--repo", home / "repo") as process:
        while process.poll() is None and not list(empty.folder.glob(".workbench-tmp-*")):
            pass
        process.kill()
    assert not (empty.folder / "workbench.toml").exists()
    assert empty.quick("outputs", "list").code == 2

    empty.ok("init", "--repo", home / "repo")

    assert list(empty.folder.glob(".workbench-tmp-*")) == []
    empty.ok("verify")


def test_an_init_killed_at_its_last_step_is_made_good(home: Path, fresh: Cli) -> None:
    """State without workbench.toml, and nothing in it: made again, not refused."""
    (fresh.folder / "workbench.toml").unlink()
    fresh.ok("init", "--repo", home / "repo")
    fresh.ok("verify")


def test_outside_any_study(empty: Cli) -> None:
    """What to do is in the message; exit 2."""
    done = empty.quick("metrics")
    assert done.code == 2
    assert "or in any folder above: make one with `workbench init --repo PATH`" in done.err


@pytest.mark.parametrize(
    ("where", "sentence"), [("nowhere", "no such folder"), (".", "no study in")]
)
def test_the_study_option_points_at_nothing(empty: Cli, where: str, sentence: str) -> None:
    """--study never looks further up."""
    done = empty.quick("outputs", "list", "--study", where)
    assert (done.code, sentence in done.err) == (2, True)


def test_the_nearest_study_above_is_taken(cli: Cli) -> None:
    """Commands work from any folder inside."""
    (cli.folder / "a" / "b").mkdir(parents=True)
    done = cli.run("outputs", "list", "--json", cwd=cli.folder / "a" / "b")
    assert len(done.json("outputs")) == 10


def test_d7_a_study_made_by_a_newer_version(cli: Cli) -> None:
    """Exit 4, and not a byte of the database changes."""
    database = cli.folder / ".workbench" / "study.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = database.read_bytes()

    for arguments in (("metrics",), ("label", "undo"), ("verify",)):
        done = cli.quick(*arguments)
        assert done.code == 4
        assert "made by a newer version of the workbench (schema 9999); upgrade it" in done.err
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (b"", "the file is empty"),
        (b"x" * 4096, "not a SQLite database"),
        (None, "no such file; it was not created"),
    ],
)
def test_d7_a_damaged_database(cli: Cli, damage: bytes | None, sentence: str) -> None:
    """Exit 4 with one line; never a new, empty database."""
    database = cli.folder / ".workbench" / "study.db"
    database.unlink()
    if damage is not None:
        database.write_bytes(damage)

    done = cli.run("outputs", "list")

    assert (done.code, done.err.count("\n"), sentence in done.err) == (4, 1, True)
    assert database.exists() is (damage is not None)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "# theme =",
            "themes =",
            "workbench.toml:10: themes: unknown setting; did you mean theme?",
        ),
        ("# layout =", "layout = 3 #", "layout: expected text in quotes, found 3"),
        ("[keys]", "[keyz]", "keyz: unknown setting; did you mean keys?"),
        ("[keys]", "[keys", "not valid TOML"),
    ],
)
def test_a_wrong_setting_names_file_line_and_nearest_name(
    cli: Cli, old: str, new: str, sentence: str
) -> None:
    """Before anything else happens; exit 2."""
    path = cli.folder / "workbench.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    done = cli.quick("metrics")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert sentence in done.err


@pytest.fixture
def readable(cli: Cli) -> Iterator[Cli]:
    """A study that may be read and not written."""
    paths = [cli.folder, *cli.folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield cli
    for path in paths:
        path.chmod(0o700)


def test_d6_a_read_only_study_is_read_and_never_written(readable: Cli, output_id: str) -> None:
    """Everything that reads works; a label says NOT SAVED and why; exit codes as ever."""
    if os.getuid() == 0 and not SETPRIV:
        pytest.skip("root may write anywhere, and there is no setpriv to give that up")
    cli = replace(readable, prefix=(SETPRIV, *NO_OVERRIDE) if os.getuid() == 0 else ())
    assert len(cli.run("outputs", "list", "--json").json("outputs")) == 10
    assert cli.run("metrics").code == 0

    done = cli.run("label", output_id, "merged")

    assert (done.code, "NOT SAVED: the study is open read-only" in done.err) == (1, True)
    done = cli.run("export", "jsonl", "-o", "out.jsonl")
    told = "workbench: out.jsonl cannot be written: Permission denied\n"
    assert (done.code, done.err) == (3, told)
    assert cli.run("init", "--repo", ".", "--study", "new").code == 3


def test_d3_verify_finds_every_kind_of_damage(cli: Cli) -> None:
    """A sound study; then a missing tree, a wrong lock file (exit 1), a changed count (exit 4)."""
    assert "sound" in cli.ok("verify").out
    assert cli.ok("verify", "--json").json("faults") == []
    for path in (cli.folder / ".workbench" / "clones").glob("*/objects/*/*"):
        path.unlink()
    (cli.folder / "tickets.lock.json").write_text("{}", "utf-8")

    done = cli.quick("verify", "--json")

    kinds = [row["kind"] for row in done.json("faults")]
    assert (done.code, kinds.count("lock"), set(kinds)) == (1, 1, {"lock", "object"})
    with closing(sqlite3.connect(cli.folder / ".workbench" / "study.db")) as connection, connection:
        connection.execute("UPDATE tally SET n = n + 1")
    done = cli.quick("verify")
    assert done.code == 4
    assert "tally" in done.err


def test_freeze_writes_a_lock_that_verify_compares(cli: Cli) -> None:
    """ids, hashes, spec and digest; a change of the file is seen."""
    done = cli.ok("tickets", "freeze")
    lock = json.loads((cli.folder / "tickets.lock.json").read_text("utf-8"))
    assert "1 of them are neither clear nor vague" in done.out
    assert [row["id"] for row in lock["tickets"]] == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert lock["digest"][:16] in done.out
    assert lock["tickets"][1]["spec"] == "vague"
    cli.ok("verify")
    (cli.folder / "tickets.lock.json").unlink()
    assert cli.quick("verify").code == 1
    cli.ok("tickets", "freeze")
    cli.ok("verify")
