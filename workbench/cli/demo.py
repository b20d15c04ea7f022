"""`workbench demo`: the sample study, ready to review; no network, no repository of your own."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from workbench.bootstrap import (
    Study,
    create_study,
    find_study,
    open_workbench,
    utc_now,
)
from workbench.cli.metrics import metrics
from workbench.cli.review import run_review
from workbench.cli.terminal import say, say_table, warn
from workbench.domain.errors import InputRefused, UsageError


def demo(
    filled: Annotated[
        bool, typer.Option("--filled", help="Label it from the key, and open at the end.")
    ] = False,
    key: Annotated[
        bool, typer.Option("--key", help="Print what a careful reviewer decides.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Start over; labels in it go.")] = False,
) -> None:
    """Open the sample study: twenty tickets, two candidates, forty outputs, five to learn by."""
    from workbench.adapters.sample import find_sample, read_key

    sample = find_sample()
    if key:
        rows = [
            (e.ticket_id, e.candidate, e.decision.label, e.decision.edit or "", e.why)
            for e in read_key(sample)
        ]
        say_table(("ticket", "candidate", "label", "edit", "why"), rows)
        return
    study = _open_or_make(sample, reset=reset)
    if filled:
        _fill(study, sample)
    reviewer = "key" if filled else study.reviewer
    if sys.stdin.isatty() and sys.stdout.isatty():
        run_review(study, reviewer, open_names=False)
        return
    _print_queue(study, reviewer)
    metrics(reviewer=reviewer if filled else None, study=study.folder)
    say(f"The study is in {study.folder}.")
    say("Run `workbench demo` in a terminal to review it.")


def _open_or_make(sample: Path, *, reset: bool) -> Study:
    folder = _data_folder() / "demo"
    if reset:
        _remove(folder)
    if (folder / "workbench.toml").is_file():
        return find_study(folder)
    _remove(folder)
    return _make(sample, folder)


def _data_folder() -> Path:
    """The user's data folder; where it cannot be written, a private one that is temporary."""
    from platformdirs import user_data_path

    wanted = user_data_path("workbench")
    try:
        wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    except OSError:
        import os

        spare = Path(tempfile.gettempdir()) / f"workbench-{os.getuid()}"
        spare.mkdir(mode=0o700, exist_ok=True)
        if spare.is_symlink() or spare.stat().st_uid != os.getuid():
            raise UsageError(f"{spare} belongs to somebody else: set XDG_DATA_HOME") from None
        warn(f"{wanted} cannot be written: the demo is in {spare}")
        return spare


def _remove(folder: Path) -> None:
    from shutil import rmtree

    if folder.exists():
        rmtree(folder)


def _make(sample: Path, folder: Path) -> Study:
    from workbench.adapters.importers.predictions import read_predictions
    from workbench.adapters.importers.reports import read_reports
    from workbench.adapters.importers.tickets import read_tickets
    from workbench.adapters.sample import build_repository, read_first_order
    from workbench.services.demo import output_ids

    warn("making the sample study ...")
    build_repository(sample, folder / "repository")
    study = create_study(folder, {"": folder / "repository"})
    files = sorted((sample / "outputs").glob("*.jsonl"))
    with open_workbench(study) as bench:
        problems = list(bench.tickets.add(read_tickets(sample / "tickets.jsonl")).problems)
        rows = ((str(file), row) for file in files for row in read_predictions(file, None))
        problems += bench.outputs.add(rows).problems
        tests = sample / "tests.jsonl"
        problems += bench.outputs.record_checks(
            read_reports(tests), str(tests), None, utc_now()
        ).problems
        ids = output_ids(bench.store)
        bench.store.set_first_order([ids[where] for where in read_first_order(sample)])
    if problems:
        raise InputRefused(f"the sample is damaged: {problems[0]}")
    return study


def _fill(study: Study, sample: Path) -> None:
    from workbench.adapters.sample import read_key
    from workbench.services.demo import KEY_REVIEWER, fill_from_key, output_ids

    with open_workbench(study) as bench:
        if KEY_REVIEWER in bench.store.list_reviewers():
            return
        entries = [((e.ticket_id, e.candidate), e.decision) for e in read_key(sample)]
        fill_from_key(bench.reviews(KEY_REVIEWER), output_ids(bench.store), entries)


def _print_queue(study: Study, reviewer: str) -> None:
    with open_workbench(study) as bench:
        bench.store.ensure_reviewer(reviewer, utc_now())
        page = bench.store.queue_page(reviewer, None, 60)
        progress = bench.store.progress(reviewer)
    say(f"Queue of {reviewer}: {progress.left} left of {progress.total}")
    say_table(
        ("alias", "ticket", "delivery", "tests", "label", "title"),
        [(i.alias, i.ticket_id, i.delivery, i.tests, i.label or "", i.title) for i in page],
    )
    say()
