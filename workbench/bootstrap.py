"""The composition root: settings, store, adapters and services come together here and nowhere else.

Importing this module loads none of them; each function loads what it needs, so that the first
screen is painted before the store's libraries are.
"""

import getpass
import hashlib
import os
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import workbench
from workbench.config import FILE_NAME, STATE_FOLDER, Settings, load_settings, render_settings
from workbench.domain.errors import InputRefused, StudyNotFound, UsageError
from workbench.domain.queue import FirstScreen
from workbench.services.desk import Desk

if TYPE_CHECKING:
    from workbench.adapters.repositories import Clones
    from workbench.services.exports import Imports
    from workbench.services.outputs import Outputs
    from workbench.services.reviews import Reviews
    from workbench.services.tickets import Tickets
    from workbench.store.store import Store

LABEL_BUSY_MS = 250  # how long a key press may wait for another program
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Study:
    """Where a study stands, and its settings."""

    folder: Path
    settings: Settings

    @property
    def state(self) -> Path:
        """The folder of database, clones and log."""
        return self.folder / STATE_FOLDER

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.state / "study.db"

    @property
    def lock_file(self) -> Path:
        """The frozen suite."""
        return self.folder / "tickets.lock.json"

    @property
    def reviewer(self) -> str:
        """Whose labels these are, where nobody says otherwise."""
        return self.settings.reviewer or _login_name()

    @property
    def repositories(self) -> dict[str, Path]:
        """The user's repositories by name; relative paths count from the study's folder."""
        listed = self.settings.repositories.items()
        return {name: (self.folder / Path(path).expanduser()).resolve() for name, path in listed}

    @property
    def rubric(self) -> str:
        """What the labels mean in this study."""
        if not self.settings.rubric:
            return (Path(workbench.__file__).parent / "rubric.md").read_text(encoding="utf-8")
        path = self.folder / self.settings.rubric
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: the rubric cannot be read: {error}") from error

    @property
    def rubric_version(self) -> str:
        """Twelve hex digits of the rubric's text: every label carries them."""
        return hashlib.sha256(self.rubric.encode()).hexdigest()[:12]


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user-{os.getuid()}"


def utc_now() -> datetime:
    """The clock of every service."""
    return datetime.now(UTC)


def find_study(start: Path | None = None) -> Study:
    """The study of a folder, or of the nearest one above; raises StudyNotFound, ConfigError."""
    here = (start or Path.cwd()).absolute()
    folders = [here] if start else [here, *here.parents]
    for folder in folders:
        if (folder / FILE_NAME).is_file():
            return Study(folder, load_settings(folder / FILE_NAME))
    above = "" if start else " or in any folder above"
    raise StudyNotFound(f"no study in {here}{above}: make one with `workbench init --repo PATH`")


def create_study(
    folder: Path, repositories: Mapping[str, Path], progress: Progress | None = None
) -> Study:
    """A new study: workbench.toml, the database, and a private clone of every repository.

    Raises UsageError where there is one, GitFailed where a repository cannot be cloned; then
    nothing is left behind.
    """
    from workbench.adapters.repositories import Clones
    from workbench.store.store import create_store

    if (folder / FILE_NAME).exists() or (folder / STATE_FOLDER).exists():
        raise UsageError(f"{folder}: there is a study here already")
    paths = {name: str(path.expanduser().resolve()) for name, path in repositories.items()}
    study = Study(folder, Settings(repositories=paths))
    try:
        study.state.mkdir(mode=0o700)
    except OSError as error:
        raise InputRefused(f"{folder}: a study cannot be written here: {error}") from error
    with ExitStack() as undo:
        undo.callback(_remove, study.state)
        clones = Clones(study.state / "clones", study.repositories, progress)
        for name in repositories:
            clones.path(name)
        create_store(
            study.database,
            study_id=str(uuid.uuid4()),
            created_at=utc_now(),
            tool_version=workbench.__version__,
        )
        (folder / FILE_NAME).write_text(render_settings(paths), encoding="utf-8")
        undo.pop_all()
    return study


def _remove(folder: Path) -> None:
    from shutil import rmtree

    rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Workbench:
    """An open study with its services; use it with `with`."""

    study: Study
    store: "Store"
    clones: "Clones"

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close everything."""
        self.close()

    def close(self) -> None:
        """Close the store and every object file."""
        self.clones.close()
        self.store.close()

    @property
    def tickets(self) -> "Tickets":
        """Tickets: import, mark, freeze."""
        from workbench.services.tickets import Tickets

        return Tickets(self.store, self.clones, tuple(self.study.repositories))

    @property
    def outputs(self) -> "Outputs":
        """Outputs: import, test results."""
        from workbench.services.outputs import Outputs

        return Outputs(self.store, self.clones)

    @property
    def imports(self) -> "Imports":
        """Canonical exports, read back."""
        from workbench.services.exports import Imports

        return Imports(self.store, self.outputs, tuple(self.study.repositories), utc_now)

    def reviews(self, reviewer: str) -> "Reviews":
        """What one reviewer records; their queue is made on first use."""
        from workbench.services.reviews import Reviews

        self.store.ensure_reviewer(reviewer, utc_now())
        return Reviews(self.store, reviewer, utc_now)


def open_workbench(
    study: Study, progress: Progress | None = None, busy_ms: int = 10_000
) -> Workbench:
    """Open a study's store and clones; raises StoreDamaged where the database is not sound."""
    from workbench.adapters.repositories import Clones
    from workbench.log import start_log
    from workbench.store.store import open_store

    start_log(study.state)
    store = open_store(
        study.database,
        busy_ms=busy_ms,
        app_version=workbench.__version__,
        rubric_version=study.rubric_version,
    )
    return Workbench(study, store, Clones(study.state / "clones", study.repositories, progress))


def read_first_screen(study: Study, reviewer: str, *, open_names: bool) -> FirstScreen:
    """What the first paint shows, by sqlite3 alone; a reviewer's first time makes the queue."""
    from workbench.store.first_screen import read_first_screen as read

    first = read(study.database, reviewer, open_names=open_names)
    if first is None:
        with open_workbench(study) as bench:
            bench.store.ensure_reviewer(reviewer, utc_now())
        first = read(study.database, reviewer, open_names=open_names)
    if first is None:
        raise UsageError(f"{study.folder}: nothing to review: import tickets and outputs first")
    return first


def open_desk(study: Study, reviewer: str, *, open_names: bool) -> Desk:
    """What a review needs after the first paint; `warning` says why labels cannot be saved."""
    from workbench.services.queues import Queues
    from workbench.services.reviews import Reviews

    bench = open_workbench(study, busy_ms=LABEL_BUSY_MS)
    faults = bench.store.quick_check()
    warning = "; ".join(faults)
    if bench.store.is_read_only:
        warning = "; ".join([*bench.store.warnings, *faults])
    else:
        bench.store.ensure_reviewer(reviewer, utc_now())
    return Desk(
        reviews=Reviews(bench.store, reviewer, utc_now),
        queues=Queues(bench.store, reviewer, open_names=open_names),
        blobs=bench.clones,
        warning=warning,
        close=bench.close,
    )


def with_reviewer(study: Study, reviewer: str) -> Study:
    """The study as another reviewer opens it."""
    return replace(study, settings=replace(study.settings, reviewer=reviewer))
