"""`workbench seal` and `workbench reveal`: names closed before anybody looks, opened at the end."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.blinding import make_seals, mark_revealed
from workbench.bootstrap import Workbench, open_workbench
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    ReviewerOption,
    StudyOption,
    say,
    say_json,
    say_table,
)
from workbench.domain.counted import counted
from workbench.domain.errors import UsageError
from workbench.domain.label import format_time
from workbench.study import check_name, find_study

if TYPE_CHECKING:
    from workbench.services.seals import Reveal


def seal(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """Seal who is who, or show the seal: write its digest down, the reveal is compared with it."""
    with open_workbench(find_study(study)) as bench:
        made = make_seals(bench).ensure()
    if as_json:
        row = {"digest": made.digest, "candidates": len(made.codes), "at": format_time(made.at)}
        say_json("seal", [row])
        return
    say(f"sealed {made.at:%Y-%m-%d %H:%M} UTC, {counted(len(made.codes), 'candidate')}; digest:")
    say(made.digest)
    say("reviews are blind and figures pooled until `workbench reveal`")


def reveal(
    output: Annotated[
        str | None,
        typer.Option("--output", metavar="ID", help="Only this output's; it counts no more."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why one output is opened early.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reviewer: ReviewerOption = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the seal: who stood behind which code. It cannot be closed again."""
    found = find_study(study)
    who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
    if reason and output is None:
        raise UsageError("--reason goes with --output")
    with open_workbench(found) as bench:
        bench.reviews(who)  # whose event it is
        if output is not None:
            _open_one(bench, who, output, reason, as_json=as_json)
            return
        _check(bench, is_sure=yes)
        with Progress("revealing") as progress:
            made = make_seals(bench).reveal(who, progress.count)
        mark_revealed(found, made)
    if as_json:
        _say_as_json(made)
    else:
        _say(made)
    if not made.opening.holds:
        raise typer.Exit(1)


def _open_one(bench: Workbench, who: str, output: str, reason: str, *, as_json: bool) -> None:
    saved, name = make_seals(bench).break_glass(who, output, reason)
    if as_json:
        say_json("outputs", [{"id": saved.event.output_id, "candidate": name}])
        return
    say(f"{saved.event.output_id} is of {name}")
    say("logged, with the reason; it is in no number from here on")


def _check(bench: Workbench, *, is_sure: bool) -> None:
    """The store refuses what cannot be revealed; whoever can is asked once."""
    is_open = bench.store.get_revealed() is not None or bench.store.get_seal() is None
    if is_sure or is_open:
        return
    if not sys.stdin.isatty():
        raise UsageError("reveal ends blindness for good: say --yes")
    say("Everybody who sees the names from here on is blind no more. What is changed later is")
    say("marked, and left out of the numbers. Copies made before this stay sealed.")
    if not typer.confirm("Reveal?", default=False):
        raise typer.Abort


def _say(made: "Reveal") -> None:
    say_table(("code", "candidate"), list(made.opening.names.items()))
    for name in made.opening.joined:
        say(f"joined after the sealing: {name}")
    if made.opening.holds:
        say(f"the seal holds: {made.seal.digest}")
    else:
        say(f"the seal does NOT hold: candidates are not those sealed as {made.seal.digest}")
    say("what is changed from here on is marked post_reveal and left out of the numbers")


def _say_as_json(made: "Reveal") -> None:
    rows = [{"code": code, "candidate": name} for code, name in made.opening.names.items()]
    more = {
        "digest": made.seal.digest,
        "holds": made.opening.holds,
        "joined": list(made.opening.joined),
        "by": made.revealed.by,
        "at": format_time(made.revealed.at),
    }
    say_json("candidates", rows, **more)
