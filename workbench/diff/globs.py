"""Files by name: what a reader types to see some files of an output only."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from workbench.diff.rows import FileEntry

_SIGNS = frozenset("*?[")


def match_files(files: Sequence[FileEntry], text: str) -> frozenset[int]:
    """Ordinals of the files that one of the patterns names and no `!pattern` does.

    A pattern is a glob over the whole path or the name alone; without a sign of a glob it is a
    part of the path. Small letters match capitals as well.
    """
    words = text.split()
    wanted = [word for word in words if not word.startswith("!")]
    unwanted = [word[1:] for word in words if len(word) > 1 and word.startswith("!")]
    return frozenset(
        entry.index
        for entry in files
        if (not wanted or any(_is_named(entry, word) for word in wanted))
        and not any(_is_named(entry, word) for word in unwanted)
    )


def _is_named(entry: FileEntry, pattern: str) -> bool:
    has_capital = any(letter.isupper() for letter in pattern)
    for name in {entry.path, entry.old_path} - {""}:
        path = name if has_capital else name.lower()
        if not _SIGNS.intersection(pattern):
            if pattern in path:
                return True
        elif fnmatchcase(path, pattern) or fnmatchcase(path.rpartition("/")[2], pattern):
            return True
    return False
