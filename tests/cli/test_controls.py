"""Controls: merged human patches, hidden in the queue, counted apart from every candidate."""

import json
from pathlib import Path

from .kit import Cli, change, prediction, write_lines


def import_controls(cli: Cli, *options: str | Path) -> str:
    rows = [prediction(f"t{n}", "x", change(new=f"{n} * 7")) for n in range(1, 6)]
    file = write_lines(cli.folder / "merged.jsonl", rows)
    return cli.ok("outputs", "import", file, "--candidate", "people", "--control", *options).out


def outputs_of(cli: Cli, name: str) -> list[str]:
    rows = cli.ok("outputs", "list", "--json").json("outputs")
    return [str(row["id"]) for row in rows if row["candidate"] == name]


def test_controls_are_drawn_to_a_share_of_the_queue(cli: Cli) -> None:
    """Ten outputs and a fifth of controls: two or three of the five, the same whenever drawn."""
    import_controls(cli, "--share", "0.2")
    drawn = outputs_of(cli, "people")
    assert 2 <= len(drawn) <= 3
    import_controls(cli, "--share", "0.2")
    assert outputs_of(cli, "people") == drawn


def test_controls_are_in_no_rate_and_no_export_and_tell_of_the_reviewer(cli: Cli) -> None:
    """What is said of the candidates does not change by them; acceptance stands at the end."""
    before = json.loads(cli.ok("metrics", "--json").out)
    rows_before = cli.ok("export", "csv", "-o", "-").out
    import_controls(cli, "--share", "0.5")
    first, second, *_ = outputs_of(cli, "people")
    cli.ok("label", first, "merged", "--reviewer", "ann")
    cli.ok("label", second, "escaped", "--defect", "functional:2", "--reviewer", "ann")
    after = json.loads(cli.ok("metrics", "--json").out)
    for answer in (before, after):  # what they are there for
        for row in answer["metrics"]:
            row.pop("merge_rate_adjusted")
    assert after["metrics"] == before["metrics"]
    everyone, ann = after["controls"]
    assert (everyone["reviewer"], ann["reviewer"]) == (None, "ann")
    assert (ann["accepted"]["hits"], ann["accepted"]["n"], ann["false_alarms"]) == (1, 2, 1)
    told = cli.ok("metrics").out
    assert "ann: accepted 1/2 50% (9-91), false alarms 1" in told
    assert "people: " not in told
    assert cli.ok("export", "csv", "-o", "-").out == rows_before
    assert "control" in cli.ok("export", "jsonl", "-o", "out.jsonl").out
    cli.ok("export", "jsonl", "-o", "all.jsonl", "--all")
    rows = [json.loads(line) for line in (cli.folder / "all.jsonl").read_text().splitlines()]
    assert {row["candidate"] for row in rows if row["is_control"]} == {"people"}
    cli.ok("verify")


def test_a_candidate_of_the_study_is_no_control(cli: Cli) -> None:
    """Nor is anything without a name to count it by."""
    file = write_lines(cli.folder / "merged.jsonl", [prediction("t1", "x", change(new="9"))])
    done = cli.quick("outputs", "import", file, "--candidate", "m1", "--control")
    assert (done.code, "is a candidate of this study" in done.err) == (2, True)
    done = cli.quick("outputs", "import", file, "--control")
    assert (done.code, "--candidate NAME" in done.err) == (2, True)
