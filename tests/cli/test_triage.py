"""Calling tickets without a screen: `tickets mark`, `tickets agreement`, and the export of it."""

import json
from datetime import UTC, datetime

import pytest

from workbench.bootstrap import open_workbench
from workbench.domain.clarity import SpecAct, SpecCall
from workbench.domain.spec import Spec
from workbench.study import find_study

from .kit import Cli, ticket, write_lines

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def called(fresh: Cli) -> Cli:
    """Twelve tickets that two people called; they differ on t3 and t7."""
    write_lines(fresh.folder / "t.jsonl", [ticket(f"t{n}", "") for n in range(12)])
    fresh.ok("tickets", "import", "t.jsonl")
    with open_workbench(find_study(fresh.folder)) as bench:
        for who, vague in (("ann", {3, 5, 9}), ("bob", {5, 7, 9})):
            for n in range(12):
                call = SpecCall(Spec.VAGUE if n in vague else Spec.CLEAR)
                bench.store.record_spec(who, f"t{n}", SpecAct.CALL, call, NOW)
    return fresh


def specs(cli: Cli) -> dict[str, str]:
    rows = cli.ok("tickets", "list", "--json").json("tickets")
    return {str(row["id"]): str(row["spec"]) for row in rows}


def test_two_people_and_what_they_differ_on(called: Cli) -> None:
    """Percent, kappa and alpha (10 of 12; by hand kappa is 0.56), and the list to settle."""
    found = json.loads(called.ok("tickets", "agreement", "--json").out)
    assert (found["n"], found["n_agree"]) == (12, 10)
    (pair,) = found["pairs"]
    assert pair["kappa"] == pytest.approx((10 / 12 - 0.625) / (1 - 0.625))
    assert found["alpha"] == pytest.approx(1 - (2 / 12) / (2 * 6 * 18 / (24 * 23)))
    assert [(d["id"], d["settled"]) for d in found["disputes"]] == [("t3", None), ("t7", None)]
    told = called.ok("tickets", "agreement").out
    assert "called by two or more: 12, agreed on 10/12 (83%)\n" in told
    assert "ann and bob: 10/12 (83%), kappa 0.56\n" in told
    assert "t3         open     ann vague, bob clear" in told
    assert (specs(called)["t3"], specs(called)["t5"], specs(called)["t0"]) == (
        "unset",
        "vague",
        "clear",
    )


def test_settling(called: Cli) -> None:
    """It decides; calls and agreement stay as they were; what nobody differs on is refused."""
    told = called.ok("tickets", "mark", "t3", "vague", "--settle", "--reviewer", "cat").out
    assert (told, specs(called)["t3"]) == ("t3 is vague\n", "vague")
    found = json.loads(called.ok("tickets", "agreement", "--json").out)
    assert (found["n_agree"], found["disputes"][0]["settled"]) == (10, "vague")
    assert found["called_by"] == {"ann": 12, "bob": 12}
    called.ok("tickets", "mark", "t3", "vague", "--reviewer", "bob")
    told = called.ok("tickets", "mark", "t3", "clear", "--reviewer", "bob").out
    assert told == "t3 is vague: that was settled, and your call is kept beside it\n"
    done = called.quick("tickets", "mark", "t0", "vague", "--settle")
    assert done.code == 3
    assert "nobody differs on it" in done.err
    told = called.ok("tickets", "mark", "t7", "vague", "--reviewer", "cat").out
    assert told == "t7 is unset: people differ, until it is settled (mark --settle)\n"
    assert "sound" in called.ok("verify").out


def test_nobody_and_one(fresh: Cli) -> None:
    """No number is made of nothing."""
    assert "nobody has called a ticket yet" in fresh.ok("tickets", "agreement").out
    write_lines(fresh.folder / "t.jsonl", [ticket("t1", "")])
    fresh.ok("tickets", "import", "t.jsonl")
    fresh.ok("tickets", "mark", "t1", "vague")
    assert "no ticket was called by two people" in fresh.ok("tickets", "agreement").out
    found = json.loads(fresh.ok("tickets", "agreement", "--json").out)
    assert (found["n"], found["alpha"], found["pairs"]) == (0, None, [])


def test_calls_travel_with_the_canonical_export(cli: Cli, fresh: Cli) -> None:
    """Into another study and out again: the same bytes; twice adds nothing; specs are the same."""
    for who, spec in (("ann", "clear"), ("bob", "vague")):
        cli.ok("tickets", "mark", "t1", spec, "--reviewer", who)
    cli.ok("tickets", "mark", "t1", "vague", "--settle", "--reviewer", "cat")
    options = ("export", "jsonl", "--all", "--text", "verbatim", "-o")
    cli.ok(*options, cli.folder / "out.jsonl")
    for _ in range(2):
        fresh.ok("import", cli.folder / "out.jsonl")
    fresh.ok(*options, fresh.folder / "again.jsonl")
    first = (cli.folder / "out.jsonl").read_bytes()
    assert (fresh.folder / "again.jsonl").read_bytes() == first
    assert b'"severity": null' in first
    assert specs(fresh)["t1"] == "vague"
    found = json.loads(fresh.ok("tickets", "agreement", "--json").out)
    assert [d["id"] for d in found["disputes"]] == ["t1"]
    assert "sound" in fresh.ok("verify").out
