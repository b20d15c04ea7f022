"""`workbench review`: the app, in front of single outputs or of pairs."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.opening import Wanted, open_review
from workbench.cli.terminal import ReviewerOption, StudyOption
from workbench.domain.errors import UsageError
from workbench.study import check_name, find_study


def review(
    candidates: Annotated[
        list[str] | None,
        typer.Argument(metavar="[A B]", help="With --pair: only pairs of these two."),
    ] = None,
    pair: Annotated[
        bool, typer.Option("--pair", help="Two outputs of a ticket side by side, always blind.")
    ] = False,
    blind: Annotated[
        bool, typer.Option("--blind", help="Show neither names nor aliases; seals the study.")
    ] = False,
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="Only what reviewers disagree on; settle it.")
    ] = False,
    flags: Annotated[
        bool, typer.Option("--flags", help="Only self-flags that wait for a verdict; a key each.")
    ] = False,
    training: Annotated[
        Path | None,
        typer.Option("--training", metavar="KEY", help="A round that counts nowhere, with a key."),
    ] = None,
    reviewer: ReviewerOption = None,
    open_names: Annotated[
        bool, typer.Option("--open", help="Show the candidates' names instead of aliases.")
    ] = False,
    study: StudyOption = None,
) -> None:
    """Open the queue: each output diffed against its repository, labelled by one key."""
    if candidates and not pair:
        raise UsageError(f"{candidates[0]}: candidates are named with --pair alone")
    if pair and open_names:
        raise UsageError("pairs are blind: --open cannot go with --pair")
    if (adjudicate or flags) and adjudicate + flags + pair + blind + open_names > 1:
        raise UsageError("--adjudicate and --flags show no names and take no other mode beside")
    if training and (adjudicate or flags or pair or blind or open_names):
        raise UsageError("--training takes no other mode beside it")
    if training:
        from workbench.cli.training import run_training
        from workbench.training import open_training

        found = find_study(study)
        who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
        code = run_training(found, partial(open_training, found, training, who))
    elif not (adjudicate or flags or pair):
        code = open_review(Wanted(reviewer, study, open_names, blind))
    else:
        from workbench.cli.listed import run_adjudication, run_flags
        from workbench.cli.pairs import run_pairs

        found = find_study(study)
        who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
        if pair:
            code = run_pairs(found, who, candidates or ())
        else:
            code = run_flags(found, who) if flags else run_adjudication(found, who)
    if code:
        raise typer.Exit(code)
