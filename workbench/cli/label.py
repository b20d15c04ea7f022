"""`workbench label`: the same act without a screen."""

import re
from enum import StrEnum
from typing import Annotated

import typer

from workbench.bootstrap import find_study, open_workbench, utc_now
from workbench.cli.terminal import ReviewerOption, StudyOption, say
from workbench.domain.draft import Decision
from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import EditClass, Effort, Label, Reason
from workbench.domain.outcome import contradiction
from workbench.domain.queue import Saved

_DEFECT = re.compile(r"([a-z_]+):([1-3])(?::(.+?))?(?::(\d+))?")


class Word(StrEnum):
    """What may stand where a label stands; `undo` takes ID's place."""

    MERGED = "merged"
    EDITED = "edited"
    ABSTAINED = "abstained"
    ESCAPED = "escaped"


def label(
    output_id: Annotated[str, typer.Argument(metavar="ID", help="An output's id, or `undo`.")],
    word: Annotated[Word | None, typer.Argument(metavar="LABEL")] = None,
    edit: Annotated[EditClass | None, typer.Option(help="How much was changed.")] = None,
    defect: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND:SEVERITY[:FILE[:LINE]]", help="A defect; may be repeated."),
    ] = None,
    self_flag: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="Words by which it named the flaw itself."),
    ] = None,
    quote: Annotated[str, typer.Option(help="Words that name what is missing.")] = "",
    reason: Annotated[Reason | None, typer.Option(help="Why not merged as it stood.")] = None,
    note: Annotated[str, typer.Option(help="Your own words.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Save it also against the delivery.")] = False,
    reviewer: ReviewerOption = None,
    study: StudyOption = None,
) -> None:
    """Label one output: merged, edited, abstained or escaped; `label undo` takes the last back."""
    found = find_study(study)
    who = reviewer or found.reviewer
    with open_workbench(found) as bench:
        reviews = bench.reviews(who)
        if output_id == "undo":
            undone = reviews.undo(Effort(started_at=utc_now()))
            say(_describe(undone) if undone else "nothing to undo")
            return
        if word is None:
            raise UsageError("which label? merged, edited, abstained or escaped")
        decision = _check(
            Decision(
                label=Label(word),
                edit=edit,
                defects=tuple(_parse_defect(text) for text in defect or ()),
                flags=tuple(Flag(text) for text in self_flag or ()),
                reason=reason,
                quote=quote,
                note=note,
            )
        )
        say(_describe(reviews.decide(output_id, decision, is_sure=yes)))


def _check(decision: Decision) -> Decision:
    if decision.label is Label.EDITED and decision.edit is None:
        raise UsageError("edited needs --edit minor, major or rejected")
    if decision.label is not Label.EDITED and decision.edit is not None:
        raise UsageError(f"--edit goes with edited, not with {decision.label}")
    if decision.label is Label.ESCAPED and not any(d.is_k_defect for d in decision.defects):
        raise UsageError(
            "escaped needs a defect of severity 2 or 3, for example --defect functional:2"
        )
    return decision


def _parse_defect(text: str) -> Finding:
    match = _DEFECT.fullmatch(text)
    kinds = [kind.value for kind in FindingKind if kind is not FindingKind.REMARK]
    if not match or match[1] not in kinds:
        raise UsageError(
            f"--defect {text}: expected KIND:SEVERITY[:FILE[:LINE]], "
            f"KIND one of {', '.join(kinds)}, SEVERITY 1 to 3"
        )
    return Finding(
        FindingKind(match[1]), int(match[2]), file=match[3] or "", line=int(match[4] or 0)
    )


def _describe(saved: Saved) -> str:
    judgement, item = saved.event.judgement, saved.item
    came = contradiction(item.delivery, item.tests, judgement)
    what = judgement.label or "no label"
    edit = f" ({judgement.edit})" if judgement.edit else ""
    more = f"; {came}" if came else ""
    return f"saved: {item.output_id} is {what}{edit}{more}"
