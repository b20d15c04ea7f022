"""`workbench change`: the study run again, what became better and what became worse."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.boards import to_interval, wrap
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    say,
    say_json,
    say_table,
    warn,
)
from workbench.domain.errors import UsageError
from workbench.domain.release import RateChange, Release, TicketChange
from workbench.study import find_study

if TYPE_CHECKING:
    from workbench.domain.case import Case


def change(
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new candidate.")],
    since: Annotated[str, typer.Option(metavar="OLD", help="The one before it, in use today.")],
    before: Annotated[
        Path | None,
        typer.Option("--in", metavar="DIR", help="The study that OLD is in; else the same one."),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(metavar="RATE", help="How much more may escape; else as the gate says, .15."),
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a new candidate with the one before on the same frozen tickets, ticket by ticket."""
    from workbench.releasing import compare_with

    if margin is not None and not 0 < margin < 1:
        raise UsageError(f"--margin {margin}: expected a share between 0 and 1, as in 0.15")
    with open_workbench(find_study(study)) as bench, Progress("comparing"):
        found, warning = compare_with(bench, new, since, before, margin)
    if warning:
        warn(f"workbench: {warning}")
    if as_json:
        say_json("rates", [_rate_as_json(one) for one in found.rates], **_head_as_json(found))
    else:
        _print(found)
    if not found.is_not_inferior:
        raise typer.Exit(1)


def _print(found: Release) -> None:
    for sentence in found.sentences:
        for line in wrap(sentence.split(" "), indent=0, join=" "):
            say(line)
    say()
    heads = ("", "before", "after", "change, points", "only one", "p")
    say_table(heads, [_row(one) for one in found.rates])
    for title, changes in (("better", found.better), ("worse", found.worse)):
        if changes:
            say()
            say(f"{title}: {len(changes)}")
            for one in changes:
                say(f"  {_tell(one)}")
    if found.missing:
        say()
        for line in wrap(found.missing, indent=2, head="not settled for both: "):
            say(line)


def _row(one: RateChange) -> tuple[str, ...]:
    if one.change is None:
        return (one.title, "0/0", "0/0", "—", "—", "—")
    low, high = one.interval
    apart = f"{one.change * 100:+.0f} ({low * 100:+.0f} to {high * 100:+.0f})"
    counts = (f"{one.before}/{one.n}", f"{one.after}/{one.n}")
    alone = f"{one.only_before} vs {one.only_after}"
    return (one.title, *counts, apart, alone, f"{one.p:.2g}")


def _tell(one: TicketChange) -> str:
    spec = f" ({one.spec})" if one.spec != "unset" else ""
    before, after = _name(one.before), _name(one.after)
    return f"{one.ticket_id}{spec}: {before} -> {after}"


def _name(case: "Case") -> str:
    return str(case.cell.outcome).replace("_", " ")


def _rate_as_json(one: RateChange) -> dict[str, object]:
    return {
        "metric": one.name,
        "n": one.n,
        "before": one.before,
        "after": one.after,
        "only_before": one.only_before,
        "only_after": one.only_after,
        "change": one.change,
        "interval": to_interval(one.interval),
        "p": one.p,
    }


def _head_as_json(found: Release) -> dict[str, object]:
    return {
        "new": found.new,
        "old": found.old,
        "tickets": found.n_tickets,
        "escape_rate_at_most": found.at_most,
        "margin": found.margin,
        "confidence": found.confidence,
        "not_inferior": found.is_not_inferior,
        "text": found.sentences,
        "better": [_ticket_as_json(one) for one in found.better],
        "worse": [_ticket_as_json(one) for one in found.worse],
        "not_settled_for_both": list(found.missing),
    }


def _ticket_as_json(one: TicketChange) -> dict[str, object]:
    return {
        "ticket": one.ticket_id,
        "spec": one.spec,
        "before": one.before.cell.outcome,
        "after": one.after.cell.outcome,
        "before_id": one.before.output_id,
        "after_id": one.after.output_id,
    }
