"""Tickets, predictions and test results come in: good rows always, bad ones by file and line."""

import json
from pathlib import Path

import pytest

from .kit import LATIN_1, OUTSIDE, Cli, change, prediction, ticket, write_lines

BIG = 60 << 20


@pytest.fixture
def ready(fresh: Cli, home: Path) -> Cli:
    """A study with six tickets and no outputs."""
    fresh.ok("tickets", "import", home / "tickets.jsonl")
    return fresh


def rows(cli: Cli) -> list[dict[str, object]]:
    return cli.ok("outputs", "list", "--json").json("outputs")


def test_outputs_list_has_the_published_fields(cli: Cli) -> None:
    """One object an output; label is null without one."""
    found = {(r["ticket"], r["candidate"], r["trial"]): r for r in rows(cli)}
    clean = found["t1", "m1", 1]
    assert len(str(clean.pop("id"))) == 12
    assert clean == {
        "ticket": "t1",
        "candidate": "m1",
        "trial": 1,
        "delivery": "patch",
        "applied": "plain",
        "files": 1,
        "added": 1,
        "removed": 1,
        "tests": "pass",
        "label": "merged",
    }
    applied = {key: (r["delivery"], r["applied"]) for key, r in found.items()}
    assert applied["t2", "m1", 1] == ("ask", "empty")
    assert applied["t3", "m1", 1] == ("patch", "failed")
    assert applied["t3", "m2", 1] == ("patch", "refused")
    assert applied["t4", "m1", 1] == ("empty", "empty")
    assert applied["t4", "m2", 1] == ("patch", "newline")
    assert found["t5", "m1", 2]["label"] is None


def test_every_bad_row_is_named_and_the_good_ones_are_in(ready: Cli) -> None:
    """Unknown ticket, wrong types, no candidate, refused patch, half a line: exit 3."""
    path = write_lines(
        ready.folder / "p.jsonl",
        [
            prediction("t1", "m", change()),
            prediction("nowhere", "m", change()),
            {"instance_id": 7, "model_name_or_path": "m", "model_patch": ["x"]},
            {"instance_id": "t2", "model_patch": ""},
            prediction("t3", "m", OUTSIDE),
            b'{"instance_id": "t4", "model_na',
            prediction("t5", "m", ""),
        ],
    )

    done = ready.quick("outputs", "import", path)

    assert done.code == 3
    told = [line.removeprefix(f"{path}: ") for line in done.err.splitlines()]
    assert told[0].startswith("line 2, nowhere: unknown ticket: import it first")
    assert told[1] == "line 3: model_patch is a list, expected text or null"
    assert told[2].startswith("line 4: model_name_or_path is missing")
    assert told[3].startswith("line 6: not JSON at column")
    assert told[4].startswith("line 5, t3: patch refused: ")
    assert told[5:] == ["5 rows were refused, named above; all the others are in"]
    assert "7 rows read: 3 added, 5 refused" in done.out
    assert {r["ticket"]: r["applied"] for r in rows(ready)} == {
        "t1": "plain",
        "t3": "refused",
        "t5": "empty",
    }


def test_empty_and_failed_are_answers(ready: Cli) -> None:
    """Stored, counted, exit 0."""
    found = [prediction("t1", "m", None), prediction("t2", "m", change(old="nothing like it"))]
    write_lines(ready.folder / "p.jsonl", found)
    done = ready.quick("outputs", "import", "p.jsonl")
    assert (done.code, done.err) == (0, "")
    assert "applied: 1 failed, 1 empty" in done.out


def test_the_same_bytes_twice_add_nothing(ready: Cli, home: Path) -> None:
    """The same file again, and the same file twice on one line; rungs count what is new."""
    preds = home / "preds.jsonl"
    first = ready.quick("outputs", "import", preds, preds)
    assert "20 rows read: 10 added, 10 here already, 1 refused" in first.out
    assert "applied: 6 plain, 1 newline, 1 failed, 1 refused" not in first.out
    again = ready.quick("outputs", "import", preds)
    assert (again.code, again.out) == (0, "10 rows read: 10 here already\n")
    assert len(rows(ready)) == 10


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        (b"", 3, "p.json is empty"),
        (b"\xff\xfe{\x00", 3, "is UTF-16 text"),
        (b"plainly no JSON", 3, "is not JSON: it starts with"),
        (b'[{"instance_id": "t1"', 3, "p.json: line 1, column"),
        (b'["text"]', 3, "p.json: item 1: is text, expected an object"),
        (b'{"t1": 5}', 3, "p.json: t1: is a number, expected an object"),
        (b"[" * 100_000, 3, "not JSON"),
    ],
)
def test_a_file_that_is_no_predictions_file(
    ready: Cli, data: bytes, code: int, sentence: str
) -> None:
    """Empty, truncated, of another type: one line, nothing stored."""
    (ready.folder / "p.json").write_bytes(data)
    done = ready.quick("outputs", "import", "p.json")
    assert (done.code, sentence in done.err) == (code, True), done.err
    assert rows(ready) == []


def test_files_that_are_not_there(ready: Cli) -> None:
    """A missing file and a folder: exit 3 with the path."""
    for arguments in (
        ("outputs", "import", "no.jsonl"),
        ("outputs", "tests", "no.jsonl"),
        ("tickets", "import", "no.jsonl"),
        ("import", "no.jsonl"),
    ):
        done = ready.quick(*arguments)
        assert (done.code, "no.jsonl cannot be read: No such file" in done.err) == (3, True)


def test_g4_a_patch_of_60_mb_is_refused_and_kept(ready: Cli) -> None:
    """By the size rule, at once; the row beside it is in."""
    lines = "".join(f"+line {n}\n" for n in range(6))
    head = (
        "diff --git a/big b/big\nnew file mode 100644\n--- /dev/null\n+++ b/big\n@@ -0,0 +1,9 @@\n"
    )
    big = head + lines + "+" + "x" * BIG + "\n"
    found = [prediction("t1", "m", big), prediction("t2", "m", change())]
    write_lines(ready.folder / "p.jsonl", found)

    done = ready.quick("outputs", "import", "p.jsonl")

    assert done.code == 3
    assert "line 1, t1: patch refused: " in done.err
    assert [(r["ticket"], r["applied"]) for r in rows(ready)] == [
        ("t1", "refused"),
        ("t2", "plain"),
    ]


def test_an_unknown_base_commit_is_named_with_its_line(fresh: Cli) -> None:
    """The ticket is refused, the ones beside it are in."""
    missing = ticket("b", base_commit="f" * 40)
    odd = ticket("c", base_commit="--upload-pack=x")
    write_lines(fresh.folder / "t.jsonl", [ticket("a"), missing, odd])

    done = fresh.quick("tickets", "import", "t.jsonl")

    assert done.code == 3
    assert f"t.jsonl: line 2, b: commit {'f' * 40} is not in " in done.err
    assert "t.jsonl: line 3, c: commit --upload-pack=x is not in " in done.err
    found = fresh.ok("tickets", "list", "--json").json("tickets")
    assert [(row["id"], row["spec"], len(str(row["base_commit"]))) for row in found] == [
        ("a", "clear", 40)
    ]


def test_tickets_are_marked_frozen_and_then_stay(ready: Cli) -> None:
    """A changed ticket is refused by line; after the freeze so is every change, exit 3."""
    write_lines(ready.folder / "t.jsonl", [ticket("t1"), ticket("t2", title="Other")])
    done = ready.quick("tickets", "import", "t.jsonl")
    assert (done.code, "2 tickets read: 1 here already, 1 refused" in done.out) == (3, True)
    assert "t.jsonl: line 2, t2: differs from the stored ticket" in done.err
    assert ready.ok("tickets", "mark", "t3", "vague").out == "t3 is vague\n"
    assert ready.quick("tickets", "mark", "t3", "maybe").code == 2
    assert ready.quick("tickets", "mark", "t99", "clear").code == 2
    ready.ok("tickets", "freeze")

    for arguments in (("mark", "t3", "clear"), ("import", "t.jsonl")):
        done = ready.quick("tickets", *arguments)
        assert done.code == 3
        assert "the tickets are frozen; start a new study to change them" in done.err
    assert ready.quick("tickets", "mark", "t3", "vague").code == 0


def test_a_ticket_twice_in_one_file(fresh: Cli) -> None:
    """The same one counts once; a different one under its id is refused by line."""
    found = [ticket("a"), ticket("a"), ticket("a", title="Else")]
    write_lines(fresh.folder / "t.jsonl", found)
    done = fresh.quick("tickets", "import", "t.jsonl")
    assert (done.code, "1 added, 1 here already, 1 refused" in done.out) == (3, True)
    assert "t.jsonl: line 3, a: differs from the ticket of this id, line 1" in done.err


def test_freezing_nothing(fresh: Cli) -> None:
    """There is nothing to freeze: exit 3, and no file."""
    done = fresh.quick("tickets", "freeze")
    assert (done.code, "there are no tickets to freeze" in done.err) == (3, True)
    assert not (fresh.folder / "tickets.lock.json").exists()


def test_markdown_tickets(fresh: Cli) -> None:
    """A folder of files; a bad one is named by its file."""
    folder = fresh.folder / "backlog"
    folder.mkdir()
    (folder / "a-1.md").write_text("---\nspec: vague\n---\n# Make it nice\n\nPlease.\n", "utf-8")
    (folder / "a-2.md").write_text("---\nspec: perhaps\n---\n# Other\n", "utf-8")
    done = fresh.quick("tickets", "import", "backlog")
    assert (done.code, "a-2.md" in done.err) == (3, True)
    listed = fresh.ok("tickets", "list").out
    assert "a-1" in listed
    assert "vague" in listed


def test_test_results_that_fit_nothing_are_named_by_line(ready: Cli) -> None:
    """Unknown output, several that fit, a wrong status; the good one is in."""
    found = [prediction("t1", "m1", change()), prediction("t1", "m2", change(new="1"))]
    write_lines(ready.folder / "p.jsonl", [*found, prediction("t2", "m1", change())])
    ready.ok("outputs", "import", "p.jsonl")
    reports = [
        {"ticket": "t2", "tests": "pass"},
        {"ticket": "t1", "tests": "pass"},
        {"ticket": "t6", "candidate": "m1", "tests": "pass"},
        {"ticket": "t1", "candidate": "m1", "tests": "green"},
    ]
    write_lines(ready.folder / "r.jsonl", reports)

    done = ready.quick("outputs", "tests", "r.jsonl")

    assert done.code == 3
    assert "r.jsonl: line 2: ticket t1: fits several outputs: name candidate and trial" in done.err
    assert "r.jsonl: line 3: ticket t6, candidate m1: no such output" in done.err
    assert "r.jsonl: line 4: tests is 'green', expected one of pass, fail, not_run" in done.err
    assert "4 test results read: 1 recorded, 3 refused" in done.out
    assert [r["tests"] for r in rows(ready)] == ["not_run", "not_run", "pass"]


def test_a_report_speaks_of_the_candidate_it_came_with(ready: Cli) -> None:
    """--report beside predictions of one candidate needs no --candidate, also with another in."""
    write_lines(ready.folder / "1.jsonl", [prediction("t1", "m1", change())])
    write_lines(ready.folder / "2.jsonl", [prediction("t1", "m2", change(new="1"))])
    report = {"t1": {"resolved": True}}
    (ready.folder / "report.json").write_text(json.dumps(report), "utf-8")
    ready.ok("outputs", "import", "1.jsonl")

    done = ready.ok("outputs", "import", "2.jsonl", "--report", "report.json")

    assert "1 test result read: 1 recorded" in done.out
    assert {r["candidate"]: r["tests"] for r in rows(ready)} == {"m1": "not_run", "m2": "pass"}


def test_candidate_option_and_its_names(ready: Cli) -> None:
    """--candidate names every row; one that a screen could not show is refused."""
    write_lines(ready.folder / "p.jsonl", [{"instance_id": "t1", "model_patch": ""}])
    ready.ok("outputs", "import", "p.jsonl", "--candidate", "mine v2")
    assert [r["candidate"] for r in rows(ready)] == ["mine v2"]
    for name in ("\x1b[2J", "a\u202eb", " "):
        done = ready.quick("outputs", "import", "p.jsonl", "--candidate", name)
        assert (done.code, "cannot be called" in done.err) == (2, True)
        assert "\x1b" not in done.err


def test_t12_show_prints_ticket_message_and_patch_safely(cli: Cli, output_id: str) -> None:
    """By the beginning of an id; nothing of it can steer a terminal."""
    done = cli.ok("outputs", "show", output_id[:6])
    assert "--- ticket t1: Title of t1" in done.out
    assert "+    return b + a" in done.out
    assert "<U+202E>odd ␛[2J text." in done.out
    row = cli.ok("outputs", "show", output_id, "--json").json("outputs")[0]
    assert (row["message"], row["patch"]) == ("Done; \u202eodd \x1b[2J text.\n", change())
    assert cli.quick("outputs", "show", "ffff").code == 2
    assert cli.quick("outputs", "show", "f").code == 2


def test_bytes_that_are_no_text_are_shown_and_kept(cli: Cli) -> None:
    """A patch that is no UTF-8 is applied as it came."""
    found = next(r for r in rows(cli) if (r["ticket"], r["candidate"]) == ("t2", "m2"))
    assert (found["applied"], found["added"]) == ("plain", 2)
    shown = cli.ok("outputs", "show", str(found["id"])).out
    assert LATIN_1.decode("utf-8", "backslashreplace").splitlines()[-2] in shown


def test_lists_of_nothing(fresh: Cli) -> None:
    """They say what to do; as JSON they are empty lists."""
    assert fresh.ok("tickets", "list").out == "no tickets yet: workbench tickets import FILE\n"
    assert fresh.ok("outputs", "list").out == "no outputs yet: workbench outputs import FILE\n"
    assert fresh.ok("metrics").out == "no outputs yet: workbench outputs import FILE\n"
    for noun, arguments in (
        ("tickets", ("tickets", "list")),
        ("outputs", ("outputs", "list")),
        ("metrics", ("metrics",)),
    ):
        assert fresh.ok(*arguments, "--json").json(noun) == []
