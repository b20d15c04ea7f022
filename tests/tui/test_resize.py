"""The terminal changes its size while anything is open: no error, no stray sign, the same place."""

from itertools import cycle
from pathlib import Path

import pytest

from .kit import Seat, check_strips, play

SIZES = ((40, 10), (1, 1), (200, 50), (109, 3), (80, 24))
# What opens it, and whether something then stands over the review.
OPENS = {
    "the review": ((), False),
    "a search": (("slash",), True),
    "the help": (("question_mark",), True),
    "the files": (("F",), True),
    "some files only": (("ampersand",), True),
    "the palette": (("ctrl+p",), True),
    "a finding": (("c",), True),
    "a question of the bar": (("e",), False),
    "ticket and both panes": (("t", "w", "g"), False),
    "wrapped, side by side": (("L", "equals_sign", "equals_sign"), False),
    "blanks left out": (("W",), False),
}


@pytest.mark.parametrize(("keys", "is_over"), OPENS.values(), ids=OPENS.keys())
def test_field_t25_every_screen_survives_every_size(
    folder: Path, keys: tuple[str, ...], is_over: bool
) -> None:
    """Resized between keys and after them; the cursor's line and what is open stay."""

    async def scene(seat: Seat) -> None:
        await seat.press("j", "j")
        here, sizes = seat.diff.cursor_address, cycle(SIZES)
        for key in keys:
            await seat.press(key)
            await seat.pilot.resize_terminal(*next(sizes))
        for size in SIZES:
            await seat.pilot.resize_terminal(*size)
            await seat.pilot.pause()
            check_strips(seat.app)
        await seat.until(lambda: seat.is_in_front is not is_over, "as it was left")
        await seat.press("escape", "escape")
        await seat.until(lambda: seat.is_in_front, "the review")
        assert seat.diff.cursor_address == here
        assert seat.ticket == "clean"
        assert seat.labels() == {}

    play(folder, scene)
