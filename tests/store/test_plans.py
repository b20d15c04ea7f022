"""What the label key costs: few statements, and none that looks at more than a few rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench.domain.queue import Place
from workbench.store import append, labels, rubrics, screen_rows
from workbench.store.event_rows import INSERT_EVENT
from workbench.store.store import Store

from .kit import EDITED, EFFORT, MERGED, NOW, ids_of, label

HOT = {
    "facts": append.FACTS,
    "insert": INSERT_EVENT,
    "update": append.UPDATE_ITEM,
    "upsert": append.UPSERT[4],
    "undo": labels.UNDO_TARGET,
    "redo": labels.REDO_TARGET,
    "forward": screen_rows.FORWARD,
    "backward": screen_rows.BACKWARD,
    "next": screen_rows.NEXT,
    "here": screen_rows.HERE,
    "review item": screen_rows.REVIEW_ITEM,
    "last event": screen_rows.LAST_EVENT,
    "tallies": screen_rows.TALLIES,
    "standings": screen_rows.STANDINGS,
}
# Constant work whatever the study's size: the page just cut, the handful of candidates, and which
# of them are controls.
SMALL = ("SCAN i", "SCAN c", "SCAN (subquery", "SCAN 4 CONSTANT ROWS", "SCAN json_each")


@pytest.fixture
def statements(store: Store) -> Iterator[list[str]]:
    """The statements that the writing connection sends; not how long it is to wait for a lock."""
    sent: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith("PRAGMA busy_timeout"):
            sent.append(statement)

    store.data_version()
    connection = store._writer
    assert connection is not None
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(note)
    yield sent
    driver.set_trace_callback(None)


@pytest.mark.parametrize("name", HOT)
def test_no_scan(path: Path, name: str) -> None:
    """P11: no query on the way of a key scans labels, outputs, items or tickets."""
    with closing(sqlite3.connect(path)) as db:
        names: dict[str, None] = {}
        for word in HOT[name].replace("(", " ").replace(",", " ").replace(")", " ").split():
            if word.startswith(":"):
                names[word[1:]] = None
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {HOT[name]}", names)]
    scans = [line for line in plan if line.startswith("SCAN") and not line.startswith(SMALL)]
    assert scans == []
    assert not [line for line in plan if line.startswith("SCAN i ") and "item" in line]


@pytest.mark.parametrize("sql", [rubrics._STALE, rubrics._GIVEN])
def test_what_gave_a_label_is_found_by_its_output(path: Path, sql: str) -> None:
    """By the reviewer all of their events would be read for each: hours at 1,000,000 labels."""
    with closing(sqlite3.connect(path)) as db:
        values = [None] * sql.count("?")
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [line for line in plan if line.startswith("SEARCH label_event")] == [
        "SEARCH label_event USING INDEX sqlite_autoindex_label_event_1 (output=?)"
    ]


def test_statements_of_a_label(store: Store, statements: list[str]) -> None:
    """A label is BEGIN IMMEDIATE, four statements and COMMIT; a repeated one is three.

    The first of all also locks the gates.
    """
    first, second = ids_of(store)[:2]
    label(store, second, MERGED)
    assert statements[4].startswith("INSERT INTO meta")
    statements.clear()
    label(store, first, MERGED)
    assert [text.split()[0] for text in statements] == [
        "BEGIN",
        "SELECT",
        "INSERT",
        "UPDATE",
        "INSERT",
        "COMMIT",
    ]
    assert statements[0] == "BEGIN IMMEDIATE"
    statements.clear()
    label(store, first, MERGED)
    assert len(statements) == 5


def test_statements_of_undo_and_redo(store: Store, statements: list[str]) -> None:
    """Undo and redo are one SELECT more than a label."""
    for output in ids_of(store)[:2]:
        label(store, output, EDITED)
    for again in (store.undo, store.redo):
        statements.clear()
        assert again("ann", EFFORT, NOW) is not None
        assert len(statements) == 7


def test_places_cover_the_pages() -> None:
    """The paging SQL has one branch for each place there is."""
    assert set(screen_rows.place_params(Place)) == {f"place{p.value}" for p in Place}
    assert all(f":place{p.value}" in screen_rows.FORWARD for p in Place)
