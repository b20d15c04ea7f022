"""`workbench review`: the app, in front of single outputs or of pairs."""

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
    if adjudicate and (pair or blind or open_names):
        raise UsageError("--adjudicate shows no names and takes no other mode beside it")
    if adjudicate:
        from workbench.cli.adjudicate import run_adjudication

        found = find_study(study)
        who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
        code = run_adjudication(found, who)
    elif pair:
        from workbench.cli.pairs import run_pairs

        found = find_study(study)
        who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
        code = run_pairs(found, who, candidates or ())
    else:
        code = open_review(Wanted(reviewer, study, open_names, blind))
    if code:
        raise typer.Exit(code)
