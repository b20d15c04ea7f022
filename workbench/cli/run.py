"""`workbench run`: take candidates through the tickets."""

import sys
import threading
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import Workbench, open_log, open_workbench
from workbench.cli.interrupts import STOPPED, two_steps
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    say,
    say_json_line,
    say_table,
    warn,
)
from workbench.domain.errors import UsageError
from workbench.domain.harness import RunPlan
from workbench.study import Study, find_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.domain.run_board import RunBoard
    from workbench.running import CandidateLocks
    from workbench.services.run_state import Pace
    from workbench.services.runs import Entry, Finished, Runs


def run(
    candidate: Annotated[
        list[str] | None, typer.Argument(help="Only these; else all in workbench.toml.")
    ] = None,
    allow_drift: Annotated[
        bool,
        typer.Option("--allow-drift", help="Go on though a candidate differs from its lock."),
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Only show, live, how far the runs are; begin nothing.")
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take candidates through every ticket, and put what they deliver into the queue.

    What has an answer is not run again. The first Ctrl-C lets what runs finish, the second ends
    it; the same command goes on. With --json there is one object a line, as outputs come.
    """
    from workbench.running import hold_runs, open_entries, open_runs, read_plan, show_others

    if watch:
        if candidate or as_json:
            raise UsageError("--watch shows all runs on a screen: no candidate and no --json")
        raise typer.Exit(_watch(find_study(study)))
    with open_workbench(find_study(study)) as bench:
        plan = read_plan(bench, candidate or ())
        if not bench.store.list_tickets():
            raise UsageError("no tickets yet: workbench tickets import FILE")
        if not bench.store.is_frozen:
            warn("the tickets are not frozen: `workbench tickets freeze` before outputs count")
        for one in plan.candidates:
            if one.command and one.sandbox == "none":
                warn(f"{one.name}: NO SANDBOX: it runs with all your rights, as its outputs say")
        with hold_runs(bench):
            with Progress("preparing"):
                entries, runs = open_entries(bench, plan), open_runs(bench)
                locks = _check_locks(bench, plan, entries, allow_drift=allow_drift)
            with show_others(bench) as show:
                _run(plan, entries, runs, locks, show, as_json=as_json)


def _watch(study: Study) -> int:
    """The screen of the runs; returns the exit code."""
    from workbench.cli.opening import run_app
    from workbench.running import RunWatch
    from workbench.tui.screens.run_app import RunApp

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("--watch needs a terminal; `workbench run --json` tells a script")
    watch = RunWatch(study, is_open=True)
    theme, log = study.settings.theme, partial(open_log, study.state)
    return run_app(RunApp(watch.look, watch.close, theme=theme, open_log=log))


def _check_locks(
    bench: Workbench,
    plan: RunPlan,
    entries: "list[Entry]",
    *,
    allow_drift: bool,
) -> "CandidateLocks":
    """A candidate that has changed since its first output is refused: it is another one."""
    from workbench.running import open_locks
    from workbench.services.candidate_locks import list_drift, make_lock

    locks = open_locks(bench)
    for settings, entry in zip(plan.candidates, entries, strict=True):
        now = make_lock(settings, entry.harness.identify())
        locked = locks.locks.get(settings.name)
        drift = list_drift(locked, now) if locked else []
        if drift and not allow_drift:
            raise UsageError(
                f"candidate {settings.name} is not what it was: {'; '.join(drift)}. "
                "It is another candidate: give it a name of its own (or --allow-drift)"
            )
        if locked is None or drift:
            locks.pending[settings.name] = now
    return locks


def _run(
    plan: RunPlan,
    entries: "list[Entry]",
    runs: "Runs",
    locks: "CandidateLocks",
    show: "Callable[[RunBoard], None]",
    *,
    as_json: bool,
) -> None:
    from workbench.cli.run_board import show_board
    from workbench.running import make_retries
    from workbench.services.runs import Control

    stop, cancel = threading.Event(), threading.Event()
    done: list[Finished] = []
    retries = make_retries(plan, stop, cancel)
    with (
        show_board() as draw,
        two_steps(stop, cancel, is_told=sys.stderr.isatty()),
    ):

        def tell(board: "RunBoard") -> None:
            draw(board)
            show(board)

        control = Control(retries, stop, cancel, tell)
        for one in runs.run(entries, plan.run, control):
            for sentence in locks.record(one.job.candidate, one.ending.usage.model):
                warn(f"{one.job.candidate}: {sentence}")
            if one.is_new:
                done.append(one)
                if as_json:
                    say_json_line(_as_json(one))
    _say_end(runs, done, as_json=as_json, is_stopped=stop.is_set())


def _say_end(runs: "Runs", done: "list[Finished]", *, as_json: bool, is_stopped: bool) -> None:
    for one in done:
        _warn_of(one)
    paces = list(runs.paces.values())
    if as_json:
        say_json_line({"candidates": [_pace_json(pace) for pace in paces]})
    else:
        _say_paces(paces, done)
    for pace in paces:
        if pace.halted:
            warn(f"{pace.name} was stopped: {pace.halted}; mend it, the same command goes on")
    if is_stopped:
        warn("stopped; the same command goes on from here")
        raise typer.Exit(STOPPED)
    if runs.is_ceiling_reached:
        warn("max_total_cost_usd is reached: nothing more was begun; raise it in [run] to go on")
    if any(pace.done < pace.total for pace in paces):
        raise typer.Exit(1)
    if not as_json:
        say("next: workbench check, then workbench review")


def _warn_of(one: "Finished") -> None:
    """What a person has to know of one job."""
    for warning in one.warnings:
        warn(f"{one.job.ticket_id}, {one.job.candidate}: {warning}")
    if not one.ending.exit_class.is_answer:
        what = f"{one.ending.exit_class}: {one.ending.reason}"
        warn(f"{one.job.ticket_id}, {one.job.candidate}: no output ({what})")


def _say_paces(paces: "list[Pace]", done: "list[Finished]") -> None:
    from workbench.domain.run_board import say_cost

    new = Counter(one.job.candidate for one in done if one.ending.exit_class.is_answer)
    heads = ("candidate", "done", "of", "new", "failed", "leaks", "cost")
    say_table(
        heads,
        [
            (p.name, p.done, p.total, new[p.name], p.failed, p.leaks, say_cost(p.spent_usd))
            for p in paces
        ],
    )


def _as_json(one: "Finished") -> dict[str, object]:
    from workbench.services.run_deliveries import describe

    job, ending = one.job, one.ending
    return {
        "ticket": job.ticket_id,
        "candidate": job.candidate,
        "trial": job.trial,
        "delivery": ending.delivery,
        **describe(ending),
        "warnings": list(one.warnings),
    }


def _pace_json(pace: "Pace") -> dict[str, object]:
    return {
        "name": pace.name,
        "total": pace.total,
        "done": pace.done,
        "failed": pace.failed,
        "leaks": pace.leaks,
        "spent_usd": pace.spent_usd,
        "halted": pace.halted,
    }
