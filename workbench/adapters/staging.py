"""`git apply --cached` in a private index, with an object folder of its own.

What git writes while it tries a patch stays in quarantine: a blob reaches the clone only once
every check has passed, and a patch that fails half-way leaves no trace. The index of a base
commit is read once and copied for each patch.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from workbench.adapters.git import Git, first_line
from workbench.adapters.processes import Finished
from workbench.adapters.tree_check import Change, Changes
from workbench.adapters.trees import Entry
from workbench.domain.errors import GitFailed, PatchRefused
from workbench.text import decode

_FOLDER = "wb-staging"
_MAX_INDEXES = 8
_STALE_SECONDS = 6 * 3600
_NO_FILE = b"000000"
_FORBIDDEN = ("invalid path", "beyond a symbolic link", "is outside repository")


@dataclass(frozen=True, slots=True)
class Staged:
    """What a patch changes, and the scratch folder with the blobs it made; discard it at last."""

    changes: Changes
    scratch: Path

    def release(self, git_dir: Path) -> None:
        """Move the blobs into the clone."""
        for file in (self.scratch / "objects").glob("??/*"):
            target = git_dir / "objects" / file.parent.name / file.name
            target.parent.mkdir(exist_ok=True)
            if not target.exists():
                file.rename(target)

    def discard(self) -> None:
        """Remove the scratch folder and all that was not released."""
        shutil.rmtree(self.scratch, ignore_errors=True)


class Staging:
    """Scratch files of one ladder, under the clone so that a rename moves them. For one thread."""

    def __init__(self, git: Git) -> None:
        """Make a private folder and sweep those of processes that died."""
        self._git = git
        home = git.git_dir / _FOLDER
        home.mkdir(mode=0o700, exist_ok=True)
        _sweep(home)
        self.folder = Path(tempfile.mkdtemp(dir=home))
        self._indexes: OrderedDict[str, Path] = OrderedDict()

    def close(self) -> None:
        """Remove all scratch files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def stage(self, root: str, patch: bytes, *options: str) -> Staged:
        """Apply `patch` to the tree `root`; raises PatchRefused or GitFailed."""
        base = self._index(root)
        scratch = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            index = scratch / "index"
            (scratch / "objects").mkdir()
            shutil.copyfile(base, index)
            return Staged(self._apply(root, patch, options, scratch), scratch)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise

    def _apply(self, root: str, patch: bytes, options: tuple[str, ...], scratch: Path) -> Changes:
        env = {
            "GIT_INDEX_FILE": str(scratch / "index"),
            "GIT_OBJECT_DIRECTORY": str(scratch / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self._git.git_dir / "objects"),
        }
        arguments = ("apply", "--cached", "--whitespace=nowarn", *options, "-")
        done = self._git.attempt(*arguments, stdin=patch, env=env)
        if done.returncode:
            raise _explain(done)
        shown = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames")
        return _parse_raw(self._git.run(*shown, root, "--", env=env))

    def _index(self, root: str) -> Path:
        index = self._indexes.get(root)
        if index is None:
            index = self.folder / f"{root}.index"
            self._git.run("read-tree", root, env={"GIT_INDEX_FILE": str(index)})
            self._indexes[root] = index
            if len(self._indexes) > _MAX_INDEXES:
                self._indexes.popitem(last=False)[1].unlink(missing_ok=True)
        self._indexes.move_to_end(root)
        return index


def _explain(done: Finished) -> GitFailed | PatchRefused:
    if done.returncode < 0 and not done.stderr:
        return GitFailed("git reached its limit of memory or time on this patch")
    line = first_line(done.stderr).removeprefix("error: ").removeprefix("fatal: ")
    if any(words in line for words in _FORBIDDEN):
        return PatchRefused(f"git refuses it: {line}")
    return GitFailed(line)


def _parse_raw(raw: bytes) -> Changes:
    """`:mode mode oid oid status NUL path NUL` of diff-index --raw -z."""
    fields = raw.split(b"\0")
    changes: dict[bytes, Change] = {}
    for meta, path in zip(fields[0:-1:2], fields[1:-1:2], strict=True):
        old_mode, new_mode, old, new, _ = meta.removeprefix(b":").split(b" ")
        changes[path] = Change(_entry(old_mode, old), _entry(new_mode, new))
    return changes


def _entry(mode: bytes, oid: bytes) -> Entry | None:
    return None if mode == _NO_FILE else Entry(mode, decode(oid))


def _sweep(home: Path) -> None:
    oldest = time.time() - _STALE_SECONDS
    for entry in os.scandir(home):
        with contextlib.suppress(FileNotFoundError):
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                shutil.rmtree(entry.path, ignore_errors=True)
