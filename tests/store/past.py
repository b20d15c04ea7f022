"""Writes the study of today's schema as SQL: `python tests/store/past.py`.

Every revision that was published keeps the file that was written when it was the newest one; a test
opens them all.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from store.kit import EFFORT, JUDGEMENTS, NOW, ids_of, label, make_study, mark
from workbench.domain.spec import Spec
from workbench.store.files import APPLICATION_ID, HEAD
from workbench.store.store import open_store

GATES = '{"gates": {"gate.toml": "ab"}, "tickets": "cd"}'
FOLDER = Path(__file__).parent / "revisions"


def main() -> None:
    """A study with calls of tickets, every kind of judgement, an undo and a redo."""
    with tempfile.TemporaryDirectory() as folder:
        path = make_study(Path(folder))
        with open_store(path, app_version="1", rubric_version="r1", gates=lambda: GATES) as store:
            mark(store, "t1", Spec.CLEAR)
            mark(store, "t1", Spec.VAGUE, "bob")
            store.undo_spec("bob", NOW)
            for output_id, judgement in zip(ids_of(store), JUDGEMENTS, strict=False):
                label(store, output_id, judgement)
            store.undo("ann", EFFORT, NOW)
            store.undo("ann", EFFORT, NOW)
            store.redo("ann", EFFORT, NOW)
        with closing(sqlite3.connect(path)) as db:
            lines = [*db.iterdump(), f"PRAGMA application_id={APPLICATION_ID};"]
    (FOLDER / f"{HEAD}.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
