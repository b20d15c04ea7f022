"""The user's repositories by name: a private clone each, its ladder, and its objects.

What a command does not need is not loaded: most never touch a repository.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workbench.domain.errors import InputRefused
from workbench.domain.output import Applied

if TYPE_CHECKING:
    from workbench.adapters.git import Git
    from workbench.adapters.objects import ObjectStore

Key = TypeVar("Key")
Progress = Callable[[str, int], None]
SHOWN_FILE_LIMIT = 4 << 20  # whole files above it are not read for context and colour


class Clones:
    """Opens the clone of a repository by its name in workbench.toml; makes it on first use."""

    def __init__(
        self, folder: Path, sources: Mapping[str, Path], progress: Progress | None = None
    ) -> None:
        """`folder` holds the clones; `sources` are the user's repositories, only ever read."""
        self._folder, self._sources, self.progress = folder, sources, progress
        self._lock, self._is_checked = threading.Lock(), False
        self._objects: dict[str, ObjectStore] = {}
        self._commits: dict[tuple[str, str], str] = {}

    def path(self, name: str) -> Path:
        """Where the clone of a repository stands, cloned by now; raises GitFailed."""
        from workbench.adapters.clones import clone_repository, is_clone

        self._check_programs()
        path = self._folder / f"{clone_name(name)}.git"
        if not is_clone(path):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            clone_repository(self._source(name), path, self.progress)
        return path

    def _check_programs(self) -> None:
        """Neither the study nor a repository under review brings its own git."""
        from workbench.adapters.git import refuse_programs_in

        if not self._is_checked:
            study = self._folder.parent.parent
            refuse_programs_in((study, *self._sources.values()))
            self._is_checked = True

    def _source(self, name: str) -> Path:
        if name not in self._sources:
            asked = name or "default"
            raise InputRefused(f"repository {asked} is not in workbench.toml: add it there")
        return self._sources[name]

    def resolve_commit(self, name: str, revision: str) -> str:
        """40 hex digits; a commit the clone lacks is fetched; raises GitFailed naming both."""
        from workbench.adapters.clones import resolve_commit

        key = name, revision
        if key not in self._commits:
            source = self._source(name)
            self._commits[key] = resolve_commit(self.path(name), revision, source)
        return self._commits[key]

    def apply_many(
        self, name: str, jobs: Iterable[tuple[Key, str, bytes]], workers: int = 2
    ) -> Iterator[tuple[Key, Applied]]:
        """Every (key, base commit, patch) with what became of it, in order."""
        from workbench.adapters.batches import apply_many

        return apply_many(self.path(name), jobs, workers=workers)

    def read(self, name: str, treeish: str, path: bytes) -> bytes | None:
        """A whole file of a tree; None where there is none or it is too large to show."""
        try:
            return self._store(name).read_blob(treeish, path, limit=SHOWN_FILE_LIMIT)
        except InputRefused:  # GitFailed is one
            return None

    def diff(self, name: str, old: str, new: str, ignoring: str) -> bytes:
        """The diff of two trees with some blanks left out of account; raises GitFailed."""
        from workbench.adapters.diffs import read_diff
        from workbench.adapters.git import Git

        return read_diff(Git(self.path(name)), old, new, ignoring)

    def diff_moves(self, name: str, old: str, new: str) -> bytes:
        """The diff of two trees in which git's colours tell what moved; raises GitFailed."""
        from workbench.adapters.diffs import read_coloured_diff
        from workbench.adapters.git import Git

        return read_coloured_diff(Git(self.path(name)), old, new)

    def make_trees(
        self, name: str, jobs: Iterable[tuple[Key, str, bytes]], *, is_kept: bool
    ) -> Iterator[tuple[Key, str, str]]:
        """(key, tree, why there is none) of each (key, base commit, patch), as a reviewer made it.

        Where `is_kept` it is in the clone then.
        """
        from workbench.adapters.edit_trees import make_trees

        for key, made in make_trees(self.path(name), jobs, is_kept=is_kept):
            yield key, made.tree, made.why

    def list_files(self, name: str, treeish: str) -> tuple[bytes, ...]:
        """The paths of all plain files of a tree, in git's order; raises GitFailed."""
        from workbench.adapters.git import Git

        listed = Git(self.path(name)).run("ls-tree", "-r", "-z", "--full-tree", treeish)
        rows = (row.split(b"\t", 1) for row in listed.split(b"\0") if row)
        return tuple(path for meta, path in rows if meta.startswith(b"100"))

    def find_missing(self, name: str, trees: Sequence[str]) -> Iterator[tuple[str, str]]:
        """(tree, what is wrong) for each tree that is not in the clone with all that it names."""
        from workbench.adapters.clones import is_clone
        from workbench.adapters.git import Git

        self._check_programs()
        path = self._folder / f"{clone_name(name)}.git"
        if not is_clone(path):
            yield from ((tree, f"there is no clone in {path}") for tree in trees)
            return
        git = Git(path)
        if not _look_through(git, trees):
            return
        for tree in trees:
            if sentence := _look_through(git, [tree]):
                yield tree, f"{sentence} in {path}"

    def _store(self, name: str) -> "ObjectStore":
        from workbench.adapters.objects import ObjectStore

        with self._lock:  # a worker reads while the screen that started it closes
            if name not in self._objects:
                self._objects[name] = ObjectStore(self.path(name))
            return self._objects[name]

    def close(self) -> None:
        """Let go of every open object file."""
        with self._lock:
            stores, self._objects = self._objects, {}
        for store in stores.values():
            store.close()


def _look_through(git: "Git", trees: Sequence[str]) -> str:
    """What is missing of these trees, files included; "" where nothing is."""
    from workbench.adapters.git import first_line

    asked = "".join(f"{tree}\n" for tree in trees).encode()
    done = git.attempt("rev-list", "--objects", "--missing=print", "--stdin", stdin=asked)
    if done.returncode:
        return first_line(done.stderr)
    missing = [line for line in done.stdout.split(b"\n") if line.startswith(b"?")]
    return f"object {missing[0][1:41].decode()} is missing" if missing else ""


def clone_name(name: str) -> str:
    """A folder name for any repository name: readable, and never two alike.

    Where the user's repository stands is no part of it: a study may be moved, and its trees stay.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name or "default").strip(".-")[:40] or "repository"
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{plain}-{digest[:8]}"
