"""Marks: hunks and files reviewed, hidden, kept; hunks that were never on the screen."""

import shutil
from pathlib import Path

import pytest

from workbench.diff.marks import hunk_keys
from workbench.domain.reading import parse_reading
from workbench.tui.widgets.lines import LinesView

from .kit import Seat, play, read_labels, read_log
from .trees import make_study

LINES = [f"value_{n} = compute({n})\n" for n in range(200)]


def change(*places: int) -> str:
    return "".join(f"changed_{n}\n" if n in places else line for n, line in enumerate(LINES))


BASE = {"one.py": "".join(LINES), "two.py": "".join(LINES), "yarn.lock": "".join(LINES)}
MADE = {
    "m1": {"one.py": change(3, 60, 120), "two.py": change(5), "yarn.lock": change(9)},
    "m2": {"one.py": change(3)},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two outputs of one ticket: five hunks, one of them in a folded file; and one hunk."""
    return make_study(tmp_path_factory.mktemp("marks"), BASE, MADE)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


async def find(seat: Seat, n_hunks: int) -> None:
    """The output with so many hunks, whole files and all."""
    for key in ("J", "K"):
        if not seat.diff.plain or len(hunk_keys(seat.diff.plain)) != n_hunks:
            await seat.press(key)
    await seat.until(
        lambda: bool(
            seat.screen.is_painted()
            and seat.diff.plain
            and seat.diff.plain.is_whole
            and len(hunk_keys(seat.diff.plain)) == n_hunks
        ),
        f"{n_hunks} hunks",
    )
    await seat.press("home")


async def look(seat: Seat, n: int) -> None:
    """From hunk to hunk until so many were drawn."""
    while len(seat.diff.seen) < n:
        await seat.press("d")
        await seat.pilot.pause(0.02)


def line(seat: Seat) -> tuple[str, int]:
    address = seat.diff.cursor_address
    assert address is not None
    return address.path, address.line


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_r13_a_hunk_is_marked_and_the_next_one_comes(folder: Path, size: tuple[int, int]) -> None:
    """Around the end; a second press takes a mark off; the file is done with its last hunk."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("R")
        assert "reviewed: 1 of 5 hunks" in seat.bar
        assert line(seat) == ("one.py", 61)
        assert "✓" in seat.diff_text()
        await seat.press("R", "R")
        assert line(seat) == ("two.py", 6)
        await seat.press("h", "R")
        assert "reviewed: 2 of 5" in seat.bar
        await seat.press("R", "F")
        listed = seat.app.screen.query_one("#files-list", LinesView).plain
        assert [row.count("✓") for row in listed.split("\n")[1:4]] == [1, 0, 0]
        await seat.press("escape")

    async def again(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("f", "f", "R")
        assert "reviewed: 4 of 5 hunks" in seat.bar

    play(folder, scene, size)
    assert read_log(folder) == []
    play(folder, again, size)


def test_r13_a_file_is_marked_whole_and_a_folded_one_stays_folded(folder: Path) -> None:
    """V marks what is left of it and takes all off where nothing is."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("R", "V")
        assert "reviewed: 3 of 5" in seat.bar
        assert line(seat) == ("two.py", 6)
        await seat.press("V")
        assert "reviewed: 4 of 5" in seat.bar
        assert seat.diff.current_path == "yarn.lock"
        assert "folded" in seat.diff_text()
        await seat.press("R")
        assert "reviewed: 5 of 5" in seat.bar
        await seat.press("home", "V")
        assert "reviewed: 2 of 5" in seat.bar

    play(folder, scene)


@pytest.mark.parametrize("key", ["H", "ctrl+n"])
def test_r13_r14_what_is_reviewed_is_hidden_from_moves_and_search(folder: Path, key: str) -> None:
    """Escape shows it, as does the next output; no number changes; the last one is never hidden."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press(key)
        assert "nothing is reviewed yet" in seat.bar
        await seat.press("R", key)
        assert "reviewed hidden" in seat.diff_text()
        assert "changed_3" not in seat.diff_text()
        assert seat.diff.hunk_position[1] == 4
        assert seat.diff.search("changed_") == 4
        await seat.press("escape", "escape")
        assert seat.diff.hunk_position[1] == 5
        await seat.press(key, "V")
        assert "one.py" not in seat.diff_text()
        await seat.press("V", "V")
        assert "reviewed: 5 of 5" in seat.bar
        assert not seat.diff.is_hiding
        await seat.press(key)
        assert "nothing would be left" in seat.bar
        await seat.press("R", key)
        await find(seat, 1)
        assert not seat.diff.is_hiding

    play(folder, scene)


def test_r22_merged_asks_once_where_hunks_were_never_on_the_screen(folder: Path) -> None:
    """Folded ones too; n saves nothing; what was looked at is asked for no more."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("m")
        assert "3 of 5 hunks were never on the screen: sure?" in seat.bar
        await seat.press("n")
        assert read_log(folder) == []
        await look(seat, 4)
        await seat.press("m")
        assert "1 of 5 hunks was never on the screen: sure?" in seat.bar
        await seat.press("escape", "end", "z")
        await look(seat, 5)
        await seat.press("m")
        await seat.until(lambda: len(read_labels(folder)) == 1, "saved")

    play(folder, scene)


def test_r22_yes_saves_and_other_labels_never_ask(folder: Path) -> None:
    """The question is about merging alone."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("e", "1")
        await seat.until(lambda: "edited" in read_labels(folder).values(), "saved")
        await seat.press("u", "m", "y")
        await seat.until(lambda: "merged" in read_labels(folder).values(), "saved")

    play(folder, scene)


def test_r22_what_was_seen_is_known_in_the_next_session(folder: Path) -> None:
    """And a mark on what was not seen is an answer too."""

    async def first(seat: Seat) -> None:
        await find(seat, 5)
        await look(seat, 4)

    async def second(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("end", "V", "m")
        await seat.until(lambda: len(read_labels(folder)) == 1, "saved")

    play(folder, first)
    play(folder, second)


def test_r22_a_setting_turns_the_question_off(folder: Path) -> None:
    """Then one key is one label again."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("m")
        await seat.until(lambda: len(read_labels(folder)) == 1, "saved")

    play(folder, scene, ask_unseen=False)


def test_marks_are_of_the_whole_diff(folder: Path) -> None:
    """Without blanks hunks are others."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("ctrl+w")
        await seat.until(lambda: seat.diff.document is not seat.diff.plain, "without blanks")
        await seat.press("R")
        assert "marks are of the whole diff" in seat.bar

    play(folder, scene)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1, "reviewed": [3], "seen": []}'])
def test_a_reading_that_cannot_be_read_is_none(folder: Path, text: str) -> None:
    """It is made again, and nothing is said of it: it decides nothing."""

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("R")

    play(folder, scene)
    (file,) = [
        path
        for path in (folder / ".workbench" / "reading").glob("*[0-9a-f].json")
        if parse_reading(path.read_text()).reviewed
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text(text)
    play(folder, scene)
    assert len(parse_reading(file.read_text()).reviewed) == 1


def test_where_nothing_can_be_kept_marks_hold_for_the_session(folder: Path) -> None:
    """A folder that others may write in is none of ours."""
    (folder / ".workbench" / "reading").mkdir()
    (folder / ".workbench" / "reading").chmod(0o777)

    async def scene(seat: Seat) -> None:
        await find(seat, 5)
        await seat.press("R")
        assert "reviewed: 1 of 5" in seat.bar

    play(folder, scene)
    assert list((folder / ".workbench" / "reading").iterdir()) == []
