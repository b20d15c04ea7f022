"""Which removed line became which added one, and which words changed inside it.

Lines are compared as runs of words, each word one private character per letter it has, so that
rapidfuzz aligns whole words at C speed and a long name weighs more than a comma. As in delta, two
lines belong together when their distance is at most 0.6. Never difflib: it is slow, and wrong on
repetitive text.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from types import ModuleType

Span = tuple[int, int]

MIN_SIMILARITY = 1 - 0.6 - 1e-9  # delta's greatest distance, itself included
SURE_SIMILARITY = 0.6
MAX_CHANGED = 0.7
MAX_CELLS = 4_096
MAX_LINE = 4_000

# An underscore parts words: of `_interval_seconds` beside `_interval` only `_seconds` is new.
_WORD = re.compile(r"[^\W_]+|_+|[^\w\s]")
_TOKEN = re.compile(r"[^\W_]+|_+|\s+|[^\w\s]")


def pair_lines(
    removed: Sequence[str], added: Sequence[str], *, max_cells: int = MAX_CELLS
) -> list[tuple[int, int]]:
    """Pairs (removed, added) that rise on both sides; a block above `max_cells` goes in order."""
    n_old, n_new = len(removed), len(added)
    if not n_old or not n_new:
        return []
    if n_old * n_new > max_cells:
        return [(i, i) for i in range(min(n_old, n_new))]
    if n_old == n_new and all(map(_share_ends, removed, added)):
        return [(i, i) for i in range(n_old)]
    letters = _Letters()
    old = [_signature(line, letters) for line in removed]
    new = [_signature(line, letters) for line in added]
    if n_old == n_new and all(
        similarity(a, b, SURE_SIMILARITY) for a, b in zip(old, new, strict=True)
    ):
        return [(i, i) for i in range(n_old)]
    return _align(old, new)


def similarity(old: str, new: str, least: float = MIN_SIMILARITY) -> float:
    """1 for the same, 0 for less than `least` or for two empty lines, which pair with nothing."""
    if not old and not new:
        return 0.0
    return float(_distance().Indel.normalized_similarity(old, new, score_cutoff=least))


def word_spans(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """The changed words of a pair; nothing when most of it changed, for a wall helps nobody."""
    if len(old) > MAX_LINE or len(new) > MAX_LINE:
        return _middle(old, new)
    letters = _Letters()
    old_tokens, new_tokens = _TOKEN.findall(old), _TOKEN.findall(new)
    codes = ["".join([letters[t] for t in tokens]) for tokens in (old_tokens, new_tokens)]
    old_marks, new_marks = [False] * len(old_tokens), [False] * len(new_tokens)
    for code in _distance().Indel.opcodes(*codes):
        if code.tag == "delete":
            old_marks[code.src_start : code.src_end] = [True] * (code.src_end - code.src_start)
        elif code.tag == "insert":
            new_marks[code.dest_start : code.dest_end] = [True] * (code.dest_end - code.dest_start)
    changed = _weight(old_tokens, old_marks) + _weight(new_tokens, new_marks)
    whole = _weight(old_tokens, None) + _weight(new_tokens, None)
    if changed > MAX_CHANGED * whole:
        return [], []
    return _spans(old_tokens, old_marks), _spans(new_tokens, new_marks)


@lru_cache(1)
def _distance() -> ModuleType:
    """Ten milliseconds that the start of the program need not pay."""
    from rapidfuzz import distance

    return distance


def _share_ends(old: str, new: str) -> bool:
    """A quick yes: most of a line that was edited in one place is its head and its tail."""
    old, new = old.strip(), new.strip()
    distance = _distance()
    same = distance.Prefix.similarity(old, new) + distance.Postfix.similarity(old, new)
    return bool(same) and same >= SURE_SIMILARITY * max(len(old), len(new))


class _Letters(dict[str, str]):
    """One private character for each word, made when first asked for."""

    def __missing__(self, word: str) -> str:
        letter = self[word] = chr(0x100 + len(self) % 0x10FE00)
        return letter


def _signature(line: str, letters: _Letters) -> str:
    """The words of a line, each as its private letter once for every character it has."""
    return "".join([letters[word] * len(word) for word in _WORD.findall(line)])


def _align(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """The monotone pairing with the greatest sum of similarities."""
    scores = [[similarity(a, b) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1)]
    for line in scores:
        above, left = best[-1], 0.0
        row = [0.0]
        for j, score in enumerate(line):
            left = max(left, above[j + 1], above[j] + score if score else 0.0)
            row.append(left)
        best.append(row)
    pairs = []
    i, j = len(old), len(new)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _weight(tokens: list[str], marks: list[bool] | None) -> int:
    """Characters that are no blanks, of the marked tokens or of all."""
    chosen = tokens if marks is None else [t for t, m in zip(tokens, marks, strict=True) if m]
    return sum(len(token) for token in chosen if not token.isspace())


def _spans(tokens: list[str], marks: list[bool]) -> list[Span]:
    """Character spans of the marked tokens; marked neighbours and the blanks between them join."""
    spans: list[Span] = []
    at = 0
    bridge = False
    for token, mark in zip(tokens, marks, strict=True):
        end = at + len(token)
        if mark:
            if spans and (spans[-1][1] == at or bridge):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((at, end))
        bridge = bool(spans) and token.isspace() and spans[-1][1] == at
        at = end
    return spans


def _middle(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """For very long lines: all between the common head and the common tail."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    spans = [[(head, len(line) - tail)] if len(line) - tail > head else [] for line in (old, new)]
    changed = len(old) + len(new) - 2 * (head + tail)
    if changed > MAX_CHANGED * (len(old) + len(new)):
        return [], []
    return spans[0], spans[1]
