"""A whole session with every command and every screen, for tests of what it leaves behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import every_command
from cli.forks import Ended, Forks
from cli.kit import change, make_repository, prediction, ticket, write_lines

from .kit import Pty

WORKBENCH = (sys.executable, "-m", "workbench")
# What a candidate's tests would do with a secret: print all that they can reach.
SPY = """
import os
from pathlib import Path

def test_what_can_be_seen():
    for place in Path("/proc").glob("[0-9]*"):
        for name in ("environ", "cmdline"):
            try:
                print((place / name).read_bytes())
            except OSError:
                pass
    assert not dict(os.environ)
"""


@dataclass
class Walkthrough:
    """A user's machine: a home, a repository, and a folder for studies. `tracer` is put before."""

    folder: Path
    env: Mapping[str, str]
    umask: int = 0o022
    tracer: tuple[str, ...] = ()
    forks: Forks | None = None  # where a command needs no start of its own
    said: list[bytes] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    @property
    def study(self) -> Path:
        return self.folder / "work" / "study"

    @property
    def environment(self) -> dict[str, str]:
        """The caller's, with every folder that a program may use inside ours."""
        names = {
            **dict.fromkeys(("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"), "data"),
            **dict.fromkeys(("XDG_CACHE_HOME", "TMPDIR"), "temporary"),
            "HOME": "home",
        }
        ours = {name: str(self.folder / place) for name, place in names.items()}
        return {**os.environ, "USER": "ann", "LOGNAME": "ann", **ours, **self.env}

    def prepare(self) -> None:
        """The repository, the files to import, the empty folders."""
        for name in ("work", "data", "temporary", "home"):
            (self.folder / name).mkdir(mode=0o700)
        repository = self.folder / "home" / "repo"
        make_repository(repository)
        spy = (
            "diff --git a/test_spy.py b/test_spy.py\nnew file mode 100644\n--- /dev/null\n"
            f"+++ b/test_spy.py\n@@ -0,0 +1,{SPY.count(chr(10))} @@\n"
            + "".join(f"+{line}\n" for line in SPY.removesuffix("\n").split("\n"))
        )
        files = self.folder / "home"
        write_lines(files / "tickets.jsonl", [ticket(f"t{n}") for n in range(1, 5)])
        outputs = [
            prediction("t1", "m1", change(), message="Done."),
            prediction("t2", "m1", spy),
            prediction("t3", "m1", change().replace("calc.py", "../calc.py")),
            prediction("t4", "m1", "", message="Which one?"),
        ]
        write_lines(files / "outputs.jsonl", outputs)
        tests = {"ticket": "t1", "candidate": "m1", "tests": "pass"}
        write_lines(files / "tests.jsonl", [tests])

    def run(self, *arguments: object, code: int | None = 0, program: tuple[str, ...] = ()) -> str:
        """A command to its end; None takes any exit code."""
        done = self.forks.run(*arguments) if self.forks else self._start(program, arguments)
        self.said += [done.out, done.err]
        self._note(arguments)
        told = (done.out + done.err).decode("utf-8", "replace")
        assert code is None or done.code == code, (arguments, done.code, told)
        assert "Traceback" not in told
        return done.out.decode()

    def _start(self, program: tuple[str, ...], arguments: tuple[object, ...]) -> Ended:
        done = subprocess.run(
            [*self.tracer, *(program or WORKBENCH), *map(str, arguments)],
            cwd=self.folder / "work",
            env=self.environment,
            umask=self.umask,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def forking(self) -> Iterator[None]:
        """All commands from here on in forks of one process that was started here."""
        where, env = self.folder / "work", self.environment
        with Forks(where, env, umask=self.umask, tracer=self.tracer) as self.forks:
            yield
        self.forks = None

    def open(self, *arguments: object, program: tuple[str, ...] = ()) -> Pty:
        """A command in a terminal."""
        self._note(arguments)
        before = os.umask(self.umask)
        try:
            command = (*self.tracer, *(program or WORKBENCH))
            return Pty(*arguments, env=self.environment, program=command, size=(120, 30))
        finally:
            os.umask(before)

    def _note(self, arguments: tuple[object, ...]) -> None:
        self.used |= every_command.name_command(arguments)

    def import_all(self) -> str:
        """A study with four outputs; returns the id of the first."""
        files, study = self.folder / "home", ("--study", self.study)
        self.run("init", "--repo", files / "repo", *study)
        self.run("tickets", "import", files / "tickets.jsonl", *study)
        self.run("outputs", "import", files / "outputs.jsonl", *study, code=3)
        self.run("outputs", "tests", files / "tests.jsonl", *study)
        rows = json.loads(self.run("outputs", "list", "--json", *study))["outputs"]
        return next(str(row["id"]) for row in rows if row["ticket"] == "t1")

    def make_all(self) -> str:
        """Everything that makes a file; returns the id of an output."""
        first, study, out = self.import_all(), ("--study", self.study), self.folder / "work"
        with every_command.open_tracker() as api:
            self.take(every_command.prepare(self.set_stage(first, api)))
        self.run("label", first, "edited", "--edit", "minor", "--note", "as I said", *study)
        self.run("export", "jsonl", "-o", out / "verbatim.jsonl", "--text", "verbatim", *study)
        self.run("export", "csv", "-o", out / "out.csv", "--all", *study)
        self.run("backup", *study)
        self.run("backup", out / "backup.db", *study)
        self.run("restore", out / "backup.db", "--yes", *study)
        self.run("demo", "--filled")
        return first

    def command_all(self) -> None:
        """Every command there is, and what goes wrong with them."""
        first, study, out = self.make_all(), ("--study", self.study), self.folder / "work"
        stage = self.set_stage(first)
        self.take(every_command.label(stage))
        self.run("check", *study, code=None)
        for mode in ("redacted", "none"):
            self.run("export", "jsonl", "-o", out / f"{mode}.jsonl", "--text", mode, *study)
        self.run("export", "jsonl", "-o", "-", *study)
        self.run("init", "--repo", self.folder / "home" / "repo", "--study", out / "second")
        self.run("import", out / "verbatim.jsonl", "--study", out / "second")
        self.run("demo", "--key")
        self.run("--version")
        self.take(every_command.decide(stage))
        self.fail_all()

    def set_stage(self, first: str, api: str = "") -> every_command.Stage:
        """What there is; `first` is the id of the output of t1."""
        return every_command.Stage(first, "m1", "t4", self.folder / "work", api)

    def take(self, steps: Iterable[every_command.Step]) -> None:
        """Steps of the one list, in our study."""
        for step in steps:
            where = () if step.words[0] == "plan" else ("--study", self.study)
            self.run(*step.words, *where, code=step.code)

    def fail_all(self) -> None:
        """What a user gets wrong."""
        files, study = self.folder / "home", ("--study", self.study)
        self.run("init", "--repo", files / "repo", *study, code=2)
        self.run("init", "--repo", files / "nowhere", "--study", self.folder / "work/x", code=3)
        self.run("outputs", "import", files / "nowhere.jsonl", *study, code=3)
        self.run("tickets", "import", files / "repo" / "calc.py", *study, code=3)
        self.run("outputs", "show", "000000000000", *study, code=None)
        self.run("metrics", "--study", self.folder / "home", code=2)
        self.run("review", *study, code=2)
        self.run("nonsense", code=2)

    def review_all(self, *, waits: float = 0.2) -> None:
        """Every screen, a label, a finding with words, undo; then out."""
        with self.open("review", "--study", self.study) as screen:
            screen.until(" left")
            screen.rest(5 * waits)
            for keys in (
                *("t", "o", "r", "?", "\x1b", "g", "w", "]", "z", "=", "/calc\r", "n", "i", "i"),
                *("c", "6", "a remark\r", "m", "u", "m", "J", "K", "s", "x", "1", "n", "q", "q"),
            ):
                screen.send(keys)
                screen.rest(waits)
                if screen.process.poll() is not None:
                    break
            assert screen.wait() == 0, screen.text
            self.said.append(screen.raw)
