"""A training round: what the key says after each label, and nothing of it counted anywhere."""

import asyncio
import json
from pathlib import Path

import pytest

from workbench.bootstrap import read_first_screen
from workbench.cli.opening import open_plain
from workbench.domain.errors import InputRefused
from workbench.study import find_study
from workbench.training import Round, choose_sample, open_training
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.training import TrainingApp
from workbench.tui.widgets.text_pane import TextPane

from .kit import Seat, change, read_log, run_workbench

BAD = """{"instance_id": "says", "model_patch": "x", "label": "good", "why": "w"}
{"instance_id": "says", "model_patch": "x", "label": "edited", "why": "w"}
{"instance_id": "says", "model_patch": "x", "label": "merged"}
{"instance_id": "nowhere", "model_patch": "x", "label": "merged", "why": "w"}
"""


def write_key(folder: Path) -> Path:
    rows = [
        {"instance_id": "clean", "model_patch": change(0, "0").decode(), "label": "escaped",
         "tests": "pass",
         "why": "Nobody asked for a constant."},
        {"instance_id": "ask", "message": "Which?", "label": "abstained", "why": "It asks."},
    ]  # fmt: skip
    key = folder.parent / "key.jsonl"
    key.write_text(BAD + "".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return key


def play_round(made: Round) -> Seat:
    """One label as the key has it, one not."""
    settings = ReviewSettings(
        "training", made.reviewer, "", "auto", 120, queue_pane=True, metrics_pane=True
    )

    def open_desk() -> object:
        from dataclasses import replace

        return replace(open_plain(made.study, made.reviewer), lessons=made.lessons)

    first = read_first_screen(made.study, made.reviewer, open_names=False)
    app = TrainingApp(first, settings, open_desk, keymap={})  # type: ignore[arg-type]

    async def run() -> Seat:
        async with app.run_test(size=(100, 30)) as pilot:
            seat = Seat(app, pilot, made.study.folder)
            await seat.until(lambda: not seat.screen.labels_off)
            await seat.on("clean")
            assert "✓ tests green" in seat.header
            await seat.press("m")
            assert "✗ the key says escaped; enter goes on" in seat.bar
            said = seat.screen.query_one(TextPane)
            assert "You said merged, the key says escaped." in said.plain
            assert "Nobody asked for a constant." in said.plain
            await seat.press("u", "m", "enter")
            await seat.on("ask")
            await seat.press("a")
            assert "✓ as the key has it" in seat.bar
            await seat.press("enter")
            await seat.until(lambda: seat.screen.has_class("-finished"))
            card = seat.pane("card")
            assert "1 of 2 as the key has it." in card
            assert "clean: merged; the key says escaped" in card
            assert "Nothing of this is counted anywhere" in card
            return seat

    return asyncio.run(run())


def test_a_round_tells_the_key_and_is_counted_nowhere(folder: Path) -> None:
    """Bad rows of the key are named, good ones make the round; the next round begins anew."""
    study = find_study(folder)
    before = run_workbench("metrics", "--json", "--study", folder)
    made = open_training(study, write_key(folder), "ann", lambda _what, _n: None)
    told = [f"{problem}" for problem in made.problems]
    assert len(told) == 4
    assert "label is 'good', expected one of merged, edited" in told[0]
    assert "expected minor, major or rejected with edited alone" in told[1]
    assert "why is missing" in told[2]
    assert "nowhere" in told[3]
    play_round(made)
    assert read_log(folder) == []
    assert run_workbench("metrics", "--json", "--study", folder) == before
    again = open_training(study, write_key(folder), "ann", lambda _what, _n: None)
    assert (made.reviewer, again.reviewer) == ("ann round 1", "ann round 2")
    play_round(again)


def test_a_key_without_a_good_row_makes_no_round(folder: Path) -> None:
    """The first reason is told; the study is as it was."""
    key = folder.parent / "bad.jsonl"
    key.write_text(BAD, encoding="utf-8")
    with pytest.raises(InputRefused, match=r"nothing to train on.*label is 'good'"):
        open_training(find_study(folder), key, "ann", lambda _what, _n: None)
    with pytest.raises(InputRefused, match="cannot be read"):
        open_training(find_study(folder), key.parent / "none", "ann", lambda _what, _n: None)
    assert not (folder / ".workbench" / "training").exists()


def test_the_sample_has_five_lessons_one_of_each_kind() -> None:
    """Each of another ticket, and none of those with which the demo begins."""
    rows = [json.loads(row.extra) for row in choose_sample()]  # type: ignore[union-attr]
    kinds = [(row["label"], row["edit"]) for row in rows]
    assert [row["tests"] for row in rows] == ["pass", "pass", "not_run", "pass", "pass"]
    assert kinds == [
        ("merged", None), ("edited", "minor"), ("abstained", None), ("escaped", None),
        ("edited", "major"),
    ]  # fmt: skip
