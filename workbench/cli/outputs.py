"""`workbench outputs`: import, tests, list, show."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.blinding import seal_output
from workbench.bootstrap import Workbench, open_workbench, utc_now
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    describe_counts,
    end_with_problems,
    say,
    say_json,
    say_table,
    say_text,
)
from workbench.domain.counted import counted
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.errors import UsageError
from workbench.domain.pair import Said
from workbench.domain.seal import SEALED
from workbench.study import check_name, find_study
from workbench.text import decode

if TYPE_CHECKING:  # loaded when outputs come
    from workbench.domain.imported import RowProblem
    from workbench.domain.output import Delivered
    from workbench.services.outputs import CheckImport

app = typer.Typer(help="What the candidates delivered.", no_args_is_help=True)
CandidateOption = Annotated[
    str | None,
    typer.Option("--candidate", metavar="NAME", help="Whose outputs; else as each row says."),
]


@app.command("import")
def import_(
    files: list[Path],
    candidate: CandidateOption = None,
    control: Annotated[
        bool, typer.Option("--control", help="Merged human patches, to measure the reviewers.")
    ] = False,
    share: Annotated[
        float, typer.Option(min=0.01, max=0.9, help="Of the queue, how much controls may be.")
    ] = 0.1,
    report: Annotated[
        Path | None, typer.Option("--report", help="A SWE-bench report with test results.")
    ] = None,
    study: StudyOption = None,
) -> None:
    """Read predictions (JSONL, a JSON list, or an object by id) and turn each into a git tree."""
    from workbench.adapters.importers.predictions import read_predictions

    if control and candidate is None:
        raise UsageError("--control needs --candidate NAME: what these patches are counted as")

    def rows() -> "Iterator[tuple[str, Delivered | RowProblem]]":
        for file in files:
            for row in read_predictions(file, candidate):
                yield str(file), row

    if candidate is not None:
        check_name(candidate, "a candidate")
    with (
        Progress("importing") as progress,
        open_workbench(find_study(study), progress.percent) as bench,
    ):
        if control and candidate is not None:
            from workbench.services.controls import choose_controls

            n_outputs = bench.store.count_outputs() - bench.store.count_controls()
            chosen = choose_controls(rows(), n_outputs, share)
            bench.store.add_control(candidate)
            done = bench.outputs.add(chosen, progress.count)
        else:
            done = bench.outputs.add(rows(), progress.count)
        problems = list(done.problems)
        tests = _record(bench, report, candidate, done.candidates) if report else None
    counts = {"added": done.added, "here already": done.same, "refused": len(problems)}
    say(f"{counted(done.read, 'row')} read: {describe_counts(counts)}")
    if done.rungs:
        rungs = {str(rung): done.rungs[rung] for rung in Rung if rung in done.rungs}
        say(f"applied: {describe_counts(rungs)}")
    if tests is not None:
        _say_tests(tests)
        problems += tests.problems
    end_with_problems(problems)


@app.command("tests")
def import_tests(file: Path, candidate: CandidateOption = None, study: StudyOption = None) -> None:
    """Read test results: a SWE-bench report, or JSONL of {ticket, candidate, tests}."""
    with Progress("importing"), open_workbench(find_study(study)) as bench:
        done = _record(bench, file, candidate, frozenset())
    _say_tests(done)
    end_with_problems(done.problems)


def _record(
    bench: Workbench, file: Path, candidate: str | None, imported: frozenset[str]
) -> "CheckImport":
    """A report that names no candidate speaks of the only one whose outputs came with it."""
    from workbench.adapters.importers.reports import read_reports

    only = next(iter(imported)) if len(imported) == 1 else None
    return bench.outputs.record_checks(read_reports(file, candidate), only, utc_now())


def _say_tests(done: "CheckImport") -> None:
    counts = {"recorded": done.matched, "the same": done.same, "refused": len(done.problems)}
    say(f"{counted(done.read, 'test result')} read: {describe_counts(counts)}")


@app.command("list")
def list_(
    aside: Annotated[
        bool, typer.Option("--aside", help="Only what a reviewer set aside, and how.")
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the outputs: how each was applied, what the tests said, how it was labelled."""
    if aside:
        _list_aside(study, as_json=as_json)
        return
    with open_workbench(find_study(study)) as bench:
        is_sealed = bench.store.is_sealed
        found = list(bench.store.list_outputs())
        if is_sealed:  # in an order that tells nothing
            found.sort(key=lambda o: (o.ticket_id, o.output_id))
        rows = [
            {
                "id": o.output_id,
                "ticket": o.ticket_id,
                "candidate": SEALED if is_sealed else o.candidate,
                "trial": o.trial,
                "delivery": o.delivery,
                "applied": o.rung,
                "files": o.files,
                "added": o.added,
                "removed": o.removed,
                "tests": o.tests,
                "label": o.label,
            }
            for o in found
        ]
    if as_json:
        say_json("outputs", rows)
    elif rows:
        shown = [[("" if v is None else v) for v in row.values()] for row in rows]
        say_table(tuple(rows[0]), shown)
    else:
        say("no outputs yet: workbench outputs import FILE")


def _list_aside(study: Path | None, *, as_json: bool) -> None:
    with open_workbench(find_study(study)) as bench:
        rows = [
            {
                "id": one.output_id,
                "ticket": one.ticket_id,
                "reviewer": one.reviewer,
                "aside": one.place.name.lower().replace("_", " "),
            }
            for one in bench.store.list_aside()
        ]
        rows += [
            {"id": vote.pair_id, "ticket": ticket, "reviewer": who, "aside": f"pair {told}"}
            for who, ticket, vote in bench.store.list_pairs_aside()
            if (told := "to discuss" if vote.said is Said.DISCUSS else str(vote.said))
        ]
    if as_json:
        say_json("outputs", rows)
    elif rows:
        say_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    else:
        say("nothing is set aside")


@app.command()
def show(output_id: str, study: StudyOption = None, as_json: JsonOption = False) -> None:
    """Print ticket, message and patch of one output."""
    with open_workbench(find_study(study)) as bench:
        output = bench.store.get_output(output_id)
        if bench.store.is_sealed:
            output = seal_output(bench, output)
        ticket = bench.store.get_ticket(output.ticket_id)
        check = bench.store.get_check(output.output_id)
    patch = decode(output.patch)
    if as_json:
        row = {
            "id": output.output_id,
            "ticket": {"id": ticket.ticket_id, "title": ticket.title, "body": ticket.body},
            "candidate": output.candidate,
            "trial": output.trial,
            "delivery": output.delivery,
            "applied": output.applied.rung,
            "detail": output.applied.detail,
            "badges": list(output.applied.badges),
            "tests": check.tests,
            "message": output.message,
            "patch": patch,
        }
        say_json("outputs", [row])
        return
    applied = output.applied
    say(f"output {output.output_id} · {output.candidate} · trial {output.trial}")
    say(f"applied: {applied.rung}{': ' + applied.detail if applied.detail else ''}")
    say(f"tests: {check.tests}{' (' + check.reason + ')' if check.reason else ''}")
    for badge in applied.badges:
        say(f"note: {badge}")
    say_text(f"\n--- ticket {ticket.ticket_id}: {ticket.title}\n{ticket.body}")
    say_text(f"\n--- message\n{output.message or '(nothing was said)'}")
    if output.delivery is Delivery.PATCH:
        say_text(f"\n--- patch\n{patch}")
