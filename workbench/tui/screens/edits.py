"""What the workers of an edit tell the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.edits import Edit
    from workbench.services.left_edits import LeftEdit


class Editing(NamedTuple):
    """One visit to the editor: which output, from which tree, its copy, the file and the line.

    `left` is what an earlier session left and this visit goes on with.
    """

    item: ReviewItem
    tree: str
    copy: Path
    path: bytes
    line: int
    left: "LeftEdit | None" = None


@dataclass(eq=False, repr=False)
class CopyReady(Message):
    """A private copy of a tree lies there: the editor can have the terminal."""

    edit: Editing


@dataclass(eq=False, repr=False)
class CopyGrows(Message):
    """A private copy is being made, and takes a while: how far it is."""

    percent: int


@dataclass(eq=False, repr=False)
class EditsLeft(Message):
    """Edits that an earlier session left unfinished."""

    left: "tuple[LeftEdit, ...]"


@dataclass(eq=False, repr=False)
class EditTaken(Message):
    """What came back from the editor; None where nothing was changed."""

    item: ReviewItem
    edit: "Edit | None"
    document: DiffDocument | None = None


@dataclass(eq=False, repr=False)
class ReadingCompared(Message):
    """Another reading of the output that is on the screen."""

    item: ReviewItem
    document: DiffDocument
    title: str


@dataclass(eq=False, repr=False)
class EditRefused(Message):
    """No copy could be made, nothing taken, or nothing compared."""

    sentence: str
