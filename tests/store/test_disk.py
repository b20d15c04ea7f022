"""Network file systems: said, never in WAL mode, and never written where locks do not hold."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from workbench.domain.errors import NotSaved
from workbench.store import disk, sqlite
from workbench.store.disk import do_locks_hold, find_file_system, network_of
from workbench.store.store import Store, open_store

from .kit import ids_of, label

MOUNTS = (
    "22 1 254:1 / / rw - ext4 /dev/vda rw\n"
    "30 22 0:50 / /home rw,nosuid shared:1 - nfs4 server:/home rw\n"
    "31 30 0:51 / /home/my\\040disk rw - xfs /dev/sdb rw\n"
    "32 22 0:52 / /mnt/tab\\011and\\134slash rw - fuse.sshfs ann@host: rw\n"
    "33 22 0:53 / /twice rw - ext4 /dev/vdb rw\n"
    "34 22 0:54 / /twice rw - cifs //server/share rw\n"
    "nonsense\n"
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ann/s.db", "nfs4"),
        ("/home", "nfs4"),
        ("/homestead/s.db", "ext4"),
        ("/home/my disk/s.db", "xfs"),
        ("/mnt/tab\tand\\slash/s.db", "fuse.sshfs"),
        ("/twice/s.db", "cifs"),
    ],
)
def test_d10_the_innermost_mount_above_a_file_decides(path: str, kind: str) -> None:
    """Of two on one place the later; names are read as the kernel escapes them."""
    assert find_file_system(Path(path), MOUNTS) == kind
    assert find_file_system(Path(path), "nonsense") == ""


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str) -> None:
    """A table of mounts in which `folder` is one of this kind."""
    table = folder / "mountinfo"
    table.write_text(
        f"1 0 0:1 / / rw - ext4 /dev/vda rw\n2 1 0:2 / {folder} rw - {kind} server:/ rw\n", "utf-8"
    )
    monkeypatch.setattr(disk, "MOUNTS", table)


def journal_of(store: Store) -> object:
    with store._writing() as connection:
        return connection.exec_driver_sql("PRAGMA journal_mode").scalar()


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_d10_a_study_on_a_network_is_said_and_never_in_wal_mode(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Also under an SQLite whose WAL is sound; labels are saved."""
    monkeypatch.setattr(sqlite, "WAL_SAFE_FROM", (0,))
    with open_store(path) as store:
        assert store.warnings == ()
        assert journal_of(store) == "wal"
    pretend(monkeypatch, path.parent, kind)
    with open_store(path) as store:
        assert store.warnings == (
            f"{path} is on a network ({kind}): let one program write at a time",
        )
        label(store, ids_of(store)[0])
        assert journal_of(store) == "truncate"


def test_d10_a_local_disk_is_no_network(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a system that has no table of mounts."""
    pretend(monkeypatch, path.parent, "btrfs")
    assert network_of(path) == ""
    monkeypatch.setattr(disk, "MOUNTS", path.parent / "none")
    assert network_of(path) == ""


def test_d10_a_lock_keeps_out_whoever_opens_the_file_next(tmp_path: Path) -> None:
    """A real lock on a real file; a second opener that is let in is told from one that is not."""
    assert do_locks_hold(tmp_path)
    assert list(tmp_path.iterdir()) == []
    path = tmp_path / "file"
    path.touch()
    first, second = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    try:
        assert disk._takes_lock(first)
        assert not disk._takes_lock(second)
    finally:
        os.close(first)
    try:
        assert disk._takes_lock(second)
    finally:
        os.close(second)


def _grant(_descriptor: int, _command: int, _lock: bytes) -> bytes:
    """A file system that grants every lock to everybody."""
    return b""


def _have_none(_descriptor: int, _command: int, _lock: bytes) -> bytes:
    """A file system that has no locks."""
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


@pytest.mark.parametrize("answer", [_grant, _have_none])
def test_d10_where_locks_do_not_hold_nothing_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """Two programs would write into each other: the study is read, labels are off, with the why."""
    pretend(monkeypatch, path.parent, "nfs")
    monkeypatch.setattr(fcntl, "fcntl", answer)
    before = path.read_bytes()
    with open_store(path) as store:
        assert store.is_read_only
        assert store.why_read_only == f"{path} is on a network (nfs) where locks do not hold"
        with pytest.raises(NotSaved, match="where locks do not hold"):
            label(store, ids_of(store)[0])
    assert path.read_bytes() == before
