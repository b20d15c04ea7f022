"""What stands around a patch in the tree that it made: the files that it does not touch."""

from typing import Protocol

from workbench.diff.document import DiffDocument
from workbench.diff.patch import Status
from workbench.diff.untouched import NotShown, add_untouched
from workbench.domain.blind import ReviewItem
from workbench.domain.errors import InputRefused
from workbench.services.queues import Blobs
from workbench.text import decode, display


class Listings(Protocol):
    """Lists the files of trees in our private clones."""

    def list_files(self, repo: str, treeish: str) -> tuple[bytes, ...]:
        """The paths of all plain files, in git's order; raises GitFailed."""


def list_untouched(
    item: ReviewItem, document: DiffDocument, listings: Listings
) -> tuple[bytes, ...]:
    """The files of the output's tree that are not in its diff; raises GitFailed. For a worker."""
    patches = [entry.patch for entry in document.files]
    touched = {patch.new_path for patch in patches if patch.status is not Status.UNTOUCHED}
    found = listings.list_files(item.ticket.repo, item.tree)
    return tuple(path for path in found if path not in touched)


def find_file(item: ReviewItem, name: str, listings: Listings) -> bytes | None:
    """The path whose text an address holds; None where the tree has none."""
    found = listings.list_files(item.ticket.repo, item.tree)
    return next((path for path in found if decode(path) == name), None)


def show_untouched(item: ReviewItem, document: DiffDocument, path: bytes, blobs: Blobs) -> int:
    """Put a file behind the diff; its ordinal. Raises InputRefused with why not. For a worker."""
    data = blobs.read(item.ticket.repo, item.tree, path)
    shown = display(decode(path))
    if data is None:
        raise InputRefused(f"{shown} cannot be shown: it is too large")
    try:
        return add_untouched(document, path, data)
    except NotShown as error:
        raise InputRefused(f"{shown} cannot be shown: {error}") from error
