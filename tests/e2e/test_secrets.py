"""A key in the environment is found nowhere after a whole session, and all that is made is private.

The key stands in variables, in the repository's remote and in the files of a home; it is looked
for in every file that a session leaves, in all that was written to a terminal, and in the
arguments and the environment of every program that was started.
"""

import asyncio
import os
import re
import shutil
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from every_command import every_command

from workbench.log import FILE_NAME, MAX_BYTES

from .kit import Pty, query
from .walkthrough import Walkthrough

Record = Callable[[str, object], None]
CANARY = "CANARY"
KEY = f"sk-{CANARY}0123456789abcdefghij"
BREAKER = (sys.executable, str(Path(__file__).with_name("breaker.py")))
ENVIRONMENT = {
    **dict.fromkeys(("WB_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"), KEY),
    "GITHUB_TOKEN": f"ghp_{CANARY}0123456789abcdefghij",
    "HUB_TOKEN": f"{CANARY}-of-no-known-form",
    "WORDS": "words-of-a-model",
    **{
        name: f"/nonexistent/{CANARY}/{name.lower()}"
        for name in ("XDG_CONFIG_HOME", "GNUPGHOME", "HF_HOME", "CARGO_HOME", "GIT_ASKPASS")
    },
    "GIT_SSH_COMMAND": f"ssh -i {CANARY}",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "http.extraHeader",
    "GIT_CONFIG_VALUE_0": f"Authorization: {CANARY}",
}
REMOTE = f'[remote "origin"]\n\turl = https://ann:{CANARY}@git.example.org/x.git\n'
EXECVE = re.compile(r'^(\d+) +execve\("([^"]*)"')


def plant(walk: Walkthrough) -> set[Path]:
    """Put the key where a user has it; returns those files."""
    home = walk.folder / "home"
    config = home / "repo" / ".git" / "config"
    config.write_text(config.read_text("utf-8") + REMOTE, "utf-8")
    (home / ".git-credentials").write_text(f"https://ann:{CANARY}@git.example.org\n", "utf-8")
    (home / ".netrc").write_text(f"machine git.example.org password {CANARY}\n", "utf-8")
    (home / ".gitconfig").write_text(f"[user]\n\tname = {CANARY}\n", "utf-8")
    return {config, home / ".git-credentials", home / ".netrc", home / ".gitconfig"}


def files_below(folder: Path) -> Iterator[Path]:
    """Everything that is no folder."""
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names)


def find_canary(walk: Walkthrough, known: set[Path]) -> list[str]:
    """Where the key is though nobody put it there: names and contents of files, terminals."""
    paths = [path for path in files_below(walk.folder) if path not in known]
    found = [str(path) for path in paths if CANARY.encode() in path.read_bytes()]
    found += [str(path) for path in paths if CANARY in str(path.relative_to(walk.folder))]
    return found + [repr(said) for said in walk.said if CANARY.encode() in said]


def read_trace(text: str) -> tuple[list[str], list[str]]:
    """Every program that was started, and those of them that were given the key.

    Our own program has it in its environment: that is where the user put it.
    """
    started, given, ours = [], [], set()
    for line in text.split("\n"):
        match = EXECVE.match(line)
        if match is None or not line.endswith(" = 0"):  # the others were looked for and not found
            continue
        pid, program = match.groups()
        started.append(program)
        arguments, _, environment = line.partition("], [")
        is_ours = Path(program) == Path(sys.executable) and pid not in ours
        ours |= {pid} if is_ours else set()
        if CANARY in arguments or (CANARY in environment and not is_ours):
            given.append(line[:400])
    return started, given


@pytest.fixture
def walk(tmp_path: Path) -> Walkthrough:
    """A machine on which nothing was done yet."""
    made = Walkthrough(tmp_path, ENVIRONMENT)
    made.prepare()
    return made


@dataclass(frozen=True, slots=True)
class Session:
    """A whole session under a tracer, everything allowed by the umask; what was there before."""

    walk: Walkthrough
    planted: set[Path]
    before: set[Path]
    trace: str


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Made in front of a tracer."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace")
    walk = Walkthrough(tmp_path_factory.mktemp("session"), ENVIRONMENT, umask=0)
    walk.prepare()
    planted = plant(walk)
    before = set(walk.folder.rglob("*"))
    trace = tmp_path_factory.mktemp("trace") / "trace"
    options = ("-f", "--seccomp-bpf", "-qq", "-v", "-s", "1000000", "-e", "trace=execve,execveat")
    walk.tracer = (strace, *options, "-e", "signal=none", "-A", "-o", str(trace), "--")
    with walk.forking():
        walk.command_all()
    fill_log(walk)
    walk.review_all(waits=0.4)
    return Session(walk, planted, before, trace.read_text("utf-8", "replace"))


def fill_log(walk: Walkthrough) -> None:
    """The next line begins another file."""
    log = walk.study / ".workbench" / FILE_NAME
    with log.open("ab") as file:
        file.write(b"x" * (MAX_BYTES - 10 - log.stat().st_size))


def press_until(screen: Pty, key: str, holds: Callable[[], object]) -> None:
    """As a person who tries again."""
    for _ in range(100):
        if holds():
            return
        screen.send(key)
        screen.rest(0.3)
        screen.pass_time(0.2)
    raise AssertionError(screen.text)


@pytest.mark.slow
@pytest.mark.needs_strace
def test_k1_k2_a_session_hides_the_key_and_makes_private_files(
    session: Session, record_property: Record
) -> None:
    """All commands, all screens, errors: no key anywhere, and modes 0600 and 0700 at umask 0.

    Files, terminals, arguments, environments. One test, since a session takes long.
    """
    walk = session.walk
    assert find_canary(walk, session.planted) == []
    started, given = read_trace(session.trace)
    assert given == []
    names = [Path(program).name for program in started]
    assert names.count("git") > 20
    assert every_command() <= walk.used, "a new command goes into tests/every_command.py"
    record_property("cases", len(list(files_below(walk.folder))) + len(started) + len(walk.said))
    record_property("cases", check_modes(walk, session.before))


@pytest.mark.slow
def test_k1_a_key_is_nowhere_after_a_crash(walk: Walkthrough, record_property: Record) -> None:
    """An unforeseen error in a command and in the app, and SIGKILL in the middle of a session."""
    known = plant(walk)
    walk.import_all()
    study = ("--study", walk.study)
    walk.run("command", "outputs", "list", *study, code=1, program=BREAKER)
    walk.run("init", "init", "--repo", ".", "--study", "x", code=1, program=BREAKER)
    walk.run("machine", "outputs", "list", *study, code=1, program=BREAKER)
    for place in ("mount", "thread worker"):
        with walk.open(place, "review", *study, program=BREAKER) as screen:
            press_until(screen, "s", lambda: screen.process.poll() is not None)
            assert screen.wait() == 1
            walk.said.append(screen.raw)
    with walk.open("review", *study) as screen:
        screen.until(" left")
        press_until(screen, "s", lambda: query(walk.study, "SELECT 1 FROM label_event"))
        screen.signal(signal.SIGKILL)
        assert screen.wait() == -signal.SIGKILL
        walk.said.append(screen.raw)
    files = list(files_below(walk.folder))
    assert find_canary(walk, known) == []
    assert b"breaker.py" in (walk.study / ".workbench" / FILE_NAME).read_bytes()
    record_property("cases", len(files) + len(walk.said))


def test_k1_a_picture_of_the_screen_holds_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SVG, as the README's pictures are made."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    import pictures

    from workbench.bootstrap import open_demo

    svg = asyncio.run(pictures.take(open_demo(tmp_path, is_new=True), (120, 30)))
    assert "led-10" in svg
    assert CANARY not in svg


# Modes of files.


def wrong_modes(folder: Path, known: set[Path]) -> list[str]:
    """What others could read, or is not as private things are: folders 0700, files 0600."""
    found = []
    for root, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(root) / name
            mode = stat.S_IMODE(path.lstat().st_mode)
            wanted = {0o700} if path.is_dir() else {0o600, 0o400}  # git's own objects are read-only
            if path not in known and mode not in wanted:
                found.append(f"{mode:o} {path}")
    return found


def check_modes(walk: Walkthrough, before: set[Path]) -> int:
    """All that should be there is, and private; returns how many files and folders that are."""
    made = [path for path in walk.folder.rglob("*") if path not in before]
    names = {path.name for path in made}
    assert {"workbench.toml", "tickets.lock.json", "study.db", FILE_NAME, "out.csv"} <= names
    assert {f"{FILE_NAME}.1", "backup.db", "verbatim.jsonl.manifest.json", "demo"} <= names
    assert wrong_modes(walk.folder, before) == []
    return len(made)


@pytest.mark.slow
def test_k2_a_strict_umask_changes_nothing(walk: Walkthrough, record_property: Record) -> None:
    """The same modes, and everything works."""
    walk.umask = 0o077
    before = set(walk.folder.rglob("*"))
    with walk.forking():
        walk.make_all()
    fill_log(walk)
    walk.review_all()
    record_property("cases", check_modes(walk, before))
