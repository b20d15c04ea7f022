"""A private bare clone of the user's repository: the only place where we make objects.

Objects and refs come along, no config, hook, attribute or work tree. The clone is built under
another name and renamed when it is whole, so that a half clone never counts as one.
"""

import contextlib
import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from workbench.adapters.git import Git, find_git, first_line
from workbench.adapters.processes import kill_group
from workbench.domain.errors import GitFailed, InputRefused
from workbench.text import decode, display

Progress = Callable[[str, int], None]
"""Called with what git does ("Receiving objects") and how far it is, in per cent."""

ATTRIBUTES = (
    "* -text -eol -crlf -filter -diff -merge -ident -working-tree-encoding"
    " -export-subst -export-ignore\n"
)
_CONFIG = (  # no ref holds the trees of outputs: a `git gc` by hand must not prune them
    "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
    "[gc]\n\tauto = 0\n\tpruneExpire = never\n"
)
_PERCENT = re.compile(rb"(?:remote: )?([A-Z][A-Za-z ]+):\s+(\d{1,3})% ")
_SHA = re.compile(r"[0-9a-f]{40}")
_PART = ".part-"
_ALL_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


def clone_repository(source: Path, dst: Path, progress: Progress | None = None) -> None:
    """Copy the objects of `source` (work tree, bare repository or git folder) into a new `dst`.

    `dst` must not exist. May be interrupted by any exception, one out of `progress` included;
    nothing is left then. Raises InputRefused or GitFailed with what is wrong with `source`.
    """
    source = _check_source(source)
    if dst.exists():
        raise InputRefused(f"{_shown(dst)} exists already: it is not overwritten")
    dst.parent.mkdir(parents=True, exist_ok=True)
    with _building(dst) as part:
        arguments = ("clone", "--progress", "--bare", "--no-local", "--no-hardlinks", "--template=")
        _transfer(part, source, (*arguments, "--", _url(source), str(part)), progress)
        _neutralise(part, source)
        part.rename(dst)


def update_clone(source: Path, git_dir: Path, progress: Progress | None = None) -> None:
    """Bring branches and tags of `source` that came later into the clone at `git_dir`."""
    _fetch(_check_source(source), git_dir, _ALL_REFS, progress)


def fetch_commit(
    source: Path, git_dir: Path, commit: str, progress: Progress | None = None
) -> None:
    """Bring one commit that hangs on no branch into the clone; `commit` is 40 hex digits."""
    if not _SHA.fullmatch(commit):
        raise InputRefused(f"{display(commit)} is no full commit id: 40 hex digits are needed")
    kept = f"+{commit}:refs/workbench/{commit}"
    _fetch(_check_source(source), git_dir, (kept,), progress)


def fetch_alone(source: Path, git_dir: Path, commit: str) -> None:
    """Bring one commit without its history and without a ref out of a clone of ours."""
    where = f"--git-dir={git_dir.absolute()}"
    flags = ("--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    _transfer(git_dir, source, (where, "fetch", *flags, "--", _url(source), commit), None)


def resolve_commit(git_dir: Path, revision: str, source: Path | None = None) -> str:
    """The 40 hex digits of a commit; with `source`, one the clone lacks is fetched from there.

    Raises GitFailed that names the commit and the repository.
    """
    found = _look_up(git_dir, revision)
    if found is None and source is not None:
        with contextlib.suppress(InputRefused):
            if _SHA.fullmatch(revision):
                fetch_commit(source, git_dir, revision)
            else:
                update_clone(source, git_dir)
        found = _look_up(git_dir, revision)
    if found is None:
        place = _shown(source or git_dir)
        raise GitFailed(
            f"commit {display(revision)[:80]} is not in {place}: "
            "fetch it there, or correct the base commit"
        )
    return found


def is_clone(git_dir: Path) -> bool:
    """Whether a whole clone of ours lies there."""
    attributes = git_dir / "info" / "attributes"
    return attributes.is_file() and attributes.read_text("utf-8") == ATTRIBUTES


def _look_up(git_dir: Path, revision: str) -> str | None:
    if not revision or "\0" in revision or not revision.isprintable():
        return None
    git = Git(git_dir)
    done = git.attempt(
        "rev-parse", "--quiet", "--verify", "--end-of-options", revision + "^{commit}"
    )
    found = decode(done.stdout).strip()
    if done.returncode or not _SHA.fullmatch(found):
        return None
    whole = git.attempt("cat-file", "-e", found + "^{tree}")
    return None if whole.returncode else found


def _check_source(source: Path) -> Path:
    if not source.exists():
        raise InputRefused(f"{_shown(source)} does not exist: give the path of a git repository")
    if not source.is_dir():
        raise InputRefused(f"{_shown(source)} is not a folder: give the path of a git repository")
    is_git_folder = (source / "HEAD").is_file() and (source / "objects").is_dir()
    if not is_git_folder and not (source / ".git").exists():
        raise InputRefused(f"{_shown(source)} is not a git repository: there is no .git in it")
    find_git(source)  # refuses one that the repository brings
    return source.resolve()


def _fetch(source: Path, git_dir: Path, refs: tuple[str, ...], progress: Progress | None) -> None:
    where = f"--git-dir={git_dir.absolute()}"
    flags = ("--progress", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    arguments = (where, "fetch", *flags, "--update-shallow", "--", _url(source), *refs)
    _transfer(git_dir, source, arguments, progress)
    _make_private(git_dir)


@contextlib.contextmanager
def _building(dst: Path) -> Iterator[Path]:
    """A private folder beside `dst` that is gone afterwards unless it was renamed."""
    for stale in dst.parent.glob(f".{dst.name}{_PART}*"):
        shutil.rmtree(stale, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f".{dst.name}{_PART}", dir=dst.parent))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _neutralise(git_dir: Path, source: Path) -> None:
    """Our own config and attributes in place of all that git wrote; refuse what we cannot read."""
    config = (git_dir / "config").read_text("utf-8", "replace")
    if "objectformat" in config.lower():
        raise InputRefused(f"{_shown(source)} uses SHA-256 object ids, which are not supported")
    if not Git(git_dir).run("for-each-ref", "--count=1") and _look_up(git_dir, "HEAD") is None:
        raise InputRefused(f"{_shown(source)} has no commit yet: commit something first")
    (git_dir / "config").write_text(_CONFIG, "utf-8")
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info" / "attributes").write_text(ATTRIBUTES, "utf-8")
    git_dir.chmod(0o700)
    _make_private(git_dir)


def _make_private(git_dir: Path) -> None:
    """Take from everybody else the right to read packs, which git gives whatever the umask."""
    for path in (git_dir / "objects" / "pack").glob("pack-*"):
        path.chmod(0o400)


def _transfer(
    git_dir: Path, source: Path, arguments: tuple[str, ...], progress: Progress | None
) -> None:
    process = Git(git_dir).start_transfer(*arguments)
    with process:
        try:
            said = _follow(process, progress)
        except BaseException:
            kill_group(process)
            raise
    if process.returncode:
        raise GitFailed(f"{_shown(source)} cannot be copied: {_reason(said, source)}")


def _follow(process: subprocess.Popen[bytes], progress: Progress | None) -> bytes:
    """Read both pipes to their end, report progress, return the end of what was not progress."""
    pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
    rest = said = b""
    while pipes:
        for pipe in select.select(pipes, [], [])[0]:
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                pipes.remove(pipe)
            *lines, rest = re.split(rb"[\r\n]", rest + chunk)
            for line in lines:
                match = _PERCENT.match(line)
                if match is None:
                    said = (said + line + b"\n")[-8192:]
                elif progress is not None:
                    progress(match[1].decode(), int(match[2]))
    return said + rest


def _reason(said: bytes, source: Path) -> str:
    lines = said.split(b"\n")
    for line in lines:
        if b"dubious ownership" in line:
            return (
                "it belongs to another user, and git does not read such a repository; "
                "change its owner, or copy it as that user"
            )
    for start in (b"error:", b"fatal:", b"remote: fatal:"):
        for line in lines:
            if line.startswith(start):
                return f"{first_line(line)} (git -C {_shown(source)} fsck says more)"
    return first_line(said)


def _url(source: Path) -> str:
    return "file://" + quote(os.fsencode(source))


def _shown(path: Path) -> str:
    return display(str(path))
