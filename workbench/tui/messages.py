"""What workers tell the screen: one message, one frozen result."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from workbench.diff.blanks import Blanks
from workbench.diff.document import DiffDocument
from workbench.domain.finding import Finding
from workbench.domain.queue import QueueItem

if TYPE_CHECKING:  # neither the dashboard nor a list of files is there at the first paint
    from workbench.domain.comparison import Behind, Comparison
    from workbench.domain.run_board import RunBoard
    from workbench.domain.unsaved import Kept
    from workbench.tui.widgets.file_tree import FileTree


@dataclass(eq=False, repr=False)
class DeskOpened(Message):
    """The store is open: there is a queue to walk; labels wait for the check.

    `note` is what the reviewer should know of the place where it lies, "" for nothing.
    """

    note: str = ""


@dataclass(eq=False, repr=False)
class DeskChecked(Message):
    """The database is sound; from here on labels can be saved.

    `kept` is what an earlier session could not save; `problem` names files that held it once.
    """

    kept: tuple["Kept", ...] = ()
    problem: str = ""


@dataclass(eq=False, repr=False)
class RubricChanged(Message):
    """So many of the reviewer's labels are older than the rubric in force."""

    n: int


@dataclass(eq=False, repr=False)
class DefinitionsNamed(Message):
    """Whose definitions the live numbers are counted by, in a few words.

    `has_trials`: a ticket counts several times in them.
    """

    name: str
    has_trials: bool


@dataclass(eq=False, repr=False)
class DeskRefused(Message):
    """The store cannot be written; labels stay off, reading goes on.

    `exit_code` is what the program ends with for it, 0 where the study itself is sound.
    """

    sentence: str
    exit_code: int = 0


@dataclass(eq=False, repr=False)
class BackupMissed(Message):
    """A backup could not be made; labels go on."""

    sentence: str


@dataclass(eq=False, repr=False)
class ItemReady(Message):
    """The document of an output, prepared for the first screen."""

    document: DiffDocument


@dataclass(eq=False, repr=False)
class PairRead(Message):
    """Both sides of a pair that is waited for are prepared."""

    pair_id: str


@dataclass(eq=False, repr=False)
class ItemMissed(Message):
    """An output or a pair that is waited for cannot be read, and why."""

    item_id: str
    sentence: str


@dataclass(eq=False, repr=False)
class RowsReady(Message):
    """The queue around the output that comes after `here`, where it is far from that."""

    here: str
    rows: tuple[QueueItem, ...]


@dataclass(eq=False, repr=False)
class BlobsReady(Message):
    """The whole files behind a document that is on the screen."""

    key: str


@dataclass(eq=False, repr=False)
class SidesCompared(Message):
    """The left side of a pair against the right one; None where git could not, with why."""

    pair_id: str
    document: DiffDocument | None
    problem: str = ""


@dataclass(eq=False, repr=False)
class ComparisonReady(Message):
    """The candidates, counted."""

    comparison: "Comparison"


@dataclass(eq=False, repr=False)
class ComparisonRefused(Message):
    """They could not be counted, or an output not be found."""

    sentence: str


@dataclass(eq=False, repr=False)
class BehindReady(Message):
    """The outputs behind a number."""

    outputs: "tuple[Behind, ...]"


@dataclass(eq=False, repr=False)
class TicketsFound(Message):
    """The tickets that hold a text."""

    text: str
    ids: frozenset[str]


@dataclass(eq=False, repr=False)
class TicketsNotFound(Message):
    """They could not be searched."""

    sentence: str


@dataclass(eq=False, repr=False)
class RunsSeen(Message):
    """How far the runs of the study are."""

    board: "RunBoard"


@dataclass(eq=False, repr=False)
class TerminalAnswered(Message):
    """Keys came in one piece with something that no key sends, and were not taken."""

    sentence: str = "the terminal answered by itself: the keys beside it were not taken"


@dataclass(eq=False, repr=False)
class BlanksReady(Message):
    """The output that is on the screen, with some blanks left out of account."""

    document: DiffDocument
    blanks: Blanks


@dataclass(eq=False, repr=False)
class FilesMade(Message):
    """The list of files of an output that has many."""

    document: DiffDocument
    tree: "FileTree"


@dataclass(eq=False, repr=False)
class FilesListed(Message):
    """The files that the patch of an output does not touch, and the list of them."""

    document: DiffDocument
    paths: tuple[bytes, ...]
    tree: "FileTree"


@dataclass(eq=False, repr=False)
class FileShown(Message):
    """A file stands behind the diff, by its ordinal; `finding` is what led there."""

    document: DiffDocument
    file: int
    finding: Finding | None = None


@dataclass(eq=False, repr=False)
class FileRefused(Message):
    """A file could not be shown, or the files not listed."""

    sentence: str


@dataclass(eq=False, repr=False)
class BlanksRefused(Message):
    """git could not make that diff."""

    sentence: str
