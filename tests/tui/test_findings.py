"""Findings: on lines, ranges, files, the output, and on what the patch did not touch."""

from pathlib import Path

import pytest

from workbench.domain.finding import Finding, FindingKind, FoundBy
from workbench.domain.label import Judgement, Label
from workbench.text import net
from workbench.tui.screens.finding import FindingScreen
from workbench.tui.screens.findings import FindingsScreen, render_findings
from workbench.tui.widgets.lines import LinesView

from .kit import BASE, HOSTILE, Seat, plain, play, read_log, run_workbench


def last(folder: Path) -> Judgement:
    return read_log(folder)[-1].judgement


def places(judgement: Judgement) -> list[tuple[str, int, int | None, str]]:
    return [(f.file, f.line, f.end_line, f.side) for f in judgement.findings]


async def note(seat: Seat, *keys: str, words: str = "") -> None:
    """A remark where the reviewer stands; `keys` come first in the dialog."""
    await seat.press("c", *keys, "6")
    await seat.type(words)
    await seat.press("enter")
    await seat.until(lambda: "saved: finding" in seat.bar, "saved")


def title(seat: Seat) -> str:
    return seat.app.screen.query_one("#prompt-title", LinesView).plain


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_v_begins_a_range_and_the_finding_stands_on_all_of_it(
    folder: Path, size: tuple[int, int]
) -> None:
    """The lines are marked while they are chosen, and as long as the finding is held."""

    async def scene(seat: Seat) -> None:
        await seat.press("Z", "home", "j", "j", "v", "j", "j")
        assert seat.diff_text().count("▌") == 3
        await seat.press("c")
        chosen = seat.diff.chosen
        assert chosen is not None
        assert f" Finding on totals.py:{chosen.first}-{chosen.last} " in title(seat)
        await seat.press("1", "3")
        await seat.type("wrong")
        await seat.press("enter")
        assert seat.diff_text().count("◆") == chosen.last - chosen.first + 1
        assert seat.diff_text().count("▌") == 1
        await seat.press("u")
        assert "◆" not in seat.diff_text()

    play(folder, scene, size)
    (saved, undone) = read_log(folder)
    assert places(saved.judgement) == [("totals.py", 2, 3, "new")]
    assert undone.judgement == Judgement()


def test_a_range_over_old_and_new_lines_is_one_of_the_new_file(folder: Path) -> None:
    """A range of removed lines alone is one of the old."""

    async def scene(seat: Seat) -> None:
        await seat.press("home", "j", "j", "v", "j")
        await note(seat)
        await seat.press("k", "v", "k", "j")
        await note(seat)
        await seat.press("v", "j", "j", "k", "k", "k")
        await note(seat)

    play(folder, scene)
    found = last(folder).findings
    where = [(f.line, f.end_line, f.side) for f in found]
    assert where == [(2, None, "new"), (2, None, "old"), (1, None, "new")]
    assert len({f.digest for f in found}) == 3
    assert all(len(f.digest) == 16 for f in found)


def test_escape_ends_a_range_and_a_range_begins_on_code_only(folder: Path) -> None:
    """A header is no line of code."""

    async def scene(seat: Seat) -> None:
        await seat.press("v")
        assert "a range" in seat.bar
        await seat.press("escape")
        assert not seat.diff.is_choosing
        await seat.press("home", "v")
        assert not seat.diff.is_choosing
        assert "begins on a line of code" in seat.bar

    play(folder, scene)


def test_a_range_stays_on_its_lines_in_every_layout(folder: Path) -> None:
    """Layout, wrapping and a fold that opens above it change rows, not lines."""

    async def scene(seat: Seat) -> None:
        await seat.press("Z", "home", "j", "j", "v", "j", "j")
        before = seat.diff.chosen
        for keys in (["="], ["="], ["L"], ["="], ["L"]):
            await seat.press(*keys)
            assert seat.diff.chosen == before
        seat.app.set_focus(seat.diff)
        await seat.pilot.resize_terminal(160, 40)
        await seat.pilot.pause()
        assert seat.diff.chosen == before

    play(folder, scene)


def test_tab_says_what_it_is_about(folder: Path) -> None:
    """The line, its file, the whole output."""

    async def scene(seat: Seat) -> None:
        await seat.press("home", "j", "j", "j", "c")
        assert " Finding on totals.py:2 " in title(seat)
        await seat.press("tab")
        assert " Finding on totals.py, the whole file " in title(seat)
        await seat.press("1", "tab")
        assert " Finding on the whole output " in title(seat)
        await seat.press("shift+tab", "2", "enter")
        await seat.until(lambda: "saved: finding" in seat.bar, "saved")
        await note(seat, "tab", "tab", words="all of it")

    play(folder, scene)
    assert places(last(folder)) == [("totals.py", 0, None, "new"), ("", 0, None, "new")]


def test_x_stands_on_the_range_and_is_one_of_the_findings(folder: Path) -> None:
    """It is listed with its label, and goes with the label alone."""

    async def scene(seat: Seat) -> None:
        await seat.press("home", "j", "j", "j", "v", "j", "x", "1")
        await seat.on("ask")
        await seat.press("K")
        await seat.on("clean")
        await seat.press("at")
        assert isinstance(seat.app.screen, FindingsScreen)
        listed = seat.app.screen.query_one("#files-list", LinesView).plain
        assert "functional" in listed
        assert "with the label" in listed
        await seat.press("d")
        assert "u takes the label back" in seat.bar

    play(folder, scene)
    (event,) = read_log(folder)
    assert places(event.judgement) == [("totals.py", 2, 3, "new")]
    assert event.judgement.findings[0].with_label


def test_findings_survive_labels_and_what_undoes_them(folder: Path) -> None:
    """A label, its undo and another one keep what was found before."""

    async def scene(seat: Seat) -> None:
        await seat.press("j")
        await note(seat, words="mine")
        await seat.press("m")
        await seat.on("ask")
        await seat.press("u")
        await seat.on("clean")
        assert "◆" in seat.diff_text()
        await seat.press("x", "1")
        await seat.on("ask")
        await seat.press("u")
        await seat.on("clean")

    play(folder, scene)
    assert [f.text for f in last(folder).findings] == ["mine"]
    rows = run_workbench("export", "jsonl", "-o", "-", "--study", folder, "--all")
    assert '"text": "mine"' in rows
    assert '"line_digest": "' in rows


def test_one_is_taken_out_of_the_list_and_comes_back_by_undo(folder: Path) -> None:
    """Each is an event of its own; the log only grows."""

    async def scene(seat: Seat) -> None:
        await seat.press("at")
        assert "no findings" in seat.bar
        await seat.press("j")
        await note(seat, words="first")
        await seat.press("k")
        await note(seat, words="second")
        await seat.press("f5", "up", "d")
        await seat.until(lambda: len(read_log(folder)) == 3, "taken out")
        await seat.press("u")
        await seat.until(lambda: len(read_log(folder)) == 4, "undone")

    play(folder, scene)
    texts = [[f.text for f in event.judgement.findings] for event in read_log(folder)]
    assert texts == [["first"], ["first", "second"], ["second"], ["first", "second"]]


def test_the_list_goes_there_out_of_any_fold_and_filter(folder: Path) -> None:
    """A line far from the change, folded away again, with only other files shown."""

    async def scene(seat: Seat) -> None:
        await seat.press("Z", "end", "k", "k", "k")
        await note(seat)
        place = seat.diff.cursor_address
        await seat.press("Z", "home")
        await seat.press("at", "enter")
        assert seat.diff.cursor_address == place
        await seat.press("home", "at", "escape")
        assert seat.diff.cursor_address != place

    play(folder, scene)


def test_a_file_that_the_patch_did_not_touch_takes_findings(folder: Path) -> None:
    """Listed, shown behind the diff, its lines are lines like all; also in the next session."""

    async def first(seat: Seat) -> None:
        await seat.press("A")
        await seat.until(lambda: not seat.is_in_front, "the list")
        await seat.type("names")
        await seat.press("enter")
        await seat.until(lambda: seat.diff.current_path == "names.py", "the file is shown")
        assert "= names.py" in seat.diff_text()
        assert "does not touch this file" in seat.diff_text()
        assert "hello" in seat.diff_text()
        await seat.press("end")
        await note(seat, words="forgot the name")
        await seat.press("home", "at", "enter")
        assert seat.diff.current_path == "names.py"
        await seat.press("ctrl+w")
        await seat.until(lambda: seat.diff.document is not seat.diff.plain, "without blanks")
        await seat.press("escape")
        await seat.press("m")
        await seat.on("ask")

    async def second(seat: Seat) -> None:
        await seat.press("K")
        await seat.on("clean")
        assert len(seat.diff.document.files if seat.diff.document else ()) == 1
        await seat.press("at", "enter")
        await seat.until(lambda: seat.diff.current_path == "names.py", "it was brought again")
        await seat.until(lambda: "◆" in seat.diff_text(), "its line is marked")
        address = seat.diff.cursor_address
        assert address is not None
        assert (address.path, address.line) == ("names.py", 2)

    play(folder, first)
    play(folder, second)
    log = read_log(folder)
    assert places(log[0].judgement) == [("names.py", 2, None, "new")]
    assert places(log[1].judgement) == [("names.py", 2, None, "new")]
    assert "names.py" in BASE


def test_without_a_tree_there_are_no_other_files(folder: Path) -> None:
    """A question and a patch that failed have none; a finding on them is on the output."""

    async def scene(seat: Seat) -> None:
        await seat.press("J")
        await seat.on("ask")
        await seat.press("A")
        assert "there is no tree of files here" in seat.bar
        await seat.press("v", "j")
        await note(seat)

    play(folder, scene)
    assert places(last(folder)) == [("", 0, None, "new")]


def test_who_found_it_is_this_review_unless_the_reviewer_says_otherwise(folder: Path) -> None:
    """METRICS 1: review, tests, and after the merge on what was merged alone; it is listed."""

    async def scene(seat: Seat) -> None:
        await seat.press("c")
        assert "found by this review   f the tests" in title(seat)
        await seat.press("f", "5", "1", "enter")
        await seat.until(lambda: "saved: finding" in seat.bar, "saved")
        await seat.press("c", "5", "f", "f", "2", "f", "enter")
        await seat.until(lambda: "saved: finding" in seat.bar, "saved")
        await seat.press("m", "y")
        await seat.on("ask")
        await seat.press("K")
        await seat.on("clean")
        await seat.press("c", "f", "f")
        assert "found by someone after the merge" in title(seat)
        await seat.press("1", "3", "enter")
        await seat.until(lambda: "saved: finding" in seat.bar, "saved")
        await seat.press("at")
        listed = seat.app.screen.query_one("#files-list", LinesView).plain.split("\n")
        assert ["found by" in line for line in listed] == [True, False, True]
        await seat.press("escape")

    play(folder, scene)
    judgement = last(folder)
    assert judgement.label is Label.MERGED
    assert [f.found_by for f in judgement.findings] == [
        *(FoundBy.TESTS, FoundBy.REVIEW, FoundBy.POST_MERGE)
    ]
    assert [f.text for f in judgement.findings] == ["", "f", ""]


def test_what_is_said_of_a_finding_is_safe_to_draw() -> None:
    """Names and words come from anywhere: an import too."""
    found = Finding(FindingKind.SECURITY, 3, HOSTILE, 7, text=HOSTILE, end_line=9)
    text = plain(render_findings([found], 0, 5))
    assert net(text) == (text, 0)
    assert ":7-9" in text
    assert "grave" in text


def test_only_the_findings_in_sight_are_drawn() -> None:
    """The chosen one is always among them."""
    found = [Finding(FindingKind.REMARK, text=f"no {n}") for n in range(100)]
    for chosen in (0, 50, 99):
        lines = render_findings(found, chosen, 10)
        assert len(lines) == 10
        assert [line for line in lines if f"no {chosen}" in plain([line])]


def test_typing_in_a_finding_presses_no_key(folder: Path) -> None:
    """FIELD T14: letters that label, and v, stay letters."""

    async def scene(seat: Seat) -> None:
        await seat.press("c", "6")
        assert isinstance(seat.app.screen, FindingScreen)
        await seat.type("maxevA@")
        assert seat.field
        assert seat.field.value == "maxevA@"
        await seat.press("escape")

    play(folder, scene)
    assert read_log(folder) == []
