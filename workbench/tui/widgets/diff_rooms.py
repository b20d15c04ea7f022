"""Where the code of a line stands: how many cells it has, and what a cell of the screen means."""

from typing import NamedTuple

from rich.cells import get_character_cell_size

from workbench.diff.document import DiffDocument
from workbench.diff.rows import Side
from workbench.diff.views import Mode
from workbench.diff.wrap import Rooms

LEAST_DIGITS = 3
LEAST_ROOM = 8  # cells of code below which wrapping helps nobody
CHROME = (
    4  # cells of a line beside numbers and code: the cursor's mark, the arrow, the sign, a blank
)


def digits_of(document: DiffDocument) -> int:
    """How many cells a line number has."""
    return max(document.n_digits, LEAST_DIGITS)


def rooms_of(document: DiffDocument, mode: Mode, width: int) -> Rooms:
    """The cells that are left for code on the left and on the right side."""
    numbers = digits_of(document) + 1
    if mode == "split":
        room = width - 2  # the edge between, the bar behind
        return room // 2 - numbers - CHROME, room - room // 2 - numbers - CHROME
    room = width - 1 - numbers * (1 if document.model.raw else 2) - CHROME
    return room, room


def wrapped_rooms(document: DiffDocument, mode: Mode, width: int) -> Rooms | None:
    """The rooms for which long lines are put in parts; None where there is too little room."""
    rooms = rooms_of(document, mode, width)
    return rooms if min(rooms) >= LEAST_ROOM else None


class Spot(NamedTuple):
    """A side and the cell of its code, counted from the first one in sight; less than 0 before."""

    side: Side
    cell: int


def spot_at(rooms: Rooms, mode: Mode, width: int, x: int, side: Side | None = None) -> Spot:
    """What a column of the widget means, on the side where it stands or on the one given."""
    if mode == "unified":
        return Spot(side or "new", x - (width - 1 - rooms[0]))
    half = (width - 2) // 2
    if side is None:
        side = "old" if x <= half else "new"
    end = half if side == "old" else width - 1
    return Spot(side, x - (end - rooms[side == "new"]))


def column_at(text: str, cell: int) -> int:
    """The character of a shown text that takes a cell, both halves of a wide one included."""
    if cell < 0 or text.isascii():
        return max(cell, 0)
    for column, character in enumerate(text):
        cell -= get_character_cell_size(character)
        if cell < 0:
            return column
    return len(text) + cell
