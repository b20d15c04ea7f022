"""One hunk of a diff, read by the counts of its `@@` line and never by prefixes.

A removed line may well begin with `-- ` and an added one with `++ b/file`: what a line is depends
on the counts alone. A hunk that does not fit them is refused, because showing half a patch as a
whole one would let a defect through.
"""

import re
from typing import NamedTuple

_HEADER = re.compile(
    rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)", re.DOTALL
)
_KINDS = b" -+\\"
_NONE: frozenset[int] = frozenset()


class PatchError(ValueError):
    """The bytes are no diff of git's; `line` counts from 1 in these bytes."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


class Hunk(NamedTuple):
    """`kinds` holds one of b" -+" for each line; the lines keep that first byte.

    `unended` holds the positions of lines without a newline at their end.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: bytes
    kinds: bytes
    lines: list[bytes]
    unended: frozenset[int] = frozenset()

    @property
    def added(self) -> int:
        return self.kinds.count(b"+")

    @property
    def removed(self) -> int:
        return self.kinds.count(b"-")

    @property
    def old_first(self) -> int:
        """First old line of the hunk; git names the line before it when the count is 0."""
        return self.old_start + (self.old_count == 0)

    @property
    def new_first(self) -> int:
        return self.new_start + (self.new_count == 0)


def first_bytes(lines: list[bytes]) -> bytes:
    """What each line of a diff begins with; git may leave out the blank of an empty line."""
    return bytes([line[0] if line else 0x20 for line in lines])


def read_hunk(lines: list[bytes], kinds: bytes, at: int) -> tuple[Hunk, int]:
    """The hunk whose `@@` line stands at index `at`, and the index after it.

    `kinds` are the `first_bytes` of all lines, made once for the whole diff.
    """
    match = _HEADER.fullmatch(lines[at])
    if match is None:
        raise PatchError("a hunk header that cannot be read", at + 1)
    old_start, old_count, new_start, new_count, section = match.groups()
    old = 1 if old_count is None else int(old_count)
    new = 1 if new_count is None else int(new_count)
    start = at + 1
    end = _end(kinds, start, old, new)
    body, own, unended = lines[start:end], kinds[start:end], _NONE
    if b"\\" in own:
        keep = [i for i, kind in enumerate(own) if kind != 0x5C]
        noted, own = own, bytes([own[i] for i in keep])
        body = [body[i] for i in keep]
        unended = frozenset(n for n, i in enumerate(keep) if noted[i + 1 : i + 2] == b"\\")
        _check_notes(noted, own, unended, at + 2)
    return Hunk(int(old_start), old, int(new_start), new, section, own, body, unended), end


def _end(kinds: bytes, start: int, old: int, new: int) -> int:
    """Where the lines that the counts ask for end, the notes on missing newlines included."""
    end, missing_old, missing_new = start, old, new
    while missing_old > 0 or missing_new > 0:
        # At least so many lines are still to come, so this never reads too far.
        step = max(missing_old, missing_new)
        stop = end + step
        both = kinds.count(b" ", end, stop)
        removed = kinds.count(b"-", end, stop)
        added = kinds.count(b"+", end, stop)
        missing_old -= both + removed
        missing_new -= both + added
        if both + removed + added < step:
            notes = kinds.count(b"\\", end, stop)
            if both + removed + added + notes < step:
                raise _misfit(kinds, start, old, new)
        end = stop
    if missing_old or missing_new:
        raise _misfit(kinds, start, old, new)
    while kinds[end : end + 1] == b"\\":
        end += 1
    return end


def _misfit(kinds: bytes, start: int, old: int, new: int) -> PatchError:
    """The first line that the counts do not allow."""
    for number, kind in enumerate(kinds[start:], start + 1):
        old -= kind in b" -"
        new -= kind in b" +"
        if kind not in _KINDS or old < 0 or new < 0:
            return PatchError("the hunk does not fit the counts of its header", number)
    return PatchError("the diff ends inside a hunk", len(kinds) + 1)


def _check_notes(kinds: bytes, plain: bytes, unended: frozenset[int], line: int) -> None:
    """A note belongs to the last line of its side, so each side has one at most."""
    notes = kinds.count(b"\\")
    rest = [plain[i + 1 :] for i in unended]
    sides = [plain[i] for i in unended]
    fits = notes == len(unended) and all(
        not tail.strip({0x2D: b"+", 0x2B: b"-"}.get(side, b"."))
        for side, tail in zip(sides, rest, strict=True)
    )
    if not fits:
        raise PatchError("a note on a missing newline where no side ends", line)
