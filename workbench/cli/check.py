"""`workbench check`: run the tests on base and on every output."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import Workbench, open_workbench
from workbench.checking import open_bench, open_checks
from workbench.cli.interrupts import STOPPED, two_steps
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    say,
    say_json,
    say_table,
    say_text,
    warn,
)
from workbench.domain.check import CheckStatus
from workbench.domain.errors import NoSandbox
from workbench.services.check_text import describe_report, list_remarks, say_result
from workbench.study import find_study

if TYPE_CHECKING:  # loaded when tests are run
    from workbench.services.checks import Checked, Wanted
    from workbench.services.paces import Pace


def check(
    candidate: Annotated[
        list[str] | None, typer.Argument(help="Only the outputs of these candidates.")
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only what has no result for its tests as they are.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Run what has a result too.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", metavar="ID", help="One output, with every failure.")
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the tests on base and on every output, in a sandbox.

    What was run is kept and not run again. The first Ctrl-C lets what runs finish, the second
    ends it.
    """
    stop, cancel = threading.Event(), threading.Event()
    done: list[Checked] = []
    n_done, shows_hidden = 0, False
    with Progress("checking") as progress, open_workbench(find_study(study)) as opened:
        checks = open_checks(opened)
        jobs = checks.list_wanted(candidate or ())
        if output is not None:
            wanted = opened.store.get_output(output).output_id
            jobs = [job for job in jobs if job.output_id == wanted]
        if not jobs:
            say_json("checks", []) if as_json else say("no output with a tree to test")
            return
        try:
            bench = open_bench(opened)
        except NoSandbox as missing:
            checks.record_no_sandbox(jobs)
            raise NoSandbox(f"tests are not run: no sandbox. {missing}") from missing
        with bench, two_steps(stop, cancel):
            found = checks.run(
                bench,
                jobs,
                again=again,
                progress=lambda pace: progress.line(_describe(pace)),
                stop=stop,
                cancel=cancel,
            )
            for one in found:
                n_done += 1
                if one.is_new or not changed:
                    done.append(one if as_json or output else _slim(one))
                shows_hidden = output is not None and _is_labelled(opened, one.job)
    if as_json:
        say_json("checks", [_as_json(one) for one in _sorted(done)])
    elif output is not None and done:
        _say_report(done[0], shows_hidden=shows_hidden)
    else:
        _say_table(done)
    if stop.is_set():
        goes_on = "without --again the rest goes" if again else "the same command goes"
        warn(f"{n_done} of {len(jobs)} done, {goes_on} on from here")
        raise typer.Exit(STOPPED)


def _describe(pace: "Pace") -> str:
    said = [f"checked {pace.done} of {pace.total}", pace.doing]
    if pace.seconds_left is not None:
        minutes, seconds = divmod(round(pace.seconds_left), 60)
        said.append(f"about {minutes}:{seconds:02d} left")
    return " · ".join(filter(None, said))


def _slim(one: "Checked") -> "Checked":
    """What the table needs of it: the ends of failures are not kept for a million outputs."""
    return replace(one, report=replace(one.report, tails={}, broken=(), still_failing=()))


def _sorted(done: "list[Checked]") -> "list[Checked]":
    return sorted(done, key=lambda one: (one.job.ticket_id, one.job.candidate, one.job.trial))


def _say_table(done: "list[Checked]") -> None:
    rows = [
        (
            one.job.output_id,
            one.job.ticket_id,
            one.job.candidate,
            one.job.trial,
            say_result(one.report),
            "; ".join(list_remarks(one.report)),
        )
        for one in _sorted(done)
    ]
    if not rows:
        say("nothing to run: every output has its result")
        return
    say_table(("id", "ticket", "candidate", "trial", "tests", ""), rows)
    counts = {status: sum(one.report.tests is status for one in done) for status in CheckStatus}
    say(
        f"{len(done)} checked: {counts[CheckStatus.PASS]} pass, {counts[CheckStatus.FAIL]} fail, "
        f"{counts[CheckStatus.NOT_RUN]} not run; one in full: workbench check --output ID"
    )
    first = done[0].report
    say(f"read from: {first.kind} · sandbox: {first.sandbox} · environment: {first.environment}")


def _is_labelled(opened: Workbench, job: "Wanted") -> bool:
    """Whether the study's reviewer has decided about it: what was hidden may be seen then."""
    reviewer = opened.study.reviewer
    found = opened.store.list_outputs(
        ticket=job.ticket_id, candidate=job.candidate, reviewer=reviewer
    )
    return any(one.output_id == job.output_id and one.label is not None for one in found)


def _say_report(one: "Checked", *, shows_hidden: bool) -> None:
    job = one.job
    say(f"output {job.output_id} · {job.ticket_id} · {job.candidate} · trial {job.trial}")
    say_text(describe_report(one.report, shows_hidden=shows_hidden))


def _as_json(one: "Checked") -> dict[str, object]:
    job, report = one.job, one.report
    return {
        "id": job.output_id,
        "ticket": job.ticket_id,
        "candidate": job.candidate,
        "trial": job.trial,
        "is_new": one.is_new,
        "tests": report.tests,
        "summary": report.summary,
        "reason": report.reason,
        "broken": list(report.broken),
        "fixed": list(report.fixed),
        "still_failing": list(report.still_failing),
        "flaky": list(report.flaky),
        "missing": list(report.missing),
        "kept": report.kept,
        "hidden": report.hidden,
        "hidden_passed": list(report.hidden_passed),
        "hidden_failed": list(report.hidden_failed),
        "touched": list(report.touched),
        "added": list(report.added),
        "deleted": list(report.deleted),
        "moved": list(report.moved),
        "tails": dict(report.tails),
        "kind": report.kind,
        "sandbox": report.sandbox,
        "environment": report.environment,
        "seconds": round(report.seconds, 3),
    }
