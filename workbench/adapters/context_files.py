"""The files of the base commit that a model without an agent is shown, within a budget of tokens.

First those that the ticket names, then those of the `context` globs. What was sent is recorded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from workbench.adapters.git import Git
from workbench.adapters.trees import Reader
from workbench.text import display

BYTES_PER_TOKEN = 4  # a common rule of thumb; the budget is one too
_LARGEST = 1 << 20
_WORD = re.compile(r"[\w./+-]+")


@dataclass(frozen=True, slots=True)
class Context:
    """The files as the prompt shows them, the paths sent, and those that did not fit."""

    text: str
    sent: tuple[str, ...]
    left_out: tuple[str, ...]


def choose_context(
    clone: Path, commit: str, ticket: str, globs: Sequence[str], budget: int
) -> Context:
    """Read files of `commit` until `budget` tokens are used up; one that does not fit is named."""
    git = Git(clone)
    reader = Reader(git)
    try:
        sizes = _list_files(git, commit)
        parts: list[str] = []
        sent: list[str] = []
        left_out: list[str] = []
        room = budget * BYTES_PER_TOKEN
        for path in dict.fromkeys((*_named(ticket, sizes), *_globbed(globs, sizes))):
            oid, size = sizes[path]
            data = reader.blob(oid) if size <= min(room, _LARGEST) else b""
            if size > min(room, _LARGEST) or b"\0" in data:
                left_out.append(path)
                continue
            room -= size
            sent.append(path)
            parts.append(f"FILE: {path}\n```\n{data.decode('utf-8', 'backslashreplace')}\n```\n")
        return Context("\n".join(parts), tuple(sent), tuple(left_out))
    finally:
        reader.close()


def _list_files(git: Git, commit: str) -> dict[str, tuple[str, int]]:
    """Id and size of each plain file whose name can be shown."""
    listed = git.run("ls-tree", "-r", "-l", "-z", commit)
    found = {}
    for line in filter(None, listed.split(b"\0")):
        meta, _, name = line.partition(b"\t")
        mode, _, oid, size = meta.split()
        path = name.decode("utf-8", "backslashreplace")
        if mode.startswith(b"100") and display(path) == path:
            found[path] = (oid.decode(), int(size))
    return found


def _named(ticket: str, files: dict[str, tuple[str, int]]) -> Iterator[str]:
    """Files whose path stands in the ticket, or whose own name does if no other has it."""
    words = {word.strip("./") for word in _WORD.findall(ticket)}
    names: dict[str, list[str]] = {}
    for path in files:
        names.setdefault(path.rpartition("/")[2], []).append(path)
    for path in files:
        name = path.rpartition("/")[2]
        if path in words or ("." in name and name in words and len(names[name]) == 1):
            yield path


def _globbed(globs: Sequence[str], files: dict[str, tuple[str, int]]) -> Iterator[str]:
    """In the order of the globs; `*` matches a slash too."""
    for glob in globs:
        yield from (path for path in sorted(files) if fnmatchcase(path, glob))
