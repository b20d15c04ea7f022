"""The list of the queue stands still: what is repainted goes over a line to every reviewer."""

from itertools import pairwise

import pytest

from workbench.tui.widgets.queue_list import QueueSnapshot, visible_items

from .kit import make_progress, make_row

ROWS = tuple(make_row(n) for n in range(100))
HEIGHT = 31  # a title and thirty outputs


def walk(order: range, height: int = HEIGHT) -> list[list[str]]:
    """What is visible at each step, as the widget keeps its first line."""
    top, seen = "", []
    for n in order:
        snapshot = QueueSnapshot(ROWS, f"o{n}", make_progress(), {}, top=top)
        shown = [row.output_id for row in visible_items(snapshot, height)]
        again = visible_items(snapshot._replace(top=shown[0]), height)
        assert [row.output_id for row in again] == shown  # a click finds what was painted
        assert f"o{n}" in shown
        seen.append(shown)
        top = shown[0]
    return seen


@pytest.mark.parametrize("order", [range(100), range(99, -1, -1)], ids=["on", "back"])
def test_it_turns_over_a_few_times_only(order: range) -> None:
    """Through a hundred outputs thirty at a time, in both directions."""
    seen = walk(order)
    assert all(len(shown) == HEIGHT - 1 for shown in seen)
    assert sum(a != b for a, b in pairwise(seen)) <= 5


def test_neighbours_are_in_sight() -> None:
    """Except at the ends, there are outputs to see on both sides of the current one."""
    for n, shown in enumerate(walk(range(100))):
        at = shown.index(f"o{n}")
        assert at >= min(n, 5)
        assert len(shown) - 1 - at >= min(99 - n, 5)


@pytest.mark.parametrize("height", range(8))
def test_any_height_shows_the_current_one(height: int) -> None:
    """Down to one line."""
    walk(range(20), height)
    walk(range(99, 70, -1), height)


def test_a_jump_shows_where_it_went() -> None:
    """To the other end and back."""
    assert walk(range(0, 100, 90))[-1][-1] == "o99"
