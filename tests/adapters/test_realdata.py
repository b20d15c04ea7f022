"""Published patches on their real repositories: the ladder agrees with what was measured."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.clones import clone_repository, resolve_commit
from workbench.adapters.importers.predictions import read_predictions
from workbench.adapters.importers.reports import read_reports
from workbench.adapters.importers.tickets import read_tickets
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Rung
from workbench.domain.errors import GitFailed
from workbench.domain.imported import Reported
from workbench.domain.output import Applied, Delivered
from workbench.domain.ticket import Ticket

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("WORKBENCH_REALDATA", ROOT / "../shared/realdata"))
MIRRORS = Path(os.environ.get("WORKBENCH_MIRRORS", ROOT / "../.mirror"))
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not (DATA / "lite").is_dir(), reason=f"no published data at {DATA}"),
    pytest.mark.skipif(not MIRRORS.is_dir(), reason=f"no mirrors at {MIRRORS}"),
]
EXPECTED = {
    "applies": {Rung.PLAIN},
    "empty": {Rung.EMPTY},
    "fails_everywhere": {Rung.FAILED},
}


class Row(NamedTuple):
    """One published patch and what became of it."""

    file: str
    ticket: Ticket
    patch: bytes
    applied: Applied


class Real:
    """Tickets by id, and a ladder per repository."""

    def __init__(self, folder: Path) -> None:
        rows = [row for row in read_tickets(DATA / "lite/tickets.jsonl") if isinstance(row, Ticket)]
        self.tickets = {ticket.ticket_id: ticket for ticket in rows}
        self.clones: dict[str, Path] = {}
        for repo in sorted({ticket.repo for ticket in rows}):
            name = repo.replace("/", "+")
            source = MIRRORS / name / "repo"
            if not source.is_dir():
                pytest.skip(f"no mirror at {source}")
            clone_repository(source, folder / f"{name}.git")
            self.clones[repo] = folder / f"{name}.git"
        self.ladders = {repo: Ladder(clone) for repo, clone in self.clones.items()}

    def apply(self, ticket: Ticket, patch: bytes) -> Applied:
        """A patch on the base commit of its ticket."""
        return self.ladders[ticket.repo].apply(ticket.base_commit, patch)

    def rows(self) -> Iterator[Row]:
        """The human fixes, then the patches of five systems."""
        for line in (DATA / "lite/gold.jsonl").read_text().splitlines():
            gold = json.loads(line)
            yield self.row("gold.jsonl", gold["instance_id"], gold["patch"].encode())
        for file in sorted((DATA / "lite").glob("predictions_*.jsonl")):
            for made in read_predictions(file):
                assert isinstance(made, Delivered)
                yield self.row(file.name, made.ticket_id, made.patch)

    def row(self, file: str, ticket_id: str, patch: bytes) -> Row:
        """One row, applied."""
        ticket = self.tickets[ticket_id]
        return Row(file, ticket, patch, self.apply(ticket, patch))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """The three repositories, cloned once."""
    try:
        made = Real(tmp_path_factory.mktemp("realdata"))
    except GitFailed as error:
        if "another user" not in str(error):
            raise
        pytest.skip(f"mirrors are read by their owner alone: {error}")
    yield made
    for ladder in made.ladders.values():
        ladder.close()


@pytest.fixture(scope="session")
def rows(real: Real) -> list[Row]:
    """Every published patch, applied once."""
    return list(real.rows())


def test_all_base_commits_resolve(real: Real) -> None:
    """The clone of each mirror holds every base commit of the tickets."""
    assert len(real.tickets) == 23
    for ticket in real.tickets.values():
        assert resolve_commit(real.clones[ticket.repo], ticket.base_commit) == ticket.base_commit


def test_every_row_agrees_with_the_measured_one(rows: list[Row]) -> None:
    """110 apply plainly, 6 are empty, 3 fit nowhere; doubled rows agree one by one."""
    lines = (DATA / "lite/apply_check.jsonl").read_text().splitlines()
    measured = Counter(
        (row["predictions"], row["instance_id"], row["status"]) for row in map(json.loads, lines)
    )
    by_rung = {Rung.PLAIN: "applies", Rung.EMPTY: "empty", Rung.FAILED: "fails_everywhere"}
    ours = Counter((r.file, r.ticket.ticket_id, by_rung[r.applied.rung]) for r in rows)
    assert ours == measured
    assert Counter(r.applied.rung for r in rows) == {
        Rung.PLAIN: 110,
        Rung.EMPTY: 6,
        Rung.FAILED: 3,
    }


def without_newline(patch: bytes) -> bytes:
    """The last newline stripped."""
    return patch.rstrip(b"\n")


def without_trailing_context(patch: bytes) -> bytes:
    """Blank context lines stripped off the end; the same patch where there is none."""
    return re.sub(rb"(\n )+\n*\Z", b"\n", patch)


def with_false_counts(patch: bytes) -> bytes:
    """Every hunk header with other counts."""

    def wrong(match: re.Match[bytes]) -> bytes:
        old, new = (int((count or b",1")[1:]) for count in (match[2], match[4]))
        return b"@@ -%s,%d +%s,%d @@" % (match[1], old + 3, match[3], new + 5)

    return re.sub(rb"(?m)^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@", wrong, patch)


def shifted(patch: bytes) -> bytes:
    """Every hunk of an existing file said to be forty lines further down."""

    def move(match: re.Match[bytes]) -> bytes:
        old, new = (int(match[1]) + 40, int(match[3]) + 40)
        return b"@@ -%d%s +%d%s @@" % (old, match[2] or b"", new, match[4] or b"")

    return re.sub(rb"(?m)^@@ -([1-9]\d*)(,\d+)? \+(\d+)(,\d+)? @@", move, patch)


def without_blanks(patch: bytes) -> bytes:
    """A blank context line as an empty one; the same patch where there is none."""
    return re.sub(rb"(?m)^ $", b"", patch)


def with_crlf(patch: bytes) -> bytes:
    """CRLF throughout."""
    return patch.replace(b"\n", b"\r\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutate", "wanted"),
    [
        (without_newline, {Rung.NEWLINE: 110}),
        (without_trailing_context, {Rung.RECOUNT: 22}),
        (with_false_counts, {Rung.RECOUNT: 110}),
        (shifted, {Rung.PLAIN: 107}),  # three patches only create files
        (without_blanks, {Rung.PLAIN: 92}),
        (with_crlf, {Rung.FUZZ: 107, Rung.PLAIN: 3}),
    ],
)
def test_mutations_need_the_measured_rungs(
    real: Real, rows: list[Row], mutate: Callable[[bytes], bytes], wanted: dict[Rung, int]
) -> None:
    """Each mutation of the 110 lands on its rung, with the tree of the original."""
    counts: Counter[Rung] = Counter()
    for row in rows:
        mutated = mutate(row.patch)
        if row.applied.rung is not Rung.PLAIN or mutated == row.patch:
            continue
        applied = real.apply(row.ticket, mutated)
        counts[applied.rung] += 1
        if mutate is not with_crlf or applied.rung is Rung.FUZZ:
            assert applied.tree == row.applied.tree
    assert counts == wanted


@pytest.mark.parametrize(
    ("name", "base", "repo", "rung"),
    [
        (
            "pallets__flask-5014",
            "7ee9ceb71e868944a46e1ff00b506772a53a4f1d",
            "pallets/flask",
            Rung.RECOUNT,
        ),
        (
            "psf__requests-5414",
            "39d0fdd9096f7dceccbc8f82e1eda7dd64717a8e",
            "psf/requests",
            Rung.NEWLINE,
        ),
    ],
)
def test_genuine_samples_of_two_rungs(
    real: Real, name: str, base: str, repo: str, rung: Rung
) -> None:
    """Two patches of a published run that do not apply as they stand."""
    patch = (DATA / "formats/swebench_report" / name / "patch.diff").read_bytes()
    assert real.ladders[repo].apply(base, patch).rung is rung


def test_published_outcomes_are_read() -> None:
    """Resolved counts are those of the data's own README."""
    wanted = {
        "20240402_sweagent_gpt4": 4,
        "aider_gpt4o_opus": 6,
        "auto-code-rover-run-1": 5,
        "auto-code-rover-run-2": 4,
        "auto-code-rover-run-3": 5,
    }
    for name, resolved in wanted.items():
        reports = list(read_reports(DATA / f"lite/outcomes_{name}.jsonl"))
        assert len(reports) == 23
        passed = [
            report
            for report in reports
            if isinstance(report, Reported) and report.result.tests is CheckStatus.PASS
        ]
        assert len(passed) == resolved
        assert all(report.result.hidden is CheckStatus.PASS for report in passed)


def test_published_report_files_are_read() -> None:
    """Both samples pass what passed before; one misses the hidden test."""
    reports = {
        report.ticket_id: report.result
        for report in read_reports(DATA / "formats/swebench_report")
        if isinstance(report, Reported)
    }
    assert reports["pallets__flask-5014"].hidden is CheckStatus.PASS
    assert reports["psf__requests-5414"].hidden is CheckStatus.FAIL
    assert {result.tests for result in reports.values()} == {CheckStatus.PASS}
