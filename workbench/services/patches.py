"""An output's patch read in another way: without some blanks, or for what moved in it.

git makes both; the stored diff, its counts and the label stay what they are.
"""

from typing import NamedTuple, Protocol

from workbench.diff.blanks import Blanks
from workbench.diff.document import DiffDocument
from workbench.diff.filtered import ignore_blanks
from workbench.diff.hunk import PatchError
from workbench.diff.moves import FAILED, MAX_LINES, TOO_LARGE, Moves, read_moves
from workbench.diff.patch import FilePatch
from workbench.domain.blind import ReviewItem
from workbench.domain.errors import GitFailed, WorkbenchError
from workbench.services.queues import Blobs, attach_files
from workbench.text import decode, display


class Diffs(Protocol):
    """Makes diffs of two trees in our private clones."""

    def diff(self, repo: str, old: str, new: str, ignoring: str) -> bytes:
        """The diff with some blanks left out of account; raises GitFailed."""

    def diff_moves(self, repo: str, old: str, new: str) -> bytes:
        """The diff in which colours tell what moved; raises GitFailed."""


def read_without_blanks(
    item: ReviewItem, plain: DiffDocument, blanks: Blanks, diffs: Diffs, blobs: Blobs
) -> DiffDocument:
    """The output with these blanks left out of account; raises GitFailed. For a worker."""
    if blanks is Blanks.NONE or not item.tree or plain.model.raw:
        return plain
    if not plain.is_whole:
        attach_files(item, plain, blobs)
    ticket = item.ticket
    diff = diffs.diff(ticket.repo, ticket.base_commit, item.tree, str(blanks))
    try:
        return ignore_blanks(plain, diff, blanks)
    except PatchError as error:
        raise GitFailed(f"the diff cannot be read: {error}") from error


class FilePair(NamedTuple):
    """Both sides of one file, whole; a side that is not there is empty."""

    path: bytes
    old: bytes
    new: bytes


def read_pair(item: ReviewItem, patch: FilePatch, blobs: Blobs) -> FilePair:
    """A file as it was and as the output has it; raises WorkbenchError for one too large."""
    ticket, sides = item.ticket, list[bytes]()
    for treeish, path in ((ticket.base_commit, patch.old_path), (item.tree, patch.new_path)):
        data = blobs.read(ticket.repo, treeish, path) if path and treeish else b""
        if data is None:
            raise WorkbenchError(f"{display(decode(patch.path))}: too large to be handed over")
        sides.append(data)
    return FilePair(patch.path, *sides)


def mark_moves(item: ReviewItem, document: DiffDocument, diffs: Diffs) -> None:
    """Tell a document which of its lines moved; in a worker."""
    ticket, model = item.ticket, document.model
    if not item.tree or model.raw or not (document.added and document.removed):
        return
    if model.n_changed > MAX_LINES:
        document.attach_moves(Moves({}, TOO_LARGE))
        return
    try:
        coloured = diffs.diff_moves(ticket.repo, ticket.base_commit, item.tree)
    except GitFailed:
        document.attach_moves(Moves({}, FAILED))
        return
    document.attach_moves(read_moves(model, coloured))
