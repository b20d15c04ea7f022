"""The tree that is tested: the candidate's code with the base commit's tests.

Tests and their configuration are put back as they were, added ones are taken out, so that nobody
is judged by tests of their own. What was touched is named for the reviewer. Hidden tests come on
top of that tree, in a tree of its own.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from workbench.adapters.apply import Ladder
from workbench.adapters.git import Git
from workbench.adapters.moves import Comparer, Moves, follow, name_moves
from workbench.adapters.names import shown
from workbench.adapters.tree_check import Change
from workbench.adapters.trees import FOLDER, Draft, Entry, Reader
from workbench.domain.errors import GitFailed
from workbench.text import decode

_TEST_FILE = re.compile(
    rb"test_.*|tests?\.py|.*_test\.[^.]+|.*\.(?:test|spec)\.[^.]+|.*Tests?\.[a-z]+|.*_spec\.rb",
    re.DOTALL,
)
_CONFIGS = (b"pytest.toml", b".pytest.toml", b"pytest.ini", b".pytest.ini", b"pyproject.toml")
_OLD_CONFIGS = {b"tox.ini": rb"(?m)^\[pytest\]", b"setup.cfg": rb"(?m)^\[tool:pytest\]"}
_CONFIG_NAMES = frozenset((*_CONFIGS, *_OLD_CONFIGS, b"conftest.py"))
_FOLDERS = frozenset((b"test", b"tests"))


@dataclass(frozen=True, slots=True)
class Frozen:
    """A tree to test, and what the candidate had done to the tests of base."""

    tree: str
    touched: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


class FrozenTrees:
    """Makes trees to test in one clone. For one thread."""

    def __init__(self, git_dir: Path) -> None:
        """Nothing is started before the first tree."""
        self._git = Git(git_dir)
        self._reader, self._comparer = Reader(self._git), Comparer(self._git)
        self._ladder: Ladder | None = None
        self._suites: dict[tuple[str, bytes], bool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._reader.close()
        self._comparer.close()
        if self._ladder is not None:
            self._ladder.close()

    def root(self, commit: str) -> str:
        """The tree of a commit."""
        return self._reader.root(commit)

    def has_file(self, root: str, path: str) -> bool:
        """Whether a file stands at `path` in a tree."""
        entry = self._reader.find(root, path.encode("utf-8", "surrogateescape"))
        return entry is not None and entry.mode != FOLDER

    def freeze(self, base: str, tree: str) -> Frozen:
        """The code of `tree` with the tests of `base`; both are ids of trees."""
        found = self._comparer.compare(base, tree)
        changes = {p: change for p, change in found.changes.items() if self._is_test(base, p)}
        draft = Draft()
        moves = name_moves((o, n) for o, n in found.renames if not self._is_test(base, o))
        moved = self._follow(base, moves, draft) if moves else {}
        back = {path: change.old for path, change in changes.items()} | moved
        if not back:
            return Frozen(tree)
        frozen = draft.change(self._reader, tree, back)
        draft.write(self._git.git_dir)
        return Frozen(
            frozen,
            touched=_names(changes, old=True, new=True),
            added=_names(changes, old=False, new=True),
            deleted=_names(changes, old=True, new=False),
            moved=tuple(f"{decode(old)} -> {decode(new)}" for old, new in moves.items())
            if moved
            else (),
        )

    def _follow(self, base: str, moves: Moves, draft: Draft) -> dict[bytes, Entry]:
        """The tests of base that name a moved module, with its new name."""
        found = {}
        for path, entry in self._walk(base, b""):
            if path.endswith(b".py") and self._is_test(base, path):
                data = self._reader.blob(entry.oid)
                if (followed := follow(data, moves)) != data:
                    found[path] = Entry(entry.mode, draft.add_blob(followed))
        return found

    def _walk(self, tree: str, above: bytes) -> Iterator[tuple[bytes, Entry]]:
        for name, entry in self._reader.tree(tree).items():
            if entry.mode == FOLDER:
                yield from self._walk(entry.oid, above + name + b"/")
            elif entry.mode.startswith(b"100"):
                yield above + name, entry

    def add_hidden(self, tree: str, patch: bytes) -> str:
        """`tree` with a patch of tests on top; raises GitFailed where it does not fit."""
        if self._ladder is None:
            self._ladder = Ladder(self._git.git_dir)
        applied = self._ladder.apply(tree, patch)
        if not applied.rung.has_tree:
            raise GitFailed(f"the hidden tests do not fit: {applied.detail or applied.rung}")
        return applied.tree

    def find_config(self, root: str) -> str:
        """The file at the top of a tree that pytest would take its settings from; "" for none."""
        entries = self._reader.tree(root)
        for name in (*_CONFIGS, *_OLD_CONFIGS):
            entry = entries.get(name)
            if entry is not None and entry.mode != FOLDER and self._configures(name, entry):
                return name.decode()
        return ""

    def _configures(self, name: bytes, entry: Entry) -> bool:
        if name in _OLD_CONFIGS:
            return re.search(_OLD_CONFIGS[name], self._reader.blob(entry.oid)) is not None
        if name != b"pyproject.toml":
            return True
        try:
            tools = tomllib.loads(self._reader.blob(entry.oid).decode("utf-8")).get("tool", {})
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            return False
        return isinstance(tools, dict) and "pytest" in tools

    def _is_test(self, base: str, path: bytes) -> bool:
        """A test by its name, the configuration of tests, or anything in a folder of tests."""
        *folders, name = path.split(b"/")
        if name in _CONFIG_NAMES or _TEST_FILE.fullmatch(name):
            return True
        above = (folders[: depth + 1] for depth, f in enumerate(folders) if f in _FOLDERS)
        return any(self._is_suite(base, b"/".join(parts)) for parts in above)

    def _is_suite(self, base: str, folder: bytes) -> bool:
        """Whether a folder called tests holds tests on base; some hold code under test."""
        key = base, folder
        if key not in self._suites:
            entry = self._reader.find(base, folder)
            is_folder = entry is not None and entry.mode == FOLDER
            self._suites[key] = entry is None or (is_folder and self._holds_tests(entry.oid))
        return self._suites[key]

    def _holds_tests(self, oid: str) -> bool:
        return any(
            self._holds_tests(entry.oid)
            if entry.mode == FOLDER
            else _TEST_FILE.fullmatch(name) is not None
            for name, entry in self._reader.tree(oid).items()
        )


def write_archive(git_dir: Path, tree: str, target: Path) -> None:
    """The files of a tree as a tar archive, byte for byte and without any .git."""
    Git(git_dir).run("archive", "--format=tar", f"--output={target}", tree)
    target.chmod(0o644)  # an ordinary user reads it inside; the folder around it is private


def _names(changes: Mapping[bytes, Change], *, old: bool, new: bool) -> tuple[str, ...]:
    return tuple(
        shown(path)
        for path, change in changes.items()
        if (change.old is not None) == old and (change.new is not None) == new
    )
