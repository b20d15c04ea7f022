"""The dashboard: candidates side by side, pairs in words, and from every number to its outputs."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import MouseScrollUp

from workbench.bootstrap import open_workbench
from workbench.domain.comparison import LINES, Behind, Column, Comparison
from workbench.domain.draft import Decision
from workbench.domain.finding import Finding, FindingKind
from workbench.domain.label import EditClass, Label
from workbench.domain.metrics import Rate
from workbench.domain.report import Duel
from workbench.domain.utility import MergeCost
from workbench.study import find_study
from workbench.text import cells, display
from workbench.tui.screens.behind import BehindScreen, render_behind
from workbench.tui.screens.dashboard import DashboardScreen
from workbench.tui.widgets.comparison_view import (
    ComparisonView,
    Cursor,
    Item,
    describe_duel,
    describe_item,
    render_comparison,
)
from workbench.tui.widgets.lines import LinesView

from .kit import HOSTILE, Seat, label_all_but, plain, play

BUG = Finding(FindingKind.FUNCTIONAL, 3, "totals.py", 2)
LABELS = {
    "clean": Decision(Label.MERGED),
    "ask": Decision(Label.ABSTAINED),
    "says": Decision(Label.ESCAPED, defects=(BUG,)),
    "untested": Decision(Label.MERGED),
    "failed": Decision(Label.EDITED, EditClass.REJECTED),
}


def label(folder: Path, reviewer: str, *tickets: str) -> None:
    with open_workbench(find_study(folder)) as bench:
        ids = {line.ticket_id: line.output_id for line in bench.store.list_outputs()}
        for ticket in tickets:
            bench.reviews(reviewer).decide(ids[ticket], LABELS[ticket], is_sure=True)


def shown(seat: Seat, name: str = "comparison") -> str:
    view = seat.app.screen.query(f"#{name}")
    return view.first(LinesView).plain if view else ""


async def open_dashboard(seat: Seat) -> None:
    await seat.press("D")
    await seat.until(lambda: "merge" in shown(seat), "the dashboard was counted")


async def move_to(seat: Seat, words: str) -> None:
    """Down to the line with these words."""
    for _ in range(60):
        if any(line.startswith("▸") and words in line for line in shown(seat).split("\n")):
            return
        await seat.press("j")
    raise AssertionError(f"no line with {words}:\n{shown(seat)}")


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_candidates_stand_side_by_side_with_their_intervals(
    folder: Path, size: tuple[int, int]
) -> None:
    """Aliases, no names; the four numbers, strata, what is needed, agreement, pace, cost."""
    label(folder, "ann", *LABELS)

    async def scene(seat: Seat) -> None:
        await open_dashboard(seat)
        first = shown(seat)
        for words in ("labels of ann", "merge", "abstain", "self-flag", "escape", "1/2", "●", "━"):
            assert words in first
        assert "m1" not in first
        detail = shown(seat, "comparison-detail")
        assert "1/3 33.3% (95 %: 6.1% to 79.2%)" in detail
        assert "merge rate: of outputs that attempt the ticket" in detail
        assert " ".join(detail.split()).endswith("after a minor edit")  # nothing of it is cut off
        for words in (
            "still needed",
            "more green outputs, if none escapes",
            "minutes of review an output, a merged output cost — (not known of",
            "agreement: no output has two labels yet",
        ):
            await move_to(seat, words)
        await seat.press("escape")
        assert seat.is_in_front

    play(folder, scene, size)


def test_from_a_number_to_the_output_behind_it(folder: Path) -> None:
    """Enter lists the outputs, which of them count and why; enter again shows one."""
    label(folder, "ann", *LABELS)

    async def scene(seat: Seat) -> None:
        await open_dashboard(seat)
        await move_to(seat, "escape")
        for key in ("h", "l"):
            await seat.press(key)
            if "1/2 50.0%" in shown(seat, "comparison-detail"):
                break
        await seat.press("enter")
        await seat.until(lambda: isinstance(seat.app.screen, BehindScreen), "the list opened")
        await seat.until(lambda: "says" in shown(seat, "behind-list"), "the list was drawn")
        lines = shown(seat, "behind-list").split("\n")
        assert lines[0].startswith("▸● says")
        assert "escaped" in lines[0]
        assert "functional 3 in totals.py:2" in lines[0]
        assert any(line.startswith(" ○ clean") for line in lines)
        assert any("· last" in line and "no label yet" in line for line in lines)
        await seat.press("enter")
        await seat.on("says")

    play(folder, scene, (160, 40))


def test_a_click_goes_to_a_number_and_a_second_one_opens_it(folder: Path) -> None:
    """The wheel moves too; a click beside everything does nothing."""
    label(folder, "ann", *LABELS)

    async def scene(seat: Seat) -> None:
        await open_dashboard(seat)
        lines = shown(seat).split("\n")
        y = next(n for n, line in enumerate(lines) if line.startswith(" escape"))
        await seat.pilot.click("#comparison", offset=(20, y))
        assert shown(seat).split("\n")[y].startswith("▸escape")
        await seat.pilot.click("#comparison", offset=(20, y))
        await seat.until(lambda: isinstance(seat.app.screen, BehindScreen), "the list opened")
        await seat.press("escape")
        await seat.pilot.click("#comparison", offset=(20, 0))
        assert isinstance(seat.app.screen, DashboardScreen)
        view = seat.app.screen.query_one(ComparisonView)
        view.post_message(MouseScrollUp(view, 20, 5, 0, -1, 0, False, False, False))
        await seat.until(lambda: shown(seat).split("\n")[y - 3].startswith("▸"), "the wheel moved")

    play(folder, scene, (160, 40))


def test_the_labels_of_others_open_to_who_has_none_left_to_give(folder: Path) -> None:
    """A second label must not follow the first: before that the dashboard shows one's own."""
    label(folder, "bob", "clean", "says")

    async def scene(seat: Seat) -> None:
        await open_dashboard(seat)
        assert "labels of ann" in shown(seat)
        assert "1/1" not in shown(seat)
        await seat.press("v")
        assert "once you have labelled all of yours" in shown(seat, "comparison-detail")
        await seat.press("escape")
        await label_all_but(seat)
        await open_dashboard(seat)
        assert "v all reviewers" in shown(seat, "comparison-hints")
        await seat.press("v")
        await seat.until(lambda: "labels of all reviewers" in shown(seat), "all were counted")

    play(folder, scene)


def test_without_a_label_every_number_is_a_dash(folder: Path) -> None:
    """With the reason beside it; no text field, no number made up."""

    async def scene(seat: Seat) -> None:
        await open_dashboard(seat)
        table = shown(seat)
        assert "—" in table
        assert "100%" not in table
        assert isinstance(seat.app.screen, DashboardScreen)
        await move_to(seat, "still needed")
        await seat.press("enter")
        assert "no number stands here" in shown(seat, "comparison-detail")

    play(folder, scene)


def make_comparison(n: int, name: str = "") -> Comparison:
    rate = Rate(6, 10, (0.31, 0.83))
    columns = tuple(
        Column(
            f"{name}{nth}",
            20,
            20,
            dict.fromkeys(LINES, rate),
            {},
            1.5,
            MergeCost(0.25),
            "needs more",
        )
        for nth in range(n)
    )
    duel = Duel("yield", "merged, of all tickets", "A", "B", 5, 1, 14, 0.2188, (-0.1, 0.5))
    return Comparison("labels of ann", columns, (duel,) if n > 1 else (), ("pace: —",))


@pytest.mark.parametrize("n", [0, 1, 2, 5, 9])
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", ["A", HOSTILE, "\u7532\u4e59" * 30])
def test_any_number_of_candidates_under_any_name_fits(n: int, width: int, name: str) -> None:
    """No line is wider than the screen; the chosen column is always among those shown."""
    comparison = make_comparison(n, name)
    for column in range(max(1, n)):
        lines = render_comparison(comparison, Cursor(0, column), width, 24)
        assert all(sum(cells(span.text) for span in line) <= width for line in lines)
        assert all(display(span.text) == span.text for line in lines for span in line)
        if n:
            assert plain(lines).count("[") - plain(lines[:2]).count("[") >= 1


def test_what_stands_behind_a_number_is_drawn_safely_and_fits() -> None:
    """Every text of it may be hostile; the chosen one stays in sight in a long list."""
    behind = [
        Behind(f"o{n}", HOSTILE, HOSTILE, 2, "escaped", part, HOSTILE)
        for n, part in enumerate(("counted", "of it", "outside") * 20)
    ]
    for width in (40, 80, 200):
        lines = render_behind(behind, 59, 10, width)
        assert sum("▸" in line[0].text for line in lines) == 1
        assert all(display(span.text) == span.text for line in lines for span in line)
    assert "no output stands behind" in plain(render_behind([], 0, 10, 80))


def test_a_pair_is_told_in_words() -> None:
    """A better on 5, B on 1, 14 the same; and where no ticket counts for both."""
    (duel,) = make_comparison(2).duels
    assert describe_duel(duel) == "A better on 5, B on 1, 14 the same (p 0.22)"
    nothing = duel._replace(first_better=0, second_better=0, same=0)
    assert describe_duel(nothing) == "A and B: no ticket counts for both"


def test_a_rate_that_is_no_share_of_its_outputs_says_what_it_is() -> None:
    """Of 3 and 1 outputs, 1 and 1 merged: 2 of 4, and the mean of 1/3 and 1."""
    comparison = make_comparison(1)
    for rate, is_told in (
        (Rate(2, 4, (0.2, 0.9), 2 / 3), True),
        (Rate(2, 4, (0.2, 0.9), 0.5), False),
        (Rate(2, 4, (0.2, 0.9)), False),
    ):
        column = replace(comparison.columns[0], rates=dict.fromkeys(LINES, rate))
        told, _ = describe_item(Item(LINES[0]), column)
        assert ("2/4 66.7%" in told) is is_told
        assert ("the mean of its tickets' own rates" in told) is is_told
