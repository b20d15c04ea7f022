"""Outputs that come to their own reviewer again: unmarked, in no rate, told to the lead."""

import json
from pathlib import Path

from workbench.domain.label import EditClass, Label

from .kit import OPEN, Seat, play, read_labels, read_log, run_workbench


async def label_six(seat: Seat) -> None:
    for name in OPEN[:6]:
        await seat.on(name)
        await seat.press("a" if name == "ask" else "m")
        await seat.until(lambda name=name: name in seat.labels())  # type: ignore[misc]


def test_an_output_comes_again_as_if_it_were_new(folder: Path) -> None:
    """What is said the second time changes no label; undo and redo go through it as well."""
    again = OPEN[0]

    async def scene(seat: Seat) -> None:
        await label_six(seat)
        await seat.on(again)
        assert seat.screen.item.judgement.label is None  # type: ignore[union-attr]
        rows = {row.ticket_id: row.label for row in seat.screen.walk.rows}
        assert (rows[again], rows[OPEN[1]]) == (None, Label.ABSTAINED)
        before = seat.screen.counts.tallies
        await seat.press("e", "1")
        assert "saved: edited (minor)" in seat.bar
        assert seat.screen.counts.tallies == before
        await seat.on(OPEN[6])
        await seat.press("u")
        await seat.on(again)
        assert "undone: label" in seat.bar
        assert seat.screen.item.judgement.label is None  # type: ignore[union-attr]
        await seat.press("ctrl+r")
        await seat.until(lambda: read_log(folder)[-1].act == "redo")

    play(folder, scene, (160, 40), repeat_percent=100)
    assert [one.act for one in read_log(folder)][6:] == ["repeat", "undo", "redo"]
    last = read_log(folder)[-1].judgement
    assert (last.label, last.edit) == (Label.MERGED, None)
    assert last.again is not None
    assert (last.again.label, last.again.edit) == (Label.EDITED, EditClass.MINOR)
    assert read_labels(folder)[again] == "merged"


def test_self_agreement_is_told_and_the_rates_do_not_move(folder: Path) -> None:
    """With its interval; a dash while nothing came again; and it goes out and in by export."""

    async def scene(seat: Seat) -> None:
        await label_six(seat)
        await seat.on(OPEN[6])

    play(folder, scene)
    where = ("--study", folder)
    before = json.loads(run_workbench("metrics", "--json", *where))
    assert "self-agreement: —" in run_workbench("metrics", *where)

    async def come_again(seat: Seat) -> None:
        await seat.on(OPEN[6])
        await seat.press("m")
        await seat.on(OPEN[0])
        await seat.press("m")
        await seat.until(lambda: seat.log()[-1].act == "repeat")

    play(folder, come_again, repeat_percent=100)
    after = json.loads(run_workbench("metrics", "--json", *where))
    everyone, ann = after["repeats"]
    assert (everyone["reviewer"], ann["reviewer"], ann["same"]["hits"]) == (None, "ann", 1)
    assert (ann["same"]["n"], ann["ac1_interval"], before["repeats"]) == (1, None, [])
    told = run_workbench("metrics", *where)
    assert "ann: the same label 1/1 100% (21-100), AC1 — (no variation)" in told
    run_workbench("report", "--md", folder / "report.md", *where)
    assert "1 got the same label" in (folder / "report.md").read_text().replace("\n", " ")
    run_workbench("label", "undo", "--reviewer", "ann", *where)
    run_workbench("label", "undo", "--reviewer", "ann", *where)
    assert json.loads(run_workbench("metrics", "--json", *where))["metrics"] == before["metrics"]
    run_workbench("verify", *where)
