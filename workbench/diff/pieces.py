"""A view in pieces: each holds some segments of the diff and counts places from its own beginning.

A fold that opens makes its own piece anew; all others are shared with the view before, so that it
costs the same in a diff of 100 lines and of 100,000. `Cuts` says where the pieces of a model begin
and when each changed last; `Joined` reads what they hold as one sequence.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from threading import Lock
from typing import NamedTuple, overload

MOST_SEGMENTS, MOST_LINES = 256, 2_000  # of a piece; a longer hunk has one to itself


class Piece(NamedTuple):
    """`left` and `right` hold a row id or NOTHING; in a unified view they are one array.

    `first` is the ordinal of its first segment. `starts` has the first place of each segment, and
    the length of the piece as its last item. `parts` says which part of a wrapped line stands at a
    place; empty where nothing is wrapped.
    """

    first: int
    left: "array[int]"
    right: "array[int]"
    starts: list[int]
    hunks: list[int]  # the first changed line of each
    files: list[int]
    shown: list[int]  # the ordinal in the model of each of these
    parts: "array[int]"

    @property
    def numbers(self) -> range:
        """The ordinals of its segments."""
        return range(self.first, self.first + len(self.starts) - 1)

    def span(self, number: int) -> tuple[int, int]:
        """Where a segment begins and ends in it."""
        at = number - self.first
        return self.starts[at], self.starts[at + 1]


def new_piece(first: int, *, is_one: bool) -> Piece:
    """An empty one to be filled; with one array for both sides where these are the same."""
    left: array[int] = array("q")
    return Piece(first, left, left if is_one else array("q"), [], [], [], [], array("H"))


class Cuts:
    """The first segment of each piece of a model, and the revision in which it changed last."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """Cut by the lines of each segment; segments that come later join the last piece."""
        self.firsts = [0]
        lines = 0
        for number, size in enumerate(sizes):
            is_full = number - self.firsts[-1] >= MOST_SEGMENTS or lines + size > MOST_LINES
            if is_full and number > self.firsts[-1]:
                self.firsts.append(number)
                lines = 0
            lines += size
        self.stamps = [0] * len(self.firsts)
        self.revision = 0
        self._lock = Lock()  # workers bring whole files while a reader opens folds

    def touch(self, numbers: range | None) -> None:
        """These segments are others by now; None stands for all."""
        with self._lock:
            now = self.revision + 1
            first, last = (numbers[0], numbers[-1]) if numbers else (0, self.firsts[-1])
            for nth in range(self.of(first), self.of(last) + 1):
                self.stamps[nth] = now
            self.revision = now  # the last: whoever reads it finds the stamps

    def of(self, number: int) -> int:
        """The piece of a segment."""
        return bisect_right(self.firsts, number) - 1

    def n_newer(self, revision: int) -> int:
        """How many pieces changed after a revision."""
        return sum(stamp > revision for stamp in self.stamps)


class Joined(Sequence[int]):
    """The numbers of all pieces one after the other; places are moved to where a piece begins."""

    def __init__(self, parts: Sequence[Sequence[int]], bases: Sequence[int] | None = None) -> None:
        """`bases` is what is added to the numbers of each part."""
        self._parts, self._bases = parts, bases
        self._ends = list(accumulate(map(len, parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        nth = bisect_right(self._ends, at)
        if at < 0 or nth == len(self._ends):
            raise IndexError(index)
        part = self._parts[nth]
        found = part[at - self._ends[nth]]  # counted from the end of the part
        return found + self._bases[nth] if self._bases else found

    def __iter__(self) -> Iterator[int]:
        for nth, part in enumerate(self._parts):
            base = self._bases[nth] if self._bases else 0
            for value in part:
                yield value + base

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # it is compared by what it holds

    def find(self, value: int) -> int:
        """The ordinal of a value among rising ones; -1 where it is not there."""
        at = bisect_left(self, value)
        return at if at < len(self) and self[at] == value else -1
