"""What an adapter hands back, and how it walks through a long file of JSON lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.domain.run import ExitClass, Said, Usage

_LONGEST_LINE = 8 << 20


@dataclass(frozen=True, slots=True)
class Told:
    """What a transcript tells. `failure` is a class that the exit code alone would not show."""

    said: Said = field(default_factory=Said)
    usage: Usage = field(default_factory=Usage)
    failure: ExitClass | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()

    def with_note(self, note: str) -> "Told":
        """The same with one more sentence."""
        return replace(self, notes=(*self.notes, note))


def read_objects(path: Path) -> Iterator[Mapping[str, object]]:
    """Every line that is a JSON object; what is none is passed over, and so is what is huge."""
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if not line.lstrip().startswith(b"{"):
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value
