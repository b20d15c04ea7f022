"""The folder of backups: what a copy is called, which is the newest, which ones go.

Copies are numbered, so their order does not hang on a clock. The program deletes only what it made
by itself: routine copies beyond ten (fewer where they are large) and copies before an upgrade
beyond three, each counted apart. What a command made stays until a person deletes it.
"""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from workbench.domain.backup import Backup, Kind
from workbench.domain.errors import StoreDamaged
from workbench.store.files import check_file
from workbench.store.sqlite import connect

KEPT = {Kind.ROUTINE: 10, Kind.BEFORE_UPGRADE: 3}
LEAST, BUDGET = 3, 2 << 30  # so many of a kind at least; beyond that, so many bytes

_NAME = re.compile(r"(?P<number>\d{4,})-(?P<at>\d{8}T\d{6}Z)(?:-(?P<kind>[a-z-]+))?")
_AT = "%Y%m%dT%H%M%SZ"
_LABELS = "SELECT coalesce(sum(n), 0) FROM tally WHERE candidate = '' AND cell = 'labelled'"


class Copy(NamedTuple):
    """A file in the folder of backups; a name that is not ours has the number 0."""

    number: int
    path: Path
    kind: Kind
    made_at: datetime


def find_folder(path: Path) -> Path:
    """Where the copies of the database at `path` are."""
    return path.parent / "backups"


def list_copies(path: Path) -> list[Copy]:
    """Every copy of the database at `path`, the oldest first."""
    folder = find_folder(path)
    found = folder.glob(f"[!.]*{path.suffix}") if folder.is_dir() else ()
    return sorted(read_name(path, copy) for copy in found)


def read_name(path: Path, copy: Path) -> Copy:
    """What the name of a copy says."""
    match = _NAME.fullmatch(copy.stem.removeprefix(f"{path.stem}-"))
    word = (match["kind"] or Kind.ROUTINE) if match else ""
    if match is None or word not in {*Kind}:
        made_at = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
        return Copy(0, copy, Kind.BY_HAND, made_at)
    made_at = datetime.strptime(match["at"], _AT).replace(tzinfo=UTC)
    return Copy(int(match["number"]), copy, Kind(word), made_at)


def name_copy(path: Path, kind: Kind, at: datetime) -> Path:
    """Where the next copy goes; the folder must be locked."""
    number = 1 + max((copy.number for copy in list_copies(path)), default=0)
    end = "" if kind is Kind.ROUTINE else f"-{kind}"
    name = f"{path.stem}-{number:04}-{at.astimezone(UTC).strftime(_AT)}{end}{path.suffix}"
    return find_folder(path) / name


def find_newest(path: Path) -> Copy | None:
    """The newest copy that is a workbench database by its first bytes."""
    for copy in reversed(list_copies(path)):
        try:
            check_file(copy.path)
        except StoreDamaged:
            continue
        if copy.kind is not Kind.DAMAGED:
            return copy
    return None


def offer_newest(path: Path) -> str:
    """How to go back to the newest copy: the end of every message about damage."""
    try:
        newest = find_newest(path)
    except OSError:  # the folder cannot be read: there is nothing to offer
        newest = None
    if newest is None:
        return "; there is no backup beside it"
    made = newest.made_at.strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"; the newest backup is of {made}; to go back to it: "
        f"workbench restore {quote(str(newest.path))}"
    )


def delete_old(path: Path) -> None:
    """Delete what the program made by itself and needs no more; the folder must be locked."""
    copies = list_copies(path)
    for kind, most in KEPT.items():
        of_kind = [copy.path for copy in copies if copy.kind is kind]
        if of_kind:
            fitting = BUDGET // max(1, of_kind[-1].stat().st_size)
            for copy in of_kind[: -max(LEAST, min(most, fitting))]:
                copy.unlink(missing_ok=True)


def describe_copy(copy: Copy) -> Backup:
    """What a copy holds; a read of a few rows."""
    labels, events = count_labels(copy.path)
    return Backup(copy.path, copy.kind, copy.made_at, copy.path.stat().st_size, labels, events)


def count_labels(path: Path) -> tuple[int | None, int | None]:
    """Labels that stand, and the length of the log; None where that cannot be read."""
    try:
        with closing(connect(path, read_only=True, busy_ms=1000)) as conn:
            conn.execute("PRAGMA trusted_schema=OFF")
            events = conn.execute("SELECT coalesce(max(event_id), 0) FROM label_event").fetchone()
            labels = conn.execute(_LABELS).fetchone()
    except sqlite3.Error:
        return None, None
    return int(labels[0]), int(events[0])
