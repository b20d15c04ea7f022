"""Going on where the reviewer stopped: output, line, place on the screen, layout, open text."""

import shutil
from pathlib import Path

import pytest

from workbench.diff.marks import hunk_keys
from workbench.domain.reading import Bookmark, parse_bookmark, render_bookmark

from .kit import Seat, play, run_workbench
from .trees import make_study

LINES = [f"value_{n} = compute({n})\n" for n in range(300)]
MADE = {
    "m1": {
        "one.py": "".join("changed\n" if n in {9, 150, 290} else x for n, x in enumerate(LINES))
    },
    "m2": {"one.py": "".join("changed\n" if n == 20 else x for n, x in enumerate(LINES))},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("resume"), {"one.py": "".join(LINES)}, MADE)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


async def settle(seat: Seat) -> None:
    await seat.until(
        lambda: bool(seat.screen.is_painted() and seat.diff.plain and seat.diff.plain.is_whole),
        "whole files",
    )
    await seat.pilot.pause()


async def find(seat: Seat, n_hunks: int) -> None:
    for key in ("J", "K"):
        if seat.diff.plain and len(hunk_keys(seat.diff.plain)) != n_hunks:
            await seat.press(key)
    await settle(seat)


def at(seat: Seat) -> tuple[object, ...]:
    port = seat.diff._viewport
    assert port is not None
    return (
        seat.screen.item.output_id if seat.screen.item else "",
        seat.diff.cursor_address,
        seat.diff.lines_above,
        seat.diff.mode,
        seat.diff.wrap,
        seat.screen.reading,
    )


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize(
    "keys",
    [
        ["d", "d", "k"],
        ["Z", "space", "space", "j", "j"],
        ["l", "l", "d", "d", "j", "j"],
        ["L", "end", "k", "k"],
        ["t", "d", "d"],
    ],
)
def test_the_next_session_begins_at_the_very_place(
    folder: Path, keys: list[str], size: tuple[int, int]
) -> None:
    """The output, the line, its height on the screen, out of any fold, layout, wrapping, ticket."""
    places: list[tuple[object, ...]] = []

    async def first(seat: Seat) -> None:
        await find(seat, 3)
        await seat.press(*keys)
        places.append(at(seat))

    async def second(seat: Seat) -> None:
        await seat.until(lambda: at(seat) == places[0], f"{places[0]}")

    play(folder, first, size)
    play(folder, second, size)
    assert places[0][1] is not None


def test_a_move_is_kept_a_moment_later_and_not_only_at_the_end(folder: Path) -> None:
    """So that it is there after a kill."""

    async def scene(seat: Seat) -> None:
        await find(seat, 3)
        await seat.press("d", "d")
        wanted = seat.diff.cursor_address
        assert wanted is not None
        (file,) = (folder / ".workbench" / "reading").glob("*-bookmark.json")
        await seat.until(lambda: parse_bookmark(file.read_text()).line == wanted.line, "kept")
        assert file.stat().st_mode & 0o777 == 0o600

    play(folder, scene)


def test_a_label_from_elsewhere_outweighs_the_bookmark(folder: Path) -> None:
    """Then the review goes on with the first output that has none, as it always did."""
    here: list[str] = []

    async def first(seat: Seat) -> None:
        await settle(seat)
        await seat.press("j")
        here.append(seat.screen.item.output_id if seat.screen.item else "")

    async def second(seat: Seat) -> None:
        assert seat.screen.item
        assert seat.screen.item.output_id != here[0]

    play(folder, first)
    run_workbench("label", here[0], "merged", "--study", folder, "--reviewer", "ann")
    play(folder, second)


def test_a_first_key_is_not_taken_back_by_what_arrives_later(folder: Path) -> None:
    """Whole files come after the first paint: whoever moved by then stays where they are."""

    async def first(seat: Seat) -> None:
        await find(seat, 3)
        await seat.press("d", "d")

    async def second(seat: Seat) -> None:
        await seat.press("home", "j", "j", "j")
        await settle(seat)
        address = seat.diff.cursor_address
        assert address is not None
        assert address.line < 20

    play(folder, first)
    play(folder, second, is_ready=False)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 1}', render_bookmark(Bookmark("nowhere")),
     render_bookmark(Bookmark("nowhere", layout="x" * 9, pane="message", line=-3, above=9999))],
)  # fmt: skip
def test_a_bookmark_that_leads_nowhere_is_passed_over(folder: Path, text: str) -> None:
    """The first screen comes as if there were none."""

    async def first(seat: Seat) -> None:
        await settle(seat)

    play(folder, first)
    (file,) = (folder / ".workbench" / "reading").glob("*-bookmark.json")
    file.write_text(text)
    play(folder, first)


def test_a_bookmark_that_was_tampered_with_opens_nothing_and_harms_nothing(folder: Path) -> None:
    """The message stays closed; a line that is not there is none; any height fits the screen."""

    async def first(seat: Seat) -> None:
        await settle(seat)

    async def second(seat: Seat) -> None:
        await settle(seat)
        assert seat.screen.reading == ""
        assert seat.diff.layout_mode == "auto"

    play(folder, first)
    (file,) = (folder / ".workbench" / "reading").glob("*-bookmark.json")
    mark = parse_bookmark(file.read_text())
    wrong = mark._replace(side="sideways", line=10**9, above=10**9, layout="no", pane="message")
    file.write_text(render_bookmark(wrong))
    play(folder, second)
