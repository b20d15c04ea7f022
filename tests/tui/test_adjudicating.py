"""Settling a disagreement: the label, then why they differed, with one key."""

import asyncio
import csv
import io
import json
from pathlib import Path

from workbench.blinding import open_adjudication
from workbench.domain.dispute import Cause, Said, name_source
from workbench.study import find_study
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.panes import ReviewSettings

from .kit import Seat, read_log, run_workbench


def disagree(folder: Path) -> None:
    """Of two outputs: on the first they differ, on the second they agree."""
    where = ("--study", folder)
    listed = json.loads(run_workbench("outputs", "list", "--json", *where))["outputs"]
    ids = {row["ticket"]: row["id"] for row in listed}
    for who, label in (("bob", "merged"), ("eve", "edited")):
        edit = ("--edit", "minor") if label == "edited" else ()
        run_workbench("label", ids["clean"], label, *edit, "--reviewer", who, *where)
        run_workbench("label", ids["last"], "merged", "--reviewer", who, *where)


def test_why_they_differed_is_one_key_and_in_numbers_and_exports(folder: Path) -> None:
    """And an export says of every label whether it is unanimous or was settled."""
    disagree(folder)
    made = open_adjudication(find_study(folder), "cy")
    assert made is not None
    settings = ReviewSettings(
        "study", "cy", "", "auto", 120, queue_pane=True, metrics_pane=True, is_adjudicating=True
    )
    app = WorkbenchApp(made.first, settings, lambda: made.desk, keymap={})

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            seat = Seat(app, pilot, folder)
            await seat.until(lambda: not seat.screen.labels_off)
            await seat.on("clean")
            await seat.press("m")
            asked = "Why did they differ?  1 ticket  2 rubric gap  3 slip  4 edge case  5 taste"
            assert asked in seat.bar
            await seat.press("3")
            await seat.until(lambda: seat.screen.has_class("-finished"))

    asyncio.run(run())
    assert read_log(folder)[-1].judgement.cause is Cause.REVIEWER_ERROR
    where = ("--study", folder)
    told = run_workbench("metrics", *where)
    assert "settled 1; why they differed: reviewer error 1" in " ".join(told.split())
    assert json.loads(run_workbench("metrics", "--json", *where))["settled"] == {
        "reviewer_error": 1
    }
    rows = list(csv.DictReader(io.StringIO(run_workbench("export", "csv", "-o", "-", *where))))
    said = {(row["ticket_id"], row["reviewer_id"]): (row["source"], row["cause"]) for row in rows}
    assert said == {
        ("clean", "bob"): ("adjudicated", ""),
        ("clean", "eve"): ("adjudicated", ""),
        ("clean", "cy"): ("adjudicated", "reviewer_error"),
        ("last", "bob"): ("unanimous", ""),
        ("last", "eve"): ("unanimous", ""),
    }
    run_workbench("verify", *where)


def test_where_a_label_stands_among_the_others() -> None:
    """One alone, all alike, different and settled, different and open."""
    bob, eve, cy = Said("merged", False), Said("edited", False), Said("merged", True)
    assert name_source([bob]) == "rater"
    assert name_source([bob, bob]) == "unanimous"
    assert name_source([bob, eve]) == "unresolved"
    assert name_source([bob, eve, cy]) == "adjudicated"
