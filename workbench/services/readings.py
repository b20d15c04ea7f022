"""How far a reviewer is with each output: kept beside the study, read again, never relied on.

One small file for each reviewer and output, named by a digest. What cannot be kept is forgotten;
what cannot be read counts as not there.
"""

import hashlib
from typing import Protocol

from workbench.domain.reading import (
    Bookmark,
    Reading,
    parse_bookmark,
    parse_reading,
    render_bookmark,
    render_reading,
)


class Notes(Protocol):
    """Small private texts by name that outlive the program, not a loss of power."""

    def put(self, name: str, text: str) -> None:
        """Keep a text, if that is possible."""

    def get(self, name: str) -> str | None:
        """The text; None where there is none that can be read."""


class Readings:
    """The readings of one reviewer."""

    def __init__(self, notes: Notes, reviewer: str) -> None:
        """Nothing is read yet."""
        self._notes, self._reviewer = notes, reviewer

    def load(self, output_id: str) -> Reading:
        """How far the reviewer is with an output."""
        try:
            return parse_reading(self._notes.get(self._name(output_id)) or "")
        except ValueError:
            return Reading()

    def save(self, output_id: str, reading: Reading) -> None:
        """Keep it."""
        self._notes.put(self._name(output_id), render_reading(reading))

    def load_bookmark(self) -> Bookmark | None:
        """Where the reviewer stopped; None where that is not known."""
        try:
            return parse_bookmark(self._notes.get(self._bookmark_name) or "")
        except ValueError:
            return None

    def save_bookmark(self, mark: Bookmark) -> None:
        """Keep it."""
        self._notes.put(self._bookmark_name, render_bookmark(mark))

    @property
    def _bookmark_name(self) -> str:
        return f"{digest_of(self._reviewer)}-bookmark.json"

    def _name(self, output_id: str) -> str:
        return f"{digest_of(self._reviewer)}-{digest_of(output_id)}.json"


def digest_of(text: str) -> str:
    """A name for a file that nothing in the text steers."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
