"""What a candidate changed: one patch against the start commit, taken by a git folder of ours.

The candidate's own `.git` is never asked: its config may name programs that a plain `git status`
runs. Ours borrows the clone's objects and keeps new ones to itself, so that nothing reaches the
clone before the ladder has judged the patch.
"""

import errno
import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.adapters.clones import ATTRIBUTES
from workbench.adapters.git import Git, first_line
from workbench.adapters.processes import Finished, Limits
from workbench.domain.errors import GitFailed
from workbench.text import decode, display

_LIMITS = Limits(memory=2 << 30, file_size=64 << 20, cpu_seconds=120, wall_seconds=180)
_LARGEST_FILE = 10 << 20  # SAFETY.md G step 3: a larger one is refused in a patch anyway
_LARGEST_PATCH = 20 << 20
_LITTER = re.compile(rb"(?:^|/)(?:\.aider[^/]*|__pycache__|[^/]*\.pyc)(?:/|$)")
_MOST_NAMES = 20
_OURS = (  # what is wrong with this machine is no fault of a candidate
    errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EROFS,
)  # fmt: skip
_FLAGS = ("-c", "core.quotePath=true", "-c", "core.autocrlf=false")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
_DIFF = (
    "diff", "--cached", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv",
    "--no-renames",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Harvest:
    """A patch as bytes, and what was left out or moved aside, in sentences."""

    patch: bytes
    notes: tuple[str, ...]


class Harvester:
    """The checkout of one job seen by our own git folder; `scratch` takes all that is written."""

    def __init__(self, clone: Path, commit: str, checkout: Path, scratch: Path) -> None:
        """Bind; nothing is started."""
        self._clone, self._commit = clone, commit
        self._checkout, self._scratch = checkout, scratch
        self._git = Git(scratch / "git")
        self._index = str(scratch / "git" / "index")
        self._listed, self._known = scratch / "aside.names", scratch / "aside.known"

    def begin(self) -> None:
        """Take the baseline, after what `setup` and `copy` made: it is no work of the candidate."""
        self._make_folder()
        self._run("read-tree", self._commit)
        moved = self._set_aside()
        self._run("add", "--all", "--ignore-errors")
        _, large = self._read_aside()
        (self._scratch / "baseline").write_bytes(_join(sorted(self._changed() - large)))
        if moved:
            self._listed.replace(self._known)
        for path, aside in moved:  # the candidate finds all that the repository and `setup` have
            os.rename(aside, path)  # noqa: PTH104 - bytes

    def take(self) -> Harvest:
        """The patch; may be asked again after a failure or a kill.

        Raises GitFailed where the folder cannot be read, OSError where this machine fails.
        """
        if self._checkout.is_symlink() or not self._checkout.is_dir():
            raise GitFailed("the checkout is gone")
        try:
            return self._take()
        except OSError:
            self._clear()
            raise

    def _clear(self) -> None:
        """What a failed attempt wrote: on a full disk the record of it needs the room."""
        objects = self._git.git_dir / "objects"
        for path in (*self._scratch.glob("index-*"), *objects.rglob("tmp_obj_*")):
            path.unlink(missing_ok=True)

    def _take(self) -> Harvest:
        self._copy_index()
        self._set_aside()
        notes, large = self._read_aside()
        done = self._attempt("add", "--all", "--ignore-errors")
        if done.returncode not in {0, 1}:
            raise GitFailed(first_line(done.stderr))
        notes += [f"not read: {first_line(done.stderr)}"] if done.returncode else []
        changed = self._changed()
        if any(name.rpartition(b"/")[2] == b".gitignore" for name in changed):
            notes += self._add_hidden(changed)
            changed = self._changed()
        baseline = set(_split((self._scratch / "baseline").read_bytes()))
        litter = {name for name in changed if _LITTER.search(name)}
        self._put_back(baseline | large | litter)
        notes += _name("left out as the harness's own litter", litter - baseline)
        notes += _name("left out, made by setup", (baseline & changed) - litter)
        return self._diff(notes)

    def _make_folder(self) -> None:
        """A git folder by hand; unlike in the clone, git itself tells text from binary."""
        own = self._git.git_dir
        for name in ("objects/info", "refs", "info"):
            (own / name).mkdir(parents=True)
        (own / "HEAD").write_text("ref: refs/heads/none\n", "ascii")
        (own / "config").write_text(_CONFIG, "ascii")
        (own / "info" / "attributes").write_text(ATTRIBUTES.replace("-diff", "!diff"), "ascii")
        borrowed = os.fsencode((self._clone / "objects").absolute())
        (own / "objects" / "info" / "alternates").write_bytes(borrowed + b"\n")

    def _diff(self, notes: list[str]) -> Harvest:
        file = self._scratch / "patch"
        done = self._attempt(*_DIFF, f"--output={file}", self._commit)
        size = file.stat().st_size if file.exists() else 0
        if size <= _LARGEST_PATCH and not done.returncode:
            return Harvest(file.read_bytes() if size else b"", tuple(notes))
        names = sorted(self._changed())
        digest = hashlib.sha256(b"\0".join(names)).hexdigest()
        size_mb = _LARGEST_PATCH >> 20
        head = f"the patch is larger than {size_mb} MB and was not kept (names {digest})\n"
        listed = b"".join(b"  " + name + b"\n" for name in names[:2000])
        return Harvest(head.encode() + listed, (*notes, "truncated: only the file list was kept"))

    def _copy_index(self) -> None:
        """An index of this attempt alone: a killed one leaves a lock, or a git that still runs."""
        descriptor, index = tempfile.mkstemp(prefix="index-", dir=self._scratch)
        os.close(descriptor)
        shutil.copy2(self._git.git_dir / "index", index)
        self._index = index

    def _set_aside(self) -> list[tuple[bytes, bytes]]:
        """Move nested `.git` and very large files out of git's way, and open what was closed.

        Returns where each was and is.
        """
        root, moved = os.fsencode(self._checkout), []
        _open(root)
        for here, folders, files in os.walk(root):
            inner = os.path.relpath(here, root)
            inner = b"" if inner == b"." else inner + b"/"
            if inner and b".git" in (*folders, *files):
                note = f"nested repository: {_shown(inner)}.git was moved aside"
                moved.append(self._move(here + b"/.git", note, b""))
            folders[:] = [name for name in folders if name != b".git"]
            for name in folders:
                _open(here + b"/" + name)
            for name in files:
                size = _open(path := here + b"/" + name)
                if size > _LARGEST_FILE and not os.path.islink(path):  # noqa: PTH114 - bytes
                    note = f"left out, {size >> 20} MB: {_shown(inner + name)}"
                    moved.append(self._move(path, note, inner + name))
        return moved

    def _move(self, path: bytes, note: str, name: bytes) -> tuple[bytes, bytes]:
        """Listed first: who takes the patch again has to know what was moved."""
        aside = self._scratch / "aside"
        aside.mkdir(exist_ok=True)
        stamp = str(os.lstat(path).st_mtime_ns) if name else ""  # a `.git` changes by being read
        with self._listed.open("ab") as file:
            file.write(b"".join(word + b"\0" for word in (note.encode(), name, stamp.encode())))
        there = os.fsencode(aside / str(len(os.listdir(aside))))  # noqa: PTH208 - bytes
        os.rename(path, there)  # noqa: PTH104 - bytes
        return path, there

    def _read_aside(self) -> tuple[list[str], set[bytes]]:
        """A sentence for each thing moved that the candidate brought, and names of large files."""
        known, moved = set(_read_listed(self._known)), _read_listed(self._listed)
        brought = dict.fromkeys(decode(one[0]) for one in moved if one not in known)
        return [*brought], {name for _, name, _ in moved if name}

    def _add_hidden(self, changed: set[bytes]) -> list[str]:
        """What the base commit's ignore rules would show and the candidate's own rules hide."""
        rules = self._scratch / "rules"
        rules.mkdir(exist_ok=True)
        listed = self._run("ls-tree", "-r", "--name-only", "-z", self._commit)
        kept = [n for n in _split(listed) if n.rpartition(b"/")[2] == b".gitignore"]
        env = {"GIT_INDEX_FILE": f"{self._index}.rules"}
        self._git.run("read-tree", self._commit, env=env)
        arguments = ("checkout-index", "--force", f"--prefix={rules}/", "-z", "--stdin")
        self._git.run(*_FLAGS, f"--work-tree={rules}", *arguments, stdin=_join(kept), env=env)
        others = _split(self._run("ls-files", "--others", "-z"))
        by_base = self._ignored(rules, [*others, *changed], env)
        hidden = [name for name in others if name not in by_base]
        self._run("update-index", "--add", "-z", "--stdin", stdin=_join(hidden))
        shown = [name for name in changed if name in by_base]
        return [
            *_name("hidden by its own .gitignore, taken all the same", hidden),
            *_name("ignored by the repository, shown by its own .gitignore", shown),
        ]

    def _ignored(self, rules: Path, names: Iterable[bytes], env: dict[str, str]) -> set[bytes]:
        arguments = ("check-ignore", "--no-index", "-z", "--stdin")
        done = self._git.attempt(
            *_FLAGS, f"--work-tree={rules}", *arguments, stdin=_join(names), env=env, limits=_LIMITS
        )
        return set(_split(done.stdout))

    def _put_back(self, names: set[bytes]) -> None:
        """Set paths in the index to what the start commit has."""
        if not names:
            return
        listed = self._run("ls-tree", "-r", "-z", self._commit)
        lines = {line.partition(b"\t")[2]: line for line in listed.split(b"\0") if line}
        gone = b"0 " + b"0" * 40 + b"\t%s"
        rows = [lines.get(name, gone % name) for name in sorted(names)]
        self._run("update-index", "-z", "--index-info", stdin=_join(rows))

    def _changed(self) -> set[bytes]:
        listed = self._run("diff", "--cached", "--name-only", "--no-renames", "-z", self._commit)
        return set(_split(listed))

    def _run(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        done = self._attempt(*arguments, stdin=stdin)
        if done.returncode:
            raise GitFailed(first_line(done.stderr))
        return done.stdout

    def _attempt(self, *arguments: str, stdin: bytes | None = None) -> Finished:
        where, env = f"--work-tree={self._checkout}", {"GIT_INDEX_FILE": self._index}
        done = self._git.attempt(*_FLAGS, where, *arguments, stdin=stdin, env=env, limits=_LIMITS)
        if done.returncode:
            _refuse_ours(done.stderr)
        return done


def _refuse_ours(stderr: bytes) -> None:
    """What git leaves out on a full disk would be missing in a patch: OSError instead."""
    for line in stderr.splitlines():
        for number in _OURS:
            if line.endswith(b": " + os.strerror(number).encode()):
                raise OSError(number, os.strerror(number))


def _open(path: bytes) -> int:
    """Give ourselves the right to read a file or folder of ours; its size. Never through a link."""
    found = os.lstat(path)
    kind, mode = stat.S_IFMT(found.st_mode), stat.S_IMODE(found.st_mode)
    needed = {stat.S_IFDIR: stat.S_IRWXU, stat.S_IFREG: stat.S_IRUSR}.get(kind, 0)
    if needed & ~mode and found.st_uid == os.geteuid():
        os.chmod(path, mode | needed)  # noqa: PTH101 - bytes
    return found.st_size


def _read_listed(path: Path) -> list[tuple[bytes, ...]]:
    """The note, the name and the stamp of each thing that was moved."""
    words = path.read_bytes().split(b"\0")[:-1] if path.exists() else []
    return [tuple(words[at : at + 3]) for at in range(0, len(words), 3)]


def _split(raw: bytes) -> list[bytes]:
    return [name for name in raw.split(b"\0") if name]


def _join(names: Iterable[bytes]) -> bytes:
    return b"".join(name + b"\0" for name in names)


def _name(what: str, names: Iterable[bytes]) -> list[str]:
    listed = sorted(names)
    if not listed:
        return []
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return [f"{what}: {', '.join(map(_shown, listed[:_MOST_NAMES]))}{more}"]


def _shown(name: bytes) -> str:
    return display(decode(name))
