"""Export and import: exact, private, safe to open, never empty unsaid."""

import csv
import hashlib
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from .kit import Cli, prediction, write_lines

FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def export(cli: Cli, name: str, *options: str) -> bytes:
    done = cli.ok("export", "jsonl", "-o", name, "--text", "verbatim", *options)
    assert "rows in" in done.out
    return (cli.folder / name).read_bytes()


@pytest.mark.parametrize("options", [(), ("--all",)], ids=["current", "all"])
def test_export_import_export_gives_the_same_bytes(
    cli: Cli, fresh: Cli, options: tuple[str, ...]
) -> None:
    """Undone events, findings, flags, raw bytes, refused and failed patches, two reviewers."""
    first = export(cli, "out.jsonl", *options)
    shutil.copy(cli.folder / "out.jsonl", fresh.folder / "in.jsonl")

    done = fresh.ok("import", "in.jsonl")

    assert export(fresh, "out.jsonl", *options) == first
    assert done.out.startswith(f"{len(first.splitlines())} rows read; new: ")
    fresh.ok("verify")


def test_what_an_export_holds(cli: Cli) -> None:
    """Every event with --all, each reviewer's standing label without, and a label only once."""
    rows = [json.loads(line) for line in export(cli, "all.jsonl", "--all").splitlines()]
    now = [json.loads(line) for line in export(cli, "now.jsonl").splitlines()]

    assert {row["act"] for row in rows} == {"label", "finding", "undo", "skip", None}
    assert {row["applied"] for row in rows} == {"plain", "newline", "failed", "refused", "empty"}
    assert {row["patch_encoding"] for row in rows} == {"utf8", "base64"}
    assert sorted((row["ticket_id"], row["candidate"], row["reviewer_id"]) for row in now) == [
        ("t1", "m1", "ann"),
        ("t1", "m1", "bob é"),
        ("t1", "m2", "ann"),
        ("t2", "m1", "ann"),
        ("t3", "m2", "ann"),
        ("t4", "m1", "ann"),
    ]


def test_importing_twice_or_home_again_adds_nothing(cli: Cli, fresh: Cli) -> None:
    """The same bytes add nothing, neither to a copy nor to the study they came from."""
    export(cli, "all.jsonl", "--all")
    shutil.copy(cli.folder / "all.jsonl", fresh.folder / "in.jsonl")
    fresh.ok("import", "in.jsonl")

    for place, name in ((fresh, "in.jsonl"), (cli, "all.jsonl")):
        assert "new: nothing" in place.ok("import", name).out
        place.ok("verify")


def test_older_events_never_replace_a_label(cli: Cli, fresh: Cli) -> None:
    """What an export without --all left out cannot come after it: named, and left out."""
    standing = export(cli, "now.jsonl")
    export(cli, "all.jsonl", "--all")
    for name in ("now.jsonl", "all.jsonl"):
        shutil.copy(cli.folder / name, fresh.folder)
    fresh.ok("import", "now.jsonl")

    done = fresh.quick("import", "all.jsonl")

    assert done.code == 3
    assert "older than the label that ann has here: left out" in done.err
    assert done.err.startswith("all.jsonl: line ")
    again = export(fresh, "again.jsonl")
    assert [row for row in standing.splitlines() if row not in again.splitlines()] == []


def test_a_damaged_row_is_named_and_the_others_go_in(cli: Cli, fresh: Cli) -> None:
    """Truncated, of the wrong type, tampered with: by file and line, exit 3."""
    lines = export(cli, "out.jsonl").splitlines()
    tampered = json.loads(lines[1]) | {"patch": "other"}
    wrong = json.loads(lines[2]) | {"trial": "one"}
    nameless = json.loads(lines[3]) | {"reviewer_id": ""}
    rows = [lines[0], json.dumps(tampered).encode(), json.dumps(wrong).encode()]
    write_lines(fresh.folder / "in.jsonl", [*rows, json.dumps(nameless).encode(), lines[4][:-9]])

    done = fresh.quick("import", "in.jsonl")

    assert done.code == 3
    assert "in.jsonl: line 2: the patch is not the one its sha256 names" in done.err
    assert "in.jsonl: line 3: a field has the wrong type or value: trial is str" in done.err
    assert "in.jsonl: line 4: a field has the wrong type or value: reviewer_id is empty" in done.err
    assert "in.jsonl: line 5: not JSON" in done.err
    assert "5 rows read; new: 1 ticket, 1 output, 1 label" in done.out


def test_an_import_without_its_repository_says_what_to_add(cli: Cli, fresh: Cli) -> None:
    """No repository, no ticket: each row is named, and nothing half comes in."""
    export(cli, "out.jsonl")
    toml = (fresh.folder / "workbench.toml").read_text("utf-8")
    (fresh.folder / "workbench.toml").write_text(toml.replace("default", "other/name"), "utf-8")

    done = fresh.quick("import", cli.folder / "out.jsonl")

    assert done.code == 3
    assert "is not in workbench.toml (known: other/name)" in done.err
    assert fresh.ok("outputs", "list", "--json").json("outputs") == []


def test_an_import_into_another_study_is_refused(cli: Cli, fresh: Cli) -> None:
    """Two studies are never mixed."""
    export(cli, "out.jsonl")
    write_lines(fresh.folder / "t.jsonl", [{"id": "x", "title": "x"}])
    write_lines(fresh.folder / "p.jsonl", [prediction("x", "m", "", message="?")])
    fresh.ok("tickets", "import", "t.jsonl")
    fresh.ok("outputs", "import", "p.jsonl")

    done = fresh.quick("import", cli.folder / "out.jsonl")

    assert done.code == 3
    assert "it comes from another study, and this one is not empty" in done.err


@pytest.mark.parametrize("text", ["redacted", "none"])
def test_an_export_without_its_text_cannot_come_back(cli: Cli, fresh: Cli, text: str) -> None:
    """A redacted text is never taken for the real one."""
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", text)

    done = fresh.quick("import", cli.folder / "out.jsonl")

    assert done.code == 3
    assert f"its text is {text}: export with --text verbatim" in done.err


def test_k2_redaction_is_the_default_and_is_counted(cli: Cli) -> None:
    """A key in a note leaves neither file, and the patch's hash stays the original's (K2)."""
    done = cli.ok("export", "jsonl", "-o", "out.jsonl")
    text = (cli.folder / "out.jsonl").read_text("utf-8")
    cli.ok("export", "csv", "-o", "out.csv")

    assert "redacted: 1 key (--text verbatim keeps them)" in done.out
    assert "sk-ABCDEFGHIJKLMNOP" not in text + (cli.folder / "out.csv").read_text("utf-8")
    row = json.loads(text.split("\n")[0])
    assert row["patch_sha256"] == hashlib.sha256(row["patch"].encode()).hexdigest()


def test_k2_no_text_leaves_numbers_only(cli: Cli) -> None:
    """--text none keeps labels and hashes and not one word."""
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "none")
    rows = map(json.loads, (cli.folder / "out.jsonl").read_text("utf-8").splitlines())

    row = next(row for row in rows if row["label"] == "merged")
    assert [row[name] for name in ("candidate", "ticket_id", "reviewer_id")] == ["m1", "t1", "ann"]
    assert {row[name] for name in ("ticket_body", "patch", "message", "rationale")} == {""}


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_field_t19_a_zero_row_export_is_refused_with_a_reason(fresh: Cli, kind: str) -> None:
    """Never a silent empty file, and what was there before stays."""
    old = fresh.folder / "out"
    old.write_text("old", "utf-8")

    done = fresh.quick("export", kind, "-o", "out")

    assert done.code == 3
    assert "nothing to export: no label yet" in done.err
    assert fresh.quick("export", kind, "-o", "-", "--all").code == 3
    assert old.read_text("utf-8") == "old"
    assert sorted(path.name for path in fresh.folder.iterdir() if "tmp" in path.name) == []


def test_the_manifest_describes_the_file(cli: Cli) -> None:
    """Its hash, its filters, what was left out and why, and a digest of the database."""
    data = export(cli, "out.jsonl")
    manifest = json.loads((cli.folder / "out.jsonl.manifest.json").read_text("utf-8"))
    digest = manifest["created_from"].pop("digest")
    study = json.loads(data.splitlines()[0])["study_id"]

    assert manifest == {
        "schema_version": 1,
        "format": "jsonl",
        "created_from": {"study_id": study},
        "filters": {"all": False, "text": "verbatim"},
        "rows_written": len(data.splitlines()),
        "dropped": {"superseded": 2, "unlabelled": 5},
        "redacted": {},
        "lossy_fields": [],
        "sealed": False,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    export(cli, "again.jsonl", "--all")
    again = json.loads((cli.folder / "again.jsonl.manifest.json").read_text("utf-8"))
    assert again["created_from"]["digest"] == digest
    cli.ok("label", "undo", "--reviewer", "bob é")
    export(cli, "later.jsonl", "--all")
    later = json.loads((cli.folder / "later.jsonl.manifest.json").read_text("utf-8"))
    assert later["created_from"]["digest"] != digest


def test_d12_no_csv_cell_can_be_a_formula(fresh: Cli) -> None:
    """D12: not even behind a quote or a blank; a column says so."""
    tickets = [
        {"id": f"{sign}1", "title": f" {sign}cmd|' /C calc'!A0"} for sign in FORMULA if sign.strip()
    ]
    write_lines(fresh.folder / "t.jsonl", tickets)
    rows = [prediction(str(t["id"]), '=HYPERLINK("x")', None) for t in tickets]
    write_lines(fresh.folder / "p.jsonl", rows)
    fresh.ok("tickets", "import", "t.jsonl")
    fresh.ok("outputs", "import", "p.jsonl")

    fresh.ok("export", "csv", "-o", "out.csv", "--all", "--text", "verbatim")

    with (fresh.folder / "out.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    assert head[-1] == "formula_safe"
    assert len(lines) == len(tickets)
    cells = [cell.lstrip("\"' ") for line in lines for cell in line if not cell.startswith("'")]
    assert not any(cell.startswith(FORMULA) for cell in cells)


def test_t12_printing_an_export_is_safe_for_a_terminal(cli: Cli, fresh: Cli) -> None:
    """T12: no control or invisible character raw on standard output, and jsonl loses nothing."""
    told = cli.ok("export", "jsonl", "-o", "-", "--text", "verbatim")
    table = cli.ok("export", "csv", "-o", "-", "--text", "verbatim")

    assert [c for c in told.out + table.out if ord(c) < 0x20 and c != "\n"] == []
    assert "\u202e" not in told.out + table.out
    (fresh.folder / "in.jsonl").write_text(told.out, "utf-8")
    fresh.ok("import", "in.jsonl")
    assert export(fresh, "out.jsonl") == export(cli, "out.jsonl")


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_k2_files_are_private_whatever_the_umask(home: Path, empty: Cli, umask: int) -> None:
    """K2: files 0600, folders 0700, exports and frozen tickets included."""
    steps = (
        ("init", "--repo", home / "repo"),
        ("tickets", "import", "tickets.jsonl"),
        ("tickets", "freeze"),
        ("export", "jsonl", "-o", "out.jsonl", "--all"),
    )
    write_lines(empty.folder / "one.jsonl", [prediction("t1", "m", "", message="?")])
    assert all(empty.quick(*step, umask=umask).code == 0 for step in steps[:3])
    assert empty.quick("outputs", "import", "one.jsonl", umask=umask).code == 0
    assert empty.quick(*steps[3], umask=umask).code == 0

    made = ["workbench.toml", "tickets.lock.json", "out.jsonl", "out.jsonl.manifest.json"]
    files = [empty.folder / name for name in made]
    state = empty.folder / ".workbench"
    for root, folders, names in os.walk(state):
        assert [n for n in folders if stat.S_IMODE((Path(root) / n).stat().st_mode) & 0o77] == []
        files += [Path(root) / name for name in names]
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert [file for file in files if stat.S_IMODE(file.stat().st_mode) & 0o77] == []


def test_an_export_that_cannot_be_written_says_why(cli: Cli) -> None:
    """No such folder, a folder in the file's place: exit 3, one line."""
    done = cli.quick("export", "jsonl", "-o", "no/such/out.jsonl")
    assert (done.code, done.err) == (
        3,
        "workbench: no/such/out.jsonl cannot be written: No such file or directory\n",
    )
    (cli.folder / "here").mkdir()
    assert cli.quick("export", "csv", "-o", "here").code == 3


def test_an_export_through_a_link_keeps_the_link(cli: Cli) -> None:
    """The file that it names is replaced; a pipe is none, and a circle leads nowhere."""
    (cli.folder / "real").write_text("old", "utf-8")
    (cli.folder / "link").symlink_to("real")
    cli.ok("export", "jsonl", "-o", "link")
    assert (cli.folder / "link").is_symlink()
    assert (cli.folder / "real").read_text("utf-8").startswith("{")
    os.mkfifo(cli.folder / "pipe")
    (cli.folder / "circle").symlink_to("circle")
    for name, why in (("pipe", "it is no regular file"), ("circle", "")):
        done = cli.quick("export", "jsonl", "-o", name)
        assert done.code == 3
        assert done.err.startswith(f"workbench: {name} cannot be written: {why}")


def test_other_locale_and_time_zone_give_the_same_bytes(cli: Cli) -> None:
    """The same database twice gives the same bytes."""
    first = export(cli, "out.jsonl", "--all")
    elsewhere = {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.ISO-8859-9", "PYTHONHASHSEED": "7"}
    arguments = ("export", "jsonl", "-o", "2.jsonl", "--text", "verbatim", "--all")
    assert cli.run(*arguments, env=elsewhere).code == 0
    assert (cli.folder / "2.jsonl").read_bytes() == first
