"""A tree as plain files for the reviewer's editor, and the tree that comes back.

The copy lies outside of every repository: no `.git`, no symbolic link (one is written as the text
of its target and never read back), owner only. The editor starts in the folder above it, so that
nothing a model wrote is a project's settings there. What is read back are plain files, found
without following a link, checked by the rules of any patch before one object is written.
"""

import os
import shlex
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workbench.adapters.edit_trees import make_patch
from workbench.adapters.git import Git, find_program
from workbench.adapters.left_copies import LeftCopies
from workbench.adapters.tree_check import Change, check_changes
from workbench.adapters.trees import FOLDER, Draft, Entry, Reader
from workbench.domain.errors import InputRefused, UsageError, WorkbenchError
from workbench.text import decode, display

MAX_FILE = 20 << 20
_TREE = "tree"
_PART, _PARTS = 500, 50  # files that one git writes: so many at least, so many times at most
_PLAIN = (b"100644", b"100755")
_LEFT_BY_EDITORS = (b"~", b".swp", b".swo", b".swx", b".un~")
_AT_LINE = {"hx", "helix", "subl", "zed"}  # FILE:LINE
_IN_WINDOW = {"code", "codium", "code-insiders", "cursor"}  # --wait --goto FILE:LINE
_PLUS = {"vi", "vim", "nvim", "nano", "emacs", "emacsclient", "kak", "micro", "joe", "ne", "mcedit"}


class WorkCopies:
    """Copies out of our clones, by the path of a repository's clone."""

    def __init__(self, find_clone: Callable[[str], Path], command: str) -> None:
        """`command` is the setting; "" takes $VISUAL, then $EDITOR, then vi."""
        self._find_clone, self._command = find_clone, command
        self._copies = LeftCopies()

    def check(self) -> None:
        """Raises UsageError where there is no editor, or none that can be run."""
        self._words()

    def open(
        self, repo: str, tree: str, note: str = "", tell: Callable[[int], bool] = lambda _: True
    ) -> Path:
        """Write a tree out, a part at a time; raises GitFailed.

        `tell` hears how far it is, in per cent; False ends it, and is WorkbenchError here. `note`
        is what `find_left` will tell of the copy.
        """
        copy = self._copies.make(note)
        try:
            _write_out(Git(self._find_clone(repo)), tree, copy, tell)
        except BaseException:
            self.drop(copy)
            raise
        return copy

    def find_left(self) -> Iterator[tuple[Path, str]]:
        """The copies that nobody works on any more, with their notes."""
        return self._copies.find()

    def claim(self, copy: Path) -> bool:
        """Work on a copy that was left; False where it is gone, or somebody else does."""
        return self._copies.claim(copy)

    def edit(self, copy: Path, path: bytes, line: int) -> int:
        """Run the editor to its end in this terminal; its exit code. Raises WorkbenchError."""
        words = self._words()
        file = str(copy / _TREE / os.fsdecode(path))
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env["GIT_CEILING_DIRECTORIES"] = str(copy)
        command = [*words[:1], *_place(words, file, line)]
        try:
            return subprocess.run(command, cwd=copy, env=env, check=False).returncode
        except OSError as error:
            raise WorkbenchError(f"{display(words[0])}: {error.strerror}") from error

    def take(self, repo: str, tree: str, copy: Path) -> str:
        """The tree that became of it, stored; raises InputRefused with why it is none."""
        git_dir = self._find_clone(repo)
        reader = Reader(Git(git_dir))
        try:
            draft = Draft()
            root = reader.root(tree)
            changes = _find_changes(reader, draft, root, copy / _TREE)
            targets = {path: change.new for path, change in changes.items()}
            made = draft.change(reader, root, targets) if changes else root
            check_changes(reader, draft, made, changes)
            draft.write(git_dir)
        finally:
            reader.close()
        return made

    def make_patch(self, repo: str, base_commit: str, tree: str) -> bytes:
        """The patch from which a tree can be made again; raises GitFailed where none does that."""
        return make_patch(self._find_clone(repo), base_commit, tree)

    def drop(self, copy: Path) -> None:
        """Remove a copy."""
        self._copies.drop(copy)

    def _words(self) -> list[str]:
        env = os.environ
        command = self._command or env.get("VISUAL", "") or env.get("EDITOR", "") or "vi"
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"the editor {display(command)!r}: {error}") from error
        name = words[0] if words else ""
        program = Path(name).expanduser()
        found = program if program.is_absolute() else None
        if found is None and name and "/" not in name:
            found = find_program(name)
        if found is None or not os.access(found, os.X_OK):
            hint = "set VISUAL, or editor in workbench.toml"
            raise UsageError(f"the editor {display(name)!r} was not found: {hint}")
        return [str(found), *words[1:]]


def _write_out(git: Git, tree: str, copy: Path, tell: Callable[[int], bool]) -> None:
    """The files of a tree, a part at a time."""
    (copy / _TREE).mkdir(mode=0o700)
    env = {"GIT_INDEX_FILE": str(copy / "index")}
    git.run("read-tree", tree, env=env)
    place = ("-c", "core.symlinks=false", f"--work-tree={copy / _TREE}")
    command = (*place, "checkout-index", "-z", "--stdin", "-f", f"--prefix={copy / _TREE}/")
    names = git.run("ls-files", "-z", env=env).split(b"\0")[:-1]
    part = max(_PART, len(names) // _PARTS)
    for start in range(0, len(names), part):
        if not tell(100 * start // len(names)):
            raise WorkbenchError("cancelled: nothing was edited")
        git.run(*command, stdin=b"\0".join(names[start : start + part]) + b"\0", env=env)
    (copy / "index").unlink()


def _place(words: list[str], file: str, line: int) -> list[str]:
    """What follows the program: its own options, the file, and the line as it wants to have it."""
    name, rest = Path(words[0]).name, words[1:]
    shown = {"{file}": file, "{line}": str(line), "{file}:{line}": f"{file}:{line}"}
    if any(word in shown for word in rest):
        return [shown.get(word, word) for word in rest]
    if name in _IN_WINDOW:
        wait = [] if "--wait" in rest or "-w" in rest else ["--wait"]
        return [*rest, *wait, "--goto", f"{file}:{line}"]
    if name in _AT_LINE:
        return [*rest, f"{file}:{line}"]
    return [*rest, f"+{line}", file] if name.partition(".")[0] in _PLUS else [*rest, file]


def _find_changes(reader: Reader, draft: Draft, root: str, folder: Path) -> Mapping[bytes, Change]:
    """What is other on the disk than in the tree."""
    tracked = dict(_entries(reader, root, b""))
    found = dict(_plain_files(os.fsencode(folder), b""))
    changes: dict[bytes, Change] = {}
    for path, entry in tracked.items():
        if entry.mode in _PLAIN:
            new = _read(draft, path, found.get(path), entry.mode)
            if new != entry:
                changes[path] = Change(entry, new)
    for path, place in found.items():
        if path not in tracked and not _is_left(path):
            mode = b"100755" if os.lstat(place).st_mode & stat.S_IXUSR else b"100644"
            changes[path] = Change(None, _read(draft, path, place, mode))
    return changes


def _entries(reader: Reader, tree: str, above: bytes) -> Iterator[tuple[bytes, Entry]]:
    for name, entry in reader.tree(tree).items():
        if entry.mode == FOLDER:
            yield from _entries(reader, entry.oid, above + name + b"/")
        else:
            yield above + name, entry


def _plain_files(folder: bytes, above: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(path in the tree, place on the disk) of plain files; no link is followed."""
    with os.scandir(folder) as listed:
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                yield from _plain_files(entry.path, above + entry.name + b"/")
            elif entry.is_file(follow_symlinks=False):
                yield above + entry.name, entry.path


def _read(draft: Draft, path: bytes, place: bytes | None, mode: bytes) -> Entry | None:
    if place is None:
        return None
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise InputRefused(f"{display(decode(path))} is larger than {MAX_FILE >> 20} MB")
    return Entry(mode, draft.add_blob(data))


def _is_left(path: bytes) -> bool:
    """What editors leave beside a file, or a folder of git's own."""
    *folders, name = path.split(b"/")
    is_swap = name.endswith(_LEFT_BY_EDITORS) or name.startswith((b"#", b".#")) or name == b"4913"
    return is_swap or b".git" in folders
