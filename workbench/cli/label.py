"""`workbench label`: the same act without a screen."""

import re
from enum import StrEnum
from typing import Annotated

import typer

from workbench.bootstrap import Workbench, open_workbench, utc_now
from workbench.cli.backups import keep_up
from workbench.cli.terminal import Progress, ReviewerOption, StudyOption, say
from workbench.domain.draft import Decision, find_lack
from workbench.domain.errors import UsageError
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import EditClass, Effort, Label, Reason
from workbench.domain.outcome import contradiction
from workbench.domain.saved import Saved
from workbench.study import check_name, find_study

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
    who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
    decision = _decide(word, edit, defect, self_flag, reason, quote, note)
    with open_workbench(found) as bench:
        if output_id != "undo":
            say(_label(bench, who, output_id, decision, is_sure=yes))
        elif decision is not None:
            raise UsageError(f"`label undo` takes no label, found {decision.label}")
        elif who in bench.store.list_reviewers():
            undone = bench.reviews(who).undo(Effort(started_at=utc_now()))
            say(_describe(undone) if undone else "nothing to undo")
        else:
            say("nothing to undo")
        with Progress("backing up"):
            keep_up(bench)


def _decide(
    word: Word | None,
    edit: EditClass | None,
    defect: list[str] | None,
    self_flag: list[str] | None,
    reason: Reason | None,
    quote: str,
    note: str,
) -> Decision | None:
    if word is None:
        return None
    return Decision(
        label=Label(word),
        edit=edit,
        defects=tuple(_parse_defect(text) for text in defect or ()),
        flags=tuple(Flag(text) for text in self_flag or ()),
        reason=reason,
        quote=quote,
        note=note,
    )


def _label(
    bench: Workbench, who: str, output_id: str, decision: Decision | None, *, is_sure: bool
) -> str:
    if decision is None:
        raise UsageError("which label? merged, edited, abstained or escaped")
    output = bench.store.get_output(output_id)
    reviews = bench.reviews(who)
    held = bench.store.get_judgement(who, output.output_id)
    if lacks := find_lack(held, decision, output.delivery):
        raise UsageError(f"{output.output_id}: {lacks}")
    return _describe(reviews.decide(output.output_id, decision, is_sure=is_sure))


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
