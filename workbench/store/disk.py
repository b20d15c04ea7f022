"""What the disk under a database allows: a journal, a log beside it, locks that hold.

Several programs write to one study; what keeps them apart is a lock on its file. Some network file
systems grant every lock to everybody: there nothing is written. Loads no library: the first screen
needs it.
"""

import errno
import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

MOUNTS = Path("/proc/self/mountinfo")

_NETWORK_FS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"})
_ESCAPED = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}
_WHOLE_FILE = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def make_uri(path: Path, *, read_only: bool) -> str:
    """How SQLite is told to open a file.

    A database in WAL mode cannot be read from a folder that cannot be written, because its log
    cannot be made there. Where there is none, nobody is writing and nothing waits in it: then the
    file is read as it lies.
    """
    uri = f"file:{quote(str(path))}?mode={'ro' if read_only else 'rw'}"
    is_still = read_only and not os.access(path.parent, os.W_OK) and not has_log(path)
    return f"{uri}&immutable=1" if is_still and is_wal(path) else uri


def has_log(path: Path) -> bool:
    """Whether a write-ahead log lies beside a database that holds something, or may soon."""
    with suppress(OSError):
        is_shared = os.access(f"{path}-shm", os.R_OK)  # somebody has it open, and lets us see
        return is_shared or Path(f"{path}-wal").stat().st_size > 0
    return False


def is_wal(path: Path) -> bool:
    """Whether a database says of itself that it is in WAL mode."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(20)[18:] == b"\x02\x02"
    return False


def find_file_system(path: Path, mountinfo: str) -> str:
    """The type of the file system that holds `path`, from the text of /proc/self/mountinfo."""
    best, kind = "", ""
    for line in mountinfo.split("\n"):
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        point = fields[4]
        for code, character in _ESCAPED.items():
            point = point.replace(code, character)
        is_above = point == "/" or str(path) == point or str(path).startswith(point + "/")
        if is_above and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def network_of(path: Path) -> str:
    """The type of the network file system that holds a file; "" where its disk is a local one."""
    try:
        mounts = MOUNTS.read_text("utf-8", "replace")
    except OSError:
        return ""
    kind = find_file_system(path.resolve(), mounts)
    return kind if kind in _NETWORK_FS else ""


def do_locks_hold(folder: Path) -> bool:
    """Whether a second opener of a file in `folder` is kept from a lock that the first one holds.

    A lock that belongs to the open file tells two openers of one program apart as it does two
    programs. Where nothing can be written nothing is known, and nothing is at stake.
    """
    if not hasattr(fcntl, "F_OFD_SETLK"):
        return True
    import tempfile

    try:
        first, name = tempfile.mkstemp(prefix=f".workbench-tmp-{os.getpid()}-", dir=folder)
    except OSError:
        return True
    try:
        second = os.open(name, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.fcntl(first, fcntl.F_OFD_SETLK, _WHOLE_FILE)
            return not _takes_lock(second)
        except OSError:
            return False
        finally:
            os.close(second)
    finally:
        os.close(first)
        with suppress(OSError):
            Path(name).unlink()


def _takes_lock(descriptor: int) -> bool:
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _WHOLE_FILE)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True
