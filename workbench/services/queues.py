"""What a reviewer sees next, and the document behind it, made ready before it is asked for."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from workbench.diff.document import DiffDocument, build_document, raw_document
from workbench.diff.hunk import PatchError
from workbench.diff.patch import Status
from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.errors import WorkbenchError
from workbench.domain.metrics import Cell
from workbench.domain.queue import SET_ASIDE, Place, Progress, QueueItem
from workbench.domain.repeat import MIN_BETWEEN, draw_start, is_due
from workbench.text import count_marks, display_lines, fold

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store

PAGE = 45  # rows before an output, and from it on: a list's worth, read within a label key
PROSE_WIDTH, MIN_PROSE = 80, 24  # cells of a message shown as content
GUTTER = 10  # cells of line numbers and signs before it
FILTER_LIMIT = 500
AT_ONCE = 16_384  # bytes of text that are laid out within about a frame, as 200 files of a line too
EVERYTHING = tuple(Place)


class Blobs(Protocol):
    """Reads whole files of a tree from our private clones."""

    def read(self, repo: str, treeish: str, path: bytes) -> bytes | None:
        """The bytes of a file; None where the tree has none or it is larger than the cap."""


class Queues:
    """The queue of one reviewer; positions are opaque and only compared."""

    def __init__(self, store: "Store", reviewer: str, *, open_names: bool = False) -> None:
        """Bind the store to a reviewer."""
        self._store, self._reviewer, self._open_names = store, reviewer, open_names
        self._version = store.data_version()

    def fresh_counts(self) -> tuple[dict[str, Counter[Cell]], Progress] | None:
        """Tallies by alias and progress, where another program wrote since this was last asked.

        None where none did, or where it still is writing; then the next call tells.
        """
        version = self._store.data_version()
        if version == self._version:
            return None
        try:
            counts = self._store.tallies(self._reviewer), self._store.progress(self._reviewer)
        except WorkbenchError:
            return None
        self._version = version
        return counts

    def window(self, position: int) -> tuple[QueueItem, ...]:
        """The items around a position, that one included."""
        before = self._store.queue_page(self._reviewer, position, PAGE, is_forward=False)
        n = 2 * PAGE - len(before)
        after = self._store.queue_page(self._reviewer, position - 1, n)
        return (*before, *after)

    def step(self, position: int, n: int) -> QueueItem | None:
        """The n-th item after (or before) a position; None past the end."""
        page = self._store.queue_page(self._reviewer, position, abs(n), is_forward=n > 0)
        if not page:
            return None
        return page[-1] if n > 0 else page[0]

    def next_open(self, position: int | None) -> QueueItem | None:
        """The next output without a label: those never seen first, skipped ones last."""
        return self._store.next_open(self._reviewer, position)

    def filter(self, text: str) -> tuple[QueueItem, ...]:
        """Items whose ticket, title, alias or label holds `text`, settled ones too."""
        return tuple(
            self._store.queue_page(self._reviewer, None, FILTER_LIMIT, places=EVERYTHING, text=text)
        )

    def aside(self) -> tuple[QueueItem, ...]:
        """What was set aside: skipped, to discuss, later."""
        places = SET_ASIDE
        return tuple(self._store.queue_page(self._reviewer, None, FILTER_LIMIT, places=places))

    def item(self, output_id: str) -> QueueItem:
        """One line of the queue."""
        return self._store.get_item(self._reviewer, output_id)

    def draw_repeat(self, after: str, percent: int, before: datetime) -> str | None:
        """By lot, an output that this reviewer labelled before some time; None for no repeat."""
        store, who = self._store, self._reviewer
        seed = store.seed_of(who) if percent else ""
        if not percent or not is_due(seed, after, percent) or store.get_revealed():
            return None
        return store.find_repeat(who, draw_start(seed, after), before, MIN_BETWEEN)

    def open(self, output_id: str, limit: int = UNLIMITED) -> ReviewItem:
        """An output as it may be shown to this reviewer.

        A diff or a patch of more than `limit` bytes is not read: whoever has a document of it
        needs neither, and whoever must be quick lets a worker open it.
        """
        return self._store.get_review_item(
            self._reviewer, output_id, open_names=self._open_names, limit=limit
        )


def wrap_prose(text: str, width: int) -> str:
    """A message at a readable width, made safe before a blank of it is touched."""
    return "\n".join(part for line in display_lines(text) for part in fold(line, width))


def make_document(item: ReviewItem, width: int = PROSE_WIDTH) -> DiffDocument:
    """What the diff pane shows of an output: git's diff, the raw patch, or the message.

    `width` is that of the pane in cells; a message is wrapped to it.
    """
    key = item.output_id
    if item.delivery is not Delivery.PATCH:
        prose = max(MIN_PROSE, min(width - GUTTER, PROSE_WIDTH))
        said = wrap_prose(item.message or "(nothing was said)", prose)
        why = "no patch was delivered, this is all"
        document = raw_document(said.encode(), why, key=key, title="message of the candidate")
        document.marks = count_marks(item.message)
        return document
    if not item.rung.has_tree:
        reason = f"{item.rung}: {item.detail}" if item.detail else str(item.rung)
        return raw_document(item.patch, reason, key=key, badges=(_verdict(item), *item.badges))
    badges = item.badges if item.rung == "plain" else (f"applied: {item.rung}", *item.badges)
    try:
        document = build_document(item.diff, key=key, badges=badges)
    except PatchError as error:
        return raw_document(item.diff, f"the diff cannot be read: {error}", key=key)
    if document.files:
        return document
    return raw_document(item.patch, "the patch changes nothing", key=key)


def _verdict(item: ReviewItem) -> str:
    """Why there is no tree, for a badge: the rule alone, without the file that broke it."""
    if item.rung is not Rung.REFUSED:
        return str(item.rung)
    head, _, rule = item.detail.partition(": ")
    return f"refused: {rule or head}"


def attach_files(item: ReviewItem, document: DiffDocument, blobs: Blobs) -> bool:
    """Give a document the whole files behind it, for context and highlight; in a worker."""
    if not item.tree or document.model.raw:
        return False
    for entry in document.files[:]:
        patch = entry.patch
        if patch.status is Status.UNTOUCHED:
            continue
        old = _read(blobs, item, item.ticket.base_commit, patch.old_path)
        new = _read(blobs, item, item.tree, patch.new_path)
        document.attach_blobs(entry.address, old, new)
    document.is_whole = True
    return True


def _read(blobs: Blobs, item: ReviewItem, treeish: str, path: bytes | None) -> bytes | None:
    return None if path is None else blobs.read(item.ticket.repo, treeish, path)
