"""Marks and findings in front of a pair: of the side that the keys act on, and of nobody."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench.blinding import open_blind_desk
from workbench.bootstrap import open_workbench
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import Act, Effort, Judgement, Label, parse_judgement
from workbench.domain.pair import Side
from workbench.study import find_study
from workbench.tui.widgets.lines import LinesView

from .kit import NOW, read_log, run_workbench
from .pair_kit import CANARIES, PairSeat, play_pairs
from .trees import make_study

LINES = [f"value_{n} = compute({n})\n" for n in range(120)]
NAMED = f"zoo/{CANARIES[0]}.py"  # a file that says who made it


def change(said: str, *places: int) -> str:
    return "".join(f"{said}_{n}\n" if n in places else line for n, line in enumerate(LINES))


BASE = {"one.py": "".join(LINES), "two.py": "".join(LINES), "rest.py": "rest = 1\n"}
MADE = {
    CANARIES[0]: {
        "one.py": change("first", 3, 60),
        "two.py": change("first", 5),
        NAMED: "me = 1\n",
    },
    CANARIES[1]: {"one.py": change("second", 3, 60)},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("pair-marks"), BASE, MADE)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


async def ready(seat: PairSeat, side: Side = Side.LEFT) -> None:
    """The pair is drawn with its whole files, the keys on a side, the cursor where it begins."""
    panes = [seat.screen.pane(each) for each in Side]
    await seat.until(lambda: all(pane.plain and pane.plain.is_whole for pane in panes))
    await seat.until(seat.screen.is_painted)
    if seat.screen.side is not side:
        await seat.press("tab")
    await seat.press("home")


async def note(seat: PairSeat, *keys: str) -> str:
    """A remark where the reviewer stands; what was asked for it."""
    await seat.press("c", *keys)
    asked = seat.app.screen.query_one("#prompt-title", LinesView).plain
    await seat.press("6", "enter")
    await seat.until(lambda: "finding" in seat.bar, "saved")
    return asked


def shorter(seat: PairSeat) -> Side:
    """The side with two hunks; the other one has four."""
    return next(side for side in Side if len(seat.screen.pane(side).document.files) == 1)  # type: ignore[union-attr]


def kept(folder: Path) -> dict[str, Judgement]:
    """The last judgement of each output, as another program sees it."""
    uri = f"file:{folder / '.workbench' / 'study.db'}?mode=ro"
    sql = (
        "SELECT o.output_id, e.judgement FROM label_event e "
        "JOIN output o ON o.id = e.output ORDER BY e.event_id"
    )
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        rows = connection.execute(sql).fetchall()
    return {output: parse_judgement(text) for output, text in rows}


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_r13_marks_are_of_one_side_and_held_for_it(folder: Path, size: tuple[int, int]) -> None:
    """R, V and H as with one output; a file is done that is reviewed on both sides."""

    async def scene(seat: PairSeat) -> None:
        side = shorter(seat)
        await ready(seat, side)
        await seat.press("R")
        assert "reviewed: 1 of 2 hunks" in seat.bar
        assert seat.screen.diff.cursor_address.line == 61  # type: ignore[union-attr]
        assert "✓" in seat.diff_text(side)
        assert "✓" not in seat.diff_text(side.other)
        await seat.press("R", "F")
        assert "both ✓" not in seat.everything()
        await seat.press("escape", "tab")
        await seat.until(seat.screen.is_painted)
        await seat.press("home", "V")
        assert "reviewed: 2 of 4 hunks" in seat.bar
        await seat.press("F")
        assert "both ✓" in seat.everything()
        await seat.press("escape", "H")
        assert "one.py" not in seat.diff_text(side.other)
        await seat.press("escape")
        assert "one.py" in seat.diff_text(side.other)

    async def again(seat: PairSeat) -> None:
        await ready(seat, shorter(seat))
        await seat.press("R")
        assert "reviewed: 1 of 2 hunks" in seat.bar

    play_pairs(folder, scene, size)
    assert read_log(folder) == []
    play_pairs(folder, again, size)


def test_r11_a_finding_belongs_to_the_output_under_its_side(folder: Path) -> None:
    """On a range; marked on that side alone; taken back by u; put back it is exported."""

    async def scene(seat: PairSeat) -> None:
        side = shorter(seat).other
        await ready(seat, side)
        await seat.press("d", "v", "j")
        chosen = seat.screen.diff.chosen
        assert chosen is not None
        asked = await note(seat)
        assert f"Finding of the {side} side on {chosen.path}:" in asked
        pair = seat.screen.pair
        assert pair is not None
        assert "◆" in seat.diff_text(side)
        assert "◆" not in seat.diff_text(side.other)
        assert {id_: len(held.findings) for id_, held in kept(folder).items()} == {
            pair.side(side).output_id: 1
        }
        await seat.press("u")
        assert "◆" not in seat.diff_text(side)
        await seat.press("ctrl+r", "at")
        assert f"1 finding of the {side} side" in seat.everything()
        await seat.press("escape")

    play_pairs(folder, scene, (200, 50))
    assert [logged.act for logged in read_log(folder)] == [Act.FINDING, Act.UNDO, Act.REDO]
    run_workbench("export", "jsonl", "-o", folder / "out.jsonl", "--all", "--study", folder)
    assert '"kind": "remark"' in (folder / "out.jsonl").read_text().replace('":"', '": "')


def test_b1_left_against_right_gives_each_line_to_its_own_side(folder: Path) -> None:
    """An added line is the right output's, a removed one the left's, as these have them."""

    async def scene(seat: PairSeat) -> None:
        await ready(seat)
        await seat.press("B")
        await seat.until(lambda: seat.screen.is_versus and seat.screen.is_painted())
        seat.screen.diff.set_layout("unified")
        for side in Side:
            port = seat.screen.diff._viewport
            assert port is not None
            await seat.press("home", "d", *(["j"] if side is Side.RIGHT else []))
            row = port.document.model.row(port.row)
            assert (row.new_line is None) is (side is Side.LEFT)
            asked = await note(seat)
            assert f"of the {side} side" in asked
            assert f"keys: {side}" in seat.text("header")
            pair = seat.screen.pair
            assert pair is not None
            (found,) = pair.side(side).judgement.findings
            assert (found.file, found.side) == ("one.py", "new")
            assert found.line == (row.old_line if side is Side.LEFT else row.new_line)
        assert seat.diff_text("versus").count("◆") == 2
        for key in ("R", "A", "ctrl+w"):
            await seat.press(key)
            assert "of one side against the base: B goes back" in seat.bar
        await seat.press("at", "enter")
        assert not seat.screen.is_versus
        assert seat.screen.diff.cursor_address.line == 4  # type: ignore[union-attr]

    play_pairs(folder, scene, (200, 50))
    assert [len(held.findings) for held in kept(folder).values()] == [1, 1]


def test_b6_no_list_of_files_and_no_finding_names_a_candidate(folder: Path) -> None:
    """A finding that was given before the study was sealed, and a file of a telling name."""
    found = Finding(FindingKind.REMARK, 1, NAMED, 1, "new", f"{CANARIES[0]} again")
    with open_workbench(find_study(folder)) as bench:
        bench.store.ensure_reviewer("ann", NOW)
        (line,) = bench.store.list_outputs(candidate=CANARIES[0])
        said = Judgement(findings=(found,))
        bench.store.record("ann", line.output_id, Act.FINDING, said, Effort(NOW), NOW)

    async def scene(seat: PairSeat) -> None:
        await ready(seat, shorter(seat).other)
        await seat.press("A")
        await seat.until(lambda: seat.app.screen is not seat.screen, "the list")
        await seat.pilot.pause(0.05)
        listed = seat.everything()
        assert "rest.py" in listed
        await seat.press("escape", "at")
        told = seat.everything()
        assert "▓hidden▓" in told
        await seat.press("enter")
        await seat.until(lambda: "is not in this output" in seat.bar)
        assert not [name for name in CANARIES if name in listed + told + seat.everything()]

    play_pairs(folder, scene, (200, 50))


def test_undo_of_a_finding_takes_no_label_with_it(pairs: Path) -> None:
    """Of two that are the same one alone may have a label."""
    desk = open_blind_desk(find_study(pairs), "ann", ()).desk
    assert desk.pairs is not None
    twins = next(pair for pair in map(desk.pairs.open, desk.pairs._index) if pair.is_identical)
    blind = Judgement(label=Label.MERGED, blind=desk.pairs._veil.seal)
    desk.reviews.record(twins.left.output_id, Act.LABEL, blind, Effort(NOW), Judgement())
    desk.close()

    async def scene(seat: PairSeat) -> None:
        await seat.press("J")
        await seat.on("twins")
        assert seat.screen.side is Side.RIGHT
        await note(seat)
        await seat.press("u")
        assert [logged.act for logged in read_log(pairs)] == [Act.LABEL, Act.FINDING, Act.UNDO]
        await seat.press("ctrl+r")
        assert len(seat.screen.pair.right.judgement.findings) == 1  # type: ignore[union-attr]
        assert seat.screen.pair.left.judgement.label is Label.MERGED  # type: ignore[union-attr]

    play_pairs(pairs, scene)


def test_one_label_for_both_leaves_the_findings_of_both(pairs: Path) -> None:
    """What is the same gets the same label; what was found on either stays with it."""

    async def scene(seat: PairSeat) -> None:
        await seat.press("J")
        await seat.on("twins")
        side = seat.screen.side
        await note(seat)
        await seat.press("tab")
        await note(seat, "tab")
        pair = seat.screen.pair
        assert pair is not None
        await seat.press("m")
        held = [kept(pairs)[pair.side(each).output_id] for each in (side.other, side)]
        assert [(one.label, len(one.findings)) for one in held] == [("merged", 1), ("merged", 2)]

    play_pairs(pairs, scene)
