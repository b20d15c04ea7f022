"""Backups: whole, sound and private, while others write and whatever kills the program."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from workbench.domain.backup import Backup, Kind
from workbench.domain.errors import InputRefused, StoreDamaged, WorkbenchError
from workbench.store import copies, copying
from workbench.store.copies import find_newest, list_copies
from workbench.store.copying import copy_pages
from workbench.store.locks import lock_folder
from workbench.store.sqlite import connect
from workbench.store.store import Store, open_store

from .kit import (
    CHILD,
    EDITED,
    MERGED,
    NOW,
    at,
    ids_of,
    is_killed,
    label,
    make_outputs,
    make_study,
    query,
    watch_files,
)

EVENTS = "SELECT * FROM label_event ORDER BY event_id"


def back_up(store: Store, kind: Kind = Kind.ROUTINE) -> Backup:
    made = store.back_up(kind, NOW)
    assert made is not None
    return made


def leftovers(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob(".workbench-copy-*")]


def assert_sound(copy: Path, live: Path) -> int:
    """A copy is sound, and its log is the beginning of the live one; returns its length."""
    assert query(copy, "PRAGMA integrity_check") == [("ok",)]
    assert query(copy, "PRAGMA journal_mode") == [("delete",)]
    events = query(copy, EVENTS)
    assert query(live, EVENTS)[: len(events)] == events
    with open_store(copy) as store:
        assert store.verify() == []
    return len(events)


class Rests(threading.Event):
    """What a backup waits for between two steps: somebody hears of it, or it lasts long."""

    def __init__(self, told: Callable[[], object], seconds: float | None = None) -> None:
        super().__init__()
        self.told, self.seconds = told, seconds

    def wait(self, timeout: float | None = None) -> bool:
        self.told()
        return super().wait(self.seconds or timeout)


@pytest.fixture
def wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study that takes many steps to copy."""
    monkeypatch.setattr(copying, "STEP", 4)
    path = make_study(tmp_path)
    with open_store(path) as store:
        store.add_outputs(make_outputs(4, tuple(f"m{i}" for i in range(3, 60))))
    return path


def test_d8_a_backup_is_a_whole_private_database(path: Path) -> None:
    """One file of mode 0600 in a folder of mode 0700, named by number and time."""
    with open_store(path) as store:
        label(store, ids_of(store)[0])
        made = back_up(store)
        assert store.list_backups() == [made]
    assert made.path == path.parent / "backups" / "study-0001-20260102T030405Z.db"
    assert (made.kind, made.labels, made.events) == (Kind.ROUTINE, 1, 1)
    assert made.made_at == NOW.replace(microsecond=0)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.parent.stat().st_mode & 0o777 == 0o700
    assert list(made.path.parent.iterdir()) == [made.path]
    assert_sound(made.path, path)


def test_d8_ten_routine_copies_are_kept_and_no_other_is_pushed_out(path: Path) -> None:
    """The program deletes only what it made by itself, each kind by its own number."""
    kinds = [Kind.BY_HAND, Kind.BEFORE_UPGRADE, Kind.BEFORE_RESTORE, *[Kind.ROUTINE] * 12]
    kinds += [Kind.BEFORE_UPGRADE] * 3
    with open_store(path) as store:
        for kind in kinds:
            back_up(store, kind)
    kept = list_copies(path)
    assert [copy.number for copy in kept] == [1, 3, *range(6, 19)]
    assert sum(copy.kind is Kind.ROUTINE for copy in kept) == 10


def test_d8_of_large_copies_fewer_are_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All copies of a kind together stay below a bound, down to three."""
    size = path.stat().st_size
    for budget, kept in ((0, 3), (5 * size, 5), (50 * size, 10)):
        monkeypatch.setattr(copies, "BUDGET", budget)
        with open_store(path) as store:
            for _ in range(11):
                back_up(store)
        assert len(list_copies(path)) == kept


def test_d8_numbers_order_copies_when_the_clock_goes_back(path: Path) -> None:
    """The newest is the one made last; a file that a person put there is older than all."""
    with open_store(path) as store:
        store.back_up(Kind.ROUTINE, at(10_000))
        last = back_up(store)
        store.back_up_to(path.parent / "backups" / "z.db", NOW, may_replace=False)
        newest = find_newest(path)
        assert newest is not None
        assert newest.path == last.path
        assert store.list_backups()[0].path.name == "z.db"


def test_d8_a_copy_holds_what_was_committed(path: Path) -> None:
    """Not what another program is in the middle of."""
    with open_store(path) as store, closing(sqlite3.connect(path)) as other:
        label(store, ids_of(store)[0])
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM meta")
        made = back_up(store)
        other.execute("ROLLBACK")
    assert assert_sound(made.path, path) == 1


def test_d8_backups_while_four_programs_write(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every copy made meanwhile is sound, and its rows are the first ones of the log."""
    path = make_study(tmp_path, reviewers=("ann", "bob"))
    command = [sys.executable, "-B", str(CHILD), "label", str(path)]
    names = ("ann", "ann", "bob", "bob")
    children = [
        subprocess.Popen([*command, name, "150", str(i)], stdout=subprocess.PIPE, text=True)
        for i, name in enumerate(names)
    ]
    outs = [child.stdout for child in children if child.stdout]
    assert [out.readline() for out in outs] == ["READY\n"] * 4
    made: list[Backup] = []
    with open_store(path) as store:
        while any(child.poll() is None for child in children) and len(made) < 20:
            made.append(back_up(store, Kind.BY_HAND))
        assert ["ACK 150\n" in out.readlines() for out in outs] == [True] * 4
        assert [child.wait(60) for child in children] == [0] * 4
        for child in children:
            child.communicate()
        assert store.count_log() == 600
    lengths = [assert_sound(copy.path, path) for copy in made]
    assert len(lengths) > 2
    assert lengths == sorted(lengths)
    record_property("cases", len(lengths))


def test_d8_labels_of_this_program_go_into_the_copy_under_way(wide: Path) -> None:
    """A copy in many steps: this program labels between them, and the copy never begins again."""
    with open_store(wide, busy_ms=250) as store:
        ids = ids_of(store)
        made: list[Backup] = []
        worker = threading.Thread(target=lambda: made.append(back_up(store)))
        worker.start()
        n = 0
        while worker.is_alive():
            label(store, ids[n % len(ids)], (MERGED, EDITED)[n % 2])
            n += 1
        worker.join()
        assert store.verify() == []
    assert n > 3
    assert 0 < assert_sound(made[0].path, wide) <= n


def test_d8_another_programs_label_makes_the_copy_begin_again(
    wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds that label then; where others never rest the copy is given up, and says so."""
    monkeypatch.setattr(copying, "PAUSE_AGAIN", 0)
    n_writes, rests = 1, 0
    into = wide.parent / "copy.db"
    into.touch()
    with open_store(wide) as store, closing(connect(wide, read_only=True, busy_ms=100)) as source:
        ids = ids_of(store)

        def rest(work: Callable[[], None], _seconds: float) -> None:
            nonlocal rests
            rests += 1
            work()
            if rests <= 4 * n_writes and rests % 4 == 0:
                label(store, ids[0], (MERGED, EDITED)[rests % 8 // 4])

        copy_pages(source, into, rest)
        assert assert_sound(into, wide) == 1
        monkeypatch.setattr(copying, "PATIENCE", 0)
        n_writes = 1000
        with pytest.raises(WorkbenchError, match="other programs keep writing"):
            copy_pages(source, into, rest)


def test_d8_an_existing_target_is_left_alone_unless_asked(path: Path) -> None:
    """Refused, or replaced in one instant; never the study itself, never into a new folder."""
    target = path.parent / "mine.db"
    target.write_bytes(b"precious")
    with open_store(path) as store:
        with pytest.raises(InputRefused, match=r"is there already.*--replace"):
            store.back_up_to(target, NOW, may_replace=False)
        assert target.read_bytes() == b"precious"
        with pytest.raises(InputRefused, match=r"is there already; nothing was changed$"):
            store.back_up_to(path, NOW, may_replace=True)
        with pytest.raises(InputRefused, match="no such folder"):
            store.back_up_to(path.parent / "typo" / "mine.db", NOW, may_replace=False)
        assert store.back_up_to(target, NOW, may_replace=True).events == 0
    assert_sound(target, path)
    assert leftovers(path.parent) == []
    assert not (path.parent / "typo").exists()


def test_d8_killed_while_backing_up(
    wide: Path, record_property: Callable[[str, object], None]
) -> None:
    """SIGKILL at every step: no torn copy, and the next backup sweeps what was left."""
    folder = wide.parent / "backups"

    def act(step: Callable[[], None]) -> None:
        watch_files(step, folder)
        store = open_store(wide)
        store._closing = Rests(step)
        back_up(store)

    n_left = 0
    for n in count(1):
        if not is_killed(act, n):
            break
        n_left += bool(leftovers(folder))
        for copy in list_copies(wide):
            assert_sound(copy.path, wide)
    record_property("cases", n - 1)
    assert n > 15
    assert n_left > 10
    with open_store(wide) as store:
        back_up(store)
        assert store.verify() == []
    assert leftovers(wide.parent) == []


def test_d8_a_damaged_database_is_never_backed_up(path: Path) -> None:
    """Neither kept as a copy nor a reason to delete a good one."""
    with open_store(path) as store:
        for _ in range(10):
            back_up(store)
    good = list_copies(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096 * 3)
        file.write(os.urandom(4096))
    with open_store(path) as store:
        with pytest.raises(StoreDamaged, match=r"no backup was made in .*backups: .*not sound"):
            store.back_up(Kind.ROUTINE, NOW)
        with pytest.raises(StoreDamaged, match="no backup was made"):
            store.back_up_to(path.parent / "mine.db", NOW, may_replace=False)
    assert list_copies(path) == good
    assert leftovers(path.parent) == []


def test_d8_one_backup_at_a_time(path: Path) -> None:
    """A second one is left to the first: they would hold the same."""
    (path.parent / "backups").mkdir()
    with open_store(path) as store:
        with lock_folder(path.parent / "backups") or pytest.fail("not free"):
            assert store.back_up(Kind.ROUTINE, NOW, wait_seconds=0) is None
        assert back_up(store).events == 0


def test_d8_closing_ends_a_backup(wide: Path) -> None:
    """Quitting does not wait for the whole of a large copy, and leaves nothing of it."""
    store = open_store(wide)
    made: list[Backup | None] = []
    resting = threading.Event()
    store._closing = Rests(resting.set, seconds=30)
    worker = threading.Thread(target=lambda: made.append(store.back_up(Kind.ROUTINE, NOW)))
    worker.start()
    assert resting.wait(30)
    store.close()
    worker.join(30)
    assert made == [None]
    assert list((wide.parent / "backups").iterdir()) == []


@pytest.fixture
def tiny_disk(path: Path) -> Iterator[Path]:
    """The backups of `path` are on a tmpfs of 64 kB."""
    folder = path.parent / "backups"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() or not mount or not umount:
        pytest.skip("needs the right to mount a tmpfs")
    command = [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run([umount, str(folder)], check=True)


@pytest.mark.needs_tmpfs
def test_d8_a_short_disk_is_not_filled(
    path: Path, tiny_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Skipped with the figures; where it fills up all the same, one line. Labels go on."""
    with open_store(path) as store:
        ids = ids_of(store)
        with pytest.raises(WorkbenchError, match="the disk is short: 16 MB needed, 0 MB free"):
            store.back_up(Kind.ROUTINE, NOW)
        label(store, ids[0])
        monkeypatch.setattr("workbench.store.backups.check_room", lambda *_: None)
        with pytest.raises(WorkbenchError, match=r"no backup was made in .*: disk full"):
            store.back_up(Kind.ROUTINE, NOW)
        label(store, ids[1])
        assert store.verify() == []
    assert list(tiny_disk.iterdir()) == []


def test_d8_a_limit_on_files_ends_the_copy_and_nothing_else(wide: Path) -> None:
    """RLIMIT_FSIZE below the size of the copy: one clear line, nothing left, labels are there."""
    command = [sys.executable, "-B", str(CHILD), "back_up", str(wide), str(100 * 1024)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.stderr == ""
    assert "WorkbenchError no backup was made in" in ran.stdout
    assert "the disk refused the write (full, or a limit was reached)" in ran.stdout
    assert "labels 1" in ran.stdout
    assert list((wide.parent / "backups").iterdir()) == []


def test_d8_a_copy_of_a_database_in_wal_is_one_plain_file(path: Path) -> None:
    """With what is still in the log of the source, and no log of its own."""
    into = path.parent / "copy.db"
    into.touch()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO meta VALUES ('k', 'v')")
        with closing(connect(path, read_only=True, busy_ms=100)) as source:
            copy_pages(source, into)
    assert query(into, "SELECT value FROM meta WHERE key = 'k'") == [("v",)]
    assert_sound(into, path)
    assert sorted(file.name for file in path.parent.glob("copy.db*")) == ["copy.db"]


@pytest.mark.needs_root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_d8_what_root_makes_belongs_to_the_owner_of_the_study(path: Path) -> None:
    """Else the owner's own program could not write there any more."""
    os.chown(path.parent, 65534, 65534)
    os.chown(path, 65534, 65534)
    with open_store(path) as store:
        made = back_up(store)
    assert made.path.stat().st_uid == made.path.parent.stat().st_uid == 65534


def test_d7_messages_about_damage_name_the_newest_backup(path: Path) -> None:
    """With the command that goes back to it; where there is none they say so."""
    with open_store(path) as store:
        back_up(store)
        newest = back_up(store)
        assert store.offer_backup().endswith(f"workbench restore {newest.path}")
    os.truncate(path, 0)
    with pytest.raises(StoreDamaged, match=rf"empty; the newest .* restore {newest.path}$"):
        open_store(path)
    newest.path.write_bytes(b"torn")
    with pytest.raises(StoreDamaged, match=r"restore .*study-0001-20260102T030405Z.db$"):
        open_store(path)
    shutil.rmtree(path.parent / "backups")
    with pytest.raises(StoreDamaged, match=r"; there is no backup beside it$"):
        open_store(path)


def test_d8_a_backup_of_a_study_that_is_read_only(path: Path) -> None:
    """It can be copied elsewhere."""
    with open_store(path, read_only=True) as store:
        made = store.back_up_to(path.parent / "mine.db", NOW, may_replace=False)
    assert_sound(made.path, path)
