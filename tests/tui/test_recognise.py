"""Blind single outputs: of one in five, whether the reviewer recognised whose it is."""

import asyncio
import csv
import io
import json
from pathlib import Path

from workbench.blinding import open_blind_desk, read_veil, seal_study
from workbench.bootstrap import read_first_screen
from workbench.domain.label import Act
from workbench.domain.pair import is_sampled
from workbench.study import find_study
from workbench.tui.app import WorkbenchApp
from workbench.tui.label_keys import Mode
from workbench.tui.screens.panes import ReviewSettings

from .kit import OPEN, REVIEWER, Seat, read_log, run_workbench


def play_blind(folder: Path) -> list[str]:
    """Label everything behind a seal, answering yes wherever it is asked; the tickets asked of."""
    study = find_study(folder)
    seal_study(study)
    veil = read_veil(study)
    assert veil is not None
    made = open_blind_desk(study, REVIEWER)
    settings = ReviewSettings(
        "study", REVIEWER, "", "auto", 120, queue_pane=True, metrics_pane=True, seal=veil.seal
    )
    first = veil.hide_first(read_first_screen(study, REVIEWER, open_names=False))
    app = WorkbenchApp(first, settings, lambda: made.desk, keymap={})
    asked: list[str] = []

    async def run() -> None:
        async with app.run_test(size=(100, 30)) as pilot:
            seat = Seat(app, pilot, folder)
            await seat.until(lambda: not seat.screen.labels_off)
            for name in OPEN:
                await seat.on(name)
                await seat.press("a" if name == "ask" else "m")
                if seat.screen.waiting.mode is Mode.RECOGNISE:
                    asked.append(name)
                    assert "Did you recognise whose it is?" in seat.bar
                    await seat.press("m")
                    assert "answer first" in seat.bar
                    await seat.press("y")
            await seat.until(lambda: seat.screen.has_class("-finished"))

    asyncio.run(run())
    return asked


def test_one_in_five_is_asked_about_and_the_answer_is_in_the_data(folder: Path) -> None:
    """Once each, with one key; in the log, the export, the table and the numbers."""
    asked = play_blind(folder)
    events = read_log(folder)
    labelled = {one.ticket for one in events if one.act == Act.LABEL}
    assert labelled == set(OPEN)
    assert [one.ticket for one in events if one.act == Act.RECOGNISE] == asked
    assert all(one.judgement.recognised for one in events if one.act == Act.RECOGNISE)
    where = ("--study", folder)
    listed = json.loads(run_workbench("outputs", "list", "--json", *where))["outputs"]
    sampled = [row["ticket"] for row in listed if is_sampled(row["id"]) and row["label"]]
    assert sorted(asked) == sorted(sampled)
    rate = json.loads(run_workbench("metrics", "--json", *where))["recognised"]
    assert (rate["hits"], rate["n"]) == (len(asked), len(asked))
    rows = list(csv.DictReader(io.StringIO(run_workbench("export", "csv", "-o", "-", *where))))
    assert sorted(r["ticket_id"] for r in rows if r["recognised"] == "true") == sorted(asked)
