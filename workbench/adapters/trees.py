"""Git trees read and rewritten in memory, and the objects that come of it written loose.

Nothing is written while a patch is being judged: a new tree lives in a Draft until every check
has passed. Object ids are checked by git itself whenever it reads one.
"""

import hashlib
import os
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from workbench.adapters.git import Git
from workbench.adapters.talks import Talk
from workbench.domain.errors import GitFailed

FOLDER = b"40000"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_MAX_TREES = 4096
_MAX_OBJECT = 128 << 20


class Entry(NamedTuple):
    """One line of a tree: the mode as git writes it, and 40 hex digits."""

    mode: bytes
    oid: str


Tree = Mapping[bytes, Entry]


class Reader:
    """Objects of one clone through one `cat-file --batch`; trees are kept. For one thread."""

    def __init__(self, git: Git) -> None:
        """Nothing is started before the first object is asked for."""
        self._talk = Talk(git, "cat-file", "--batch")
        self._info = Talk(git, "cat-file", "--batch-check")
        self._trees: OrderedDict[str, Tree] = OrderedDict()

    def close(self) -> None:
        """End the processes."""
        self._talk.close()
        self._info.close()

    def read(self, name: str, kind: bytes) -> tuple[str, bytes]:
        """Id and bytes of an object; raises GitFailed when there is none of that kind."""

        def answer(talk: Talk) -> tuple[str, bytes]:
            oid, found, size = _parse_head(name, talk.read_line())
            if size > _MAX_OBJECT or found != kind:
                raise GitFailed(f"{name} is no {kind.decode()} that can be read")
            return oid, talk.read_exactly(size + 1)[:-1]

        return self._talk.ask(name.encode() + b"\n", answer)

    def info(self, oid: str) -> tuple[bytes, int]:
        """Kind and size of an object, without its bytes."""
        line = self._info.ask(oid.encode() + b"\n", Talk.read_line)
        return _parse_head(oid, line)[1:]

    def blob(self, oid: str) -> bytes:
        """The bytes of a file."""
        return self.read(oid, b"blob")[1]

    def root(self, commit: str) -> str:
        """The tree of a commit."""
        return self.read(commit + "^{tree}", b"tree")[0]

    def tree(self, oid: str) -> Tree:
        """The entries of a tree by name."""
        if oid == EMPTY_TREE:
            return {}
        tree = self._trees.get(oid)
        if tree is None:
            tree = parse_tree(self.read(oid, b"tree")[1])
            self._trees[oid] = tree
            if len(self._trees) > _MAX_TREES:
                self._trees.popitem(last=False)
        else:
            self._trees.move_to_end(oid)
        return tree

    def is_taken(self, root: str, path: bytes) -> bool:
        """Whether no new file can stand at `path`: it exists, or a file stands above it."""
        *folders, name = path.split(b"/")
        for folder in folders:
            entry = self.tree(root).get(folder)
            if entry is None:
                return False
            if entry.mode != FOLDER:
                return True
            root = entry.oid
        return name in self.tree(root)

    def find(self, root: str, path: bytes) -> Entry | None:
        """The entry at `path`, or None; a file in the place of a folder ends the walk."""
        *folders, name = path.split(b"/")
        for folder in folders:
            entry = self.tree(root).get(folder)
            if entry is None or entry.mode != FOLDER:
                return None
            root = entry.oid
        return self.tree(root).get(name)


@dataclass(slots=True)
class Draft:
    """Objects that are not written yet: blobs and trees by id."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)

    def add_blob(self, data: bytes) -> str:
        """Keep a file's bytes; its id."""
        oid = _identify(b"blob", data)
        self.blobs[oid] = data
        return oid

    def change(self, reader: Reader, root: str, changes: Mapping[bytes, Entry | None]) -> str:
        """The tree `root` with files set (Entry) or removed (None); folders follow."""
        entries = dict(reader.tree(root))
        below: dict[bytes, dict[bytes, Entry | None]] = {}
        for path, entry in changes.items():
            folder, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(folder, {})[rest] = entry
        for folder, inner in below.items():
            held = entries.get(folder)
            is_folder = held is not None and held.mode == FOLDER
            oid = self.change(reader, held.oid if held and is_folder else EMPTY_TREE, inner)
            entries[folder] = Entry(FOLDER, oid)
            if oid == EMPTY_TREE:
                del entries[folder]
        for path, entry in changes.items():
            if entry is not None and b"/" not in path:
                entries[path] = entry
            elif path in entries and path not in below:
                del entries[path]  # where a folder took its place, the file is gone already
        oid = _identify(b"tree", _serialise(entries)) if entries else EMPTY_TREE
        self.trees[oid] = entries
        return oid

    def tree(self, reader: Reader, oid: str) -> Tree:
        """A tree of this draft or of the clone."""
        return self.trees[oid] if oid in self.trees else reader.tree(oid)

    def objects(self) -> Iterator[tuple[str, bytes, bytes]]:
        """(id, kind, bytes) of every object: blobs first, so that no tree ever lacks one."""
        for oid, data in self.blobs.items():
            yield oid, b"blob", data
        for oid, entries in self.trees.items():
            yield oid, b"tree", _serialise(entries)

    def clear(self) -> None:
        """Let go of the bytes once somebody else has them."""
        self.blobs.clear()
        self.trees.clear()

    def write(self, git_dir: Path) -> None:
        """Put every object into the clone as a file of its own."""
        for oid, kind, data in self.objects():
            _write_loose(git_dir / "objects", oid, kind, data)


def _parse_head(name: str, line: bytes) -> tuple[str, bytes, int]:
    """`oid kind size` of cat-file; anything else means that there is no such object."""
    head = line.split(b" ")
    if len(head) != 3 or not head[2].isdigit():
        raise GitFailed(f"{name} is not in the clone")
    return head[0].decode(), head[1], int(head[2])


def parse_tree(raw: bytes) -> Tree:
    """The entries of a tree object, in git's order."""
    entries: dict[bytes, Entry] = {}
    at = 0
    while at < len(raw):
        blank = raw.index(b" ", at)
        end = raw.index(b"\0", blank)
        at_next = end + 21
        entries[raw[blank + 1 : end]] = Entry(raw[at:blank], raw[end + 1 : at_next].hex())
        at = at_next
    return entries


def _serialise(entries: Tree) -> bytes:
    def order(item: tuple[bytes, Entry]) -> bytes:
        name, entry = item
        return name + b"/" if entry.mode == FOLDER else name

    return b"".join(
        entry.mode + b" " + name + b"\0" + bytes.fromhex(entry.oid)
        for name, entry in sorted(entries.items(), key=order)
    )


def _identify(kind: bytes, data: bytes) -> str:
    digest = hashlib.sha1(b"%s %d\0" % (kind, len(data)), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def _write_loose(objects: Path, oid: str, kind: bytes, data: bytes) -> None:
    folder = objects / oid[:2]
    target = folder / oid[2:]
    if target.exists():
        return
    folder.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="tmp_obj_", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(zlib.compress(b"%s %d\0" % (kind, len(data)) + data, 1))
        os.fchmod(handle, 0o400)
    Path(name).replace(target)
