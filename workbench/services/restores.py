"""Going back to a backup, as a person meets it: which study it is of, and what it would cost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from workbench.domain.backup import Difference
from workbench.domain.counted import counted
from workbench.store.restore import Restore
from workbench.store.restore import prepare_restore as prepare

Progress = Callable[[str, int], None]


def prepare_restore(
    database: Path, file: Path, progress: Progress
) -> AbstractContextManager[Restore]:
    """A checked copy of `file`, ready to take the place of the study's database."""
    return prepare(database, file, progress)


def describe_cost(difference: Difference, kept: Path | None, *, is_done: bool) -> list[str]:
    """What is lost and what comes back; `kept` is where what was there is kept."""
    now, then = difference.labels_now, difference.labels_then
    if now is None:
        ahead = f"the backup holds {_labels(then)}; the study is damaged or gone"
        left = [f"what was there, byte by byte, is kept in {kept}"] if kept else []
        return left if is_done else [f"{ahead}, what is left of it is kept"]
    lines = [] if is_done else [f"the backup holds {_labels(then)}, the study {now}"]
    where = f"kept in {kept}" if kept else "kept in a backup of their own first"
    acts = f" and {counted(difference.newer_acts, 'other act')}" if difference.newer_acts else ""
    if difference.newer or acts:
        what = f"{_labels(difference.newer)}{acts} newer than this backup"
        lines.append(f"{what} {_are(difference, 'not in it')}; {where}")
    if difference.regained:
        lines.append(f"{_labels(difference.regained)} that the study does not hold come back")
    return lines


def _are(difference: Difference, what: str) -> str:
    return f"is {what}" if (difference.newer, difference.newer_acts) == (1, 0) else f"are {what}"


def _labels(n: int) -> str:
    return counted(n, "label")
