"""The rules on what a patch changed, and the badges a reviewer sees.

Only the folders on the way to a changed file are looked at, so a patch costs the same in a
repository of a hundred files and of a million.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from workbench.adapters import names
from workbench.adapters.trees import FOLDER, Draft, Entry, Reader
from workbench.domain.errors import PatchRefused

_BARE_REPOSITORY = frozenset((b"HEAD", b"objects", b"refs"))
_TWINS = "names differ only in case or normalisation"


class Change(NamedTuple):
    """A file before and after; None where there is none."""

    old: Entry | None
    new: Entry | None


Changes = Mapping[bytes, Change]


def check_changes(reader: Reader, draft: Draft, root: str, changes: Changes) -> list[str]:
    """The badges of a change that led to the tree `root`; raises PatchRefused."""
    for path, change in changes.items():
        _check_entry(path, change)
    found = dict.fromkeys(_first_of_each(changes))
    found |= {badge: None for change in changes.values() for badge in _mode_badges(change)}
    folds: dict[str, dict[str, int]] = {}
    for path, change in changes.items():
        if change.new is None:
            continue
        for oid, folder, name in _levels(reader, draft, root, path):
            tree = draft.tree(reader, oid)
            if tree.keys() >= _BARE_REPOSITORY:
                place = names.shown(folder or b".")
                raise PatchRefused(f"{place}: a git repository inside the tree")
            if change.old is None and _fold_counts(folds, oid, tree)[_fold(name)] > 1:
                found[_TWINS] = None
    return list(found)


def _check_entry(path: bytes, change: Change) -> None:
    if rule := names.broken_rule(path):
        raise PatchRefused(rule)
    mode = b"" if change.new is None else change.new.mode
    if mode == b"120000":
        raise PatchRefused(f"{names.shown(path)}: a symbolic link is added or changed")
    if mode == b"160000":
        raise PatchRefused(f"{names.shown(path)}: a submodule is added or changed")


def _first_of_each(changes: Changes) -> Iterator[str]:
    """One badge of a kind, with a count: thousands of files may not crowd out another warning."""
    kinds: dict[str, dict[str, None]] = {}
    for path in changes:
        for badge in names.badges(path):
            kinds.setdefault(badge.partition(": ")[0], {})[badge] = None
    for same in kinds.values():
        yield next(iter(same)) + (f" +{len(same) - 1}" if len(same) > 1 else "")


def _mode_badges(change: Change) -> Iterator[str]:
    """What a changed line never shows: a file that a shell may start."""
    if change.new is None or change.new.mode == (change.old.mode if change.old else b"100644"):
        return
    yield "mode changed" if change.old else "new executable"


def _levels(
    reader: Reader, draft: Draft, root: str, path: bytes
) -> Iterator[tuple[str, bytes, bytes]]:
    """Each folder on the way to `path`: its tree, its own path, and the name that leads on."""
    parts = path.split(b"/")
    for depth, name in enumerate(parts):
        yield root, b"/".join(parts[:depth]), name
        entry = draft.tree(reader, root)[name]
        if entry.mode != FOLDER:
            return
        root = entry.oid


def _fold_counts(
    folds: dict[str, dict[str, int]], oid: str, tree: Mapping[bytes, Entry]
) -> dict[str, int]:
    """How many entries of a folder become the same name on a file system that folds."""
    if oid not in folds:
        counts: dict[str, int] = {}
        for name in tree:
            key = _fold(name)
            counts[key] = counts.get(key, 0) + 1
        folds[oid] = counts
    return folds[oid]


def _fold(name: bytes) -> str:
    if name.isascii():
        return name.decode().lower()
    return unicodedata.normalize("NFC", name.decode("utf-8", "backslashreplace")).casefold()
