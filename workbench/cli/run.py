"""`workbench run`: take candidates through the tickets."""

import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import Workbench, open_log, open_workbench
from workbench.cli.interrupts import two_steps
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    warn,
)
from workbench.domain.errors import UsageError
from workbench.domain.harness import RunPlan
from workbench.study import Study, find_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.cli.run_words import RunWords
    from workbench.domain.run_board import RunBoard
    from workbench.running import CandidateLocks
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
    it; the same command goes on. With --json there is one object a line, as outputs come. Of a
    sealed study only sums are told.
    """
    from workbench.cli.run_words import RunWords
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
            words = RunWords(bench, plan, as_json)
            with show_others(bench) as show:
                _run(words, entries, runs, locks, show)


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
    words: "RunWords",
    entries: "list[Entry]",
    runs: "Runs",
    locks: "CandidateLocks",
    show: "Callable[[RunBoard], None]",
) -> None:
    from workbench.cli.run_board import show_board
    from workbench.running import make_retries
    from workbench.services.runs import Control

    stop, cancel = threading.Event(), threading.Event()
    done: list[Finished] = []
    retries = make_retries(words.plan, stop, cancel)
    with (
        show_board() as draw,
        two_steps(stop, cancel, is_told=sys.stderr.isatty()),
    ):

        def tell(board: "RunBoard") -> None:
            draw(words.veil(board))
            show(board)

        control = Control(retries, stop, cancel, tell)
        for one in runs.run(entries, words.plan.run, control):
            for sentence in locks.record(one.job.candidate, one.ending.usage.model):
                words.warn_of(one.job.candidate, sentence)
            if one.is_new:
                done.append(one)
                words.tell_output(one)
    words.tell_end(runs, done, is_stopped=stop.is_set())
