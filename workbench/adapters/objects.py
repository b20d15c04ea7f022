"""Blobs and trees of our own clone for reading, as GitPython's objects.

GitPython is used for nothing else: its commands inherit the caller's environment,
and its import would run the git that PATH names. So it is imported with a git that does not exist
and without the caller's GIT_ variables, and its object database asks the one git process that
adapters/git.py starts. It is imported when the first object is read, off the start path.
"""

import contextlib
import io
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.adapters.git import Git
from workbench.adapters.trees import Reader
from workbench.domain.errors import GitFailed, InputRefused
from workbench.text import decode, display

if TYPE_CHECKING:
    import git

_OID = re.compile(r"[0-9a-f]{40}")
_MAX_BLOB = 20 << 20
_NO_GIT = "/nonexistent/git"
_IMPORT_SETTINGS = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": _NO_GIT}


class TreeFile(NamedTuple):
    """One file of a tree; `mode` as git writes it: 100644, 100755, 120000, 160000."""

    path: bytes
    mode: str
    oid: str


class ObjectStore:
    """The objects of one clone. One lock: a background worker and the screen may share it."""

    def __init__(self, git_dir: Path) -> None:
        """Nothing is opened before the first read."""
        self._git_dir = git_dir.absolute()
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._repository: git.Repo | None = None

    def list_tree(self, tree: str) -> list[TreeFile]:
        """All files below a tree or commit (40 hex digits), in git's order; raises GitFailed."""
        with self._lock, _explained(tree):
            return list(_walk(self._root(tree)))

    def read_blob(self, tree: str, path: bytes, limit: int = _MAX_BLOB) -> bytes:
        """A file's bytes at `path` in a tree; GitFailed if absent, InputRefused above `limit`."""
        with self._lock, _explained(tree):
            root = self._root(tree)
            try:
                found = root.join(path.decode("utf-8", "surrogateescape"))
            except KeyError:
                raise GitFailed(f"{_shown(path)} is not in tree {tree[:12]}") from None
            if found.type != "blob":
                raise GitFailed(f"{_shown(path)} is no file in tree {tree[:12]}")
            if found.size > limit:
                raise InputRefused(f"{_shown(path)}: {found.size:,} bytes, the limit is {limit:,}")
            return bytes(found.data_stream.read())

    def has_tree(self, tree: str) -> bool:
        """Whether a tree or commit is in the clone."""
        try:
            with self._lock, _explained(tree):
                self._root(tree)
        except InputRefused:
            return False
        return True

    def close(self) -> None:
        """End the process that reads."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
            self._reader = self._repository = None

    def _root(self, name: str) -> "git.Tree":
        """The tree of a tree's or commit's id."""
        if not _OID.fullmatch(name):
            raise InputRefused(f"{display(name)[:80]} is no object id of 40 hex digits")
        repository, reader = self._open()
        import git

        kind, _ = reader.info(name)
        if kind == b"commit":
            return git.Commit(repository, bytes.fromhex(name)).tree
        if kind != b"tree":
            raise GitFailed(f"object {name[:12]} is a {kind.decode()}, not a tree")
        return git.Tree(repository, bytes.fromhex(name), path="")

    def _open(self) -> "tuple[git.Repo, Reader]":
        if self._repository is None or self._reader is None:
            self._reader = Reader(Git(self._git_dir))
            self._repository = _open(self._git_dir, self._reader)
        return self._repository, self._reader


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """GitPython's own complaints about a damaged object as ours."""
    try:
        yield
    except (ValueError, TypeError, AttributeError, OSError) as error:
        raise GitFailed(f"{display(name)[:40]} cannot be read from the clone: {error}") from error


def _walk(tree: "git.Tree") -> Iterator[TreeFile]:
    for item in tree:
        if item.type == "tree":
            yield from _walk(item)
        else:
            yield TreeFile(
                str(item.path).encode("utf-8", "surrogateescape"), f"{item.mode:o}", item.hexsha
            )


def _open(git_dir: Path, reader: Reader) -> "git.Repo":
    """A GitPython repository whose every object comes through `reader`."""
    with _without_git_variables():
        import git
        from gitdb.base import OInfo, OStream  # type: ignore[import-untyped]  # has no types

        git.Git.GIT_PYTHON_GIT_EXECUTABLE = _NO_GIT

        class Objects(git.GitCmdObjectDB):
            """The public hook for another source of objects."""

            def info(self, binsha: bytes) -> Any:
                kind, size = reader.info(binsha.hex())
                return OInfo(binsha, kind, size)

            def stream(self, binsha: bytes) -> Any:
                kind, _ = reader.info(binsha.hex())
                _, data = reader.read(binsha.hex(), kind)
                return OStream(binsha, kind, len(data), io.BytesIO(data))

        try:
            return git.Repo(git_dir, odbt=Objects)
        except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
            raise GitFailed(f"there is no clone at {display(str(git_dir))}") from error


@contextlib.contextmanager
def _without_git_variables() -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    for name in kept:
        del os.environ[name]
    os.environ.update(_IMPORT_SETTINGS)
    try:
        yield
    finally:
        for name in _IMPORT_SETTINGS:
            del os.environ[name]
        os.environ.update(kept)


def _shown(path: bytes) -> str:
    return display(decode(path))
