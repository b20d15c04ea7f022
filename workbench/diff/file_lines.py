"""The lines of a whole file, cut out of it when they are asked for.

A list of them takes twice the file: it was a third of what is held of a diff of 100,000 lines.
"""

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import overload


class FileLines(Sequence[bytes]):
    """Lines without their newlines; what follows the last newline is one where it is not empty."""

    def __init__(self, data: bytes) -> None:
        """Find where each line begins."""
        self._data = data
        sizes = [len(line) + 1 for line in data.split(b"\n")]
        if sizes[-1] == 1:
            sizes.pop()
        self._starts = array("Q", accumulate(sizes, initial=0))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> bytes: ...

    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...

    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        """One line, or some, counted from 0; IndexError past the end."""
        if isinstance(index, slice):
            return [self._cut(at) for at in range(*index.indices(len(self)))]
        return self._cut(range(len(self))[index])

    def _cut(self, at: int) -> bytes:
        start, end = self._starts[at : at + 2]
        return self._data[start : end - 1]
