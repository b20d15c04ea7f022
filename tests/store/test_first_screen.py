"""The first paint: what it shows, and that no heavy library is loaded for it."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from workbench.domain.label import Act
from workbench.domain.queue import FirstScreen, Place
from workbench.store.first_screen import read_first_screen
from workbench.store.store import Store, open_store

from .kit import EDITED, EFFORT, MERGED, NOW, SKIPPED, at, ids_of, label, make_study

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "alembic", "git", "httpx", "scipy")


def read(path: Path) -> FirstScreen:
    screen = read_first_screen(path, "ann")
    assert screen is not None
    return screen


def shown(path: Path) -> str:
    item = read(path).item
    assert item is not None
    return item.output_id


def test_imports_nothing_heavy() -> None:
    """P2: reading the first screen loads neither SQLModel nor anything under it."""
    code = "import sys, workbench.store.first_screen; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert {name.split(".")[0] for name in ran.stdout.split()}.isdisjoint(HEAVY)


def test_agrees_with_the_store(store: Store, path: Path) -> None:
    """The first screen says what the store says."""
    ids = ids_of(store)
    store.record("ann", ids[0], Act.LABEL, EDITED, EFFORT, at(9))
    screen = read(path)
    assert list(screen.rows) == store.queue_page("ann", None, 60)
    assert screen.item == store.get_review_item("ann", ids[1])
    assert screen.tallies == store.tallies("ann")
    assert screen.progress == store.progress("ann")
    assert screen.last_saved_at == at(9)
    assert screen.has_labels
    assert screen.names == {}


def test_names_only_when_open(store: Store, path: Path) -> None:
    """K3: the name of a candidate leaves the store only where names are open."""
    screen = read_first_screen(path, "ann", open_names=True)
    assert screen is not None
    assert screen.item is not None
    assert sorted(screen.names.values()) == ["m1", "m2"]
    assert screen.item.alias in {"m1", "m2"}
    blind = repr(read(path)) + repr(store.get_review_item("ann", ids_of(store)[0]))
    assert "'m1'" not in blind
    assert "'m2'" not in blind


def test_goes_on_where_the_reviewer_was(store: Store, path: Path) -> None:
    """The item is the next open one after the last event, round the end; then a skipped one."""
    ids = ids_of(store)
    assert shown(path) == ids[0]
    assert not read(path).has_labels
    label(store, ids[4])
    assert shown(path) == ids[5]
    store.undo("ann", EFFORT, NOW)
    assert shown(path) == ids[4]
    label(store, ids[7])
    assert shown(path) == ids[0]
    store.record("ann", ids[0], Act.SKIP, SKIPPED, EFFORT, NOW)
    for output_id in ids[1:7]:
        label(store, output_id)
    assert shown(path) == ids[0]
    label(store, ids[0])
    assert shown(path) == ids[0]
    assert read(path).progress.left == 0


def test_window(store: Store, path: Path) -> None:
    """A window of n rows lies around the item, full where the queue is long enough."""
    ids = ids_of(store)
    for output_id in ids[:5]:
        label(store, output_id)
    screen = read_first_screen(path, "ann", n_rows=4)
    assert screen is not None
    assert [row.output_id for row in screen.rows] == ids[3:7]
    assert [row.place for row in screen.rows] == [Place.LABELLED] * 2 + [Place.OPEN] * 2


def test_asks_for_the_store_otherwise(store: Store, path: Path, tmp_path: Path) -> None:
    """No queue yet, no file, a damaged one or another schema: None, and nothing is created."""
    assert read_first_screen(path, "eve") is None
    missing = tmp_path / "none.db"
    assert read_first_screen(missing, "ann") is None
    assert not missing.exists()
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"x" * 5000)
    assert read_first_screen(broken, "ann") is None
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("UPDATE alembic_version SET version_num = '9999'")
    assert read_first_screen(path, "ann") is None


def test_study_without_outputs(tmp_path: Path) -> None:
    """An empty study has a first screen with no item."""
    path = make_study(tmp_path, n_tickets=0)
    screen = read(path)
    assert (screen.item, screen.rows, screen.progress.total) == (None, (), 0)
    with open_store(path) as store:
        assert store.next_open("ann") is None
        assert store.verify() == []


def test_all_settled(store: Store, path: Path) -> None:
    """Where nothing needs a label the last labelled item is shown."""
    ids = ids_of(store)
    for output_id in ids:
        label(store, output_id, MERGED)
    assert shown(path) == ids[-1]
