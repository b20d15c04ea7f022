"""Labels that the study's disk would not take: kept elsewhere, offered again, never forced in.

One file for each reviewer and output, named by digests so that nothing in a name steers a path.
"""

import hashlib
from collections.abc import Iterator
from typing import Protocol

from workbench.domain.unsaved import KEPT_ACTS, Kept, Unsaved, parse_unsaved, render_unsaved


class Files(Protocol):
    """Small private files, away from the study."""

    def put(self, name: str, text: str) -> str:
        """Keep a text; returns where, "" where nothing can be written."""

    def drop(self, name: str) -> None:
        """Remove it."""

    def read(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Where each lies, and its text."""


class UnsavedLabels:
    """What one reviewer of one study could not save."""

    def __init__(self, files: Files, study_id: str, reviewer: str) -> None:
        """Nothing is read yet."""
        self._files, self.study_id, self._reviewer = files, study_id, reviewer
        self._names: set[str] = set()  # files that are there as far as is known

    def keep(self, unsaved: Unsaved) -> str:
        """Keep it; returns where, "" where that is impossible or it is no label."""
        if unsaved.act not in KEPT_ACTS:
            return ""
        name = self._name(unsaved.output_id)
        self._names.add(name)
        return self._files.put(name, render_unsaved(unsaved))

    def let_go(self, output_id: str) -> None:
        """It is saved, or given up."""
        name = self._name(output_id)
        if name in self._names:
            self._names.discard(name)
            self._files.drop(name)

    def find(self) -> tuple[list[Kept], list[str]]:
        """What waits, oldest first, and a sentence for each file that cannot be used."""
        found: list[Kept] = []
        problems: list[str] = []
        for place, text in self._files.read(f"{_digest(self.study_id)}-"):
            try:
                unsaved = parse_unsaved(text)
            except ValueError as error:
                problems.append(f"a label kept in {place} is left alone: {error}")
                continue
            if (unsaved.study_id, unsaved.reviewer) == (self.study_id, self._reviewer):
                self._names.add(self._name(unsaved.output_id))
                found.append(Kept(unsaved, place))
        return sorted(found, key=lambda kept: kept.unsaved.at), problems

    def _name(self, output_id: str) -> str:
        whose = f"{self._reviewer}\0{output_id}"
        return f"{_digest(self.study_id)}-{_digest(whose)}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
