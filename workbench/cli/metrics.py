"""`workbench metrics`: the four rates of each candidate, and what each of them is made of."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import Workbench, open_workbench
from workbench.cli.boards import (
    render_agreement,
    render_board,
    render_controls,
    render_repeats,
    render_trace,
    short,
    to_interval,
)
from workbench.cli.terminal import JsonOption, Progress, StudyOption, say, say_json
from workbench.domain.errors import UsageError
from workbench.domain.metrics import Rate, Scorecard
from workbench.study import find_study

if TYPE_CHECKING:  # loaded when there is something to count
    from workbench.domain.case import Case
    from workbench.domain.controls import ControlCard
    from workbench.services.agreements import Agreement
    from workbench.services.boards import Board
    from workbench.services.repeats import SelfAgreement
    from workbench.services.traces import Traced

app = typer.Typer(invoke_without_command=True)

ReviewerOnly = Annotated[
    str | None, typer.Option("--reviewer", metavar="NAME", help="Only this one's labels.")
]


@app.callback()
def root(
    context: typer.Context,
    reviewer: ReviewerOnly = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="What the answers to pairs add up to.")
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print merge, abstention, self-flagged-flaw and escape rate of every candidate."""
    if pairs and (reviewer is not None or context.invoked_subcommand is not None):
        raise UsageError("--pairs counts the first answer of every pair: no --reviewer beside it")
    if pairs:
        _compare(study, as_json=as_json)
    elif context.invoked_subcommand is None:
        metrics(reviewer, study, as_json=as_json)
    elif reviewer is not None or study is not None or as_json:
        raise UsageError(f"options go after `{context.invoked_subcommand}`")


def _compare(study: Path | None, *, as_json: bool) -> None:
    from workbench.cli.pair_boards import say_pairs
    from workbench.services.pair_counts import compare_pairs

    with open_workbench(find_study(study)) as bench, Progress("counting"):
        store = bench.store
        is_sealed = store.is_sealed
        found = compare_pairs(store.pair_votes(), store.pair_entries(), is_sealed=is_sealed)
    say_pairs(found, is_sealed=is_sealed, as_json=as_json)


def metrics(reviewer: str | None, study: Path | None, *, as_json: bool = False) -> None:
    """Print the rates; with `reviewer` from that one's labels alone."""
    from workbench.services.agreements import compare_reviewers
    from workbench.services.boards import score_cases
    from workbench.services.controls import score_reviewers
    from workbench.services.guesses import note_guesses, rate_guesses
    from workbench.services.repeats import Looks, note_repeats, score_repeats

    doubles: list[Case] = []
    looks: dict[str, list[Looks]] = {}
    guesses: list[bool] = []
    with open_workbench(find_study(study)) as bench, Progress("counting"):
        _check_reviewer(bench, reviewer)
        is_sealed = bench.store.is_sealed
        cases = note_guesses(bench.store.cases(reviewer or ""), guesses)
        cases = note_repeats(cases, looks)
        boards = score_cases(_note_doubles(cases, doubles))
        agreed = compare_reviewers(doubles)
        hidden = note_repeats(bench.store.cases(is_control=True), looks)
        controls, repeats = score_reviewers(hidden), score_repeats(looks)
    if as_json:
        rows = [_board_as_json(name, board) for name, board in boards.items()]
        say_json(
            "metrics",
            rows,
            sealed=is_sealed,
            double_labels=_agreement_as_json(agreed),
            controls=[_control_as_json(who, card) for who, card in controls.items()],
            recognised=_rate_as_json(rate_guesses(guesses)),
            repeats=[_repeats_as_json(who, one) for who, one in repeats.items()],
        )
        return
    if is_sealed:
        say("the study is sealed: figures are pooled over all candidates until `workbench reveal`")
        say()
    if not boards:
        say("no outputs yet: workbench outputs import FILE")
        return
    for name, board in boards.items():
        for line in render_board(name, board):
            say(line)
        say()
    if any(board.n_trials > 1 for board in boards.values()):
        say("several trials of a ticket count as one ticket: they show how steady a candidate")
        say("is, and narrow no interval as more tickets would")
    for line in render_agreement(agreed):
        say(line)
    for line in (*render_controls(controls), *render_repeats(repeats)):
        say(line)
    if guesses:
        say(f"recognised by their blind reviewer, of those asked: {short(rate_guesses(guesses))}")


@app.command()
def explain(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A name of `metrics --json`.")],
    candidate: Annotated[
        str | None, typer.Option("--candidate", metavar="NAME", help="Whose; one alone needs none.")
    ] = None,
    reviewer: ReviewerOnly = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the outputs behind a rate: which it counts, which not, and why."""
    from workbench.services.traces import find_measure, trace

    measure = find_measure(metric)
    with open_workbench(find_study(study)) as bench, Progress("counting"):
        _check_reviewer(bench, reviewer)
        cases = list(bench.store.cases(reviewer or "", candidate or ""))
    names = sorted({case.candidate for case in cases})
    if candidate is None and len(names) > 1:
        raise UsageError(f"--candidate: which one? {', '.join(names)}")
    found = trace(measure, candidate or (names[0] if names else ""), cases)
    if as_json:
        rows = [_traced_as_json(output) for output in found.outputs]
        head = {"metric": metric, "candidate": found.candidate, **_rate_as_json(found.rate)}
        say_json("outputs", rows, **head)
        return
    for line in render_trace(found):
        say(line)


def _check_reviewer(bench: Workbench, reviewer: str | None) -> None:
    known = bench.store.list_reviewers()
    if reviewer is not None and reviewer not in known:
        listed = ", ".join(known) or "nobody yet"
        raise UsageError(f"no reviewer {reviewer} in this study (known: {listed})")


def _note_doubles(cases: "Iterable[Case]", doubles: "list[Case]") -> "Iterator[Case]":
    """The same cases; those with several labels are kept."""
    for case in cases:
        if case.others:
            doubles.append(case)
        yield case


def _rate_as_json(rate: Rate) -> dict[str, object]:
    from workbench.services.scorecards import CONFIDENCE

    return {
        "hits": rate.hits,
        "n": rate.n,
        "rate": rate.value,
        "interval": list(rate.interval),
        "confidence": CONFIDENCE,
    }


def _rates_as_json(card: Scorecard) -> dict[str, object]:
    from workbench.services.scorecards import list_rates

    return {key: _rate_as_json(rate) for key, rate in list_rates(card).items()}


def _board_as_json(name: str, board: "Board") -> dict[str, object]:
    card = board.card
    return {
        "candidate": name,
        **_rates_as_json(card),
        "discrimination": card.discrimination,
        "discrimination_interval": to_interval(board.discrimination),
        "excused": card.n_excused,
        "edits": board.edits._asdict(),
        "test_blind": card.n_test_blind,
        "tickets": board.n_tickets,
        "trials": board.n_trials,
        "outcomes": {str(state): n for state, n in card.states.items()},
        "by_spec": {str(spec): _rates_as_json(part) for spec, part in board.by_spec.items()},
        "ranges": {
            key: {"low": _rate_as_json(found.low), "high": _rate_as_json(found.high)}
            for key, found in board.ranges.items()
        },
    }


def _control_as_json(reviewer: str, card: "ControlCard") -> dict[str, object]:
    accepted = _rate_as_json(card.acceptance)
    return {"reviewer": reviewer or None, "accepted": accepted, "false_alarms": card.false_alarms}


def _repeats_as_json(reviewer: str, found: "SelfAgreement") -> dict[str, object]:
    return {
        "reviewer": reviewer or None,
        "same": _rate_as_json(found.same),
        "ac1": found.ac1,
        "ac1_interval": to_interval(found.interval),
    }


def _agreement_as_json(found: "Agreement") -> dict[str, object]:
    return {
        "labelled_twice": found.n,
        "disagree": found.n - found.n_agree,
        "alpha": found.alpha,
        "ac1": found.ac1,
        "escaped_ac1": found.escaped,
        "escaped_ac1_interval": to_interval(found.interval),
    }


def _traced_as_json(output: "Traced") -> dict[str, object]:
    case, held = output.case, output.case.counted
    return {
        "id": case.output_id,
        "ticket": case.ticket_id,
        "trial": case.trial,
        "spec": case.spec,
        "in": output.part,
        "hits": output.hits,
        "n": output.n,
        "delivery": case.delivery,
        "tests": case.tests,
        "outcome": case.cell.outcome,
        "reviewer": held.reviewer or None,
        "label": held.judgement.label,
        "why": output.why,
    }
