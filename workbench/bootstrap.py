"""The composition root: settings, store, adapters and services come together here and nowhere else.

Importing this module loads none of them; each function loads what it needs, so that the first
screen is painted before the store's libraries are.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import workbench
from workbench.config import FILE_NAME, TEACHING, Settings, find_kept_folders
from workbench.domain.errors import InputRefused, UsageError
from workbench.study import Study, find_study, is_file
from workbench.text import display

if TYPE_CHECKING:
    from workbench.adapters.repositories import Clones
    from workbench.domain.queue import FirstScreen
    from workbench.domain.ticket import SuiteEntry
    from workbench.services.desk import Desk
    from workbench.services.imports import Imports
    from workbench.services.outputs import Outputs
    from workbench.services.reviews import Reviews
    from workbench.services.tickets import Tickets
    from workbench.store.store import Fault, Store

LABEL_BUSY_MS = 250  # how long a key press may wait for another program
Progress = Callable[[str, int], None]


def utc_now() -> datetime:
    """The clock of every service."""
    return datetime.now(UTC)


def open_log(folder: Path) -> Path | None:
    """The log in a folder, from here on; no secret of the environment ever stands in it."""
    from workbench.adapters.redact import make_redactor
    from workbench.log import start_log

    return start_log(folder, make_redactor(os.environ))


def create_study(
    folder: Path,
    repositories: Mapping[str, Path],
    progress: Progress | None = None,
    given: Mapping[str, str | int | bool] | None = None,
) -> Study:
    """A new study: the database, a private clone of every repository, and at last workbench.toml.

    So it is there whole or not at all. UsageError where there is one, InputRefused for a clone.
    """
    from workbench.adapters.files import building, write_atomically
    from workbench.config import render_settings

    if (folder / FILE_NAME).exists():
        raise UsageError(f"{folder}: there is a study here already")
    sources = {name: path.expanduser().resolve() for name, path in repositories.items()}
    here = folder.resolve()  # a repository inside goes by a relative path: they move together
    inside = {name: s.relative_to(here) for name, s in sources.items() if s.is_relative_to(here)}
    paths = {name: str(path) for name, path in (sources | inside).items()}
    study = Study(folder, Settings(repositories=paths))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _reclaim(study)
        with building(folder) as part:
            _fill_state(part / "state", sources, progress)
            (part / "state").rename(study.state)
        write_atomically(folder / FILE_NAME, [render_settings(paths, given).encode()])
    except OSError as error:
        why = f"a study cannot be written here: {error.strerror or error}"
        raise InputRefused(f"{folder}: {why}") from error
    return study


def _fill_state(state: Path, sources: Mapping[str, Path], progress: Progress | None) -> None:
    import uuid

    from workbench.adapters.repositories import Clones
    from workbench.store.store import create_store

    state.mkdir(mode=0o700)
    clones = Clones(state / "clones", sources, progress)
    for name in sources:
        clones.path(name)
    create_store(
        state / "study.db",
        study_id=str(uuid.uuid4()),
        created_at=utc_now(),
        tool_version=workbench.__version__,
    )


def _reclaim(study: Study) -> None:
    """Remove what an `init` killed at its last step left; a database with anything in it stays."""
    import shutil

    from workbench.store.store import open_store

    if not study.state.exists():
        return
    with open_store(study.database, read_only=True) as store:
        if store.count_outputs() or store.list_tickets() or store.list_reviewers():
            raise UsageError(
                f"{study.state} holds a study whose {FILE_NAME} is gone: put it back, "
                "or make the new study in another folder"
            )
    shutil.rmtree(study.state)


def open_demo(data: Path, *, is_new: bool, progress: Progress | None = None) -> Study:
    """The sample study in the folder `data`, made whole on first use; `is_new` makes it again."""
    from workbench.adapters.files import building

    folder = data / "demo"
    if is_file(folder / FILE_NAME) and not is_new:
        return find_study(folder)
    with building(data) as part:
        _make_demo(part / "demo", progress)
        if folder.exists():
            folder.rename(part / "old")
        (part / "demo").rename(folder)
    return find_study(folder)


def _make_demo(folder: Path, progress: Progress | None) -> None:
    from workbench.adapters.importers.predictions import read_predictions
    from workbench.adapters.importers.reports import read_reports
    from workbench.adapters.importers.tickets import read_placed_tickets
    from workbench.adapters.sample import build_repository, find_sample, read_first_order
    from workbench.services.demo import Sample, load_sample
    from workbench.services.tickets import Placed

    source = find_sample()
    build_repository(source, folder / "repository")
    study = create_study(folder, {"": folder / "repository"}, progress, TEACHING)
    tickets = source / "tickets.jsonl"
    outputs = sorted((source / "outputs").glob("*.jsonl"))
    placed = read_placed_tickets(tickets)
    sample = Sample(
        tickets=(Placed(str(tickets), *t) if isinstance(t, tuple) else t for t in placed),
        outputs=((str(file), row) for file in outputs for row in read_predictions(file)),
        reports=read_reports(source / "tests.jsonl"),
        first=tuple(read_first_order(source)),
    )
    with open_workbench(study, progress) as bench:
        load_sample(bench.store, bench.tickets, bench.outputs, sample, utc_now())


def fill_demo(study: Study) -> str:
    """Label the demo from the key where it has no label yet; returns the reviewer's name."""
    from workbench.adapters.sample import find_sample, read_key
    from workbench.services.demo import KEY_REVIEWER, fill_from_key

    key = {(e.ticket_id, e.candidate): e.decision for e in read_key(find_sample())}
    with open_workbench(study) as bench:
        fill_from_key(bench.store, bench.reviews(KEY_REVIEWER), key)
    return KEY_REVIEWER


class Workbench(NamedTuple):
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
        from workbench.services.imports import Imports

        return Imports(self.store, self.tickets, self.outputs, self.clones, utc_now)

    def freeze(self) -> "tuple[SuiteEntry, ...]":
        """Freeze the tickets, then write tickets.lock.json; again it only writes the file."""
        from workbench.adapters.files import write_atomically
        from workbench.services.tickets import render_lock

        entries = self.tickets.freeze(utc_now())
        try:
            write_atomically(self.study.lock_file, [render_lock(entries).encode()])
        except OSError as error:
            why = f"{error.strerror}; the tickets are frozen, run it again for the file"
            raise InputRefused(f"{self.study.lock_file} cannot be written: {why}") from error
        return entries

    def audit(self, progress: Progress) -> "Iterator[Fault]":
        """Every disagreement in the study."""
        from workbench.services.audits import audit

        path = self.study.lock_file
        lock = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
        return audit(self.store, self.clones, lock, progress)

    def reviews(self, reviewer: str) -> "Reviews":
        """What one reviewer records; their queue is made on first use."""
        from workbench.services.reviews import Reviews

        self.store.ensure_reviewer(reviewer, utc_now())
        return Reviews(self.store, reviewer, utc_now)


def open_workbench(
    study: Study, progress: Progress | None = None, busy_ms: int = 10_000
) -> Workbench:
    """Open a study's store and clones; raises StoreDamaged where the database is not sound."""
    from workbench.adapters.files import sweep
    from workbench.adapters.repositories import Clones
    from workbench.store.store import open_store

    open_log(study.state)
    sweep(study.folder, study.state)
    store = open_store(
        study.database,
        busy_ms=busy_ms,
        app_version=workbench.__version__,
        rubric_version=study.rubric_version,
        gates=study.digest_gates,
    )
    for told in filter(None, (store.upgraded, *store.warnings)):
        sys.stderr.write(f"{display(told)}\n")
    return Workbench(study, store, Clones(study.state / "clones", study.repositories, progress))


def read_first_screen(study: Study, reviewer: str, *, open_names: bool) -> "FirstScreen":
    """What the first paint shows, by sqlite3 alone; a reviewer's first time makes the queue."""
    from workbench.adapters.note_files import NoteFiles
    from workbench.services.readings import Readings
    from workbench.store.first_screen import read_first_screen as read

    mark = Readings(NoteFiles(study.readings), reviewer).load_bookmark()
    look = partial(read, study.database, reviewer, open_names=open_names, bookmark=mark)
    if (first := look()) is None:
        from workbench.services.desk import make_ready

        with open_workbench(study) as bench:
            first = make_ready(bench.store, reviewer, utc_now(), look)
    if first.item is None:
        raise UsageError(f"{study.folder}: nothing to review: import tickets and outputs first")
    return first


def open_desk(study: Study, reviewer: str, *, open_names: bool) -> "Desk":
    """What a review needs after the first paint; `warning` says why labels cannot be saved."""
    from workbench.adapters.difftools import DiffTool
    from workbench.adapters.kept_files import KeptFiles
    from workbench.adapters.note_files import NoteFiles
    from workbench.adapters.workcopies import WorkCopies
    from workbench.services.desk import make_desk

    bench = open_workbench(study, busy_ms=LABEL_BUSY_MS)
    viewer, ends = DiffTool(study.settings.difftool), ExitStack()
    ends.callback(bench.close)
    ends.callback(viewer.close)
    return make_desk(
        *(bench.store, bench.clones, reviewer, utc_now),
        open_names=open_names,
        kept=KeptFiles(find_kept_folders()),
        viewer=viewer,
        copies=WorkCopies(bench.clones.path, study.settings.editor),
        notes=NoteFiles(study.readings),
        close=ends.close,
    )
