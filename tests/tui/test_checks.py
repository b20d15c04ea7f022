"""What the tests said, in the app: a badge, a pane, and results that come in while it is open."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.adapters.check_files import CheckFiles
from workbench.bootstrap import open_workbench
from workbench.domain.check import NO_SANDBOX, CheckResult, CheckStatus
from workbench.domain.check_report import CheckReport
from workbench.services.check_text import describe_result
from workbench.services.desk import Desk, OpenDesk
from workbench.study import find_study

from .kit import HOSTILE, NOW, Seat, play, read_log

RED = CheckReport(
    key="ab" * 16,
    tests=CheckStatus.FAIL,
    reason="t/test_a.py::test_x fails, and 1 more",
    summary="fixes 1, breaks 2",
    broken=("t/test_a.py::test_x", "t/test_a.py::test_y"),
    fixed=("t/test_a.py::test_z",),
    hidden=CheckStatus.PASS,
    hidden_passed=("t/test_hidden.py::test_h",),
    touched=("t/test_a.py",),
    deleted=("t/test_b.py", "t/test_c.py"),
    tails={"t/test_a.py::test_x": f"assert 1 == 2\n{HOSTILE}"},
    kept=7,
    kind="pytest, JUnit",
    sandbox="bubblewrap",
)


def finish(folder: Path, ticket: str, report: CheckReport) -> None:
    """What `workbench check` leaves when it has checked the output of a ticket."""
    study = find_study(folder)
    CheckFiles(study.state / "checks").put_report(report)
    with open_workbench(study) as bench:
        bench.store.record_checks([(ticket, None, None, report.result)], NOW)


def with_reports(folder: Path) -> Callable[[OpenDesk], Desk]:
    """A desk that finds reports, as the command opens it."""
    files = CheckFiles(find_study(folder).state / "checks")

    def wrap(open_desk: OpenDesk) -> Desk:
        return replace(open_desk(), find_report=files.get_report)

    return wrap


def test_a_check_that_finishes_while_the_app_is_open_appears(folder: Path) -> None:
    """Badge, list and pane follow within moments; nobody restarts anything."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        assert "✓ tests green" in seat.header
        finish(folder, "clean", RED)
        await seat.until(lambda: "✗ tests red: fixes 1, breaks 2" in seat.header)
        await seat.press("T")
        pane = seat.pane("text")
        assert "FAIL: fixes 1, breaks 2" in pane
        assert "newly failing (2)" in pane
        assert "assert 1 == 2" in pane
        await seat.press("T")
        assert not seat.is_open("text")
        assert seat.ticket == "clean"

    play(folder, scene, size=(160, 50), wrap=with_reports(folder))


def test_the_pane_shows_hidden_tests_after_the_label_only(folder: Path) -> None:
    """What the candidate could not know is no help before the label."""
    finish(folder, "clean", replace(RED, tests=CheckStatus.PASS, broken=(), summary="fixes 1"))

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        assert "✓ tests green: fixes 1" in seat.header
        await seat.press("T")
        assert "tests touched: t/test_a.py" in seat.pane("text")
        assert "tests deleted (2)\n   t/test_b.py\n   t/test_c.py" in seat.pane("text")
        assert "test_hidden" not in seat.pane("text")
        assert "hidden tests: shown after the label" in " ".join(seat.pane("text").split())
        await seat.press("T", "e", "1")
        await seat.until(lambda: "clean" in seat.labels())
        await seat.press("K")
        await seat.on("clean")
        await seat.press("T")
        assert "hidden tests that pass (1)" in seat.pane("text")

    play(folder, scene, size=(120, 60), wrap=with_reports(folder))


def test_what_reached_for_the_answer_stands_there_after_the_label_only(folder: Path) -> None:
    """Beside the tests, as a question: before the label it would be a verdict."""
    told = {"run": {"leaks": [f"git log --all {HOSTILE}"]}}
    with closing(sqlite3.connect(find_study(folder).database)) as connection:
        sql = "UPDATE output SET extra = ? WHERE ticket = 'clean'"
        connection.execute(sql, (json.dumps(told),))
        connection.commit()

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        await seat.press("T")
        assert "git log" not in seat.pane("text")
        await seat.press("T", "e", "1")
        await seat.until(lambda: "clean" in seat.labels())
        await seat.press("K")
        await seat.on("clean")
        await seat.press("T")
        assert "answer leak?" in seat.pane("text")
        assert "git log --all" in seat.pane("text")

    play(folder, scene, size=(120, 60))


def test_a_result_from_elsewhere_says_so(folder: Path) -> None:
    """Imported results have no report; the pane says how to get one."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        await seat.press("T")
        assert "pass (tests.jsonl)" in seat.pane("text")
        assert "workbench check" in seat.pane("text")

    play(folder, scene)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (CheckResult(reason=NO_SANDBOX), "apt install bubblewrap"),
        (CheckResult(), "not run\n\n`workbench check` runs the tests."),
        (CheckResult(CheckStatus.PASS, source="a.jsonl"), "results came from elsewhere"),
        (CheckResult(CheckStatus.PASS, source="workbench check 0a"), "runs the tests again"),
    ],
)
def test_a_result_without_a_report_says_what_to_do(result: CheckResult, said: str) -> None:
    """How to get one here; without a sandbox what to install."""
    assert said in describe_result(result)


def test_results_may_wait_for_the_label(folder: Path) -> None:
    """Concealed in header and list; an early look is logged like one at the message."""

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        assert "· tests: shown after the label" in seat.header
        assert "green" not in seat.header
        assert "✓" not in seat.pane("queue")
        await seat.press("T")
        assert "an early look at the tests: logged" in seat.bar
        assert "pass (tests.jsonl)" in seat.pane("text")
        await seat.press("T", "m")
        await seat.until(lambda: "clean" in seat.labels())
        await seat.until(lambda: "✓" in seat.pane("queue"))

    play(folder, scene, size=(160, 40), reveal_checks="after_commit")
    events = read_log(folder)
    assert [event.act for event in events] == ["peek", "label"]
    assert events[-1].peeks == 1


def test_without_a_sandbox_it_is_red_in_header_and_queue(folder: Path) -> None:
    """A green that anything could have made is not shown as green."""
    green = replace(RED, tests=CheckStatus.PASS, broken=(), summary="fixes 1", sandbox="none")
    finish(folder, "clean", green)

    async def scene(seat: Seat) -> None:
        await seat.on("clean")
        assert "✓ tests green, NO SANDBOX" in seat.header
        (row,) = (line for line in seat.pane("queue").split("\n") if "clean" in line)
        assert "!" in row
        assert "✓" not in row

    play(folder, scene, size=(160, 40), wrap=with_reports(folder))
