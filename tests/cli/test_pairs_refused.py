"""Pairs that cannot be drawn are refused before any screen, with the reason and what to do."""

import pytest

from workbench.blinding import open_blind_desk
from workbench.domain.errors import UsageError
from workbench.study import find_study

from .kit import Cli, change, prediction, ticket, write_lines


def fill(cli: Cli, rows: list[tuple[str, str]]) -> None:
    """Outputs of (ticket, candidate)."""
    write_lines(cli.folder / "tickets.jsonl", [ticket("t1"), ticket("t2")])
    cli.ok("tickets", "import", "tickets.jsonl")
    if rows:
        made = [prediction(name, who, change(new=f"{n}")) for n, (name, who) in enumerate(rows)]
        write_lines(cli.folder / "preds.jsonl", made)
        cli.ok("outputs", "import", "preds.jsonl")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "nothing to seal: import tickets and outputs first"),
        ([("t1", "m1"), ("t2", "m1")], "needs two candidates, and this study has one candidate"),
        ([("t1", "m1"), ("t2", "m2")], "2 no partner on the ticket"),
    ],
    ids=["no outputs", "one candidate", "no ticket in common"],
)
def test_a_study_without_pairs_says_why(
    fresh: Cli, rows: list[tuple[str, str]], sentence: str
) -> None:
    """And keeps its database closed behind it: the next command works."""
    fill(fresh, rows)
    with pytest.raises(UsageError, match=sentence):
        open_blind_desk(find_study(fresh.folder), "ann", ())
    fresh.ok("verify")


def test_a_ticket_with_one_output_is_left_out_and_counted(fresh: Cli) -> None:
    """The others are paired."""
    fill(fresh, [("t1", "m1"), ("t1", "m2"), ("t2", "m1")])
    made = open_blind_desk(find_study(fresh.folder), "ann", ())
    try:
        assert made.desk.pairs is not None
        progress = made.desk.pairs.progress
        assert (progress.total, dict(progress.left_out)) == (1, {"no partner on the ticket": 1})
    finally:
        made.desk.close()


@pytest.mark.parametrize(
    "options",
    [("m1",), ("--pair", "--open"), ("--blind", "--open"), ("--pair", "--adjudicate")],
    ids=" ".join,
)
def test_modes_that_exclude_each_other_are_refused(cli: Cli, options: tuple[str, ...]) -> None:
    """Exit code 2, and a sentence."""
    done = cli.quick("review", *options)
    assert done.code == 2
    assert done.err.startswith("workbench: ")
