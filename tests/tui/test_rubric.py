"""A changed rubric is told in the app: how many labels are older, and where to read it."""

from pathlib import Path

from workbench.tui.widgets.text_pane import TextPane

from .kit import OPEN, Seat, play


def test_a_changed_rubric_says_how_many_labels_are_older(folder: Path) -> None:
    """At the start, over the rubric's text; nothing is said while none is older."""

    async def scene(seat: Seat) -> None:
        assert "rubric changed" not in seat.bar
        for name in OPEN[:2]:
            await seat.on(name)
            await seat.press("a" if name == "ask" else "m")
        await seat.on(OPEN[2])

    play(folder, scene)
    toml = folder / "workbench.toml"
    (folder / "ours.md").write_text("# Ours\n\nEverything is minor.\n", encoding="utf-8")
    toml.write_text('rubric = "ours.md"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")

    async def again(seat: Seat) -> None:
        await seat.until(lambda: seat.screen.n_stale > 0)
        assert "the rubric changed: 2 of your labels are older; r shows it" in seat.bar
        await seat.press("r")
        pane = seat.screen.query_one(TextPane)
        assert "2 of your labels are older than it" in pane.plain

    play(folder, again, (140, 40))
