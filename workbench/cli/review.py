"""`workbench review`: the app."""

from typing import Annotated

import typer

from workbench.cli.opening import Wanted, open_review
from workbench.cli.terminal import ReviewerOption, StudyOption


def review(
    reviewer: ReviewerOption = None,
    open_names: Annotated[
        bool, typer.Option("--open", help="Show the candidates' names instead of aliases.")
    ] = False,
    study: StudyOption = None,
) -> None:
    """Open the queue: each output diffed against its repository, labelled by one key."""
    code = open_review(Wanted(reviewer, study, open_names))
    if code:
        raise typer.Exit(code)
