"""Composes a training round: a small study of its own inside another one, with a key.

Nothing of it is counted anywhere, because nothing of it is in the study's database. A round is a
new reviewer of the small study, so each begins with no label.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.bootstrap import Progress, create_study, open_workbench, utc_now
from workbench.config import TEACHING
from workbench.domain.check import CheckResult
from workbench.domain.errors import InputRefused
from workbench.domain.imported import Reported, RowProblem
from workbench.domain.lesson import Lesson, parse_lesson
from workbench.domain.output import Delivered
from workbench.study import Study, find_study

CANDIDATE = "training"
_MARK = "key.sha256"
_KINDS = (
    ("merged", ""), ("edited", "minor"), ("abstained", ""), ("escaped", ""), ("edited", "major"),
)  # fmt: skip
Row = Delivered | RowProblem


class Round(NamedTuple):
    """A training round: its study, whose labels it takes, the key by output id."""

    study: Study
    reviewer: str
    lessons: Mapping[str, Lesson]
    problems: tuple[RowProblem, ...] = ()


class _Source(NamedTuple):
    """Where a key comes from; another digest is another key."""

    file: str
    digest: str
    rows: Iterable[Row]


def open_training(study: Study, key: Path, reviewer: str, progress: Progress) -> Round:
    """A round over a key file: predictions with `label`, `edit` and `why` in each row."""
    from workbench.adapters.importers.predictions import read_predictions

    try:
        digest = hashlib.sha256(key.read_bytes()).hexdigest()
    except OSError as error:
        raise InputRefused(f"{key} cannot be read: {error.strerror or error}") from error
    source = _Source(str(key), digest, read_predictions(key, CANDIDATE))
    return _open(study, source, reviewer, progress)


def open_demo_training(study: Study, reviewer: str, progress: Progress) -> Round:
    """Five outputs of the sample: none of those that teach at the start of the demo."""
    return _open(study, _Source("the sample", "sample-1", choose_sample()), reviewer, progress)


def choose_sample() -> list[Row]:
    """One output for each kind of label, in that order, with the key beside it."""
    from workbench.adapters.importers.predictions import read_predictions
    from workbench.adapters.importers.reports import read_reports
    from workbench.adapters.sample import find_sample, read_first_order, read_key

    sample = find_sample()
    taught = set(read_first_order(sample))
    files = sorted((sample / "outputs").glob("*.jsonl"))
    found = [row for file in files for row in read_predictions(file)]
    rows = {(row.ticket_id, row.candidate): row for row in found if isinstance(row, Delivered)}
    reports = read_reports(sample / "tests.jsonl")
    told = [one for one in reports if isinstance(one, Reported)]
    tests = {(one.ticket_id, one.candidate): str(one.result.tests) for one in told}
    chosen: dict[tuple[str, str], Row] = {}
    tickets: set[str] = set()
    for entry in read_key(sample):
        decision = entry.decision
        kind, where = (
            (str(decision.label), str(decision.edit or "")),
            (entry.ticket_id, entry.candidate),
        )
        if kind in chosen or where in taught or entry.ticket_id in tickets:
            continue
        tickets.add(entry.ticket_id)
        key = {"label": decision.label, "edit": decision.edit, "why": entry.why}
        key["tests"] = tests.get(where, "not_run")
        chosen[kind] = rows[where]._replace(candidate=CANDIDATE, extra=json.dumps(key))
    return [chosen[kind] for kind in _KINDS if kind in chosen]


def _open(study: Study, source: _Source, reviewer: str, progress: Progress) -> Round:
    from workbench.adapters.files import building

    folder, problems = study.state / "training", []
    if not _is_made_from(folder, source.digest):
        with building(study.state) as part:
            problems = _make(study, part / "training", source, progress)
            (part / "training" / _MARK).write_text(source.digest, encoding="utf-8")
            if folder.exists():
                folder.rename(part / "old")
            (part / "training").rename(folder)
    made = find_study(folder)
    with open_workbench(made) as bench:
        nth = len(bench.store.list_reviewers()) + 1
        extras = bench.store.list_extras()
    lessons = {output_id: parse_lesson(extra) for output_id, extra in extras}
    return Round(made, f"{reviewer} round {nth}", lessons, tuple(problems))


def _is_made_from(folder: Path, digest: str) -> bool:
    try:
        return (folder / _MARK).read_text(encoding="utf-8") == digest
    except (OSError, UnicodeDecodeError):
        return False


def _make(study: Study, folder: Path, source: _Source, progress: Progress) -> list[RowProblem]:
    """A study of these outputs and the tickets they are of; InputRefused where none is good."""
    from workbench.services.tickets import Placed

    file, checked = source.file, list(_check(source.file, source.rows))
    good = [row for row in checked if isinstance(row, Delivered)]
    problems = [row for row in checked if isinstance(row, RowProblem)]
    repositories = dict(study.repositories)
    made = create_study(
        folder, repositories, progress, {**TEACHING, "layout": study.settings.layout}
    )
    with open_workbench(study) as outer, open_workbench(made) as bench:
        known = {ticket.ticket_id: ticket for ticket in outer.store.list_tickets()}
        wanted = dict.fromkeys(row.ticket_id for row in good)
        tickets = [Placed(file, name, known[name]) for name in wanted if name in known]
        problems += bench.tickets.add(tickets).problems
        done = bench.outputs.add(((file, row) for row in good), progress)
        problems += done.problems
        reports = (
            Reported(row.ticket_id, CANDIDATE, None, CheckResult(parse_lesson(row.extra).tests))
            for row in good
        )
        bench.outputs.record_checks(reports, None, utc_now())
        if not done.added:
            first = f": {problems[0]}" if problems else ""
            raise InputRefused(f"{file}: nothing to train on{first}")
        ids = {o.ticket_id: o.output_id for o in bench.store.list_outputs()}
        bench.store.set_first_order([ids[name] for name in wanted if name in ids])
    return problems


def _check(file: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Rows whose key can be read; one output of a ticket."""
    seen: set[str] = set()
    for row in rows:
        if isinstance(row, RowProblem):
            yield row
            continue
        try:
            parse_lesson(row.extra)
        except ValueError as error:
            yield RowProblem(file, row.where, str(error))
            continue
        if row.ticket_id in seen:
            yield RowProblem(file, row.where, f"{row.ticket_id}: one output of a ticket")
            continue
        seen.add(row.ticket_id)
        yield row
