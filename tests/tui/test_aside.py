"""Skip, to discuss, later: each has one meaning, survives a restart, and is found again."""

import json
from pathlib import Path

from workbench.bootstrap import open_workbench
from workbench.domain.label import Act
from workbench.domain.pair import Side
from workbench.study import find_study
from workbench.tui.widgets.lines import LinesView

from .kit import OPEN, REVIEWER, Seat, play, read_log, run_workbench
from .pair_kit import PairSeat, play_pairs


def card(seat: Seat | PairSeat) -> str:
    return seat.screen.query_one("#card", LinesView).plain


def test_an_empty_queue_says_how_many_are_where_and_the_key_gets_at_them(folder: Path) -> None:
    """Skipped ones come back once; what is to be discussed, or comes later, waits for the key."""
    first, second, third, *rest = OPEN

    async def scene(seat: Seat) -> None:
        for name in OPEN:
            await seat.on(name)
            ways = {first: "s", second: "apostrophe", third: "semicolon"}
            await seat.press(ways.get(name, "a" if name == "ask" else "m"))
        await seat.on(first)
        await seat.press("s")
        await seat.until(lambda: seat.screen.has_class("-finished"), "a second skip ends the round")
        told = "Nothing comes by itself any more: 1 skipped, 1 to discuss, 1 later"
        assert told in card(seat)
        assert "G goes through what was set aside" in card(seat)

    play(folder, scene)
    acts = [event.act for event in read_log(folder)]
    assert acts == [Act.SKIP, Act.DISCUSS, Act.LATER, *[Act.LABEL] * len(rest), Act.SKIP]

    async def again(seat: Seat) -> None:
        """After a restart the skipped one is in front; G finds all three."""
        await seat.on(first)
        await seat.press("m")
        await seat.until(lambda: seat.screen.has_class("-finished"))
        assert "1 to discuss, 1 later" in card(seat)
        await seat.press("G")
        await seat.on(second)
        assert "set aside: 1 to discuss, 1 later" in seat.bar
        await seat.press("apostrophe")
        assert "it is set aside already: to discuss" in seat.bar
        await seat.press("a" if second == "ask" else "m")
        await seat.on(third)
        await seat.press("m")
        await seat.until(lambda: seat.screen.has_class("-finished"))
        assert "That was the last one." in card(seat)
        await seat.press("G")
        assert "nothing is set aside" in seat.bar

    play(folder, again)
    run_workbench("verify", "--study", folder)


def test_what_waits_alone_leaves_nothing_that_comes_by_itself(folder: Path) -> None:
    """A start in front of it says so at once; undo brings it back, and the lead sees it listed."""

    async def scene(seat: Seat) -> None:
        for name in OPEN:
            await seat.on(name)
            key = "a" if name == "ask" else "m"
            await seat.press("apostrophe" if name == OPEN[0] else key)

    play(folder, scene)

    async def again(seat: Seat) -> None:
        await seat.until(lambda: seat.screen.has_class("-finished"))
        assert "1 to discuss" in card(seat)
        for _ in range(len(OPEN)):
            await seat.press("u")
        await seat.on(OPEN[0])
        assert "undone: discuss" in seat.bar
        assert seat.screen.counts.progress.to_discuss == 0
        await seat.press("ctrl+r")

    with open_workbench(find_study(folder)) as bench:
        (one,) = bench.store.list_aside()
    assert (one.ticket_id, one.reviewer, one.place.name) == (OPEN[0], REVIEWER, "TO_DISCUSS")
    play(folder, again)


def test_pairs_are_set_aside_in_the_same_three_ways(pairs: Path) -> None:
    """No answer, in no number; G asks for the next one."""
    ways = {"plain": "s", "twins": "apostrophe", "says": "semicolon"}

    async def scene(seat: PairSeat) -> None:
        for name in ("plain", "twins", "says", "asks", "silent", "broken"):
            await seat.on(name)
            if name in ways:
                await seat.press(ways[name])
                continue
            for side in Side:
                item = seat.screen.pair.side(side)  # type: ignore[union-attr]
                if seat.screen.desk.pairs.needs_label(item):  # type: ignore[union-attr]
                    while seat.screen.side is not side:
                        await seat.press("tab")
                    await seat.press(*("a" if item.delivery == "ask" else "e3"))
            await seat.press("4")
            while seat.screen.asks_recognised:
                await seat.press("n")
        await seat.on("plain")
        await seat.press("s")
        await seat.until(lambda: seat.screen.has_class("-finished"))
        told = "Nothing comes by itself any more: 1 skipped, 1 to discuss, 1 later"
        assert told in card(seat)

    play_pairs(pairs, scene)
    listed = json.loads(run_workbench("outputs", "list", "--aside", "--json", "--study", pairs))
    told = {row["ticket"]: row["aside"] for row in listed["outputs"]}
    wanted = {"plain": "pair skipped", "twins": "pair to discuss", "says": "pair later"}
    assert told == wanted

    async def again(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("G")
        await seat.on("twins")
        assert "set aside: 1 skipped, 1 to discuss, 1 later" in seat.bar
        await seat.press("m")
        await seat.press("G")
        await seat.on("says")

    play_pairs(pairs, again)
