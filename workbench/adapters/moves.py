"""What a candidate changed and moved; frozen tests follow a module that was moved.

Only the dotted name of a module that git sees as renamed is replaced, in the base commit's own
tests: what they demand stays as it was.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from workbench.adapters.diffs import MAX_DIFF
from workbench.adapters.git import Git
from workbench.adapters.talks import Talk
from workbench.adapters.tree_check import Change
from workbench.adapters.trees import Entry
from workbench.text import decode

Moves = Mapping[bytes, bytes]
"""Dotted names, old to new: `package.module`."""


class Comparison(NamedTuple):
    """What differs between two trees: every path, and which old path became which new one."""

    changes: Mapping[bytes, Change]
    renames: Sequence[tuple[bytes, bytes]]


class Comparer:
    """Compares trees of one clone through one `diff-tree --stdin`. For one thread."""

    def __init__(self, git: Git) -> None:
        """Nothing is started before the first question."""
        options = ("-r", "-z", "-M", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv")
        self._talk = Talk(git, "diff-tree", "--stdin", *options)

    def close(self) -> None:
        """End the process."""
        self._talk.close()

    def compare(self, old: str, new: str) -> Comparison:
        """Both are ids of trees; raises GitFailed."""
        # What is no object id is echoed: a line of its own marks the end of the answer.
        mark = f"end {secrets.token_hex(8)}".encode()
        question = f"{old} {new}\n\n".encode() + mark + b"\n"
        answer = self._talk.ask(question, lambda talk: talk.read_until(mark, MAX_DIFF))
        return _parse(answer.partition(b"\n")[2].removesuffix(b"\n"))


def _parse(raw: bytes) -> Comparison:
    """`:mode mode oid oid status NUL path NUL`, and two paths for a rename."""
    changes: dict[bytes, Change] = {}
    renames = []
    fields = iter(raw.split(b"\0"))
    for meta in fields:
        if not meta:
            break
        old_mode, new_mode, old, new, status = meta.removeprefix(b":").split(b" ")
        before, after = _entry(old_mode, old), _entry(new_mode, new)
        path = next(fields)
        if status.startswith(b"R"):
            target = next(fields)
            renames.append((path, target))
            changes[path], changes[target] = Change(before, None), Change(None, after)
        else:
            changes[path] = Change(before, after)
    return Comparison(changes, renames)


def _entry(mode: bytes, oid: bytes) -> Entry | None:
    return None if mode == b"000000" else Entry(mode, decode(oid))


def name_moves(renames: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The Python modules among renamed files, by every name an import may use."""
    moves = {}
    for old, new in renames:
        for old_name, new_name in _dotted(decode(old), decode(new)):
            moves[old_name.encode()] = new_name.encode()
    return moves


def follow(data: bytes, moves: Moves) -> bytes:
    """The bytes of a test with the names of moved modules replaced."""
    names = sorted(moves, key=len, reverse=True)
    pattern = rb"(?<![\w.])(?:%s)(?!\w)" % b"|".join(map(re.escape, names))
    return re.sub(pattern, lambda found: moves[found[0]], data)


def _dotted(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Both names under every folder they have in common at the top, as an import may say them."""
    before, after = (PurePosixPath(path).with_suffix("").parts for path in (old, new))
    is_python = old.endswith(".py") and new.endswith(".py")
    if not is_python or not all(part.isidentifier() for part in after):
        return
    for depth in range(min(len(before), len(after)) - 1):
        if before[:depth] == after[:depth]:
            yield ".".join(before[depth:]), ".".join(after[depth:])
