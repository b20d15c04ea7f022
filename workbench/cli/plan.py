"""`workbench plan`: how many tickets, and what they can show."""

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.boards import wrap
from workbench.cli.terminal import JsonOption, say, say_json, say_table
from workbench.domain.counted import counted
from workbench.domain.errors import UsageError

if TYPE_CHECKING:  # its numbers load scipy
    from workbench.services.plans import Plan

_MOST = 5000


def plan(
    tickets: Annotated[int, typer.Option(metavar="N", help="Tickets in the study.")] = 20,
    vague: Annotated[
        int | None, typer.Option(metavar="N", help="Vague ones; else two in five.")
    ] = None,
    green: Annotated[
        int | None,
        typer.Option(metavar="N", help="Outputs with green tests expected; else the clear ones."),
    ] = None,
    limit: Annotated[
        float, typer.Option("--max", metavar="RATE", help="The escape rate that you can accept.")
    ] = 0.25,
    confidence: Annotated[float, typer.Option(metavar="C", help="One-sided, of a gate.")] = 0.95,
    as_json: JsonOption = False,
) -> None:
    """Say what a study of this size can show, and what it cannot; needs no study."""
    n_vague = round(tickets * 0.4) if vague is None else vague
    n_green = tickets - n_vague if green is None else green
    _check(tickets, n_vague, n_green, limit, confidence)
    from workbench.services.plans import make_plan

    made = make_plan(tickets, n_vague, n_green, limit, confidence)
    if as_json:
        say_json("plan", [_as_json(made)])
        return
    _print(made)


def _check(tickets: int, vague: int, green: int, limit: float, confidence: float) -> None:
    if not 1 <= tickets <= _MOST:
        raise UsageError(f"--tickets {tickets}: expected 1 to {_MOST}")
    for name, n in (("--vague", vague), ("--green", green)):
        if not 0 <= n <= tickets:
            raise UsageError(f"{name} {n}: expected 0 to {tickets}, the number of tickets")
    if not 0.001 <= limit < 1:
        raise UsageError(f"--max {limit}: expected a rate from 0.001 to below 1, as in 0.25")
    if not 0.5 <= confidence <= 0.999:
        raise UsageError(f"--confidence {confidence}: expected 0.5 to 0.999")


def _print(made: "Plan") -> None:
    from workbench.services.plans import ALPHA

    say(f"{counted(made.tickets, 'ticket')}: {made.vague} vague, {made.clear} clear")
    say(f"{_greens(made.green)} expected of a candidate (patches whose tests pass)")
    say()
    say(f"The escape rate, at confidence {made.confidence:.3g} (one-sided)")
    for proof in made.escapes:
        say(f"  {_escapes(proof.hits)} in {proof.n} green: at most {proof.bound:.1%}")
    say()
    _print_gate(made)
    say()
    _print_abstention(made)
    say()
    least = made.least_discordant
    tickets = counted(made.tickets, "ticket")
    say(f"Two candidates on the same {tickets} (exact test, p <= {ALPHA:g})")
    say(f"  fewer than {least} tickets on which they differ never decide, {least} all one way do")
    rows = [
        (f"  {c.only_first:.0%} / {c.only_second:.0%}", f"{c.power:.0%}", c.tickets or "over 1000")
        for c in made.contrasts
    ]
    heads = ("  only one right / only the other", "chance to see it", "tickets for 80 %")
    say_table(heads, rows)


def _escapes(n: int) -> str:
    return counted(n, "escape")


def _greens(n: int) -> str:
    return counted(n, "green output")


def _print_gate(made: "Plan") -> None:
    say(f"A gate: escape rate at most {made.limit * 100:.3g}%")
    if made.max_escapes is None:
        say(f"  cannot be passed with {_greens(made.green)}, not even without an escape")
    else:
        say(f"  passes with at most {_escapes(made.max_escapes)} in {_greens(made.green)}")
    if made.fails_from is None:
        say("  never fails: even if all of them escape it is inconclusive")
    else:
        between = "in between" if made.max_escapes is not None else "below that"
        say(f"  fails from {_escapes(made.fails_from)} on; {between} it is inconclusive")
    needs = [f"{n.green} green with {_escapes(n.escapes)}" for n in made.needed]
    _say_items("it takes ", needs)
    needs = [f"{n.green_with_looks} with {_escapes(n.escapes)}" for n in made.needed]
    _say_items("if every label may end the study: ", needs)
    if made.max_escapes is not None:
        chances = [f"{c.passes:.0%} at a true {c.rate:.0%}" for c in made.chances]
        _say_items("chance to pass: ", chances)
    if made.out_of_reach:
        reaches = [f"{reach.limit:.0%} takes {reach.green}" for reach in made.out_of_reach]
        _say_items("out of reach, even without an escape: ", reaches)


def _say_items(head: str, items: list[str]) -> None:
    for line in wrap(items, indent=2, head=head, hang=4):
        say(line)


def _print_abstention(made: "Plan") -> None:
    say(f"The abstention rate, at confidence {made.confidence:.3g} (one-sided)")
    if not made.abstained_vague:
        say("  no vague ticket: whether a candidate asks when it should cannot be seen")
    for proof in made.abstained_vague:
        say(f"  {proof.hits} of {proof.n} vague ones: at least {proof.bound:.1%}")
    if made.abstained_clear is None:
        say("  no clear ticket: a candidate that always asks looks perfect")
    else:
        proof = made.abstained_clear
        say(f"  {proof.hits} of {proof.n} clear ones: at most {proof.bound:.1%}")


def _as_json(made: "Plan") -> dict[str, object]:
    from dataclasses import asdict

    def spread(value: object) -> object:
        if hasattr(value, "_asdict"):
            return {key: spread(item) for key, item in value._asdict().items()}
        return [spread(item) for item in value] if isinstance(value, tuple | list) else value

    return {key: spread(value) for key, value in asdict(made).items()}
