"""A list that lives on disk while an import runs, so that memory stays the same at any length."""

import pickle
from collections.abc import Iterator
from io import SEEK_END
from tempfile import TemporaryFile
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """Values in order, in an unnamed file that nobody else can open.

    It is read by one reader at a time, from the first value, as often as wanted.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._file = TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._n, self._is_at_end = 0, True

    def __enter__(self) -> Self:
        """Use with `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop everything."""
        self._file.close()

    def __len__(self) -> int:
        """How many values were put in."""
        return self._n

    def put(self, value: T) -> None:
        """Add one at the end."""
        if not self._is_at_end:
            self._file.seek(0, SEEK_END)
            self._is_at_end = True
        pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._n += 1

    def __iter__(self) -> Iterator[T]:
        """All values from the first."""
        self._file.seek(0)
        self._is_at_end = False
        for _ in range(self._n):
            value: T = pickle.load(self._file)  # noqa: S301 - our own bytes, in our own unnamed file
            yield value
