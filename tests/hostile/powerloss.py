"""Power-loss simulator: traces a real program's file operations, rebuilds the disk at every cut.

At each cut three disks are built: all unsynced writes lost, and two random survivals (single writes
and directory entries survive with p = 1/2, writes torn at 512 bytes). Each is opened and checked:
integrity, no acknowledged row lost, and the schema is that of the first acknowledgement or that of
the end; where it is the later one, a sound backup of the earlier one is there.

    powerloss.py --child "python label_child.py power {db} {journal} {sync} {n}" [--n 25]

The child prints 'ACK i' on fd 1 (one write) only after the i-th COMMIT returned, and keeps {db} in
a folder of its own, which may hold a folder `backups`. Needs strace. Not modelled: disks that lie
about fsync, plain write() to files (SQLite uses pwrite64).
"""

import argparse
import random
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,link,linkat,rename"
CALLS += ",renameat,renameat2"
SECTOR = 512
COUNT = "SELECT count(*) FROM label_event"
SCHEMA = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
REVISION = "SELECT version_num FROM alembic_version"


class Op(NamedTuple):
    """One file operation. kind: w(rite), t(runcate), s(ync), u(nlink), r(ename), l(ink), ack."""

    kind: str
    path: str = ""
    number: int = 0
    data: bytes = b""
    target: str = ""


def unhex(text: str) -> bytes:
    return bytes(int(x, 16) for x in text.split("\\x")[1:])


def name(text: str) -> str:
    return unhex(text).decode() if text.startswith("\\x") else text


_AT = r"(?:AT_FDCWD(?:<[^>]*>)?, )?"
_PWRITE = re.compile(r'pwrite64\(\d+<([^>]*)>, "([^"]*)", \d+, (\d+)\) = \d')
_WRITE = re.compile(r'write\(1<[^>]*>, "([^"]*)"')
_SYNC = re.compile(r"(?:fsync|fdatasync)\(\d+<([^>]*)>\)\s+= 0")
_TRUNCATE = re.compile(r"ftruncate\(\d+<([^>]*)>, (\d+)\) = 0")
_UNLINK = re.compile(rf'unlink(?:at)?\({_AT}"([^"]*)"(?:, 0)?\) = 0')
_MOVE = re.compile(rf'(rename|link)\w*\({_AT}"([^"]*)", {_AT}"([^"]*)"(?:, 0)?\) = 0')


def parse(line: str) -> Op | None:
    """One line of strace as an operation, None for what does not matter."""
    if m := _PWRITE.match(line):
        return Op("w", name(m[1]), int(m[3]), unhex(m[2]))
    if m := _WRITE.match(line):
        said = unhex(m[1]).decode("utf-8", "replace")
        return Op("ack", number=int(said.split()[1])) if said.startswith("ACK") else None
    if m := _SYNC.match(line):
        return Op("s", name(m[1]))
    if m := _TRUNCATE.match(line):
        return Op("t", name(m[1]), int(m[2]))
    if m := _UNLINK.match(line):
        return Op("u", name(m[1]))
    if m := _MOVE.match(line):
        return Op("r" if m[1] == "rename" else "l", name(m[2]), target=name(m[3]))
    return None


def trace(command: list[str], folder: Path, log: Path) -> list[Op]:
    """Run the child under strace; its operations inside the folder, in order."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    strace = shutil.which("strace")
    if strace is None:
        raise SystemExit("strace is needed")
    options = ["-f", "-y", "-xx", "-s", "10000000", "-o", str(log), "-e", "trace=" + CALLS]
    subprocess.run([strace, *options, *command], stdout=subprocess.DEVNULL, check=True)
    found = []
    with log.open() as lines:
        for line in lines:
            op = parse(re.sub(r"^\d+\s+", "", line))
            if op is None or op.path.endswith("-shm"):
                continue
            if op.kind == "ack" or op.path.startswith(str(folder)):
                found.append(op)
    return found


def apply_op(content: bytearray, op: Op) -> None:
    """A write or a truncation on what a file holds."""
    if len(content) < op.number:
        content.extend(b"\0" * (op.number - len(content)))
    if op.kind == "w":
        content[op.number : op.number + len(op.data)] = op.data
    else:
        del content[op.number :]


class Disk:
    """What the operations did, in memory and on the platter."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.data: dict[int, bytearray] = {}
        self.pending: dict[int, list[Op]] = {}
        self.live: dict[str, int] = {}
        self.durable: dict[str, int] = {}

    def inode(self, path: str) -> int:
        if path not in self.live:
            self.live[path] = len(self.data) + 1
            self.data[self.live[path]], self.pending[self.live[path]] = bytearray(), []
        return self.live[path]

    def do(self, op: Op) -> None:
        if op.kind in {"w", "t"}:
            self.pending[self.inode(op.path)].append(op)
        elif op.kind == "s":
            self.sync(op.path)
        elif op.kind == "u":
            self.live.pop(op.path, None)
        elif op.kind in {"r", "l"} and op.path in self.live:
            self.live[op.target] = self.live[op.path]
            if op.kind == "r":
                del self.live[op.path]

    def sync(self, path: str) -> None:
        if path == self.folder or any(name.startswith(f"{path}/") for name in self.live):
            for name in {*self.durable, *self.live}:
                if str(Path(name).parent) == path:
                    self.durable.pop(name, None)
            self.durable |= {n: i for n, i in self.live.items() if str(Path(n).parent) == path}
            return
        inode = self.inode(path)
        for op in self.pending[inode]:
            apply_op(self.data[inode], op)
        self.pending[inode] = []
        self.durable[path] = inode

    def after_power_loss(self, rng: random.Random | None) -> dict[str, bytes]:
        """What is found again; rng None: everything unsynced is lost."""
        files = {}
        for path in sorted({*self.durable, *self.live}):
            old, new = self.durable.get(path), self.live.get(path)
            inode = old if rng is None or old == new or rng.random() < 0.5 else new
            if inode is not None:
                files[path] = self.survive(inode, rng)
        return files

    def read(self, inode: int) -> bytes:
        """What a running program reads."""
        content = bytearray(self.data[inode])
        for op in self.pending[inode]:
            apply_op(content, op)
        return bytes(content)

    def survive(self, inode: int, rng: random.Random | None) -> bytes:
        content = bytearray(self.data[inode])
        for op in self.pending[inode] if rng is not None else ():
            if rng is None or rng.random() >= 0.5:
                continue
            is_torn = op.kind == "w" and len(op.data) > SECTOR and rng.random() < 0.3
            if is_torn:
                kept = SECTOR * rng.randrange(1, len(op.data) // SECTOR + 1)
                apply_op(content, op._replace(data=op.data[:kept]))
            else:
                apply_op(content, op)
        return bytes(content)


class Found(NamedTuple):
    """A database as it was found: what SQLite says, how many rows, and its schema."""

    said: str
    rows: int = 0
    schema: str = ""


def look(path: Path) -> Found:
    try:
        with closing(sqlite3.connect(path)) as db:
            said = str(db.execute("PRAGMA integrity_check").fetchone()[0])
            schema = str([db.execute(REVISION).fetchall(), db.execute(SCHEMA).fetchall()])
            return Found(said, db.execute(COUNT).fetchone()[0], schema)
    except sqlite3.DatabaseError as error:
        return Found(f"{type(error).__name__}: {error}")


def lay_out(files: dict[str, bytes], live: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, content in files.items():
        place = folder / Path(path).relative_to(live)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)


def verify(folder: Path, acknowledged: int, schemas: list[str]) -> tuple[str, int]:
    """What is wrong with a disk found again, or "ok", and how many acknowledged rows it lacks."""
    if not (folder / "db").exists():
        return "no file", acknowledged
    found = look(folder / "db")
    said = found.said
    if said == "ok" and found.schema not in schemas:
        said = "mixed schema"
    elif said == "ok" and found.schema != schemas[0]:
        backups = [look(path) for path in (folder / "backups").glob("[!.]*")]
        if not any(b.said == "ok" and b.schema == schemas[0] for b in backups):
            said = "upgraded without a backup"
    return said, max(0, acknowledged - found.rows)


def find_schemas(ops: list[Op], live: Path, folder: Path) -> list[str]:
    """The schema when the first row was acknowledged, and the one at the end."""
    schemas: list[str] = []
    disk = Disk(live)
    for n, op in enumerate(ops):
        disk.do(op)
        is_first = op.kind == "ack" and not schemas
        if is_first or n == len(ops) - 1:
            lay_out({p: disk.read(i) for p, i in disk.live.items()}, live, folder)
            schemas.append(look(folder / "db").schema)
    return schemas


def main() -> int:
    """Exit 1 where anything was lost or corrupt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="truncate:full")
    parser.add_argument("--n", type=int, default=25)
    parser.add_argument("--child", required=True)
    options = parser.parse_args()
    journal, sync = options.mode.split(":")
    with tempfile.TemporaryDirectory(prefix="wb-power-") as made:
        top = Path(made).resolve()
        live, found_again = top / "live", top / "again"
        names = {"db": live / "db", "journal": journal, "sync": sync, "n": options.n}
        command = [part.format(**names) for part in shlex.split(options.child)]
        ops = trace(command, live, top / "log")
        schemas = find_schemas(ops, live, found_again)
        disk, rng = Disk(live), random.Random(1)
        results: Counter[tuple[str, bool]] = Counter()
        acknowledged = 0
        for op in ops:
            disk.do(op)
            acknowledged = op.number if op.kind == "ack" else acknowledged
            for survival in (None, rng, rng) if acknowledged else ():
                lay_out(disk.after_power_loss(survival), live, found_again)
                said, lost = verify(found_again, acknowledged, schemas)
                results[said, lost > 0] += 1
        n_syncs = sum(op.kind == "s" for op in ops)
    corrupt = sum(n for (said, _), n in results.items() if said != "ok")
    losing = sum(n for (_, is_lost), n in results.items() if is_lost)
    sys.stdout.write(
        f"events {len(ops)}, fsyncs {n_syncs}, acknowledged {acknowledged}, cuts"
        f" {results.total()}, corrupt {corrupt}, losing an acknowledged row {losing}\n"
    )
    for (said, is_lost), n in results.items():
        if said != "ok" or is_lost:
            sys.stdout.write(f"{n} times: {said}{', rows lost' if is_lost else ''}\n")
    return 1 if corrupt or losing or acknowledged < options.n else 0


if __name__ == "__main__":
    sys.exit(main())
