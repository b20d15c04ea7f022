"""`export triage`: what people call tickets, without one output; private, safe, never empty."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workbench.bootstrap import open_workbench
from workbench.domain.clarity import SpecAct, SpecCall, grade
from workbench.domain.spec import Spec
from workbench.study import find_study

from .kit import Cli, faults, ticket, write_lines

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CLEAR, VAGUE = SpecCall(Spec.CLEAR), SpecCall(Spec.VAGUE)
HOSTILE = "bob \x1b[2J\u202e\r\n\x7f\x9b"
Call = tuple[str, str, SpecCall | None]
"""Who, which ticket, and the call; None takes the last one back."""


def say(cli: Cli, *calls: Call) -> None:
    """Each a second after the one before."""
    with open_workbench(find_study(cli.folder)) as bench:
        for n, (who, name, call) in enumerate(calls):
            at = NOW + timedelta(seconds=n)
            if call is None:
                assert bench.store.undo_spec(who, at)
            else:
                act = SpecAct.CALL if call.settles is Spec.UNSET else SpecAct.SETTLE
                bench.store.record_spec(who, name, act, call, at)


def export(cli: Cli, *options: str) -> list[dict[str, Any]]:
    """The rows (Any: JSON)."""
    cli.ok("export", "triage", "-o", "out.jsonl", *options)
    return [json.loads(line) for line in (cli.folder / "out.jsonl").read_bytes().splitlines()]


def manifest(cli: Cli) -> dict[str, Any]:
    """What stands beside it (Any: JSON)."""
    found: dict[str, Any] = json.loads((cli.folder / "out.jsonl.manifest.json").read_text("utf-8"))
    return found


@pytest.fixture
def backlog(fresh: Cli) -> Cli:
    """Four tickets and no output."""
    write_lines(fresh.folder / "t.jsonl", [ticket(f"t{n}", "") for n in range(1, 5)])
    fresh.ok("tickets", "import", "t.jsonl")
    return fresh


@pytest.fixture
def called(backlog: Cli) -> Cli:
    """They differ on t1, which cat settles; ann changes her mind on t2 and back; t3 is undone."""
    say(
        backlog,
        ("ann", "t1", grade(1)),
        ("bob", "t1", grade(3)),
        ("cat", "t1", SpecCall(settles=Spec.VAGUE)),
        ("ann", "t2", CLEAR),
        ("ann", "t2", VAGUE),
        ("ann", "", None),
        ("bob", "t2", VAGUE),
        ("bob", "t2", CLEAR),
        ("bob", "t3", VAGUE),
        ("bob", "", None),
    )
    return backlog


def test_a_row_for_each_ticket_and_person(called: Cli) -> None:
    """What each holds, since when, and what became of the ticket; nothing that was taken back."""
    rows = export(called)
    short = ("ticket_id", "reviewer_id", "spec", "severity", "settles", "ticket_spec")
    assert [tuple(row[name] for name in short) for row in rows] == [
        ("t1", "ann", "clear", 1, "unset", "vague"),
        ("t1", "bob", "vague", 3, "unset", "vague"),
        ("t1", "cat", "unset", None, "vague", "vague"),
        ("t2", "ann", "clear", None, "unset", "clear"),
        ("t2", "bob", "clear", None, "unset", "clear"),
    ]
    assert [row["ticket_settled"] for row in rows] == ["vague"] * 3 + ["unset"] * 2
    assert {row["standing"] for row in rows} == {True}
    assert (rows[3]["committed_at"], rows[3]["act"]) == ("2026-01-02T03:04:08.000000Z", "call")
    with open_workbench(find_study(called.folder)) as bench:
        assert {row.pop("study_id") for row in rows} == {bench.store.study_id}
        assert rows[1].pop("event_id") == bench.store.spec_events()[1].hash[:16]
    assert rows[1].pop("tool_version")
    assert rows[1] == {
        "schema_version": 1,
        "ticket_id": "t1",
        "ticket_title": "Title of t1",
        "ticket_spec": "vague",
        "ticket_settled": "vague",
        "standing": True,
        "act": "call",
        "reviewer_id": "bob",
        "spec": "vague",
        "severity": 3,
        "settles": "unset",
        "given": "unset",
        "committed_at": "2026-01-02T03:04:06.000000Z",
    }


def test_all_of_the_log_and_the_manifest(called: Cli) -> None:
    """What is left out is counted by its reason, and is what --all adds; the digest is the same."""
    export(called)
    told = manifest(called)
    digest = told["created_from"]["digest"]
    data = (called.folder / "out.jsonl").read_bytes()
    assert told["dropped"] == {"superseded": 1, "undone": 4, "uncalled": 1}
    assert (told["format"], told["rows_written"], told["sealed"]) == ("triage", 5, False)
    assert (told["filters"], told["lossy_fields"]) == ({"all": False, "text": "redacted"}, ["text"])
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    rows = export(called, "--all", "--text", "verbatim")
    told = manifest(called)
    assert (told["dropped"], told["lossy_fields"]) == ({}, [])
    assert told["created_from"]["digest"] == digest
    assert [row["act"] for row in rows] == [
        *("call", "call", "settle", "call", "call", "undo", "call", "call", "call", "undo", None),
    ]
    assert sum(row["standing"] for row in rows) == 5
    assert [row["ticket_id"] for row in rows if row["reviewer_id"] is None] == ["t4"]
    called.ok("tickets", "mark", "t4", "clear")
    export(called)
    assert manifest(called)["created_from"]["digest"] != digest


def test_calls_on_tickets_that_a_sample_left_out_stay(called: Cli) -> None:
    """Their rows have no title; agreement counts them too."""
    called.ok("tickets", "sample", "--n", "1", "--vague", "1", "--keep")
    rows = export(called)
    assert [(row["ticket_id"], row["ticket_title"]) for row in rows] == [
        *[("t1", "Title of t1")] * 3,
        *[("t2", None)] * 2,
    ]
    assert rows[-1]["ticket_spec"] == "clear"


def test_t12_k2_hostile_and_private_names(backlog: Cli) -> None:
    """Printed they steer nothing and are whole; names are redacted and still told apart."""
    odd = {"id": HOSTILE, "title": "key sk-ABCDEFGHIJKLMNOP \x1b[31m\u202e"}
    write_lines(backlog.folder / "odd.jsonl", [odd])
    backlog.ok("tickets", "import", "odd.jsonl")
    mails = ("ann@example.org", "bob@example.org")
    say(backlog, *((who, HOSTILE, CLEAR) for who in (HOSTILE, *mails)))
    printed = backlog.ok("export", "triage", "-o", "-", "--text", "verbatim", "--all")
    assert faults(printed) == []
    rows = [json.loads(line) for line in printed.out.splitlines()]
    found = [row for row in rows if row["ticket_id"] == HOSTILE]
    assert [row["reviewer_id"] for row in found] == [HOSTILE, *mails]
    for mode, title in (("redacted", "key [redacted key] \x1b[31m\u202e"), ("none", "")):
        rows = export(backlog, "--text", mode)
        names = [row["reviewer_id"] for row in rows]
        assert len(set(names)) == 3
        assert {name.split(" ")[0] for name in names[1:]} == {"[redacted"}
        assert {row["ticket_title"] for row in rows} == {title}
    assert manifest(backlog)["redacted"] == {"e-mail": 2}


def test_nothing_to_export_is_said_and_what_was_there_stays(fresh: Cli) -> None:
    """Exit 3 with the reason, never an empty file; also where the file cannot be written."""
    (fresh.folder / "old").write_text("old", "utf-8")

    def refused(*words: str, name: str = "old") -> str:
        done = fresh.quick("export", "triage", "-o", name, *words)
        assert (done.code, done.out) == (3, "")
        return done.err.removeprefix("workbench: ")

    nothing = "nothing to export: "
    nobody = f"{nothing}nobody has called a ticket yet: workbench tickets triage\n"
    assert refused("--all") == f"{nothing}the study has no tickets yet\n"
    assert refused() == refused(name="-") == nobody
    write_lines(fresh.folder / "t.jsonl", [ticket("t1", "")])
    fresh.ok("tickets", "import", "t.jsonl")
    assert refused() == nobody
    say(fresh, ("ann", "t1", CLEAR), ("ann", "", None))
    assert refused() == f"{nothing}every call was taken back (--all writes them too)\n"
    say(fresh, ("ann", "t1", CLEAR))
    assert refused(name="no/such") == "no/such cannot be written: No such file or directory\n"
    assert (fresh.folder / "old").read_text("utf-8") == "old"
    assert not list(fresh.folder.glob("*.manifest.json"))
    done = fresh.quick("export", "triage", "-o", "old", "--with-message")
    assert (done.code, "go with trl, kto" in done.err) == (2, True)


def test_a_seal_takes_nothing_out(cli: Cli) -> None:
    """Calls are of tickets and name no candidate: the same bytes before and after."""
    say(cli, ("ann", "t1", CLEAR), ("bob", "t1", VAGUE))
    export(cli)
    first = (cli.folder / "out.jsonl").read_bytes()
    cli.ok("seal")
    assert len(export(cli)) == 2
    assert (cli.folder / "out.jsonl").read_bytes() == first
    assert "sealed" not in cli.ok("export", "triage", "-o", "-", "--all").err


def test_calls_that_came_with_an_import_are_the_same_rows(cli: Cli, fresh: Cli) -> None:
    """A canonical export carries them, undone ones too; rows of triage are refused by line."""
    say(cli, ("ann", "t1", CLEAR), ("ann", "t1", VAGUE), ("ann", "", None), ("bob", "t1", VAGUE))
    cli.ok("export", "jsonl", "-o", "all.jsonl", "--all", "--text", "verbatim")
    fresh.ok("import", cli.folder / "all.jsonl")
    for options in ((), ("--all",)):
        kept = ("study_id", "ticket_id", "reviewer_id", "event_id", "standing", "committed_at")
        there, here = export(cli, *options), export(fresh, *options)
        assert [[row[n] for n in kept] for row in here if row["event_id"]] == [
            [row[n] for n in kept] for row in there if row["event_id"]
        ]
    done = fresh.quick("import", "out.jsonl")
    assert done.code == 3
    assert "out.jsonl: line 1: a row of `export triage` is not imported" in done.err
