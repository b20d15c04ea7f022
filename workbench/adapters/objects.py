"""Blobs and trees of our own clone for reading, in this process, by GitPython.

GitPython is used for nothing else: its commands inherit the caller's environment and its helpers
run what a repository's config names (SAFETY.md G8). Its import would run `git version` by PATH;
here it is imported with a git that does not exist, so no call of it can ever start a process.
It is imported when the first object is read, off the start path.
"""

import importlib
import os
import re
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.adapters.trees import FOLDER, Tree, parse_tree
from workbench.domain.errors import GitFailed, InputRefused
from workbench.text import decode, display

if TYPE_CHECKING:
    import git

_OID = re.compile(r"[0-9a-f]{40}")
_MAX_BLOB = 20 << 20
_MAX_TREE = 64 << 20
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
        self._repository: git.Repo | None = None

    def list_tree(self, tree: str) -> list[TreeFile]:
        """All files below a tree or commit (40 hex digits), in git's order; raises GitFailed."""
        with self._lock:
            return list(self._walk(self._root(tree), b""))

    def read_blob(self, tree: str, path: bytes, limit: int = _MAX_BLOB) -> bytes:
        """A file's bytes at `path` in a tree; GitFailed if absent, InputRefused above `limit`."""
        with self._lock:
            oid, kind = self._root(tree), b"tree"
            for part in path.split(b"/"):
                entry = self._entries(oid).get(part) if kind == b"tree" else None
                if entry is None:
                    raise GitFailed(f"{display(decode(path))} is not in tree {tree[:12]}")
                oid, kind = entry.oid, b"tree" if entry.mode == FOLDER else b"blob"
            return self._read(oid, b"blob", limit)

    def close(self) -> None:
        """Let go of the open pack files."""
        with self._lock:
            if self._repository is not None:
                self._repository.close()
                self._repository = None

    def _walk(self, oid: str, prefix: bytes) -> Iterator[TreeFile]:
        for name, entry in self._entries(oid).items():
            if entry.mode == FOLDER:
                yield from self._walk(entry.oid, prefix + name + b"/")
            else:
                yield TreeFile(prefix + name, entry.mode.decode(), entry.oid)

    def _root(self, name: str) -> str:
        if not _OID.fullmatch(name):
            raise InputRefused(f"{display(name)[:80]} is no object id of 40 hex digits")
        kind, size = self._kind(name)
        if kind != b"commit":
            return name
        return self._read(name, b"commit", size).partition(b"\n")[0].removeprefix(b"tree ").decode()

    def _entries(self, oid: str) -> Tree:
        return parse_tree(self._read(oid, b"tree", _MAX_TREE))

    def _kind(self, oid: str) -> tuple[bytes, int]:
        info = self._ask("info", oid)
        return bytes(info.type), int(info.size)

    def _read(self, oid: str, kind: bytes, limit: int) -> bytes:
        found, size = self._kind(oid)
        if found != kind:
            raise GitFailed(f"object {oid[:12]} is a {found.decode()}, not a {kind.decode()}")
        if size > limit:
            raise InputRefused(f"object {oid[:12]}: {size:,} bytes, and {limit:,} are the limit")
        return bytes(self._ask("stream", oid).read())

    def _ask(self, method: str, oid: str) -> Any:  # gitdb has no types
        """`info` or `stream` of an object; a pack that came later is looked for once."""
        if self._repository is None:
            self._repository = _open(self._git_dir)
        odb = self._repository.odb
        ask = getattr(odb, method)
        for is_last in (False, True):
            try:
                return ask(bytes.fromhex(oid))
            except (LookupError, OSError, ValueError, zlib.error, _odb_error()) as error:
                if is_last:
                    raise GitFailed(f"object {oid[:12]} cannot be read from the clone") from error
                odb.update_cache(force=True)
        raise AssertionError


def _open(git_dir: Path) -> "git.Repo":
    gitpython = _import_gitpython()
    try:
        repository: git.Repo = gitpython.Repo(git_dir, odbt=gitpython.GitDB)
    except (gitpython.InvalidGitRepositoryError, gitpython.NoSuchPathError) as error:
        raise GitFailed(f"there is no clone at {display(str(git_dir))}") from error
    return repository


def _import_gitpython() -> ModuleType:
    kept = {name: os.environ.get(name) for name in _IMPORT_SETTINGS}
    os.environ.update(_IMPORT_SETTINGS)
    try:
        module = importlib.import_module("git")
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    module.Git.GIT_PYTHON_GIT_EXECUTABLE = _NO_GIT
    return module


def _odb_error() -> type[Exception]:
    error: type[Exception] = importlib.import_module("gitdb.exc").ODBError
    return error
