"""What reviewers made of outputs: the patches from which their trees can be made again.

A patch is stored before the label that names it, so no label ever lacks one.
"""

import hashlib
from typing import NamedTuple

from sqlalchemy import Connection

from workbench.domain.label import parse_judgement
from workbench.store.database import Database, one

_ADD = "INSERT INTO blob (sha256, data) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING"
_EDITS = (
    "SELECT e.event_id, o.output_id, t.repo, t.base_commit, e.judgement FROM label_event e"
    " CROSS JOIN output o ON o.id = e.output CROSS JOIN ticket t ON t.ticket_id = o.ticket"
    " WHERE instr(e.judgement, '\"edited\": {') ORDER BY e.event_id"
)


class MadeTree(NamedTuple):
    """A tree that a reviewer made; `event_id` is the first label with it.

    `patch` names the bytes that lead to it from the base commit, "" where none were kept.
    """

    event_id: int
    output_id: str
    repo: str
    base_commit: str
    tree: str
    patch: str

    @property
    def row(self) -> str:
        """How a fault names it."""
        return f"label_event {self.event_id}"


class Edits(Database):
    """Corrected patches; a part of Store."""

    def add_patch(self, data: bytes) -> str:
        """Keep the bytes of a patch, each once; their SHA-256. Raises WorkbenchError."""
        name = hashlib.sha256(data).hexdigest()
        with self._writing() as connection:
            connection.exec_driver_sql(_ADD, (name, data))
        return name

    def get_patch(self, name: str) -> bytes | None:
        """The bytes by their SHA-256; None where there are none."""
        with self._reading() as connection:
            return load_patch(connection, name)

    def list_made_trees(self) -> list[MadeTree]:
        """Every tree that any label ever named, each once."""
        found: dict[tuple[str, ...], MadeTree] = {}
        with self._driving() as driver:
            for event_id, output_id, repo, base_commit, text in driver.execute(_EDITS):
                edited = parse_judgement(text).edited
                if edited is not None:
                    key = repo, base_commit, edited.tree, edited.patch
                    found.setdefault(key, MadeTree(event_id, output_id, *key))
        return list(found.values())


def load_patch(connection: Connection, name: str) -> bytes | None:
    """The bytes of a blob; None where there is none of that name."""
    row = one(connection, "SELECT data FROM blob WHERE sha256 = :name", name=name)
    return None if row is None else bytes(row.data)
