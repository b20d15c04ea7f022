"""The reviewer's own version of an output: edited on a private copy, compared, measured.

It is a tree in our clone like any other. Its size is counted by METRICS: changed lines from base to
patch and from patch to edit, what was kept of what the patch added.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

from workbench.diff.churn import Pair, is_binary, measure
from workbench.diff.document import DiffDocument, build_document
from workbench.diff.hunk import PatchError
from workbench.diff.order import Rank, rank_of
from workbench.diff.patch import FilePatch, parse
from workbench.domain.blind import ReviewItem, TicketText
from workbench.domain.counted import name_counted
from workbench.domain.draft import take_edit
from workbench.domain.edit_size import classify_edit
from workbench.domain.edited import Edited, EditSize
from workbench.domain.errors import GitFailed, WorkbenchError
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


class Formatter(Protocol):
    """The project's own way to write a file."""

    @property
    def name(self) -> str:
        """The command, as the settings have it."""

    def format(
        self, repo: str, base_commit: str, texts: Sequence[tuple[bytes, bytes]]
    ) -> list[bytes | None]:
        """Each text (path, content) as it is written, None where it is refused. For a worker.

        Raises WorkbenchError where it cannot be run.
        """


class Edit(NamedTuple):
    """An edit with its class, and the sentence that says how it was come by."""

    edited: Edited
    edit: EditClass
    sentence: str

    def apply(self, held: Judgement) -> Judgement:
        """The judgement that takes it in."""
        return take_edit(held, self.edited, self.edit)


def measure_edit(
    item: ReviewItem, tree: str, diffs: Diffs, blobs: Blobs, formatter: Formatter | None = None
) -> Edit:
    """How much of an output a tree leaves, both formatted first; raises GitFailed. For a worker."""
    repo, base = item.ticket.repo, item.ticket.base_commit
    patch = _parse(diffs.diff(repo, base, item.tree, "none"))
    edit = _parse(diffs.diff(repo, item.tree, tree, "none"))
    written = _write(
        formatter,
        item.ticket,
        [_pair(blobs, repo, base, item.tree, each) for each in patch],
        [_pair(blobs, repo, item.tree, tree, each) for each in edit],
    )
    churn = measure(written.patch, written.edit)
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
    edited = Edited(tree, size, formatter=written.formatter)
    return Edit(edited, found, _describe(size, found) + written.remark)


class _Written(NamedTuple):
    """The files to be measured, and how the formatter took part: its command, and a remark."""

    patch: list[Pair]
    edit: list[Pair]
    formatter: str = ""
    remark: str = ""


def _write(
    formatter: Formatter | None, ticket: TicketText, patch: list[Pair], edit: list[Pair]
) -> _Written:
    """A file counts formatted where all its versions can be, else as it is."""
    pairs = (*patch, *edit)
    texts = [*dict.fromkeys((p.path, x) for p in pairs for x in (p.old, p.new) if x)]
    texts = [(path, data) for path, data in texts if not is_binary(data)]
    if formatter is None or not texts:
        return _Written(patch, edit)
    try:
        found = formatter.format(ticket.repo, ticket.base_commit, texts)
    except WorkbenchError as error:
        return _Written(patch, edit, remark=f"; not formatted: {error}")
    made = dict(zip(texts, found, strict=True))
    refused = {path for (path, _), text in made.items() if text is None}
    paths = {path for path, _ in texts}
    if refused == paths:
        return _Written(patch, edit, remark="; not formatted: the formatter refused every file")

    def tidy(pair: Pair) -> Pair:
        if pair.path in refused:
            return pair
        old, new = (x and made.get((pair.path, x), x) for x in (pair.old, pair.new))
        return Pair(pair.path, old, new)

    left = f" but {len(refused)} of {len(paths)} files" if refused else ""
    remark = f"; formatted first{left}"
    return _Written([*map(tidy, patch)], [*map(tidy, edit)], formatter.name, remark)


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
    lines = name_counted(size.edit_lines, "line")
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
