"""`workbench demo`: the sample study, ready to review; no network, no repository of your own."""

import sys
from functools import partial
from typing import Annotated

import typer

from workbench.bootstrap import fill_demo, open_demo, open_workbench, utc_now
from workbench.cli.metrics import metrics
from workbench.cli.opening import run_sealed_or_not
from workbench.cli.pairs import run_pairs
from workbench.cli.terminal import Progress, say, say_table, warn
from workbench.config import find_data_folder
from workbench.domain.errors import ConfigError, StoreDamaged
from workbench.study import Study


def demo(
    filled: Annotated[
        bool, typer.Option("--filled", help="Label it from the key, and open at the end.")
    ] = False,
    key: Annotated[
        bool, typer.Option("--key", help="Print what a careful reviewer decides.")
    ] = False,
    pair: Annotated[
        bool, typer.Option("--pair", help="Two outputs of a ticket side by side, blind.")
    ] = False,
    training: Annotated[
        bool, typer.Option("--training", help="Five other outputs, with what the key says of each.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Start over; labels in it go.")] = False,
) -> None:
    """Open the sample study: twenty tickets, two candidates, forty outputs, five to learn by."""
    if key:
        _print_key()
        return
    try:
        if training:
            _train(reset=reset)
        else:
            _show(filled=filled, pair=pair, reset=reset)
    except (ConfigError, StoreDamaged) as error:
        raise type(error)(f"{error}; `workbench demo --reset` starts it over") from error


def _show(*, filled: bool, pair: bool, reset: bool) -> None:
    study, reviewer = _open(filled=filled, reset=reset)
    if sys.stdin.isatty() and sys.stdout.isatty():
        code = run_pairs(study, reviewer, ()) if pair else run_sealed_or_not(study, reviewer)
        if code:
            raise typer.Exit(code)
        return
    _print_queue(study, reviewer)
    metrics(reviewer=reviewer if filled else None, study=study.folder)
    say(f"The study is in {study.folder}.")
    say(f"Run `workbench demo{' --filled' if filled else ''}` in a terminal to review it.")


def _train(*, reset: bool) -> None:
    from workbench.cli.training import run_training
    from workbench.training import open_demo_training

    study, reviewer = _open(filled=False, reset=reset)
    if code := run_training(study, partial(open_demo_training, study, reviewer)):
        raise typer.Exit(code)


def _open(*, filled: bool, reset: bool) -> tuple[Study, str]:
    folder, warning = find_data_folder()
    if warning:
        warn(warning)
    with Progress("making the sample study") as progress:
        study = open_demo(folder, is_new=reset, progress=progress.percent)
        return study, fill_demo(study) if filled else study.reviewer


def _print_key() -> None:
    from workbench.adapters.sample import find_sample, read_key

    rows = [
        (e.ticket_id, e.candidate, e.decision.label, e.decision.edit or "", e.why)
        for e in read_key(find_sample())
    ]
    say_table(("ticket", "candidate", "label", "edit", "why"), rows)


def _print_queue(study: Study, reviewer: str) -> None:
    with open_workbench(study) as bench:
        if not bench.store.is_read_only:
            bench.store.ensure_reviewer(reviewer, utc_now())
        page = bench.store.queue_page(reviewer, None, 60)
        progress = bench.store.progress(reviewer)
        is_sealed = bench.store.is_sealed
    say(f"Queue of {reviewer}: {progress.left} left of {progress.total}")
    say_table(
        ("alias", "ticket", "delivery", "tests", "label", "title"),
        [
            (
                "·" if is_sealed else i.alias,
                i.ticket_id,
                i.delivery,
                i.tests,
                i.label or "",
                i.title,
            )
            for i in page
        ],
    )
    say()
