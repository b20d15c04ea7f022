"""The user's repositories by name: a private clone each, its ladder, and its objects."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from workbench.adapters.batches import apply_many
from workbench.adapters.clones import clone_repository, is_clone, resolve_commit
from workbench.adapters.objects import ObjectStore
from workbench.domain.errors import GitFailed, InputRefused
from workbench.domain.output import Applied

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
        self._objects: dict[str, ObjectStore] = {}

    def path(self, name: str) -> Path:
        """Where the clone of a repository stands, cloned by now; raises GitFailed."""
        source = self._sources[name]
        path = self._folder / f"{clone_name(name, source)}.git"
        if not is_clone(path):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            clone_repository(source, path, self.progress)
        return path

    def resolve_commit(self, name: str, revision: str) -> str:
        """40 hex digits; a commit the clone lacks is fetched; raises GitFailed naming both."""
        return resolve_commit(self.path(name), revision, self._sources[name])

    def apply_many(
        self, name: str, jobs: Iterable[tuple[Key, str, bytes]], workers: int = 2
    ) -> Iterator[tuple[Key, Applied]]:
        """Every (key, base commit, patch) with what became of it, in order."""
        return apply_many(self.path(name), jobs, workers=workers)

    def read(self, name: str, treeish: str, path: bytes) -> bytes | None:
        """A whole file of a tree; None where there is none or it is too large to show."""
        try:
            return self._store(name).read_blob(treeish, path, limit=SHOWN_FILE_LIMIT)
        except (GitFailed, InputRefused):
            return None

    def has_object(self, name: str, tree: str) -> bool:
        """Whether a tree is really in the clone, with every file it names."""
        try:
            self._store(name).list_tree(tree)
        except GitFailed:
            return False
        return True

    def _store(self, name: str) -> ObjectStore:
        if name not in self._objects:
            self._objects[name] = ObjectStore(self.path(name))
        return self._objects[name]

    def close(self) -> None:
        """Let go of every open object file."""
        for store in self._objects.values():
            store.close()
        self._objects.clear()


def clone_name(name: str, source: Path) -> str:
    """A folder name for any repository name: readable, and never two alike."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name or "default").strip(".-")[:40] or "repository"
    digest = hashlib.sha256(f"{name}\0{source}".encode()).hexdigest()
    return f"{plain}-{digest[:8]}"
