"""What the command line's tests share: a process to run, a small repository, and its files."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.cli.commands import make_app
from workbench.text import net

from .forks import become, run_forked

make_app()  # every fork finds its command loaded
GIT_ENV = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}
GIT = shutil.which("git", path=GIT_ENV["PATH"]) or "git"
WORKBENCH = (sys.executable, "-m", "workbench")
CHECKOUT = Path(__file__).parents[2]
CALC = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a - b\n"


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    def json(self, noun: str) -> list[dict[str, object]]:
        """The rows of a `--json` answer, whose shape is checked."""
        answer = json.loads(self.out)
        assert answer["schema_version"] == 1
        rows: list[dict[str, object]] = answer[noun]
        return rows


def faults(done: Done) -> list[str]:
    """What a terminal, or a reader, should not have got from a command."""
    return [
        line
        for stream in (done.out, done.err)
        for line in stream.split("\n")
        if net(line) != (line, 0)
    ]


NOUNS = (
    "answers|attempts|candidates|controls|days|defects|entries|errors|escapes|events|files|flags"
    "|hunks|issues|labels|lines|minutes|others|outputs|pairs|patches|reviews|rows|runs|scores"
    "|tests|tickets|trials|warnings"
)
MISCOUNTED = re.compile(rf"(?<![\w.,:/=-])1 (?:more |other |planned |green )*(?:{NOUNS})\b")


def is_well_counted(told: str) -> bool:
    """Whether one of a thing is nowhere called by the word for several."""
    return not MISCOUNTED.search(told)


def check_told(done: Done) -> Done:
    """What no command may ever say; fails too where one wrote no UTF-8."""
    told = done.out + done.err
    assert b"Traceback" not in told.encode(), done.err
    assert is_well_counted(told), told
    return done


def environment(home: Path) -> dict[str, str]:
    """Where a command finds the checkout, and a home of its own."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "USER": "ann",
    }


@dataclass(frozen=True)
class Cli:
    """Runs `workbench` in a folder; no command may ever show a traceback, or speak of 1 tickets.

    `prefix` is a program that starts it with fewer rights.
    """

    folder: Path
    prefix: tuple[str, ...] = ()

    def run(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        umask: int = -1,
    ) -> Done:
        """Run a command to its end."""
        done = subprocess.run(
            [*self.prefix, *WORKBENCH, *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**environment(self.folder), **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            umask=umask,
            check=False,
        )
        return check_told(Done(done.returncode, done.stdout.decode(), done.stderr.decode()))

    def quick(
        self, *arguments: str | Path, umask: int = 0o022, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run a command in a fork of this process: it spares the start, the same code runs."""
        words, own = [*map(str, arguments)], {**environment(self.folder), **(env or {})}
        return check_told(Done(*run_forked(words, own, folder=self.folder, umask=umask)))

    def kill_after(self, seconds: float, *arguments: str | Path) -> None:
        """Run a command in a fork of this process, and end it by SIGKILL at that moment."""
        words, own = [*map(str, arguments)], environment(self.folder)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                become(words, out, err, folder=self.folder, env=own)
            time.sleep(seconds)  # the moment is what is tried
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def ok(self, *arguments: str | Path) -> Done:
        """The same for a command that must succeed."""
        done = self.quick(*arguments)
        assert done.code == 0, done.err
        return done

    def start(self, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        """Start a command and leave it running."""
        return subprocess.Popen(
            [*WORKBENCH, *map(str, arguments)],
            cwd=self.folder,
            env=environment(self.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def git(folder: Path, *arguments: str) -> str:
    """Plain git, as the owner of a repository calls it."""
    done = subprocess.run(
        [GIT, *arguments], cwd=folder, env=GIT_ENV, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def make_repository(folder: Path) -> str:
    """A repository with one commit; returns the commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "calc.py").write_text(CALC, encoding="utf-8")
    (folder / "notes.txt").write_text("one\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=start")
    return git(folder, "rev-parse", "HEAD")


def change(old: str = "a + b", new: str = "b + a") -> str:
    """A patch that replaces the body of `add`."""
    return (
        "diff --git a/calc.py b/calc.py\n--- a/calc.py\n+++ b/calc.py\n@@ -1,3 +1,3 @@\n"
        f" def add(a, b):\n-    return {old}\n+    return {new}\n \n"
    )


LATIN_1 = (
    b"diff --git a/menu.txt b/menu.txt\nnew file mode 100644\n--- /dev/null\n+++ b/menu.txt\n"
    b"@@ -0,0 +1,2 @@\n+caf\xe9\n+tea\n"
)
OUTSIDE = change().replace("calc.py", "../calc.py")


def prediction(ticket: str, candidate: str, patch: str | None, **more: object) -> dict[str, object]:
    """A row of a predictions file."""
    row = {"instance_id": ticket, "model_name_or_path": candidate, "model_patch": patch}
    return {**row, **more}


def write_lines(path: Path, rows: Sequence[Mapping[str, object] | bytes]) -> Path:
    """JSONL; a row of bytes goes in as it is."""
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def ticket(name: str, spec: str = "clear", **more: object) -> dict[str, object]:
    """A row of a tickets file."""
    return {"id": name, "title": f"Title of {name}", "body": f"Body of {name}", "spec": spec} | more


def command_lines() -> Iterator[bytes]:
    """That of every process of the machine; one that ends meanwhile has none."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield (place / "cmdline").read_bytes()


def is_running(marker: str) -> bool:
    """Whether any process of the machine is `sleep MARKER`."""
    return f"sleep\0{marker}\0".encode() in command_lines()
