"""Files are whole or not there, private whatever the umask, and rubbish is swept (D11, K2)."""

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.adapters.files import building, sweep, write_atomically

# Writes the file again and again, each time all `0`, `1`, .. and says so after every chunk.
_WRITER = """
import sys
from itertools import count
from pathlib import Path
from workbench.adapters.files import write_atomically

def chunks(n):
    for _ in range(8):
        yield b"%d" % (n % 10) * 65536
        print(flush=True)

for n in count():
    write_atomically(Path(sys.argv[1]), chunks(n))
    print(flush=True)
"""


def test_d11_a_kill_at_any_point_leaves_a_whole_file(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """25 kills -9, each at another step of a write: 0 torn, and the next write sweeps."""
    path = tmp_path / "out"
    torn = 0
    record_property("cases", 25)
    for step in range(1, 26):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            for _ in range(step + 9):
                writer.stdout.readline()
            writer.kill()
        data = path.read_bytes()
        torn += len(data) != 8 * 65536 or len(set(data)) != 1
    assert torn == 0
    write_atomically(path, [b"last"])
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277])
def test_k2_a_file_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """0600, and nothing else of the folder changes."""
    before = os.umask(umask)
    try:
        digest = write_atomically(tmp_path / "out", [b"one ", b"two"])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) & 0o077 == 0
    assert digest == hashlib.sha256(b"one two").hexdigest()


def test_d11_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    """The temporary file is gone with it."""
    path = tmp_path / "out"
    path.write_bytes(b"old")

    def broken() -> list[bytes]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, (chunk for chunk in [b"new", *broken()]))
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    """As root, an export to /dev/null would take it from everybody."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(OSError, match="no regular file"):
            write_atomically(path, [b"x"])
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert link.is_symlink()


def test_d11_what_is_still_being_written_is_not_swept(tmp_path: Path) -> None:
    """Two programs may write into one folder; only the dead one's files go."""
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (tmp_path / f".workbench-tmp-{dead}-x").write_bytes(b"half")
    (tmp_path / f".workbench-tmp-{dead}-folder").mkdir()
    (tmp_path / ".workbench-tmp-oddity").write_bytes(b"")
    (tmp_path / "other").write_bytes(b"")
    with building(tmp_path) as part:
        assert sweep(tmp_path) == 0
        assert sorted(file.name for file in tmp_path.iterdir()) == [part.name, "other"]
        assert stat.S_IMODE(part.stat().st_mode) == 0o700
    assert [file.name for file in tmp_path.iterdir()] == ["other"]
