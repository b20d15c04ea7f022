"""How many lines one text takes to become another, blank lines, comments and import order apart.

Lines are counted, not shown: a line that only moved counts twice, as it does in a diff.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

_BINARY_HEAD = 8_000
_HASH = {"py", "pyi", "sh", "rb", "toml", "yml", "yaml", "cfg", "ini", "pl", "r", "mk"}
_SLASH = {"c", "h", "cc", "cpp", "hpp", "cs", "go", "java", "js", "jsx", "kt", "rs", "swift", "ts"}
_SLASH |= {"tsx", "scala", "php"}
_IMPORT = re.compile(rb"\s*(?:import|from|use|#include|require)\b")


class Pair(NamedTuple):
    """A file before and after; None where there is none. `path` is the one after, or before."""

    path: bytes
    old: bytes | None
    new: bytes | None


class Churn(NamedTuple):
    """Lines changed from base to patch and from patch to edit; lines added, and those kept."""

    patch: int
    edit: int
    added: int
    kept: int


def is_binary(data: bytes) -> bool:
    """As git judges it: a NUL among the first bytes."""
    return b"\0" in data[:_BINARY_HEAD]


def normalise(path: bytes, data: bytes | None) -> list[bytes]:
    """The lines that count: ends trimmed, without blank lines and comments, imports in order."""
    if data is None:
        return []
    if is_binary(data):
        return [sha256(data).digest()]
    ending = path.rpartition(b".")[2].decode("ascii", "replace").lower()
    mark = b"#" if ending in _HASH else b"//" if ending in _SLASH else b""
    lines = [line.rstrip() for line in data.split(b"\n")]
    kept = [x for x in lines if x and not (mark and x.lstrip().startswith(mark))]
    return _sort_imports(kept)


def _sort_imports(lines: list[bytes]) -> list[bytes]:
    """Each run of imports in one order, so that another order is no change."""
    out: list[bytes] = []
    run: list[bytes] = []
    for line in lines:
        if _IMPORT.match(line):
            run.append(line)
            continue
        out += sorted(run)
        run = []
        out.append(line)
    return out + sorted(run)


def measure(patch: Iterable[Pair], edit: Iterable[Pair]) -> Churn:
    """From the files that the patch changed, and those that the edit changed after it."""
    from rapidfuzz.distance import Indel  # nobody has edited anything at the first paint

    edits = {pair.path: pair for pair in edit}
    edited = sum(_changed(pair) for pair in edits.values())
    changed = added = kept = 0
    for pair in patch:
        old, new = normalise(pair.path, pair.old), normalise(pair.path, pair.new)
        changed += Indel.distance(old, new)
        ours = _positions(old, new, "insert")
        added += len(ours)
        after = edits.get(pair.path)
        if after is None:
            kept += len(ours)
        else:
            kept += len(ours & _positions(normalise(pair.path, after.new), new, "equal"))
    return Churn(changed, edited, added, kept)


def _changed(pair: Pair) -> int:
    from rapidfuzz.distance import Indel

    return Indel.distance(normalise(pair.path, pair.old), normalise(pair.path, pair.new))


def _positions(old: list[bytes], new: list[bytes], tag: str) -> set[int]:
    """The lines of `new` that come in from nowhere, or stand in `old` as well."""
    from rapidfuzz.distance import Indel

    codes = Indel.opcodes(old, new)
    return {n for code in codes if code.tag == tag for n in range(code.dest_start, code.dest_end)}
