"""`workbench metrics`: the four rates of each candidate, with companions and intervals."""

from typing import Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.terminal import JsonOption, Progress, StudyOption, say, say_json, say_table
from workbench.domain.errors import UsageError
from workbench.domain.metrics import Rate, Scorecard, explain_undefined
from workbench.study import find_study


def metrics(
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", metavar="NAME", help="Only this one's labels.")
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print merge, abstention, self-flagged-flaw and escape rate of every candidate."""
    from workbench.services.scorecards import CONFIDENCE, score_all

    with open_workbench(find_study(study)) as bench, Progress("counting"):
        known = bench.store.list_reviewers()
        if reviewer is not None and reviewer not in known:
            listed = ", ".join(known) or "nobody yet"
            raise UsageError(f"no reviewer {reviewer} in this study (known: {listed})")
        recount = bench.store.recount(reviewer)
    cards = score_all(recount.tallies)
    if as_json:
        rows = [_as_json(name, card, CONFIDENCE) for name, card in sorted(cards.items())]
        double = {"labelled_twice": recount.n_multiple, "disagree": recount.n_disagree}
        say_json("metrics", rows, double_labels=double)
        return
    if not cards:
        say("no outputs yet: workbench outputs import FILE")
        return
    for name, card in sorted(cards.items()):
        _print(name, card)
    if recount.n_multiple:
        say(f"{recount.n_multiple} outputs have labels of more than one reviewer, of which")
        say(f"{recount.n_disagree} disagree; here the one who labelled first counts")


def _print(name: str, card: Scorecard) -> None:
    from workbench.services.scorecards import RATES, list_rates

    say(name)
    rates = list_rates(card)
    say_table(
        ("", "k/n", "rate", "95 % interval"),
        [(f"  {RATES[key]}", *_cells(key, rate, card)) for key, rate in rates.items()],
    )
    if card.discrimination is not None:
        say(f"  abstention, vague minus clear: {card.discrimination:+.1%}")
    states = {str(state): n for state, n in card.states.items() if n}
    say("  outcomes: " + ", ".join(f"{n} {state}" for state, n in states.items()))
    say()


def _cells(key: str, rate: Rate, card: Scorecard) -> tuple[str, str, str]:
    if rate.value is None:
        return "0/0", "—", explain_undefined(key, card)
    low, high = rate.interval
    return f"{rate.hits}/{rate.n}", f"{rate.value:.1%}", f"{low:.1%} to {high:.1%}"


def _as_json(name: str, card: Scorecard, confidence: float) -> dict[str, object]:
    from workbench.services.scorecards import list_rates

    rates: dict[str, object] = {
        key: {
            "hits": rate.hits,
            "n": rate.n,
            "rate": rate.value,
            "interval": list(rate.interval),
            "confidence": confidence,
        }
        for key, rate in list_rates(card).items()
    }
    states = {str(state): n for state, n in card.states.items()}
    return {"candidate": name, **rates, "discrimination": card.discrimination, "outcomes": states}
