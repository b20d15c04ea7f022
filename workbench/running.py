"""The composition root of runs: settings become harnesses, records and a lock.

Apart from bootstrap, so that what opens a review does not know how candidates are run.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import workbench
from workbench.bootstrap import Workbench, open_workbench, utc_now
from workbench.config import FILE_NAME
from workbench.domain.errors import ConfigError, InputRefused, NoSandbox, UsageError
from workbench.domain.harness import CandidateSettings, RunPlan
from workbench.domain.run_board import RunBoard, regroup
from workbench.run_config import load_run
from workbench.study import Study
from workbench.text import display

if TYPE_CHECKING:
    from workbench.adapters.run_files import RunFiles
    from workbench.services.candidate_locks import Lock
    from workbench.services.runs import Entry, Harness, Retries, Runs

_LOCK, _BOARD = "run.lock", "run.board.json"
_EVERY_SECONDS = 0.5


def read_plan(bench: Workbench, names: Sequence[str]) -> RunPlan:
    """Settings and the candidates asked for, all of them for none; raises UsageError."""
    path = bench.study.folder / FILE_NAME
    plan = load_run(path)
    if not plan.candidates:
        raise UsageError(f"{path}: there is no [[candidates]] table: describe a candidate there")
    known = {one.name: one for one in plan.candidates}
    for name in names:
        if name not in known:
            raise UsageError(f"no candidate {name} in {path} (known: {', '.join(known)})")
    wanted = tuple(one for one in plan.candidates if not names or one.name in names)
    return RunPlan(plan.run, wanted)


@dataclass
class RunWatch:
    """Looks at the runs of a study for a screen, from one worker at a time.

    While a run goes on it has left its picture; else the records tell. Whoever is blind, and
    everybody while the study is sealed, sees one pool; names are for who asked for them.
    """

    study: Study
    is_open: bool = False
    is_blind: bool = False
    _bench: Workbench | None = None
    _rest: tuple[tuple[float, ...], RunBoard] | None = None

    def look(self) -> RunBoard:
        """How far they are; raises WorkbenchError where the study cannot be read."""
        self._bench = self._bench or open_workbench(self.study)
        board = self._read_live(self._bench) or self._read_records(self._bench)
        if self.is_blind or self._bench.store.is_sealed:
            return regroup(board, {})
        if self.is_open:
            return board
        return regroup(board, {c.name: c.alias for c in self._bench.store.list_candidates()})

    def close(self) -> None:
        """Close the study."""
        if self._bench is not None:
            self._bench.close()

    def _read_live(self, bench: Workbench) -> RunBoard | None:
        """The picture of a run that goes on; what it has not drawn yet the records know."""
        from workbench.adapters.run_boards import read_board
        from workbench.adapters.run_lock import is_run_locked

        state = self.study.state
        if not is_run_locked(state / _LOCK):
            return None
        self._rest = None  # it is over when this is asked for
        return read_board(state / _BOARD) or replace(self._survey(bench), is_live=True, note="")

    def _read_records(self, bench: Workbench) -> RunBoard:
        """Read anew once a run has begun since, or the settings have changed."""
        paths = (self.study.state / _LOCK, self.study.folder / FILE_NAME)
        at = tuple(path.stat().st_mtime if path.exists() else 0.0 for path in paths)
        if self._rest is None or self._rest[0] != at:
            self._rest = (at, self._survey(bench))
        return self._rest[1]

    def _survey(self, bench: Workbench) -> RunBoard:
        try:
            plan = load_run(self.study.folder / FILE_NAME)
        except (ConfigError, OSError, ValueError) as error:
            why = str(error) if self.is_open else "`workbench run` says why"
            return RunBoard(note=f"the candidates cannot be read: {display(why)}")
        if not plan.candidates:
            return RunBoard(note=f"no candidate yet: [[candidates]] in {FILE_NAME} describes one")
        board = open_runs(bench).survey(plan.candidates)
        if not any(row.total for row in board.rows):
            return replace(board, note="no tickets yet: workbench tickets import FILE")
        if all(row.done == row.total for row in board.rows):
            return replace(board, note="every ticket has an output of every candidate")
        begun = any(row.done or row.failed for row in board.rows)
        how = "`workbench run` goes on" if begun else "nothing was run yet: `workbench run` begins"
        return replace(board, note=how)


@contextmanager
def show_others(bench: Workbench) -> "Iterator[Callable[[RunBoard], None]]":
    """Leaves the picture of a run for other processes, as long as a block runs."""
    from workbench.adapters.run_boards import remove_board, write_board

    path, written_at = bench.study.state / _BOARD, 0.0

    def show(board: RunBoard) -> None:
        nonlocal written_at
        if time.monotonic() - written_at >= _EVERY_SECONDS:
            written_at = time.monotonic()
            write_board(path, board)

    try:
        yield show
    finally:
        remove_board(path)


def open_runs(bench: Workbench) -> "Runs":
    """The service that runs candidates and stores what they deliver."""
    from workbench.adapters.run_files import RunFiles
    from workbench.services.runs import Runs

    return Runs(bench.store, bench.outputs, RunFiles(bench.study.state / "runs"))


def open_entries(bench: Workbench, plan: RunPlan) -> "list[Entry]":
    """Every candidate with what runs it; raises NoSandbox, InputRefused before anything runs."""
    from workbench.services.runs import Entry

    find = cache(_find_bwrap)  # it is tried once for all
    return [Entry(one, _make_harness(bench, one, find)) for one in plan.candidates]


def _make_harness(
    bench: Workbench, settings: CandidateSettings, find: "Callable[[], Path]"
) -> "Harness":
    from workbench.adapters.run_files import RunFiles

    files = RunFiles(bench.study.state / "runs")
    if settings.api:
        return _make_model(bench, settings, files)
    if settings.replay:
        from workbench.adapters.replay_harness import ReplayHarness

        path = bench.study.folder / Path(settings.replay).expanduser()
        return ReplayHarness(path, settings.name)
    from workbench.adapters.command_harness import CommandHarness, Means

    sources = bench.study.repositories
    means = Means(
        _find_clones(bench),
        sources,
        files,
        _choose_bwrap(settings, find),
        os.environ,
        tuple(_check_tool(bench, settings, Path(tool)) for tool in settings.tools),
    )
    return CommandHarness(settings, means)


def _make_model(bench: Workbench, settings: CandidateSettings, files: "RunFiles") -> "Harness":
    from workbench.adapters.http_harness import HttpHarness, HttpMeans

    path = bench.study.folder / Path(settings.template).expanduser()
    built_in = Path(workbench.__file__).parent / "prompt.md"
    template = (path if settings.template else built_in).read_text("utf-8", "replace")
    means = HttpMeans(_find_clones(bench), files, os.environ, template, utc_now)
    return HttpHarness(settings, means)


def _find_clones(bench: Workbench) -> dict[str, Path]:
    names = {ticket.repo for ticket in bench.store.list_tickets()}
    return {name: bench.clones.path(name) for name in names}


def _find_bwrap() -> Path:
    from workbench.adapters.sandbox import find_sandbox

    return find_sandbox().bwrap


def _choose_bwrap(settings: CandidateSettings, find: "Callable[[], Path]") -> Path | None:
    from workbench.adapters.bare import Bare

    try:
        if settings.sandbox == "none":
            Bare()  # refuses root
            return None
        return find()
    except NoSandbox as missing:
        raise NoSandbox(f"candidate {settings.name} is not run: no sandbox. {missing}") from missing


def _check_tool(bench: Workbench, settings: CandidateSettings, tool: Path) -> Path:
    """A folder that a candidate may read: neither a home nor anything that holds the study."""
    path = (bench.study.folder / tool.expanduser()).resolve()
    kept = (Path.home(), bench.study.state.resolve(), *bench.study.repositories.values())
    where = f"candidate {settings.name}: tools: {display(str(tool))}"
    if not path.is_dir():
        raise InputRefused(f"{where} is no folder")
    if any(one.is_relative_to(path) for one in kept):
        raise InputRefused(f"{where} would show it a home folder, the study or a repository")
    return path


def make_retries(plan: RunPlan, stop: threading.Event, cancel: threading.Event) -> "Retries":
    """What tries again, by the rules of [run]."""
    from workbench.adapters.retries import Retries

    return Retries(plan.run, stop, cancel)


@contextmanager
def hold_runs(bench: Workbench) -> Iterator[None]:
    """One run at a time in a study."""
    from workbench.adapters.run_lock import hold_run_lock

    since = utc_now().strftime("%Y-%m-%d %H:%M UTC")
    with hold_run_lock(bench.study.state / _LOCK, f"process {os.getpid()}, since {since},"):
        yield


@dataclass
class CandidateLocks:
    """candidates.lock.json of a study, written again whenever it says something new."""

    path: Path
    locks: "dict[str, Lock]"
    pending: "dict[str, Lock]" = field(default_factory=dict)

    def record(self, name: str, model: str) -> list[str]:
        """An output came, made by the model of that id: what it drifted from, if it did."""
        from workbench.adapters.files import write_atomically
        from workbench.services.candidate_locks import add_model, list_drift, render_locks

        before = self.pending.pop(name, None) or self.locks.get(name)
        if before is None:
            return []
        lock = add_model(before, model)
        if self.locks.get(name) == lock:
            return []
        self.locks[name] = lock
        write_atomically(self.path, [render_locks(self.locks).encode()])
        return list_drift(before, lock)


def open_locks(bench: Workbench) -> CandidateLocks:
    """The locks as they are; raises InputRefused where the file cannot be read."""
    from workbench.services.candidate_locks import parse_locks

    path = bench.study.candidate_lock_file
    if not path.exists():
        return CandidateLocks(path, {})
    try:
        return CandidateLocks(path, parse_locks(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise InputRefused(f"{path} cannot be read: {error}: put it back, or remove it") from error
