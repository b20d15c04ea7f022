"""`workbench tickets`: import, list, sample, freeze; fetch.py and triage.py add theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli import fetch, triage
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    describe_counts,
    end_with_problems,
    say,
    say_json,
    say_table,
)
from workbench.domain.counted import counted
from workbench.domain.imported import RowProblem
from workbench.domain.spec import Spec
from workbench.services.tickets import Placed
from workbench.study import find_study

app = typer.Typer(help="The frozen suite: tickets from your own backlog.", no_args_is_help=True)
fetch.register(app)
triage.register(app)


@app.command("import")
def import_(files: list[Path], study: StudyOption = None) -> None:
    """Read what GitHub, GitLab, Jira or Linear export, SWE-bench rows, CSV, JSONL, Markdown."""
    from workbench.adapters.importers.tickets import read_placed_tickets

    def rows() -> Iterator[Placed | RowProblem]:
        for file in files:
            for row in read_placed_tickets(file):
                yield Placed(str(file), *row) if isinstance(row, tuple) else row

    with (
        Progress("importing") as progress,
        open_workbench(find_study(study), progress.percent) as bench,
    ):
        done = bench.tickets.add(rows(), progress.count)
    counts = {"added": done.added, "here already": done.same, "refused": len(done.problems)}
    say(f"{counted(done.read, 'ticket')} read: {describe_counts(counts)}")
    end_with_problems(done.problems)


@app.command("list")
def list_(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """List the tickets with their spec."""
    with open_workbench(find_study(study)) as bench:
        tickets = bench.tickets.list()
    if as_json:
        say_json(
            "tickets",
            [
                {
                    "id": t.ticket_id,
                    "title": t.title,
                    "spec": t.spec,
                    "repo": t.repo,
                    "base_commit": t.base_commit,
                    "digest": t.digest,
                }
                for t in tickets
            ],
        )
        return
    if not tickets:
        say("no tickets yet: workbench tickets import FILE")
        return
    say_table(
        ("id", "spec", "base", "title"),
        [(t.ticket_id, t.spec, t.base_commit[:10], t.title) for t in tickets],
    )


@app.command()
def sample(
    n: Annotated[int, typer.Option("--n", help="How many tickets.")] = 20,
    vague: Annotated[int, typer.Option("--vague", help="How many of them vague.")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another draw.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave only these tickets in the study.")
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a suite from the backlog: so many vague tickets, the rest clear, the same every time."""
    from workbench.services.samples import draw, keep_sample

    with open_workbench(find_study(study)) as bench:
        drawn = draw(bench.tickets.list(), n, vague, seed)
        n_gone = keep_sample(bench.store, drawn) if keep else 0
    counts = {str(spec): drawn.n_by_spec.get(spec, 0) for spec in Spec}
    if as_json:
        rows = [{"id": t.ticket_id, "spec": t.spec, "title": t.title} for t in drawn.tickets]
        told = {"seed": seed, "drawn_from": counts, "backlog_digest": drawn.backlog_digest}
        say_json("tickets", rows, **told, removed=n_gone)
        return
    say_table(("id", "spec", "title"), [(t.ticket_id, t.spec, t.title) for t in drawn.tickets])
    say(f"{len(drawn.tickets)} drawn with seed {seed} from {describe_counts(counts)}")
    if keep:
        say(f"{counted(n_gone, 'other')} removed; next: workbench tickets freeze")
    else:
        say("nothing was changed; with --keep the others are removed from the study")


@app.command()
def freeze(study: StudyOption = None) -> None:
    """Freeze the suite: tickets.lock.json is written, and tickets cannot change any more."""
    with open_workbench(find_study(study)) as bench:
        entries = bench.freeze()
        digest = bench.store.frozen_digest
    unset = sum(entry.spec is Spec.UNSET for entry in entries)
    tickets = counted(len(entries), "ticket")
    say(f"{tickets} frozen, digest {digest[:16]}, in {bench.study.lock_file}")
    if unset:
        say(f"{unset} of them are neither clear nor vague: they count in no stratum but all")
