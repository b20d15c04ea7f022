"""The only place where a git process starts.

git is found once, by absolute path, never in the current folder or in a repository under review.
The environment is whole (nothing of the caller's comes along), every call carries the flags that
keep a repository's config from naming a program, and every call but a clone runs under limits.
"""

import os
import subprocess
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from workbench.adapters.processes import Finished, Limits, TookTooLong, run_process, start_process
from workbench.domain.errors import GitFailed, UsageError
from workbench.text import decode, display

_WHO = {"NAME": "wb", "EMAIL": "wb@localhost", "DATE": "1700000000 +0000"}
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "PAGER": "cat",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "GIT_EDITOR": "/bin/false",
    "GIT_PAGER": "cat",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_ALLOW_PROTOCOL": "",
    **{f"GIT_{role}_{key}": _WHO[key] for role in ("AUTHOR", "COMMITTER") for key in _WHO},
}
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.symlinks=true",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.askPass=",
    "core.sshCommand=false",
    "credential.helper=",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "log.showSignature=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
FLAGS = (
    *(word for setting in _SETTINGS for word in ("-c", setting)),
    "--no-pager",
    "--literal-pathspecs",
    "--no-optional-locks",
)
LIMITS = Limits()
_PROGRAMS = ("git", "patch", "bwrap")
_SYSTEM_FOLDERS = (
    Path("/usr/bin"),
    Path("/bin"),
    Path("/usr/local/bin"),
    Path("/opt/homebrew/bin"),
)


def locate(name: str, search_path: str, forbidden: Iterable[Path]) -> Path | None:
    """The first program of that name on `search_path` that no `forbidden` folder holds.

    Relative and empty entries are passed over: they mean the current folder.
    """
    folders = [folder.resolve() for folder in forbidden]
    for entry in search_path.split(os.pathsep):
        program = Path(entry) / name
        if not program.is_absolute() or not os.access(program, os.X_OK) or not program.is_file():
            continue
        places = {program.parent, program.parent.resolve(), program.resolve()}
        if not any(place.is_relative_to(folder) for place in places for folder in folders):
            return program
    return None


@cache
def find_program(name: str) -> Path | None:
    """An absolute path outside the current folder, looked up once in the life of the program."""
    search_path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/bin", "/bin"))
    here = Path.cwd().resolve()
    is_broad = any(folder.is_relative_to(here) for folder in _SYSTEM_FOLDERS)
    return locate(name, search_path, () if is_broad else (here,))


def find_git(repository: Path | None = None) -> Path:
    """The git to use; raises UsageError where there is none, or only one inside `repository`."""
    program = find_program("git")
    if program is None:
        raise UsageError("git was not found outside the current folder: install it and try again")
    if repository is not None and program.resolve().is_relative_to(repository.resolve()):
        raise UsageError(f"refusing to run {program}: it is inside the repository under review")
    return program


def refuse_programs_in(folders: Collection[Path]) -> None:
    """UsageError where PATH takes a program that we start out of a folder that others fill."""
    for name in _PROGRAMS:
        if (program := find_program(name)) is None:
            continue
        for folder in map(Path.resolve, folders):
            if program.is_relative_to(folder) or program.resolve().is_relative_to(folder):
                raise UsageError(
                    f"refusing to run {display(str(program))}: it is inside "
                    f"{display(str(folder))}, which others fill: take it off PATH"
                )


def first_line(stderr: bytes) -> str:
    """What git said first, safe to show."""
    for line in stderr.split(b"\n"):
        if line.strip() and not line.startswith((b"hint:", b"Cloning into")):
            return display(decode(line.strip()))[:300]
    return "git gave no reason"


class Git:
    """git on one git directory of ours, with nothing of the surroundings."""

    def __init__(self, git_dir: Path) -> None:
        """Bind to `git_dir`; nothing is started."""
        self.git_dir = git_dir.absolute()
        self._program = find_git(self.git_dir)

    def attempt(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
        limits: Limits = LIMITS,
    ) -> Finished:
        """Run a command and return what it left, whatever its exit code."""
        try:
            return run_process(
                self._command(args),
                {**ENVIRONMENT, **(env or {})},
                cwd=Path("/"),
                stdin=stdin,
                limits=limits,
            )
        except TookTooLong as error:
            return Finished(-1, b"", str(error).encode())

    def run(
        self, *args: str, stdin: bytes | None = None, env: dict[str, str] | None = None
    ) -> bytes:
        """What a command printed; raises GitFailed with git's first line."""
        done = self.attempt(*args, stdin=stdin, env=env)
        if done.returncode:
            raise GitFailed(first_line(done.stderr))
        return done.stdout

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """A process to talk with; its errors are dropped so that they can never block it."""
        return start_process(
            self._command(args),
            ENVIRONMENT,
            cwd=Path("/"),
            limits=LIMITS,
            has_input=True,
            errors=subprocess.DEVNULL,
        )

    def start_transfer(self, *args: str) -> subprocess.Popen[bytes]:
        """A clone or fetch from a local folder: the one protocol is file, and no limits hold."""
        command = [str(self._program), *FLAGS, "-c", "protocol.file.allow=always", *args]
        env = {**ENVIRONMENT, "GIT_ALLOW_PROTOCOL": "file"}
        return start_process(command, env, cwd=Path("/"), limits=None)

    def _command(self, args: Iterable[str]) -> list[str]:
        return [str(self._program), *FLAGS, f"--git-dir={self.git_dir}", *args]
