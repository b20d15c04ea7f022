"""`workbench tickets triage`, `mark` and `agreement`: people call tickets clear or vague."""

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from workbench.bootstrap import LABEL_BUSY_MS, open_log, open_workbench, utc_now
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    ReviewerOption,
    StudyOption,
    say,
    say_json,
    say_table,
)
from workbench.domain.errors import StoreDamaged
from workbench.domain.spec import Spec
from workbench.study import check_name, find_study


class Mark(StrEnum):
    """What a person may call a ticket."""

    CLEAR = "clear"
    VAGUE = "vague"


def triage(
    settle: Annotated[
        bool, typer.Option("--settle", help="Only what people differ on; a call decides it.")
    ] = False,
    reviewer: ReviewerOption = None,
    study: StudyOption = None,
) -> None:
    """Call tickets clear or vague on a fast screen, one key each; several people, blind."""
    from workbench.cli.opening import find_option, need_terminal, run_app
    from workbench.log import guard_threads
    from workbench.services.desk import find_damage
    from workbench.services.triage import Triage

    found = find_study(study)
    who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
    need_terminal("triage", "`workbench tickets mark`")
    guard_threads()
    with Progress("opening the tickets") as progress:
        bench = open_workbench(found, progress.percent, busy_ms=LABEL_BUSY_MS)
        if fault := find_damage(bench.store):
            bench.close()
            raise StoreDamaged(f"{bench.store.path}: {fault}")
        made = Triage(bench.store, who, utc_now, is_settling=settle)
        entries = made.list()
    if not entries:
        bench.close()
        nothing = "nobody differs on a ticket: there is nothing to settle"
        say(nothing if settle else "no tickets yet: workbench tickets import FILE")
        return
    from workbench.tui.screens.triage_app import TriageApp

    settings = found.settings
    app = TriageApp(
        made,
        entries,
        option=find_option(found.folder),
        keymap=dict(settings.keys),
        theme=settings.theme,
        open_log=partial(open_log, found.state),
    )
    try:
        code = run_app(app)
    finally:
        bench.close()
    if code:
        raise typer.Exit(code)


def mark(
    ticket_id: str,
    spec: Mark,
    settle: Annotated[
        bool, typer.Option("--settle", help="Decide where people differ, instead of a call.")
    ] = False,
    reviewer: ReviewerOption = None,
    study: StudyOption = None,
) -> None:
    """Say whether a ticket is clear or vague: a person's call, before any run."""
    from workbench.services.spec_agreements import record_mark

    found = find_study(study)
    who = check_name(reviewer, "a reviewer") if reviewer is not None else found.reviewer
    with open_workbench(found) as bench:
        now = record_mark(bench.store, who, ticket_id, Spec(spec), utc_now(), settles=settle)
    if now is Spec.UNSET:
        say(f"{ticket_id} is unset: people differ, until it is settled (mark --settle)")
    elif now is not Spec(spec):
        say(f"{ticket_id} is {now}: that was settled, and your call is kept beside it")
    else:
        say(f"{ticket_id} is {now}")


def agreement(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """Say how far people agree on which tickets are clear, and list what they differ on."""
    from workbench.services.spec_agreements import compare_calls
    from workbench.services.triage import describe_call

    with open_workbench(find_study(study)) as bench:
        found = compare_calls(bench.store)
    if as_json:
        disputes = [
            {
                "id": d.ticket_id,
                "title": d.title,
                "settled": None if d.settled is Spec.UNSET else d.settled,
                "calls": [
                    {"reviewer": who, "spec": call.spec, "severity": call.severity}
                    for who, call in d.calls.items()
                ],
            }
            for d in found.disputes
        ]
        say_json(
            "disputes",
            disputes,
            called_by=found.n_by_person,
            n=found.n,
            n_agree=found.n_agree,
            alpha=found.alpha,
            pairs=[pair._asdict() for pair in found.pairs],
        )
        return
    if not found.n_by_person:
        say("nobody has called a ticket yet: workbench tickets triage")
        return
    called = ", ".join(f"{who} {n}" for who, n in found.n_by_person.items())
    say(f"tickets called: {called}")
    if not found.n:
        say("no ticket was called by two people: --reviewer NAME makes a second list")
        return
    say(f"called by two or more: {found.n}, agreed on {_share(found.n_agree, found.n)}")
    for pair in found.pairs:
        share = _share(pair.n_agree, pair.n)
        say(f"{pair.first} and {pair.second}: {share}, kappa {_number(pair.kappa)}")
    say(f"alpha over all (Krippendorff, nominal): {_number(found.alpha)}")
    if found.disputes:
        say()
        rows = [
            (
                d.ticket_id,
                "open" if d.settled is Spec.UNSET else d.settled,
                ", ".join(f"{who} {describe_call(call)}" for who, call in d.calls.items()),
                d.title,
            )
            for d in found.disputes
        ]
        say_table(("differ on", "settled", "calls", "title"), rows)
        say("to settle: workbench tickets triage --settle, or mark ID clear --settle")


def _share(n: int, of: int) -> str:
    return f"{n}/{of} ({n / of:.0%})" if of else "0/0 (—)"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def register(app: typer.Typer) -> None:
    """Put the commands into `workbench tickets`."""
    app.command()(triage)
    app.command()(mark)
    app.command()(agreement)
