"""Flags that wait: one key each, after the label, and the label stays what it was."""

import asyncio
from pathlib import Path

from workbench.blinding import open_flags
from workbench.domain.finding import FlagVerdict
from workbench.domain.label import Label
from workbench.study import find_study
from workbench.tui.screens.flagging import FlagApp
from workbench.tui.screens.panes import ReviewSettings

from .kit import REVIEWER, Seat, label_all_but, play, read_log, run_workbench


def play_flags(folder: Path, keys: str) -> Seat:
    """Press keys in front of the flags that wait; the seat, when the app has ended."""
    study = find_study(folder)
    made = open_flags(study, REVIEWER)
    assert made is not None
    settings = ReviewSettings(
        "study", REVIEWER, "", "auto", 120, queue_pane=True, metrics_pane=True
    )
    app = FlagApp(made.first, settings, lambda: made.desk, keymap={})

    async def run() -> Seat:
        async with app.run_test(size=(120, 30)) as pilot:
            seat = Seat(app, pilot, folder)
            await seat.until(lambda: not seat.screen.labels_off)
            await seat.on("says")
            assert "it flagged (1 to match): slow" in seat.bar
            await seat.press(*keys)
            await pilot.pause()
            return seat

    seat = asyncio.run(run())
    made.desk.close()
    return seat


def test_a_flag_on_a_merged_output_waits_and_is_matched_with_one_key(folder: Path) -> None:
    """It never came up before the label; undo takes the verdict back."""
    assert open_flags(find_study(folder), REVIEWER) is None

    async def scene(seat: Seat) -> None:
        await label_all_but(seat)

    play(folder, scene)
    play_flags(folder, "2")
    last = read_log(folder)[-1]
    assert last.judgement.label is Label.MERGED
    assert [(flag.quote, flag.verdict) for flag in last.judgement.flags] == [
        ("slow", FlagVerdict.ACCEPTED_RISK)
    ]
    assert open_flags(find_study(folder), REVIEWER) is None
    run_workbench("label", "undo", "--reviewer", REVIEWER, "--study", folder)
    assert open_flags(find_study(folder), REVIEWER) is not None
    play_flags(folder, "4")
    assert read_log(folder)[-1].judgement.flags[0].verdict is FlagVerdict.BOILERPLATE
    run_workbench("verify", "--study", folder)
