"""What the log says as a whole: how long reviews took, from when to when it reaches, under what."""

from datetime import datetime
from typing import NamedTuple

from workbench.domain.label import parse_time
from workbench.store.database import Database

_EFFORTS = (
    "SELECT o.candidate, count(DISTINCT e.output || ' ' || e.reviewer), sum(e.active_ms)"
    " FROM label_event e CROSS JOIN output o ON o.id = e.output"
    " WHERE e.active_ms > 0 AND e.act <> 'repeat'"
    " AND (:reviewer = '' OR e.reviewer = :reviewer) GROUP BY 1 ORDER BY 1"
)
_SPAN = "SELECT count(*), min(at), max(at) FROM label_event"
_HEAD = "SELECT hash FROM label_event ORDER BY event_id DESC LIMIT 1"
_VERSIONS = tuple(
    f"SELECT DISTINCT {name} FROM label_event WHERE {name} <> '' ORDER BY 1"  # noqa: S608 - ours
    for name in ("rubric_version", "app_version")
)
_RUNS = "SELECT DISTINCT candidate, run_id FROM output WHERE run_id <> '' ORDER BY 1, 2"


class Span(NamedTuple):
    """The log from its first event to its last; `head` is the hash of the last, "" without one."""

    n_events: int
    first_at: datetime | None
    last_at: datetime | None
    head: str
    rubrics: tuple[str, ...]
    tools: tuple[str, ...]
    runs: tuple[tuple[str, str], ...]


class Spans(Database):
    """Reading the log as a whole; a part of Store."""

    def efforts(self, reviewer: str = "") -> list[tuple[str, int, int]]:
        """(candidate, reviews, active milliseconds) of what took time, of one reviewer or all."""
        with self._driving() as driver:
            return driver.execute(_EFFORTS, {"reviewer": reviewer}).fetchall()

    def span(self) -> Span:
        """The log as it stands; `runs` are the (candidate, run) that outputs name."""
        with self._driving() as driver:
            n, first, last = driver.execute(_SPAN).fetchone()
            head = driver.execute(_HEAD).fetchone()
            rubrics, tools = (
                tuple(version for (version,) in driver.execute(statement))
                for statement in _VERSIONS
            )
            runs = tuple(driver.execute(_RUNS).fetchall())
        return Span(
            n_events=n,
            first_at=parse_time(first) if first else None,
            last_at=parse_time(last) if last else None,
            head=head[0] if head else "",
            rubrics=rubrics,
            tools=tools,
            runs=runs,
        )
