"""The study itself: what it is called, its repositories, and small things kept by key."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from workbench.domain.errors import StoreDamaged, UsageError
from workbench.domain.label import format_time, parse_time
from workbench.store.database import Database, one, rows

if TYPE_CHECKING:
    from workbench.store.tables import MetaRow

GATE_LOCK, GATE_LOCK_EVENT = "gate_lock", "gate_lock_event"
_SET = (
    "INSERT INTO meta (key, value) VALUES (:key, :value)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)

_FIRST_LABEL = (
    "SELECT at FROM label_event WHERE json_extract(judgement, '$.label') IS NOT NULL"
    " ORDER BY event_id LIMIT 1"
)
_LAST_EVENT = "SELECT at FROM label_event ORDER BY event_id DESC LIMIT 1"


class Repository(NamedTuple):
    """A user's repository and our private clone of it."""

    name: str
    source: str
    clone: str


class Study(Database):
    """What the study is; a part of Store."""

    def __init__(self, path: Path, *, busy_ms: int, read_only: bool) -> None:
        """Open the database and read what never changes."""
        super().__init__(path, busy_ms=busy_ms, read_only=read_only)
        self.study_id = self._need_meta("study_id")
        self.created_at = parse_time(self._need_meta("created_at"))

    def _need_meta(self, key: str) -> str:
        value = self.get_meta(key)
        if value is None:
            raise StoreDamaged(f"{self.path}: {key} is missing")
        return value

    def get_meta(self, key: str) -> str | None:
        """A small value kept under a key."""
        with self._reading() as connection:
            row = one(connection, "SELECT value FROM meta WHERE key = :key", key=key)
            return None if row is None else str(row.value)

    @property
    def gate_lock(self) -> str:
        """JSON of the gates that stood beside the first label, "" before it.

        The event that GATE_LOCK_EVENT names has it in the hash that it goes on from.
        """
        return self.get_meta(GATE_LOCK) or ""

    @property
    def first_label_at(self) -> datetime | None:
        """When the first label of all was given, taken back since or not."""
        with self._reading() as connection:
            row = one(connection, _FIRST_LABEL)
            return parse_time(row.at) if row else None

    @property
    def last_event_at(self) -> datetime | None:
        """When the log was last added to."""
        with self._reading() as connection:
            row = one(connection, _LAST_EVENT)
            return parse_time(row.at) if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a small value; the store's own keys have methods of their own."""
        with self._writing() as connection:
            set_meta(connection, key, value)

    def adopt_study_id(self, study_id: str, created_at: datetime) -> None:
        """Take over the identity of an exported study, while this one is still empty."""
        with self._writing() as connection:
            sql = (
                "SELECT (SELECT count(*) FROM reviewer) + (SELECT count(*) FROM candidate)"
                " + EXISTS (SELECT 1 FROM output) AS n"
            )
            row = one(connection, sql)
            if row is None or row.n:
                raise UsageError("this study is not empty: import the export into a new one")
            set_meta(connection, "study_id", study_id)
            set_meta(connection, "created_at", format_time(created_at))
        self.study_id, self.created_at = study_id, created_at

    def set_first_order(self, output_ids: Iterable[str]) -> None:
        """A teaching order: these come first in every queue. UsageError once there is one."""
        with self._writing() as connection:
            if one(connection, "SELECT 1 FROM reviewer LIMIT 1") is not None:
                raise UsageError("a queue is built already: its order cannot change")
            set_meta(connection, "first_order", json.dumps(list(dict.fromkeys(output_ids))))

    def _load_first_order(self, connection: Connection) -> dict[str, int]:
        row = one(connection, "SELECT value FROM meta WHERE key = 'first_order'")
        ids = json.loads(row.value) if row else []
        return {output_id: i for i, output_id in enumerate(ids)}

    def set_repository(self, name: str, source: str, clone: str) -> None:
        """Keep or change where a repository and its clone are."""
        from sqlmodel import Session

        from workbench.store.tables import RepositoryRow

        with self._writing() as connection, Session(connection) as session:
            session.merge(RepositoryRow(name=name, source=source, clone=clone))
            session.flush()

    def list_repositories(self) -> list[Repository]:
        """All repositories by name."""
        with self._reading() as connection:
            found = rows(connection, "SELECT * FROM repository ORDER BY name", {})
            return [Repository(r.name, r.source, r.clone) for r in found]


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Keep a value inside a transaction."""
    connection.exec_driver_sql(_SET, {"key": key, "value": value})


def first_meta(study_id: str, created_at: datetime, tool_version: str) -> "list[MetaRow]":
    """The rows of a new study."""
    from workbench.store.tables import MetaRow

    values = {
        "study_id": study_id,
        "created_at": format_time(created_at),
        "tool_version": tool_version,
    }
    return [MetaRow(key=key, value=value) for key, value in values.items()]
