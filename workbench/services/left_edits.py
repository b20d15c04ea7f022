"""Edits that were left unfinished: a hang-up or a kill while the editor had the copy.

What was typed is on the disk. The next review says so, and goes on with it or drops it by key.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from workbench.services.edits import Copies


class LeftEdit(NamedTuple):
    """A copy, the output and the tree that it was made of, and where the editor was opened."""

    copy: Path
    output_id: str
    ticket_id: str
    tree: str
    path: bytes
    line: int


def render_note(study_id: str, reviewer: str, edit: LeftEdit) -> str:
    """What lies beside a copy, so that it can be told whose it is."""
    return json.dumps(
        {
            "study": study_id,
            "reviewer": reviewer,
            "output": edit.output_id,
            "ticket": edit.ticket_id,
            "tree": edit.tree,
            "path": edit.path.hex(),
            "line": edit.line,
        }
    )


def find_left_edits(copies: Copies, study_id: str, reviewer: str) -> Iterator[LeftEdit]:
    """The copies that this reviewer of this study left; for a worker."""
    for copy, note in copies.find_left():
        left = _read_note(copy, note, study_id, reviewer)
        if left is not None:
            yield left


def _read_note(copy: Path, note: str, study_id: str, reviewer: str) -> LeftEdit | None:
    try:
        raw = json.loads(note)
        if (raw["study"], raw["reviewer"]) != (study_id, reviewer):
            return None
        path, tree = bytes.fromhex(raw["path"]), raw["tree"]
        made = LeftEdit(copy, raw["output"], raw["ticket"], tree, path, int(raw["line"]))
    except (ValueError, KeyError, TypeError):  # of another version, or cut short
        return None
    is_inside = not path.startswith(b"/") and b".." not in path.split(b"/")
    return made if is_inside and all(isinstance(text, str) for text in made[1:4]) else None
