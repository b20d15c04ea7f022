"""The reviewer's own version of an output: edited on a private copy, compared, measured.

It is a tree in our clone like any other. Its size is counted by METRICS: changed lines from base to
patch and from patch to edit, what was kept of what the patch added.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

from workbench.diff.churn import Pair, measure
from workbench.diff.document import DiffDocument, build_document
from workbench.diff.hunk import PatchError
from workbench.diff.order import Rank, rank_of
from workbench.diff.patch import FilePatch, parse
from workbench.domain.blind import ReviewItem
from workbench.domain.draft import take_edit
from workbench.domain.edit_size import classify_edit
from workbench.domain.edited import Edited, EditSize
from workbench.domain.errors import GitFailed
from workbench.domain.label import EditClass, Judgement
from workbench.services.patches import Diffs
from workbench.services.queues import Blobs


class Copies(Protocol):
    """Private copies of trees, and the reviewer's editor on them."""

    def check(self) -> None:
        """Raises UsageError where there is no editor, or none that can be run."""

    def open(
        self, repo: str, tree: str, note: str = "", tell: Callable[[int], bool] = lambda _: True
    ) -> Path:
        """Write a tree out as plain files; raises WorkbenchError. For a worker.

        `tell` hears how far it is, in per cent, and ends it by False; `note` lies beside it.
        """

    def find_left(self) -> Iterator[tuple[Path, str]]:
        """The copies that nobody works on any more, with their notes. For a worker."""

    def claim(self, copy: Path) -> bool:
        """Work on a copy that was left; False where it is gone, or somebody else does."""

    def edit(self, copy: Path, path: bytes, line: int) -> int:
        """Run the editor to its end in this terminal; its exit code. Raises WorkbenchError."""

    def take(self, repo: str, tree: str, copy: Path) -> str:
        """The tree that became of it, stored; raises InputRefused. For a worker."""

    def make_patch(self, repo: str, base_commit: str, tree: str) -> bytes:
        """The patch from which a tree can be made again; raises GitFailed. For a worker."""

    def drop(self, copy: Path) -> None:
        """Remove a copy."""


class Edit(NamedTuple):
    """An edit with its class, and the sentence that says how it was come by."""

    edited: Edited
    edit: EditClass
    sentence: str

    def apply(self, held: Judgement) -> Judgement:
        """The judgement that takes it in."""
        return take_edit(held, self.edited, self.edit)


def measure_edit(item: ReviewItem, tree: str, diffs: Diffs, blobs: Blobs) -> Edit:
    """How much of an output a tree leaves; raises GitFailed. For a worker."""
    repo, base = item.ticket.repo, item.ticket.base_commit
    patch = _parse(item.diff)
    edit = _parse(diffs.diff(repo, item.tree, tree, "none"))
    churn = measure(
        [_pair(blobs, repo, base, item.tree, each) for each in patch],
        [_pair(blobs, repo, item.tree, tree, each) for each in edit],
    )
    size = EditSize(
        patch_lines=churn.patch,
        edit_lines=churn.edit,
        added=churn.added,
        kept=churn.kept,
        has_added_tests=any(each.added and rank_of(each) is Rank.TESTS for each in edit),
        is_base=not diffs.diff(repo, base, tree, "none"),
    )
    is_grave = any(defect.is_k_defect for defect in item.judgement.defects)
    found = classify_edit(size, has_fixed_k_defect=is_grave)
    return Edit(Edited(tree, size), found, _describe(size, found))


def keep_edit(item: ReviewItem, edit: Edit, copies: Copies, keep: Callable[[bytes], str]) -> Edit:
    """The edit with the patch from which its tree can be made again. For a worker.

    `keep` stores a patch and names it. Raises WorkbenchError where none can be made or stored.
    """
    ticket, tree = item.ticket, edit.edited.tree
    patch = copies.make_patch(ticket.repo, ticket.base_commit, tree)
    return edit._replace(edited=replace(edit.edited, patch=keep(patch)))


def _describe(size: EditSize, found: EditClass) -> str:
    if size.is_base:
        return f"edited ({found}): nothing of the patch is left"
    lines = "line" if size.edit_lines == 1 else "lines"
    tests = ", tests among them" if size.has_added_tests else ""
    kept = f"{size.kept_share:.0%} of what it added kept"
    return f"edited ({found}): {size.edit_lines} {lines}{tests} to {size.patch_lines}, {kept}"


def _parse(diff: bytes) -> list[FilePatch]:
    try:
        return parse(diff)
    except PatchError as error:
        raise GitFailed(f"the diff cannot be read: {error}") from error


def _pair(blobs: Blobs, repo: str, old: str, new: str, patch: FilePatch) -> Pair:
    before = blobs.read(repo, old, patch.old_path) if patch.old_path else None
    after = blobs.read(repo, new, patch.new_path) if patch.new_path else None
    return Pair(patch.path, before, after)


class Comparison(NamedTuple):
    """Two trees and what the header says of them."""

    old: str
    new: str
    title: str


def list_comparisons(item: ReviewItem, tree: str) -> tuple[Comparison, Comparison]:
    """What there is to see beside base and output, once the reviewer made a tree of it."""
    return (
        Comparison(item.tree, tree, "output → your edit"),
        Comparison(item.ticket.base_commit, tree, "base → your edit"),
    )


def compare_trees(
    item: ReviewItem, plain: DiffDocument, comparison: Comparison, diffs: Diffs, blobs: Blobs
) -> DiffDocument:
    """Another reading of the output: the diff of two trees. Raises GitFailed. For a worker."""
    repo, (old, new, title) = item.ticket.repo, comparison
    diff = diffs.diff(repo, old, new, "none")
    try:
        document = build_document(diff, key=item.output_id, badges=(title,))
    except PatchError as error:
        raise GitFailed(f"the diff cannot be read: {error}") from error
    for entry in document.files:
        pair = _pair(blobs, repo, old, new, entry.patch)
        document.attach_blobs(entry.address, pair.old, pair.new)
    document.is_whole, document.whole, document.is_comparison = True, plain, True
    return document
