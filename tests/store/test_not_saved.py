"""A disk that is full and files that cannot be written: NOT SAVED, and nothing half stored."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from disks import NOBODY, make_open_folder, mount_small

from workbench.domain.errors import NotSaved, StoreDamaged, WorkbenchError
from workbench.store import sqlite
from workbench.store.store import open_store

from .kit import (
    ids_of,
    judgements_of,
    label,
    make_output,
    make_study,
    query,
    run_child,
)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A tmpfs of 2 MB; skipped where this may not mount."""
    with mount_small() as disk:
        yield disk


@pytest.mark.needs_tmpfs
@pytest.mark.parametrize("wal_safe_from", [(99,), (0,)], ids=["truncate", "wal"])
def test_d5_disk_full(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, wal_safe_from: tuple[int, ...]
) -> None:
    """D5: on a full disk a label is NOT SAVED; rows are those acknowledged; then it works again."""
    monkeypatch.setattr(sqlite, "WAL_SAFE_FROM", wal_safe_from)
    path = make_study(small_disk)
    with open_store(path) as store:
        ids = ids_of(store)
        label(store, ids[0])
        free = os.statvfs(small_disk)
        filler = small_disk / "fill"
        filler.write_bytes(b"z" * (free.f_bavail * free.f_bsize - 40_000))
        saved = 1
        error: NotSaved | None = None
        while error is None:
            try:
                label(store, ids[saved % len(ids)])
                saved += 1
            except NotSaved as caught:
                error = caught
        assert error.reason == "disk full"
        assert len(query(path, "SELECT * FROM label_event")) == saved
        held = judgements_of(store)
        filler.unlink()
        label(store, ids[-1])
        assert len(query(path, "SELECT * FROM label_event")) == saved + 1
        assert {**held, ids[-1]: store.get_judgement("ann", ids[-1])} == judgements_of(store)
        assert store.verify() == []


def test_d5_size_limit(path: Path) -> None:
    """D5: a write refused by a limit is NOT SAVED, and what was acknowledged is stored."""
    limit = path.stat().st_size + 3 * 4096
    ran = run_child("full", path, limit)
    acknowledged, said = ran.stdout.split(" ", 1)
    assert said.startswith("NOT SAVED: the disk refused the write")
    assert len(query(path, "SELECT * FROM label_event")) == int(acknowledged) > 0
    with open_store(path) as store:
        assert store.verify() == []
        label(store, ids_of(store)[0])


@pytest.mark.needs_tmpfs
def test_d5_import_on_a_full_disk_stores_nothing(small_disk: Path) -> None:
    """D5: an import that does not fit leaves no part of itself."""
    path = make_study(small_disk)
    with open_store(path) as store:
        outputs = (make_output("t0", "m9", os.urandom(60_000)) for _ in range(100))
        with pytest.raises(WorkbenchError, match="nothing was done: disk full"):
            store.add_outputs(outputs)
        assert store.count_outputs() == 8
        assert [c.name for c in store.list_candidates()] == ["m1", "m2"]
        assert store.verify() == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder every user may enter (pytest's own are private)."""
    with make_open_folder() as folder:
        yield folder


@pytest.mark.needs_root
@pytest.mark.parametrize("journal", ["truncate", "wal"])
@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "is_readable"),
    [(0o444, 0o755, True), (0o444, 0o555, True), (0o666, 0o555, True), (0o600, 0o755, False)],
)
def test_d6_read_only_for_this_user(
    open_folder: Path, file_mode: int, folder_mode: int, journal: str, *, is_readable: bool
) -> None:
    """Without write access the study opens read-only, with path and owner, labels off.

    In WAL mode too, where SQLite by itself does not even read.
    """
    path = make_study(open_folder)
    assert query(path, f"PRAGMA journal_mode={journal}") == [(journal,)]
    path.chmod(file_mode)
    open_folder.chmod(folder_mode)
    before = path.read_bytes()
    ran = run_child("open", path, NOBODY)
    assert ran.stderr == ""
    if is_readable:
        assert "read 8 read_only True" in ran.stdout
        which = path if file_mode == 0o444 else open_folder
        why = f"it belongs to root, uid 0, and you cannot write it: {which}"
        assert f"read_only True: {why}\n" in ran.stdout
        assert f"NotSaved NOT SAVED: the study is open read-only: {why}\n" in ran.stdout
    else:
        assert f"StoreDamaged {path}: cannot be read: Permission denied" in ran.stdout
    assert path.read_bytes() == before


def test_d6_asked_to_be_read_only(path: Path) -> None:
    """A store opened read-only reads, refuses every write, and warns of nothing."""
    with open_store(path, read_only=True) as store:
        assert store.is_read_only
        assert store.warnings == ()
        assert len(ids_of(store)) == 8
        assert store.verify() == []
        with pytest.raises(NotSaved, match="read-only"):
            label(store, ids_of(store)[0])
        with pytest.raises(NotSaved, match="read-only"):
            store.set_meta("a", "b")


def test_d7_reading_a_damaged_page_is_one_clear_error(path: Path) -> None:
    """D7: damage met while reading is StoreDamaged, not a traceback of a library."""
    size = path.stat().st_size
    page = 4096
    with open_store(path) as store:
        ids = ids_of(store)
        with path.open("r+b") as file:
            for start in range(page, size, page):
                file.seek(start)
                file.write(os.urandom(page))
        store._engine.dispose()
        with pytest.raises(StoreDamaged, match="damaged"):
            store.get_output(ids[0])
        assert store.quick_check() != []
