"""Self-flags in a pair: matched after the answer, one key each; and what the pair says later."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.blinding import make_seals
from workbench.bootstrap import open_workbench
from workbench.domain.finding import FlagVerdict
from workbench.domain.label import Act
from workbench.services.comparisons import Comparisons
from workbench.study import find_study
from workbench.tui.widgets.comparison_view import list_items

from .kit import Logged, read_log, run_workbench
from .pair_kit import PairSeat, play_pairs


def flag_all(folder: Path, ticket: str) -> None:
    """Both candidates pointed at a flaw of their own."""
    with closing(sqlite3.connect(folder / ".workbench" / "study.db")) as connection, connection:
        sql = "UPDATE output SET self_flagged = ? WHERE ticket = ?"
        connection.execute(sql, (json.dumps(["slow for long lists"]), ticket))


async def pass_guess(seat: PairSeat) -> None:
    if seat.screen.asks_recognised:
        await seat.press("n")


def flagged(folder: Path) -> list[Logged]:
    return [one for one in read_log(folder) if one.act == Act.SELF_FLAG]


def test_flags_of_flawed_sides_take_one_key_each_after_the_answer(pairs: Path) -> None:
    """Never before it; a true one is on the flaw; later leaves it for a queue of its own."""
    flag_all(pairs, "plain")

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("e", "2")
        await seat.press("x", "1")
        assert "flagged" not in seat.everything()
        await seat.press("1")
        await pass_guess(seat)
        assert "It flagged:  1 confirmed  2 accepted risk  3 false  4 boilerplate" in seat.bar
        assert "slow for long lists" in seat.bar
        await seat.press("1")
        assert "It flagged:" in seat.bar
        await seat.press("escape")
        await seat.on("twins")

    play_pairs(pairs, scene, (120, 30))
    (one,) = flagged(pairs)
    (flag,) = one.judgement.flags
    assert (flag.quote, flag.verdict) == ("slow for long lists", FlagVerdict.CONFIRMED)
    assert one.judgement.said_so_itself is True
    with open_workbench(find_study(pairs)) as bench:
        waiting = dict(bench.store.flags_to_match("ann"))
    assert len(waiting) == 1


def test_a_true_flag_is_on_the_defect_and_a_false_one_is_not(pairs: Path) -> None:
    """As the numbers need it."""
    flag_all(pairs, "plain")

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("x", "1", "x", "2", "4")
        await pass_guess(seat)
        await seat.press("2", "3")
        await seat.on("twins")

    play_pairs(pairs, scene, (80, 24))
    true, false = (one.judgement for one in flagged(pairs))
    assert [f.flag for f in (*true.defects, *false.defects)] == [0, None]
    assert (true.said_so_itself, false.said_so_itself) == (True, False)


def test_after_the_reveal_the_dashboard_says_which_is_preferred(pairs: Path) -> None:
    """Before it the pool alone; and an export says what the sides were drawn from."""

    async def scene(seat: PairSeat) -> None:
        await seat.on("plain")
        await seat.press("m", "m", "1")
        await pass_guess(seat)
        await seat.on("twins")

    play_pairs(pairs, scene)
    with open_workbench(find_study(pairs)) as bench:
        sealed = Comparisons(bench.store, "ann").make()
        assert sealed.preferences[0].startswith("all pairs (sealed): one better in 1;")
        make_seals(bench).reveal("ann", lambda _what, _n: None)
        opened = Comparisons(bench.store, "ann").make()
        told = opened.preferences[0]
        assert "against" not in told
        assert told.endswith("p 1.00; both good 0, both bad 0, cannot judge 0")
        assert "better than" in told
        assert any("which is preferred" in item.text for item in list_items(opened))
        seed = bench.store.seed_of("ann")
    run_workbench("export", "jsonl", "-o", pairs / "out.jsonl", "--study", pairs)
    rows = [json.loads(line) for line in (pairs / "out.jsonl").read_text().splitlines()]
    assert {(row["position"] != "single", row["position_seed"]) for row in rows} == {(True, seed)}
