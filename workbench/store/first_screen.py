"""What the first paint needs, read by sqlite3 alone: SQLAlchemy would cost half the start.

Opens read-only and answers None whenever the store itself should be opened instead: it builds a
queue that is not there yet, recovers after a crash, or says what is wrong with the file.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.label import parse_time
from workbench.domain.queue import FirstScreen, Place, QueueItem, compute_progress
from workbench.domain.reading import Bookmark
from workbench.store.disk import make_uri
from workbench.store.screen_rows import (
    BACKWARD,
    FORWARD,
    HERE,
    LAST_EVENT,
    NEXT,
    REVIEW_ITEM,
    STANDINGS,
    TALLIES,
    place_params,
    to_queue_item,
    to_review_item,
    to_tallies,
)

SCHEMA_REVISION = "0003"
APPLICATION_ID = 0x57424E43  # as in files.py, which loads a library
_SHOWN = tuple(place for place in Place if place is not Place.SETTLED)
_BEFORE_ALL = -1
_SEALED = (
    "SELECT value FROM meta WHERE key = 'seal'"
    " AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'revealed')"
)


def read_first_screen(
    path: Path,
    reviewer: str,
    n_rows: int = 60,
    *,
    open_names: bool = False,
    bookmark: Bookmark | None = None,
) -> FirstScreen | None:
    """The queue around where the reviewer goes on, that item, and the counts; None: open a store.

    They go on at the bookmark, unless anything was recorded since; else with the first open item
    at or after their last event, then the first open one, then a skipped one; with nothing that
    comes by itself, with what else was set aside, or where they were last.
    """
    uri = make_uri(path, read_only=True)
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=2, isolation_level=None)) as conn:
            conn.execute("PRAGMA trusted_schema=OFF")
            conn.execute("BEGIN")
            return _read(conn, reviewer, n_rows, bookmark, open_names=open_names)
    except sqlite3.Error:
        return None


def read_sealed(path: Path) -> tuple[str, tuple[str, ...]] | None:
    """The seal as it is kept, and all candidates' names; None where nothing is sealed, or readable.

    For whoever hides the names before anything is painted.
    """
    uri = make_uri(path, read_only=True)
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=2, isolation_level=None)) as conn:
            conn.execute("PRAGMA trusted_schema=OFF")
            found = conn.execute(_SEALED).fetchone()
            names = conn.execute("SELECT name FROM candidate").fetchall() if found else []
    except sqlite3.Error:
        return None
    return (found[0], tuple(name for (name,) in names)) if found else None


def _read(
    conn: sqlite3.Connection,
    reviewer: str,
    n_rows: int,
    bookmark: Bookmark | None,
    *,
    open_names: bool,
) -> FirstScreen | None:
    if conn.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        return None
    revision = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    known = conn.execute("SELECT 1 FROM reviewer WHERE name = ?", (reviewer,)).fetchone()
    if revision != (SCHEMA_REVISION,) or known is None:
        return None
    who = {"reviewer": reviewer}
    last = conn.execute(LAST_EVENT, who).fetchone()
    marked = _find_marked(conn, reviewer, last, bookmark)
    here = marked or _find_here(conn, reviewer, last)
    names = "SELECT alias, name FROM candidate"
    return FirstScreen(
        rows=_read_rows(conn, reviewer, here, n_rows) if here else (),
        item=_read_item(conn, reviewer, here.output_id, open_names=open_names) if here else None,
        tallies=to_tallies(conn.execute(TALLIES, who)),
        progress=compute_progress(dict(conn.execute(STANDINGS, who))),
        last_saved_at=parse_time(last[0]) if last else None,
        has_labels=last is not None,
        names=dict(conn.execute(names)) if open_names else {},
        bookmark=bookmark if marked else None,
    )


def _find_marked(
    conn: sqlite3.Connection,
    reviewer: str,
    last: Sequence[Any] | None,
    bookmark: Bookmark | None,
) -> QueueItem | None:
    """The item of a bookmark that nothing was recorded after; `last` is a row of LAST_EVENT."""
    if bookmark is None or bookmark.after != (last[0] if last else ""):
        return None
    params = {"reviewer": reviewer, "output_id": bookmark.output_id}
    row = conn.execute(HERE, params).fetchone()
    return to_queue_item(row) if row else None


def _find_here(
    conn: sqlite3.Connection, reviewer: str, last: Sequence[Any] | None
) -> QueueItem | None:
    """The item to go on with; `last` is a row of LAST_EVENT (Any: sqlite3 types no columns)."""
    start = last[1] - 1 if last else _BEFORE_ALL
    tries = (
        (Place.OPEN, start),
        (Place.OPEN, _BEFORE_ALL),
        (Place.SKIPPED, start),
        (Place.SKIPPED, _BEFORE_ALL),
        (Place.TO_DISCUSS, _BEFORE_ALL),
        (Place.LATER, _BEFORE_ALL),
        (Place.LABELLED, start),
        (Place.LABELLED, _BEFORE_ALL),
        (Place.SETTLED, _BEFORE_ALL),
    )
    for place, position in tries:
        params = {"reviewer": reviewer, "place": place.value, "position": position}
        row = conn.execute(NEXT, params).fetchone()
        if row is not None:
            return to_queue_item(row)
    return None


def _read_rows(
    conn: sqlite3.Connection, reviewer: str, here: QueueItem, n_rows: int
) -> tuple[QueueItem, ...]:
    places = place_params(_SHOWN)
    before = {"reviewer": reviewer, "position": here.position, "n": n_rows // 2, **places}
    found = [to_queue_item(row) for row in conn.execute(BACKWARD, before)][::-1]
    after = {**before, "position": here.position - 1, "n": n_rows - len(found)}
    found += [to_queue_item(row) for row in conn.execute(FORWARD, after)]
    return tuple(found)


def _read_item(
    conn: sqlite3.Connection, reviewer: str, output_id: str, *, open_names: bool
) -> ReviewItem:
    params = {"reviewer": reviewer, "output_id": output_id, "limit": UNLIMITED}
    return to_review_item(conn.execute(REVIEW_ITEM, params).fetchone(), open_names=open_names)
