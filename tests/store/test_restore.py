"""Going back to a backup: only to a sound one, only alone, and never at the price of a label."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from workbench.domain.backup import Difference, Kind
from workbench.domain.errors import InputRefused, StoreDamaged, StoreNewer, WorkbenchError
from workbench.store.copies import list_copies
from workbench.store.restore import prepare_restore
from workbench.store.store import create_store, open_store

from .kit import (
    CHILD,
    EDITED,
    EFFORT,
    MERGED,
    NOW,
    count_events,
    ids_of,
    is_killed,
    label,
    make_study,
    query,
    watch_files,
)

EVENTS = "SELECT * FROM label_event ORDER BY event_id"
N_BEFORE, N_AFTER = 5, 4


def restore(path: Path, file: Path) -> tuple[Path | None, Difference]:
    with prepare_restore(path, file) as ready:
        return ready.put(NOW), ready.difference


def add_labels(path: Path, n: int) -> None:
    with open_store(path) as store:
        ids = ids_of(store)
        for i in range(n):
            label(store, ids[i], (MERGED, EDITED)[i % 2])


@pytest.fixture
def file(path: Path) -> Path:
    """A backup of five labels; the study then goes on by four acts, of which one is an undo."""
    add_labels(path, N_BEFORE)
    with open_store(path) as store:
        made = store.back_up(Kind.ROUTINE, NOW)
        for output_id in ids_of(store)[: N_AFTER - 1]:
            label(store, output_id)
        store.undo("ann", EFFORT, NOW)
    assert made is not None
    return made.path


def see(path: Path) -> dict[str, object]:
    """Every file beside a database but an empty journal, with its bytes."""
    return {
        str(file.relative_to(path.parent)): file.read_bytes()
        for file in sorted(path.parent.rglob("*"))
        if file.is_file() and not (file.name.endswith("-journal") and not file.stat().st_size)
    }


def assert_is_sound(path: Path) -> None:
    with open_store(path) as store:
        assert store.quick_check() == []
        assert store.verify() == []


def test_d8_there_and_back_again(path: Path, file: Path) -> None:
    """Every row is as it was; what was newer is kept, and comes back by the same command."""
    then, now = query(file, EVENTS), query(path, EVENTS)
    kept, difference = restore(path, file)
    assert difference == Difference(5, 5, newer=3, newer_acts=1, regained=0)
    assert query(path, EVENTS) == then
    assert kept == path.parent / "backups" / "study-0002-20260102T030405Z-before-restore.db"
    assert query(kept, EVENTS) == now
    assert_is_sound(path)
    assert path.stat().st_mode & 0o777 == 0o600
    again, difference = restore(path, kept)
    assert difference == Difference(5, 5, newer=0, newer_acts=0, regained=3)
    assert query(path, EVENTS) == now
    assert again is not None
    assert query(again, EVENTS) == then
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []


def test_d8_logs_that_went_apart_are_compared_from_there(path: Path, file: Path) -> None:
    """After a restore the study goes on otherwise: both sides are counted."""
    kept, _ = restore(path, file)
    assert kept is not None
    with open_store(path) as store:
        for output_id in ids_of(store)[5:7]:
            label(store, output_id)
    with prepare_restore(path, kept) as ready:
        assert (ready.difference.newer, ready.difference.regained) == (2, 3)


def spoil_half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def spoil_page(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size - 4096 * 3)
        opened.write(os.urandom(4096))


def spoil_text(file: Path) -> None:
    data = file.read_bytes()
    assert b"2026-01-02T03:04:05" in data
    file.write_bytes(data.replace(b"2026-01-02T03:04:05", b"2026-01-02T03:04:06"))


def run(sql: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as db:
            db.executescript(sql)

    return change


def become_foreign(file: Path) -> None:
    file.unlink()
    run("CREATE TABLE song (name TEXT)")(file)


def become_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def become_other(file: Path) -> None:
    file.unlink()
    create_store(file, study_id="study-2", created_at=NOW, tool_version="1")


REFUSED: dict[str, tuple[Callable[[Path], object], type[WorkbenchError], str]] = {
    "no file": (lambda file: file.unlink(), InputRefused, "no such file"),
    "empty": (lambda file: file.write_bytes(b""), StoreDamaged, "the file is empty"),
    "text": (lambda file: file.write_bytes(b"hello" * 99), StoreDamaged, "not a SQLite database"),
    "folder": (become_folder, StoreDamaged, "not a file"),
    "foreign": (become_foreign, StoreDamaged, "not one of the workbench"),
    "half": (spoil_half, StoreDamaged, "damaged|not sound|malformed"),
    "page": (spoil_page, StoreDamaged, "was not restored: the copy is not sound"),
    "bit": (spoil_text, StoreDamaged, r"label_event 1 was changed.* \(and \d+ more\)"),
    "count": (run("UPDATE tally SET n = n + 1 WHERE n > 0"), StoreDamaged, "a recount says"),
    "trigger": (
        run("CREATE TRIGGER x AFTER INSERT ON meta BEGIN SELECT 1; END"),
        StoreDamaged,
        "a trigger that is not ours",
    ),
    "newer": (run("UPDATE alembic_version SET version_num = '9999'"), StoreNewer, "newer version"),
    "other study": (become_other, InputRefused, "a backup of another study"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_d8_refuses_what_cannot_be_trusted(path: Path, file: Path, name: str) -> None:
    """One clear line that names the file, by the exit code of its kind; nothing is changed."""
    spoil, kind, sentence = REFUSED[name]
    spoil(file)
    before = see(path)
    with pytest.raises(kind, match=sentence) as caught:
        restore(path, file)
    assert caught.value.exit_code == (3 if kind is InputRefused else 4)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert see(path) == before


def test_d8_refuses_the_study_itself(path: Path) -> None:
    """By whatever name it goes."""
    (path.parent / "link.db").symlink_to(path)
    with pytest.raises(InputRefused, match="is the study's own database"):
        restore(path, path.parent / "link.db")


def test_d8_refuses_while_another_program_has_it_open(path: Path, file: Path) -> None:
    """Also where that one is idle: what it labels later would go into a file that is gone."""
    before = see(path)
    child = subprocess.Popen(
        [sys.executable, "-B", str(CHILD), "idle", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"READY\n"
    with pytest.raises(WorkbenchError, match="is open in another program: quit it first") as caught:
        restore(path, file)
    assert caught.value.exit_code == 1
    assert child.communicate(b"\n", timeout=30)[0] == b"LABELLED\n"
    assert count_events(path) == N_BEFORE + N_AFTER + 1
    assert see(path).keys() == before.keys()
    restore(path, file)
    assert count_events(path) == N_BEFORE


def test_d8_refuses_while_a_stranger_writes(path: Path, file: Path) -> None:
    """A program that is not ours is seen while it is in the middle of a write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkbenchError, match="another program is writing"):
            restore(path, file)
        other.execute("ROLLBACK")
    assert count_events(path) == N_BEFORE + N_AFTER


def test_d8_nobody_opens_a_study_that_is_being_restored(path: Path, file: Path) -> None:
    """Until it is done or given up."""
    with (
        prepare_restore(path, file),
        pytest.raises(WorkbenchError, match="being restored: try again in a moment"),
    ):
        open_store(path)
    assert_is_sound(path)
    assert count_events(path) == N_BEFORE + N_AFTER


DAMAGE: dict[str, Callable[[Path], object]] = {
    "header": lambda path: path.write_bytes(b"NOT A DATABASE!!" + path.read_bytes()[16:]),
    "half": spoil_half,
    "page": spoil_page,
    "empty": lambda path: path.write_bytes(b""),
    "foreign": become_foreign,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_d7_d8_a_damaged_database_is_kept_as_it_is(path: Path, file: Path, name: str) -> None:
    """Its bytes are copied, with a journal that belongs to it, and the backup takes its place."""
    DAMAGE[name](path)
    journal = Path(f"{path}-journal")
    if name == "header":
        journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    damaged = path.read_bytes()
    kept, difference = restore(path, file)
    assert kept is not None
    assert kept.read_bytes() == damaged
    assert kept.stem.endswith("-damaged")
    if name == "header":
        assert Path(f"{kept}-journal").stat().st_size == 512
    assert difference.labels_then == 5
    assert count_events(path) == N_BEFORE
    assert_is_sound(path)
    with open_store(path) as store:
        assert store.offer_backup().endswith(str(file))


def test_d8_a_study_without_a_database(path: Path, file: Path, tmp_path: Path) -> None:
    """Nothing to keep; and a backup from elsewhere needs no folder of backups."""
    copy = Path(shutil.copy(file, tmp_path / "elsewhere.db"))
    path.unlink()
    Path(f"{path}-journal").unlink(missing_ok=True)
    assert restore(path, copy) == (None, Difference(None, 5))
    assert_is_sound(path)
    with prepare_restore(path, copy) as ready:
        assert ready.difference == Difference(5, 5)


def test_d8_a_write_that_was_cut_off_is_played_back_and_not_into_the_backup(
    path: Path, file: Path
) -> None:
    """The journal of the old file belongs to it: the copy kept is whole, the new one untouched."""
    child = [sys.executable, "-B", str(CHILD), "cut_off", str(path)]
    assert subprocess.run(child, check=False).returncode != 0
    assert Path(f"{path}-journal").stat().st_size > 0
    kept, _ = restore(path, file)
    assert kept is not None
    assert kept.stem.endswith("-before-restore")
    for copy, n in ((kept, N_BEFORE + N_AFTER), (path, N_BEFORE)):
        assert_is_sound(copy)
        assert count_events(copy) == n
    assert see(path).keys() == {"study.db", f"backups/{file.name}", f"backups/{kept.name}"}


def test_d8_killed_while_restoring(
    path: Path, file: Path, record_property: Callable[[str, object], None]
) -> None:
    """SIGKILL at every step leaves the old study or the backup, and every label is somewhere."""
    now, then = query(path, EVENTS), query(file, EVENTS)
    clean = path.parent.parent / "clean"
    shutil.copytree(path.parent, clean)

    def act(step: Callable[[], None]) -> None:
        watch_files(step, path.parent)
        restore(path, file)

    found: list[bool] = []
    for n in count(1):
        shutil.rmtree(path.parent)
        shutil.copytree(clean, path.parent)
        is_over = not is_killed(act, n)
        events = query(path, EVENTS)
        assert events in (now, then)
        found.append(events == then)
        assert now in [events, *(query(copy.path, EVENTS) for copy in list_copies(path))]
        restore(path, file)
        assert query(path, EVENTS) == then
        assert [f.name for f in path.parent.rglob(".workbench-copy-*")] == []
        if is_over:
            break
    assert found == sorted(found)
    assert found[-1]
    assert len(found) > 20
    record_property("cases", len(found))


@pytest.mark.needs_root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_d8_the_owner_stays_the_owner(path: Path, file: Path) -> None:
    """Root restores a study of somebody else's: they can still open it."""
    os.chown(path, 65534, 65534)
    restore(path, file)
    assert path.stat().st_uid == 65534


def test_d8_a_study_that_cannot_be_kept_is_not_touched(
    path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without room for what is there, nothing is restored."""
    before = see(path)
    monkeypatch.setattr("workbench.store.copying.MARGIN", 1 << 60)
    with pytest.raises(WorkbenchError, match="the disk is short"):
        restore(path, file)
    assert see(path) == before


def test_d8_two_studies_side_by_side(tmp_path: Path) -> None:
    """A backup says which study it is of; the one beside it is no other's."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    path = make_study(one)
    with open_store(path) as store:
        made = store.back_up(Kind.BY_HAND, NOW)
    assert made is not None
    shutil.copytree(one, two, dirs_exist_ok=True)
    restore(two / path.name, made.path)
    assert_is_sound(two / path.name)
