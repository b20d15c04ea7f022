"""Which candidates are controls: human patches, merged long ago, hidden in the queue.

They are labelled like any output and counted apart: in no rate, no pair and no pooled figure.
"""

import json
import sqlite3

from workbench.domain.errors import UsageError
from workbench.store.database import one
from workbench.store.study import Study, set_meta

KEY = "controls"
_COUNT = (
    "SELECT coalesce(sum(n), 0) AS n FROM tally WHERE reviewer = '' AND candidate IN ("
    " SELECT value FROM json_each((SELECT value FROM meta WHERE key = 'controls')))"
)
_IS_KNOWN = "SELECT 1 FROM candidate WHERE name = :name"


def read_controls(driver: sqlite3.Connection) -> frozenset[str]:
    """The names of the controls, within a read."""
    row = driver.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    return frozenset(json.loads(row[0])) if row else frozenset()


class Controls(Study):
    """Marking controls; a part of Store."""

    def controls(self) -> frozenset[str]:
        """The names of the candidates that are controls."""
        text = self.get_meta(KEY)
        return frozenset(json.loads(text)) if text else frozenset()

    def count_controls(self) -> int:
        """How many outputs are controls, by the counts kept."""
        with self._reading() as connection:
            row = one(connection, _COUNT)
            return int(row.n) if row else 0

    def add_control(self, name: str) -> None:
        """From here on this candidate's outputs are controls; UsageError where it has others."""
        with self._writing() as connection:
            row = one(connection, "SELECT value FROM meta WHERE key = :key", key=KEY)
            held = set(json.loads(row.value)) if row else set()
            if name not in held and one(connection, _IS_KNOWN, name=name) is not None:
                raise UsageError(f"{name} is a candidate of this study: controls need a name apart")
            set_meta(connection, KEY, json.dumps(sorted({*held, name})))
