"""Seal and reveal from the command line: nothing names a candidate until then, and it ends once."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.bootstrap import open_workbench, utc_now
from workbench.domain.label import Act, Effort
from workbench.domain.pair import Preference, make_vote, put_vote
from workbench.study import find_study

from .kit import Cli

CANARIES = ("m1", "m2")


def read_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def vote(cli: Cli, ticket: str, preference: Preference) -> tuple[str, str]:
    """Ann's vote on the pair of a ticket; left and right."""
    with open_workbench(find_study(cli.folder)) as bench:
        left, right = (o.output_id for o in bench.store.list_outputs(ticket=ticket))
        anchor = min(left, right)
        held = bench.store.get_judgement("ann", anchor)
        judgement = replace(
            held,
            votes=put_vote(held.votes, make_vote(left, right, preference)),
            blind="0123456789abcdef",
            position="left",
            recognised=False,
        )
        bench.reviews("ann").record(anchor, Act.PREFER, judgement, Effort(utc_now()), held)
    return left, right


def test_the_seal_is_shown_and_stays(cli: Cli) -> None:
    """The same digest whenever it is asked for."""
    shown = cli.ok("seal").out
    row = cli.ok("seal", "--json").json("seal")[0]
    assert str(row["digest"]) in shown
    assert row["candidates"] == 2
    assert not any(name in shown for name in CANARIES)


def test_pooled_outputs_of_a_ticket_are_not_told_as_trials_of_one(cli: Cli) -> None:
    """How steady a candidate is cannot be seen from the outputs of two."""
    cli.ok("seal")
    for output in cli.ok("outputs", "list", "--json").json("outputs"):
        cli.ok("label", str(output["id"]), "merged", "--reviewer", "ann", "--yes")
    assert "over trials" not in cli.ok("metrics").out
    (pooled,) = cli.ok("metrics", "--json").json("metrics")
    assert (pooled["pass_hat"], pooled["consistency"]) == ({}, None)


@pytest.mark.parametrize("text", ["redacted", "verbatim"])
def test_while_sealed_no_command_of_a_reviewer_names_a_candidate(cli: Cli, text: str) -> None:
    """Numbers are pooled and say so; exports and lists say `sealed` where the name would be."""
    cli.ok("seal")
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", text, "--all")
    cli.ok("export", "csv", "-o", "out.csv", "--text", text)
    exported = read_lines(cli.folder / "out.jsonl")
    printed = [
        cli.ok("metrics").out,
        cli.ok("metrics", "--json").out,
        cli.ok("metrics", "explain", "escape_rate").out,
        cli.ok("outputs", "list").out,
        cli.ok("outputs", "list", "--json").out,
        cli.ok("outputs", "show", str(exported[0]["output_id"])).out,
        (cli.folder / "out.jsonl").read_text(encoding="utf-8"),
        (cli.folder / "out.csv").read_text(encoding="utf-8"),
    ]
    assert not [name for name in CANARIES for words in printed if name in words]
    assert "sealed: figures are pooled" in printed[0]
    assert json.loads(printed[1])["sealed"] is True
    assert {row["candidate"] for row in exported} == {"sealed"}
    manifest = json.loads((cli.folder / "out.jsonl.manifest.json").read_text(encoding="utf-8"))
    assert manifest["sealed"] is True
    assert "candidate" in manifest["lossy_fields"]
    refused = cli.quick("metrics", "explain", "escape_rate", "--candidate", "m1")
    assert (refused.code, "sealed" in refused.err) == (2, True)


def test_a_sealed_export_is_not_imported(cli: Cli, fresh: Cli) -> None:
    """Two outputs of nobody's could not be told apart."""
    cli.ok("seal")
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim")
    shutil.copy(cli.folder / "out.jsonl", fresh.folder / "in.jsonl")
    done = fresh.quick("import", "in.jsonl")
    assert done.code == 3
    assert "exported sealed" in done.err


def test_reveal_opens_what_was_sealed_once(cli: Cli) -> None:
    """It needs a word of consent, says who was who, and a second time is refused."""
    assert cli.quick("reveal", "--yes").code == 2
    digest = cli.ok("seal", "--json").json("seal")[0]["digest"]
    asked = cli.quick("reveal", "--reviewer", "ann")
    assert (asked.code, "say --yes" in asked.err) == (2, True)
    made = cli.ok("reveal", "--yes", "--reviewer", "ann", "--json")
    assert {row["candidate"] for row in made.json("candidates")} == set(CANARIES)
    head = json.loads(made.out)
    assert (head["holds"], head["digest"], head["by"]) == (True, digest, "ann")
    again = cli.quick("reveal", "--yes")
    assert again.code == 2
    assert "revealed already, by ann" in again.err
    assert cli.quick("seal").code == 2
    assert "m1: " in cli.ok("metrics").out
    cli.ok("verify")


def test_labels_after_the_reveal_stay_out_of_exports_unless_asked(cli: Cli) -> None:
    """Counted by reason; --all writes them, marked."""
    cli.ok("seal")
    cli.ok("reveal", "--yes", "--reviewer", "ann")
    rows = cli.ok("outputs", "list", "--json").json("outputs")
    late = next(str(row["id"]) for row in rows if (row["ticket"], row["candidate"]) == ("t1", "m1"))
    cli.ok("label", late, "edited", "--edit", "major", "--reviewer", "ann")
    done = cli.ok("export", "jsonl", "-o", "out.jsonl")
    assert "1 post_reveal" in done.out
    (kept,) = (
        row
        for row in read_lines(cli.folder / "out.jsonl")
        if (row["output_id"], row["reviewer_id"]) == (late, "ann")
    )
    assert (kept["label"], kept["post_reveal"]) == ("merged", False)
    cli.ok("export", "jsonl", "-o", "all.jsonl", "--all")
    marked = [row for row in read_lines(cli.folder / "all.jsonl") if row["post_reveal"]]
    assert [(row["output_id"], row["label"]) for row in marked] == [(late, "edited")]


def test_one_output_is_opened_early_with_a_reason(cli: Cli, output_id: str) -> None:
    """The name is told, the act is logged, the output leaves the numbers; the rest stays sealed."""
    cli.ok("seal")
    assert cli.quick("reveal", "--output", output_id).code == 2
    assert cli.quick("reveal", "--reason", "why").code == 2
    done = cli.ok("reveal", "--output", output_id, "--reason", "licence", "--reviewer", "ann")
    assert f"{output_id} is of m1" in done.out
    told = cli.ok("metrics", "explain", "merge_rate").out
    assert output_id not in told
    exported = cli.ok("export", "jsonl", "-o", "out.jsonl").out
    assert "1 unblinded" in exported
    assert "sealed" in cli.ok("metrics").out
    cli.ok("verify")


def test_votes_come_back_from_an_export_as_they_were(cli: Cli, fresh: Cli) -> None:
    """Export, import, export: the same bytes, votes, sides and guesses in them."""
    left, right = vote(cli, "t1", Preference.RIGHT)
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim", "--all")
    shutil.copy(cli.folder / "out.jsonl", fresh.folder / "in.jsonl")
    fresh.ok("import", "in.jsonl")
    fresh.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim", "--all")
    first = (cli.folder / "out.jsonl").read_bytes()
    assert (fresh.folder / "out.jsonl").read_bytes() == first
    (row,) = (row for row in read_lines(cli.folder / "out.jsonl") if row["votes"])
    assert (row["preference"], row["preferred_output_id"]) == ("preferred", right)
    assert (row["blind"], row["position"], row["recognised"]) == (True, "left", False)
    assert row["votes"] == [
        {"left": left, "right": right, "said": "preferred", "preferred": right, "strength": 0,
         "why": ""}
    ]  # fmt: skip
    fresh.ok("verify")


def test_a_vote_in_a_file_that_does_not_hold_together_is_refused(cli: Cli, fresh: Cli) -> None:
    """By line, and the other rows go in."""
    vote(cli, "t1", Preference.LEFT)
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim")
    rows = read_lines(cli.folder / "out.jsonl")
    for row in rows:
        for held in row["votes"]:  # type: ignore[attr-defined]
            held["preferred"] = "elsewhere"
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (fresh.folder / "in.jsonl").write_text(text, encoding="utf-8")
    done = fresh.quick("import", "in.jsonl")
    assert done.code == 3
    assert "a vote must prefer one of its two outputs" in done.err
    assert "new: " in done.out


def test_a_backup_from_before_the_reveal_is_not_blind_again(cli: Cli) -> None:
    """The reveal is kept beside the database as well."""
    cli.ok("seal")
    cli.ok("backup", "before.db")
    cli.ok("reveal", "--yes", "--reviewer", "ann")
    cli.ok("restore", "before.db", "--yes")
    assert "m1: " in cli.ok("metrics").out
