"""One output read in other ways: blanks left out, files left out, a list of files, moved code."""

import shutil
from pathlib import Path

import pytest

from workbench.diff.blanks import Blanks
from workbench.tui.widgets.lines import LinesView

from .kit import Seat, play, read_labels
from .trees import make_study

BODY = "".join(f"    value_{n} = compute({n})\n" for n in range(60))
MOVED = "".join(f"    moved_line_{n} = something_long_enough({n})\n" for n in range(4))
APP = f"def first():\n{BODY}\n\ndef second():\n{MOVED}    return 1  \n"
BASE = {
    "app/main.py": APP,
    "app/util.py": "\tindented = 1\n" + BODY,
    "tests/test_app.py": "def test_it():\n    assert first\n",
    "poetry.lock": "".join(f"package-{n}\n" for n in range(9)),
}
AFTER = {
    "app/main.py": f"def helper():\n{MOVED}\n\ndef first():\n{BODY}\n\n"
    "def second():\n    return 1\n",
    "app/util.py": "    indented = 1\n" + BODY,
    "tests/test_app.py": "def test_it():\n    assert first()\n",
    "poetry.lock": "".join(f"package-{n}\n" for n in range(1, 10)),
    "notes.txt~": "left over\n",
}


SMALL = {"app/util.py": str(BASE["app/util.py"]).replace("compute(7)", "compute(8)")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two outputs of one ticket, the second a small one."""
    return make_study(tmp_path_factory.mktemp("rereading"), BASE, {"m1": AFTER, "m2": SMALL})


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


async def sit(seat: Seat) -> None:
    """Wait until the large output is in front, with its files."""
    await seat.until(lambda: seat.screen.is_painted() and not seat.screen.labels_off, "a start")
    if len(seat.diff.document.files if seat.diff.document else ()) == 1:
        await seat.press("J")
    await seat.until(lambda: seat.screen.is_painted() and len(files(seat)) > 1, "the large output")
    await seat.until(lambda: bool(seat.diff.document and seat.diff.document.is_whole), "files")


async def other(seat: Seat) -> None:
    """Go to the small output, before or behind the large one."""
    for key in ("J", "K"):
        await seat.press(key)
        if len(files(seat)) == 1:
            break
    await seat.until(lambda: seat.screen.is_painted() and len(files(seat)) == 1, "the small one")


def files(seat: Seat) -> list[str]:
    return [entry.path for entry in seat.diff.document.files] if seat.diff.document else []


def shown_blanks(seat: Seat) -> Blanks | None:
    return seat.diff.document.blanks if seat.diff.document else None


def test_r9_blanks_are_left_out_by_one_key_and_come_back(study: Path) -> None:
    """Said in the header and in the bar; no file is dropped, the counts stay, the next is whole."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        names, counts = files(seat), (seat.diff.document.added, seat.diff.document.removed)  # type: ignore[union-attr]  # there is one
        seat.diff.search("return 1")
        await seat.pilot.pause()
        place = seat.diff.cursor_address
        for blanks in (Blanks.EOL, Blanks.CHANGE, Blanks.ALL):
            await seat.press("W")
            await seat.until(lambda b=blanks: shown_blanks(seat) is b, blanks)  # type: ignore[misc]  # bound now
            await seat.until(seat.screen.is_painted, "painted")
            assert f"blanks ignored: {blanks}" in seat.diff_text().split("\n")[0]
            assert f"blanks ignored: {blanks}" in seat.bar
            assert files(seat) == names
            document = seat.diff.document
            assert document
            assert (document.added, document.removed) == counts
            here = seat.diff.cursor_address
            assert here
            assert place
            assert here.path == place.path
        assert "Only blanks differ" in seat.diff_text() or seat.diff.move_file(1)
        await seat.press("W")
        await seat.until(lambda: shown_blanks(seat) is Blanks.NONE, "all again")
        await seat.press("ctrl+w")
        await seat.until(lambda: shown_blanks(seat) is Blanks.EOL, "the other key")
        await other(seat)
        await seat.until(lambda: shown_blanks(seat) is Blanks.NONE, "the next output is whole")

    play(study, scene)
    assert read_labels(study) == {}


def test_r9_a_label_is_taken_while_blanks_are_left_out(study: Path) -> None:
    """It is the same output; only the eye is spared."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        await seat.press("W")
        await seat.until(lambda: shown_blanks(seat) is Blanks.EOL, "fewer blanks")
        await seat.until(seat.screen.is_painted, "painted")
        await seat.press("m", "y")
        await seat.until(lambda: bool(seat.labels()), "a label")

    play(study, scene)
    assert read_labels(study) == {"one": "merged"}


async def ask(seat: Seat, key: str, text: str) -> None:
    """Answer the prompt behind a key."""
    await seat.press(key)
    await seat.until(lambda: seat.field is not None, "a field")
    await seat.type(text)
    await seat.press("enter")


def test_r8_a_search_may_be_an_expression_and_keep_to_added_lines(study: Path) -> None:
    """Two toggles, said in the prompt and beside [i/n]; n looks for the same in the next output."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        await ask(seat, "slash", "moved_line_")
        assert "[1/8]" in seat.bar
        await seat.press("plus")
        assert "[1/4] moved_line_ (a text, in added lines only)" in seat.bar
        await seat.press("asterisk")
        assert "[1/4] moved_line_ (a regular expression, in added lines only)" in seat.bar
        await ask(seat, "slash", "moved_line_[01]")
        assert "[1/2]" in seat.bar
        await seat.press("n")
        assert "[2/2]" in seat.bar
        await ask(seat, "slash", "moved[")
        assert "not a regular expression" in seat.bar
        await seat.press("plus", "asterisk")
        await seat.press("escape")
        assert seat.diff.match_at == (0, 0)
        await ask(seat, "slash", "compute(8)")
        await other(seat)
        assert seat.diff.match_at == (0, 0)
        await seat.press("n")
        assert "/2]" in seat.bar

    play(study, scene)


def test_r14_some_files_only_and_no_number_changes(study: Path) -> None:
    """Said in the header; escape shows all; what nobody meant changes nothing."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        document = seat.diff.document
        assert document
        counts = (document.added, document.removed)
        numbers = seat.pane("metrics")
        await ask(seat, "ampersand", "*.py !tests")
        assert "2 of 5 files shown" in seat.bar
        assert "only *.py !tests: 2 of 5 files" in seat.diff_text().split("\n")[0]
        assert seat.diff.file_position[1] == 2
        await seat.press("f", "f", "f")
        assert seat.diff.file_position == (2, 2)
        assert (document.added, document.removed) == counts
        assert seat.pane("metrics") == numbers
        await seat.press("escape")
        assert seat.diff.file_position[1] == 5
        await ask(seat, "ampersand", "nowhere")
        assert "no file is like" in seat.bar
        assert seat.diff.file_position[1] == 5

    play(study, scene, (120, 40))


def cursor(seat: Seat) -> tuple[str, str, int]:
    """(path, side, line) of the cursor."""
    address = seat.diff.cursor_address
    assert address
    return address.path, address.side, address.line


def test_r10_a_moved_line_is_drawn_apart_and_a_key_goes_to_its_other_end(study: Path) -> None:
    """An arrow beside the sign, and there and back; what did not move says so."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        await ask(seat, "slash", "moved_line_2")
        start = cursor(seat)
        assert start == ("app/main.py", "new", 4)
        line = next(line for line in seat.diff_text().split("\n") if "moved_line_2" in line)
        assert "↦+" in line
        await seat.press("percent_sign")
        assert cursor(seat) == ("app/main.py", "old", 67)
        shown = [line for line in seat.diff_text().split("\n") if "▌" in line]
        assert "↤\N{MINUS SIGN}" in shown[0]
        await seat.press("percent_sign")
        assert cursor(seat) == start
        await seat.press("home", "percent_sign")
        assert "this line did not move" in seat.bar

    play(study, scene)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
def test_r14_the_list_of_files_goes_where_a_name_says(study: Path, size: tuple[int, int]) -> None:
    """Status, kind and counts of each; typing narrows it, arrows choose, escape stays."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        names = ["app/main.py", "app/util.py", "tests/test_app.py", "poetry.lock", "notes.txt~"]
        assert files(seat) == names
        await seat.press("j", "j")
        before = cursor(seat)
        await seat.press("F")
        listed = [" ".join(line.split()) for line in await file_list(seat, 11)]
        assert listed[0] == "what explains the change"
        assert listed[1].startswith("▾ app/ 2 files +")
        assert listed[2].startswith("▸ M main.py +")
        assert listed[3].startswith("M util.py +")
        assert listed[4:6] == ["tests", listed[5]]
        assert listed[7:11:2] == ["lock files", "new files that look left over"]
        assert ["test" in listed[6], "lock file" in listed[8], "left over?" in listed[10]] == [
            *(True, True, True)
        ]
        assert all("+" in line and "\N{MINUS SIGN}" in line for line in (listed[1], *listed[8::2]))
        await seat.press("left", "left")
        assert "▸ ▸ app/ 2 files" in " ".join((await file_list(seat, 9))[1].split())
        await seat.press("enter")
        await file_list(seat, 11)
        await seat.press("ctrl+left")
        assert len(await file_list(seat, 8)) == 8
        await seat.press("right", "ctrl+right", "down", "down", "down", "up", "escape")
        assert cursor(seat) == before
        await seat.press("F")
        await seat.type("APP test")
        assert len(await file_list(seat, 1)) == 1
        await seat.press("enter")
        await seat.until(lambda: seat.is_in_front, "the review")
        assert cursor(seat)[0] == "tests/test_app.py"
        await seat.press("F")
        await file_list(seat, 11)
        await seat.press("down", "enter")
        await seat.until(lambda: seat.is_in_front, "the review")
        assert "poetry.lock" in seat.diff_text()
        assert "lines of a lock file, folded" in seat.diff_text()
        await seat.press("z")
        assert "package-0" in seat.diff_text()
        await seat.press("Z")
        assert "2 lines unfolded" in seat.bar
        await seat.press("Z")
        assert "lines folded" in seat.bar

    play(study, scene, size)


async def file_list(seat: Seat, count: int) -> list[str]:
    """The lines of the list, once there are so many."""

    def lines() -> list[str]:
        if seat.is_in_front:
            return []
        return seat.app.screen.query_one("#files-list", LinesView).plain.split("\n")

    await seat.until(lambda: len(lines()) == count, f"{count} files")
    return lines()


def test_r6_context_by_its_keys(study: Path) -> None:
    """Above, below, and the whole file."""

    async def scene(seat: Seat) -> None:
        await sit(seat)
        await ask(seat, "slash", "def first")
        assert "value_8 =" not in seat.diff_text()
        await seat.press("right_parenthesis")
        assert "value_8 =" in seat.diff_text()
        await seat.press("left_parenthesis")
        assert "no more unchanged lines above" in seat.bar
        await seat.press("Z")
        assert "lines unfolded" in seat.bar
        assert seat.diff.document
        await seat.press("Z")
        assert "lines folded" in seat.bar
        await seat.press("L")
        assert "long lines: wrapped" in seat.bar
        await seat.press("right")
        assert "wrapped: all of them" in seat.bar

    play(study, scene)
