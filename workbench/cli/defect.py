"""`workbench defect`: what came up after a merge is written down; no label changes by it."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from workbench.bootstrap import Workbench, open_workbench
from workbench.cli.backups import keep_up
from workbench.cli.terminal import Progress, ReviewerOption, StudyOption, say
from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FindingKind, FoundBy
from workbench.domain.measures import is_mergeable
from workbench.domain.output import Output
from workbench.domain.saved import Saved
from workbench.study import check_name, find_study

app = typer.Typer(no_args_is_help=True, help="Write down what came up after a merge.")


class Kind(StrEnum):
    """What is wrong; a remark is no defect."""

    FUNCTIONAL = "functional"
    BREAKS_OTHER = "breaks_other"
    SECURITY = "security"
    DATA_LOSS = "data_loss"
    QUALITY = "quality"


@app.callback()
def root() -> None:
    """Write down what came up after a merge."""


@app.command()
def add(
    output_id: Annotated[str, typer.Argument(metavar="ID", help="The output that was merged.")],
    kind: Annotated[Kind, typer.Option(help="What is wrong.")],
    severity: Annotated[int, typer.Option(min=1, max=3, help="1 slight, 2 grave, 3 worse.")],
    found_by: Annotated[
        FoundBy, typer.Option("--found-by", help="Who found it; here always post_merge.")
    ] = FoundBy.POST_MERGE,
    found_on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="The day it came up, YYYY-MM-DD.")
    ] = "",
    file: Annotated[str, typer.Option(metavar="FILE", help="Where.")] = "",
    note: Annotated[str, typer.Option(help="Your own words.")] = "",
    reviewer: ReviewerOption = None,
    study: StudyOption = None,
) -> None:
    """Record a defect found after merge: a defect leak, if what was merged had it and it is grave.

    `workbench label undo` takes it back.
    """
    if found_by is not FoundBy.POST_MERGE:
        raise UsageError(
            f"--found-by {found_by}: only what came up after the merge is added here; the rest "
            f"belongs to the label, as in `workbench label {output_id} escaped --defect {kind}:2`"
        )
    leak = Finding(FindingKind(kind), severity, file, text=note, found_on=_read_day(found_on))
    found = find_study(study)
    who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
    with open_workbench(found) as bench:
        output = bench.store.get_output(output_id)
        say(_describe(bench.reviews(who).add_defect_leak(output.output_id, leak)))
        if told := _tell_outside(bench, output):
            say(told)
        with Progress("backing up"):
            keep_up(bench)


def _tell_outside(bench: Workbench, output: Output) -> str:
    """Why what was recorded is no defect leak; "" where it is one."""
    of = "" if bench.store.is_sealed else output.candidate
    cases = bench.store.cases(candidate=of)
    case = next((case for case in cases if case.output_id == output.output_id), None)
    if case is None:
        return "it is in no number of this study, and so no leak"
    if not is_mergeable(case.cell):
        return f"it is {case.cell.outcome} in this study: no leak, as only merged outputs leak"
    grave = "it is no leak: only severity 2 and 3 count, and never quality alone"
    return "" if case.cell.has_leak else grave


def _read_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise UsageError(f"--on {text}: expected a day as in 2026-03-31") from error


def _describe(saved: Saved) -> str:
    output_id, leak = saved.item.output_id, saved.event.judgement.defects[-1]
    day = f" on {leak.found_on}" if leak.found_on else ""
    return f"saved: {output_id} has a {leak.kind} defect {leak.severity}, after merge{day}"
