"""`workbench metrics`: the four rates of each candidate, and what each of them is made of."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.explain import ReviewerOnly, check_reviewer, explain
from workbench.cli.numbers import numbers_as_json, render_numbers
from workbench.cli.terminal import JsonOption, Progress, StudyOption, say, say_json
from workbench.domain.errors import UsageError
from workbench.study import find_study

app = typer.Typer(invoke_without_command=True)
app.command()(explain)


@app.callback()
def root(
    context: typer.Context,
    reviewer: ReviewerOnly = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="What the answers to pairs add up to.")
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print merge, abstention, self-flagged-flaw and escape rate of every candidate."""
    if pairs and (reviewer is not None or context.invoked_subcommand is not None):
        raise UsageError("--pairs counts the first answer of every pair: no --reviewer beside it")
    if pairs:
        _compare(study, as_json=as_json)
    elif context.invoked_subcommand is None:
        metrics(reviewer, study, as_json=as_json)
    elif reviewer is not None or study is not None or as_json:
        raise UsageError(f"options go after `{context.invoked_subcommand}`")


def _compare(study: Path | None, *, as_json: bool) -> None:
    from workbench.cli.pair_boards import say_pairs
    from workbench.services.pair_counts import compare_pairs

    with open_workbench(find_study(study)) as bench, Progress("counting"):
        store = bench.store
        is_sealed = store.is_sealed
        found = compare_pairs(store.pair_votes(), store.pair_entries(), is_sealed=is_sealed)
    say_pairs(found, is_sealed=is_sealed, as_json=as_json)


def metrics(reviewer: str | None, study: Path | None, *, as_json: bool = False) -> None:
    """Print the rates; with `reviewer` from that one's labels alone."""
    from workbench.gating import find_definitions
    from workbench.services.numbers import count_numbers

    with open_workbench(find_study(study)) as bench, Progress("counting"):
        check_reviewer(bench, reviewer)
        definitions = find_definitions(bench.study.folder, bench.store)
        numbers = count_numbers(bench.store, bench.store.cases(reviewer or ""), definitions)
        is_sealed = bench.store.is_sealed
    if as_json:
        rows, more = numbers_as_json(numbers)
        say_json("metrics", rows, sealed=is_sealed, **more)
        return
    if is_sealed:
        say("the study is sealed: figures are pooled over all candidates until `workbench reveal`")
        say()
    if not numbers.boards:
        say("no outputs yet: workbench outputs import FILE")
        return
    for line in render_numbers(numbers):
        say(line)
