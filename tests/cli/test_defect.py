"""What came up after a merge: written down by anybody, counted as a leak, no label changed."""

import json

import pytest

from .kit import Cli
from .test_label import find, label_of

LEAK = ("--kind", "functional", "--severity", "2")


def leaks(cli: Cli, candidate: str = "m1") -> tuple[object, object]:
    (row,) = (r for r in cli.ok("metrics", "--json").json("metrics") if r["candidate"] == candidate)
    rate = row["defect_leaks"]
    assert isinstance(rate, dict)
    return rate["hits"], rate["n"]


def test_a_leak_of_anybody_counts_and_changes_no_label(cli: Cli, output_id: str) -> None:
    """Eve has no label on it: it is a fact about what ann merged, and undo takes it back."""
    assert leaks(cli) == (0, 1)
    day = ("--found-by", "post_merge", "--on", "2026-01-31", "--note", "paged at 3")
    done = cli.ok("defect", "add", output_id, *LEAK, *day, "--reviewer", "eve")
    assert done.out == (
        f"saved: {output_id} has a functional defect 2, after merge on 2026-01-31\n"
    )
    assert leaks(cli) == (1, 1)
    assert label_of(cli, output_id) == "merged"
    told = cli.ok("metrics", "explain", "defect_leaks", "--candidate", "m1").out
    assert "functional 2 (after merge, 2026-01-31)" in told
    cli.ok("verify")
    cli.ok("label", "undo", "--reviewer", "eve")
    assert leaks(cli) == (0, 1)


def test_a_leak_survives_a_change_of_label_and_an_export(cli: Cli, output_id: str) -> None:
    """It goes with the output, not with the label; its day is in the row and comes back."""
    cli.ok("defect", "add", output_id, *LEAK, "--on", "2026-01-31")
    cli.ok("label", output_id, "edited", "--edit", "minor")
    assert leaks(cli) == (1, 1)
    cli.ok("export", "jsonl", "-o", "out.jsonl", "--text", "verbatim")
    rows = [json.loads(line) for line in (cli.folder / "out.jsonl").read_text().splitlines()]
    (finding,) = (f for row in rows for f in row["findings"] if f["found_by"] == "post_merge")
    assert finding["found_on"] == "2026-01-31"


def test_what_is_no_leak_is_recorded_and_said(cli: Cli, output_id: str) -> None:
    """Only a merged output leaks, and only what is grave."""
    done = cli.ok("defect", "add", output_id, "--kind", "quality", "--severity", "3")
    assert done.out.splitlines()[1].startswith("it is no leak: only severity 2 and 3 count")
    done = cli.ok("defect", "add", find(cli, "t1", "m2"), *LEAK)
    assert done.out.splitlines()[1].startswith("it is caught in this study: no leak")
    assert leaks(cli) == (0, 1)


def test_an_output_that_counts_nowhere_leaks_nowhere(cli: Cli, output_id: str) -> None:
    """One whose name was opened early, before the reveal, is in no number."""
    cli.ok("seal")
    opened = ("--output", output_id, "--reason", "a look", "--yes", "--reviewer", "ann")
    assert cli.quick("reveal", *opened).code == 0
    done = cli.quick("defect", "add", output_id, *LEAK, "--reviewer", "ann")
    assert (done.code, done.err) == (0, "")
    assert "it is in no number of this study" in done.out


@pytest.mark.parametrize(
    ("output", "words", "code", "sentence"),
    [
        ("ffffffffffff", LEAK, 2, "no output ffffffffffff in this study"),
        ("t1", ("--kind", "bug", "--severity", "2"), 2, "Invalid value for '--kind'"),
        ("t1", ("--kind", "quality", "--severity", "4"), 2, "Invalid value for '--severity'"),
        ("t1", (*LEAK, "--on", "yesterday"), 2, "--on yesterday: expected a day as in 2026-03-31"),
        ("t1", (*LEAK, "--on", "2999-01-01"), 3, "2999-01-01 has not come yet"),
        ("t1", (*LEAK, "--found-by", "review"), 2, "only what came up after the merge"),
        ("t2", LEAK, 3, "no patch was delivered that could be merged"),
    ],
)
def test_what_cannot_be_a_leak_is_refused(
    cli: Cli, output: str, words: tuple[str, ...], code: int, sentence: str
) -> None:
    """One line says why; nothing is recorded."""
    output_id = find(cli, output, "m1") if output.startswith("t") else output
    done = cli.quick("defect", "add", output_id, *words)
    assert (done.code, sentence in done.err) == (code, True), done.err
    assert leaks(cli) == (0, 1)
