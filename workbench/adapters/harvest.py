"""What a candidate changed: one patch against the start commit, taken by a git folder of ours.

The candidate's own `.git` is never asked: its config may name programs that a plain `git status`
runs. Ours borrows the clone's objects and keeps new ones to itself, so that nothing reaches the
clone before the ladder has judged the patch.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
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

    def begin(self) -> None:
        """Take the baseline, after what `setup` and `copy` made: it is no work of the candidate."""
        self._make_folder()
        self._run("read-tree", self._commit)
        list(self._set_aside())
        self._run("add", "--all", "--ignore-errors")
        made = self._run("diff", "--cached", "--name-only", "--no-renames", "-z", self._commit)
        (self._scratch / "baseline").write_bytes(made)

    def take(self) -> Harvest:
        """The patch; raises GitFailed where the folder cannot be read."""
        if self._checkout.is_symlink() or not self._checkout.is_dir():
            raise GitFailed("the checkout is gone")
        large, notes = set[bytes](), []
        for note, name in self._set_aside():
            notes.append(note)
            large |= {name} if name else set()
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

    def _set_aside(self) -> Iterator[tuple[str, bytes]]:
        """Move nested `.git` and very large files out of git's way: a sentence and a name each."""
        aside = self._scratch / "aside"
        aside.mkdir(exist_ok=True)
        root = os.fsencode(self._checkout)
        for here, folders, files in os.walk(root):
            inner = os.path.relpath(here, root)
            inner = b"" if inner == b"." else inner + b"/"
            if inner and b".git" in (*folders, *files):
                _move(here + b"/.git", aside)
                yield f"nested repository: {_shown(inner)}.git was moved aside", b""
            folders[:] = [name for name in folders if name != b".git"]
            for name in files:
                path = here + b"/" + name
                size = os.lstat(path).st_size
                if size > _LARGEST_FILE and not os.path.islink(path):  # noqa: PTH114 - bytes
                    _move(path, aside)
                    yield f"left out, {size >> 20} MB: {_shown(inner + name)}", inner + name

    def _add_hidden(self, changed: set[bytes]) -> list[str]:
        """What the base commit's ignore rules would show and the candidate's own rules hide."""
        rules = self._scratch / "rules"
        rules.mkdir(exist_ok=True)
        listed = self._run("ls-tree", "-r", "--name-only", "-z", self._commit)
        kept = [n for n in _split(listed) if n.rpartition(b"/")[2] == b".gitignore"]
        env = {"GIT_INDEX_FILE": str(self._scratch / "rules.index")}
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
        where = f"--work-tree={self._checkout}"
        return self._git.attempt(*_FLAGS, where, *arguments, stdin=stdin, limits=_LIMITS)


def _move(path: bytes, aside: Path) -> None:
    os.rename(path, os.fsencode(aside / str(len(os.listdir(aside)))))  # noqa: PTH104, PTH208 - bytes


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
