"""A reviewer's tree made again from base commit and corrected patch.

The patch passes the same rules as a candidate's: it may come from somebody's export.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from workbench.adapters.apply import Judged, Ladder
from workbench.adapters.diffs import read_patch
from workbench.adapters.git import Git
from workbench.adapters.trees import Reader
from workbench.domain.errors import GitFailed, InputRefused

Key = TypeVar("Key")
Job = tuple[Key, str, bytes]


class Made(NamedTuple):
    """A tree, or "" and why there is none."""

    tree: str
    why: str = ""


def make_trees(
    git_dir: Path, jobs: Iterable[Job[Key]], *, is_kept: bool
) -> Iterator[tuple[Key, Made]]:
    """What each (key, base commit, patch) comes to; in the clone for good where `is_kept`."""
    with Ladder(git_dir, with_fuzz=False) as ladder:
        reader = Reader(Git(git_dir))
        try:
            for key, base_commit, patch in jobs:
                yield key, _make(ladder, reader, git_dir if is_kept else None, base_commit, patch)
        finally:
            reader.close()


def _make(
    ladder: Ladder, reader: Reader, git_dir: Path | None, base_commit: str, patch: bytes
) -> Made:
    try:
        if not patch:
            return Made(reader.root(base_commit))
        judged = ladder.judge(base_commit, patch)
        if not isinstance(judged, Judged):
            return Made("", judged.detail or judged.rung.value)
        if git_dir is not None:
            judged.draft.write(git_dir)
    except InputRefused as error:  # GitFailed is one
        return Made("", str(error))
    return Made(judged.tree)


def make_patch(git_dir: Path, base_commit: str, tree: str) -> bytes:
    """The patch from which the tree can be made again; raises GitFailed where none does that."""
    git, why = Git(git_dir), ""
    for is_binary in (False, True):
        patch = read_patch(git, base_commit, tree, is_binary=is_binary)
        ((_, made),) = make_trees(git_dir, [("", base_commit, patch)], is_kept=False)
        if made.tree == tree:
            return patch
        why = made.why or "another tree came of it"
    raise GitFailed(f"no patch gives this tree again: {why}")
