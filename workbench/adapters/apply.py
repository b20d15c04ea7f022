"""The tolerant apply ladder: the first rung that holds, and how it was reached.

    empty    nothing but blanks            newline  a missing last newline was added
    refused  a safety rule                recount  hunk counts were wrong
    plain    as it came                    fuzz     GNU patch had to guess: look twice
    failed   no rung held

Whatever the rung, what it changed passes the same checks before one object is written.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from workbench.adapters import fuzz
from workbench.adapters.diffs import Differ, count_lines, has_conflict_marks
from workbench.adapters.direct import apply_directly
from workbench.adapters.git import Git
from workbench.adapters.precheck import BOM, check_bytes
from workbench.adapters.staging import Staged, Staging
from workbench.adapters.tree_check import Changes, check_changes
from workbench.adapters.trees import Draft, Reader
from workbench.domain.delivery import Rung
from workbench.domain.errors import GitFailed, InputRefused, PatchRefused
from workbench.domain.output import Applied

_COMMIT = re.compile(r"[0-9a-f]{40}")
_BINARY = re.compile(rb"^GIT binary patch\r?$", re.MULTILINE)


class _Step(NamedTuple):
    rung: Rung
    patch: bytes
    options: tuple[str, ...] = ()


class _Result(NamedTuple):
    rung: Rung
    changes: Changes
    draft: Draft
    staged: Staged | None = None
    remark: str = ""

    def discard(self) -> None:
        """Remove what git wrote aside."""
        if self.staged is not None:
            self.staged.discard()


class Judged(NamedTuple):
    """A tree that passed every check, and the objects that are still to be written."""

    rung: Rung
    root: str
    tree: str
    badges: tuple[str, ...]
    remark: str
    draft: Draft


class Ladder:
    """Patches on base commits of one clone. Keeps git processes running; for one thread."""

    def __init__(self, git_dir: Path, *, with_fuzz: bool = True) -> None:
        """`git_dir` is a clone made by clone_repository; without `with_fuzz` that rung is out."""
        git = Git(git_dir)
        self._git_dir = git.git_dir
        self._reader = Reader(git)
        self._differ = Differ(git)
        self._staging = Staging(git)
        self._has_fuzz = with_fuzz

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes and remove the scratch files."""
        self._reader.close()
        self._differ.close()
        self._staging.close()

    def apply(self, base_commit: str, patch: bytes) -> Applied:
        """What becomes of `patch` on a commit (40 hex digits).

        A patch that is refused or fits nowhere is an answer; GitFailed means that the base commit
        is not in the clone.
        """
        judged = self.judge(base_commit, patch)
        if isinstance(judged, Applied):
            return judged
        judged.draft.write(self._git_dir)
        return self.describe(judged)

    def judge(self, base_commit: str, patch: bytes) -> Applied | Judged:
        """The first half of `apply`: an answer, or a tree that passed every check.

        Its objects are in `draft` and must be written before `describe` can diff them.
        """
        if not _COMMIT.fullmatch(base_commit):
            raise InputRefused(f"{base_commit!r} is no full commit id: resolve it first")
        root = self._reader.root(base_commit)
        patch = patch.removeprefix(BOM)
        if not patch.strip():
            return Applied(Rung.EMPTY)
        try:
            check_bytes(patch)
            result = self._climb(root, patch)
            try:
                return self._check(root, patch, result)
            finally:
                result.discard()
        except PatchRefused as refusal:
            return Applied(Rung.REFUSED, detail=refusal.rule)
        except GitFailed as failure:
            return Applied(Rung.FAILED, detail=str(failure))

    def describe(self, judged: Judged) -> Applied:
        """The second half: git's diff of what was written, and the counts on it."""
        try:
            diff = self._differ.diff(judged.root, judged.tree)
        except GitFailed as failure:
            return Applied(Rung.FAILED, detail=str(failure))
        files, added, removed = count_lines(diff)
        marks = ("conflict markers",) if has_conflict_marks(diff) else ()
        badges = (*judged.badges, *marks)
        return Applied(judged.rung, judged.tree, judged.remark, badges, diff, files, added, removed)

    def diff_trees(self, old: str, new: str) -> bytes:
        """The diff git makes of two trees of the clone."""
        return self._differ.diff(old, new)

    def _climb(self, root: str, patch: bytes) -> _Result:
        """The first rung that holds; raises the failure of the first one when none does."""
        failures: list[GitFailed] = []
        for step in _steps(patch):
            try:
                result = self._try(root, step)
            except GitFailed as failure:
                failures.append(failure)
                continue
            if result.changes:
                return result
            result.discard()
        return self._fuzz(root, patch, failures)

    def _try(self, root: str, step: _Step) -> _Result:
        draft = Draft()
        changes = None if step.options else apply_directly(self._reader, root, step.patch, draft)
        if changes is not None:
            return _Result(step.rung, changes, draft)
        staged = self._staging.stage(root, step.patch, *step.options)
        return _Result(step.rung, staged.changes, Draft(), staged)

    def _fuzz(self, root: str, patch: bytes, failures: list[GitFailed]) -> _Result:
        reason = str(failures[0]) if failures else "the patch changes nothing"
        if b"\r\n" in patch:
            reason += " (the patch has CRLF line ends)"
        if not self._has_fuzz or not failures:
            raise GitFailed(reason)
        if not fuzz.is_available():
            raise GitFailed(f"{reason} (GNU patch is not installed: fuzz was not tried)")
        draft = Draft()
        try:
            changes, remark = fuzz.apply_with_fuzz(
                self._reader, root, _closed(patch), draft, self._staging.folder
            )
        except GitFailed:
            raise GitFailed(reason) from None
        if not changes:
            raise GitFailed(reason)
        return _Result(Rung.FUZZ, changes, draft, remark=remark)

    def _check(self, root: str, patch: bytes, result: _Result) -> Judged:
        """Check what was changed; only then let go of what git wrote aside."""
        targets = {path: change.new for path, change in result.changes.items()}
        tree = result.draft.change(self._reader, root, targets)
        found = check_changes(self._reader, result.draft, tree, result.changes)
        if result.staged is not None:
            result.staged.release(self._git_dir)
        own = () if result.rung is Rung.PLAIN else (result.rung.value,)
        binary = ("binary",) if _BINARY.search(patch) else ()
        badges = (*own, *found, *binary)
        return Judged(result.rung, root, tree, badges, result.remark, result.draft)


def apply_patch(git_dir: Path, base_commit: str, patch: bytes) -> Applied:
    """One patch on one commit, for a caller that has only one."""
    with Ladder(git_dir) as ladder:
        return ladder.apply(base_commit, patch)


def _steps(patch: bytes) -> Iterator[_Step]:
    yield _Step(Rung.PLAIN, patch)
    closed = _closed(patch)
    if closed is not patch:
        yield _Step(Rung.NEWLINE, closed)
    yield _Step(Rung.RECOUNT, closed, ("--recount",))


def _closed(patch: bytes) -> bytes:
    return patch if patch.endswith(b"\n") else patch + b"\n"
