"""`workbench backup` and `workbench restore`."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from workbench.blinding import make_seals
from workbench.bootstrap import Workbench, open_log, open_workbench, utc_now
from workbench.cli.opening import log_note
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    say,
    say_json,
    say_table,
    warn,
)
from workbench.config import FILE_NAME, STATE_FOLDER
from workbench.domain.backup import Backup, Difference
from workbench.domain.counted import counted
from workbench.domain.errors import UsageError
from workbench.services.backups import Backups
from workbench.study import Study, find_study

_KB = 1000


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A file or a folder; else among the study's own."),
    ] = None,
    is_list: Annotated[bool, typer.Option("--list", help="List the backups there are.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Write over FILE.")] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the study's database, also while others label: checked, and whole or not there."""
    if is_list and (file is not None or replace):
        raise UsageError("--list goes alone")
    if replace and file is None:
        raise UsageError("--replace needs a FILE")
    with open_workbench(find_study(study)) as bench:
        backups = Backups(bench.store, utc_now)
        if is_list:
            _list(backups.list(), as_json=as_json)
            return
        with Progress("backing up"):
            made = backups.make(file, may_replace=replace)
    if as_json:
        say_json("backups", [_row(made)])
    else:
        labels = "—" if made.labels is None else counted(made.labels, "label")
        say(f"backed up: {made.path}: {labels}, {_size(made.size)}")


def _list(backups: list[Backup], *, as_json: bool) -> None:
    if as_json:
        say_json("backups", [_row(made) for made in backups])
        return
    if not backups:
        say("no backup yet: `workbench backup` makes one")
        return
    heads = ("made (UTC)", "why", "labels", "size", "file")
    say_table(heads, [_cells(made) for made in backups])


def _cells(made: Backup) -> tuple[object, ...]:
    labels = "cannot be read" if made.labels is None else made.labels
    return f"{made.made_at:%Y-%m-%d %H:%M}", made.kind, labels, _size(made.size), made.path


def _row(made: Backup) -> dict[str, object]:
    return {
        "path": str(made.path),
        "kind": made.kind,
        "made_at": f"{made.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "labels": made.labels,
        "events": made.events,
        "bytes": made.size,
    }


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < _KB:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _KB
    return f"{size:.1f} GB"


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup of this study.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go back to a backup. It is checked first, and what is there now is kept."""
    from workbench.services.restores import describe_cost, prepare_restore

    if not (yes or sys.stdin.isatty()):
        raise UsageError("nobody is there to ask: say --yes to restore")
    found = _find_study(file.absolute(), study)
    open_log(found.state)
    with ExitStack() as stack:
        with Progress("checking the backup") as progress:
            preparing = prepare_restore(found.database, file.absolute(), progress.count)
            ready = stack.enter_context(preparing)
        if not ready.is_alone:
            warn("this file system has no locks: make sure no other program has the study open")
        if not yes:
            for line in describe_cost(ready.difference, None, is_done=False):
                warn(line)
            if not typer.confirm("Go back to this backup?", err=True):
                warn("nothing was changed")
                raise typer.Exit(1)
        with Progress("restoring"):
            kept = ready.put(utc_now())
    with open_workbench(found) as bench:
        make_seals(bench)  # who was told the names stays told
    log_note("restored; kept before: %s", kept and kept.name)
    if as_json:
        say_json("restored", [_cost(file, kept, ready.difference)])
    else:
        say(f"restored: {found.database}: {counted(ready.difference.labels_then, 'label')}")
        for line in describe_cost(ready.difference, kept, is_done=True):
            say(line)


def _find_study(file: Path, study: Path | None) -> Study:
    """The study of a backup that lies among its own, from wherever it is named."""
    state = file.parent.parent
    is_own = state.name == STATE_FOLDER and (state.parent / FILE_NAME).is_file()
    return find_study(state.parent if study is None and is_own else study)


def _cost(file: Path, kept: Path | None, difference: Difference) -> dict[str, object]:
    return {
        "path": str(file.absolute()),
        "kept": str(kept) if kept else None,
        "labels_before": difference.labels_now,
        "labels": difference.labels_then,
        "newer_labels": difference.newer,
        "newer_acts": difference.newer_acts,
        "regained_labels": difference.regained,
    }


def keep_up(bench: Workbench) -> None:
    """After a command that labelled: a backup where one is due."""
    told = Backups(bench.store, utc_now).keep_up()
    if told:
        warn(told)
