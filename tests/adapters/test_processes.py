"""Child processes: limits hold, groups die, nothing of the caller comes along."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workbench.adapters.clones import clone_repository
from workbench.adapters.git import Git, first_line
from workbench.adapters.processes import Limits, TookTooLong, kill_group, run_process
from workbench.adapters.talks import Talk
from workbench.adapters.trees import Reader
from workbench.domain.errors import GitFailed

MakeRepository = Callable[[Path, Mapping[str, bytes]], str]
ENV = {"PATH": "/usr/bin:/bin"}


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory, make_repository: MakeRepository) -> Git:
    """A clone with one file."""
    folder = tmp_path_factory.mktemp("talks")
    make_repository(folder / "source", {"a": b"a\n"})
    clone_repository(folder / "source", folder / "clone.git")
    return Git(folder / "clone.git")


def shell(script: str, *, wall: float = 20, stdin: bytes | None = None) -> bytes:
    """What a shell script prints under limits."""
    command = ["/bin/sh", "-c", script]
    limits = Limits(wall_seconds=wall)
    return run_process(command, ENV, cwd=Path("/"), limits=limits, stdin=stdin).stdout


def test_limits_are_set_before_input_is_given() -> None:
    """A process that has read its input is under all four limits."""
    script = "read x; ulimit -v; ulimit -t; ulimit -f; ulimit -c"
    values = shell(script, stdin=b"go\n").split()
    assert values == [b"1048576", b"20", b"524288", b"0"]


def test_environment_is_whole() -> None:
    """Nothing of the caller's environment is handed on."""
    names = {line.partition(b"=")[0] for line in shell("env").splitlines()}
    assert names <= {b"PATH", b"PWD", b"_", b"SHLVL", b"OLDPWD"}


def test_wall_time_ends_the_whole_group(tmp_path: Path) -> None:
    """A grandchild that keeps the pipe open dies with the process that is too slow."""
    mark = tmp_path / "pid"
    started = time.monotonic()
    with pytest.raises(TookTooLong, match=r"stopped after 0\.3 s"):
        shell(f"sleep 60 & echo $! > {mark}; wait", wall=0.3)
    assert time.monotonic() - started < 10
    state = Path(f"/proc/{mark.read_text().strip()}/stat")
    deadline = time.monotonic() + 5
    while state.exists() and state.read_text().split()[2] != "Z" and time.monotonic() < deadline:
        os.sched_yield()
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_memory_limit_ends_a_greedy_process() -> None:
    """What would hold 200 MB under a limit of 64 fails instead."""
    script = "read x; head -c 200000000 /dev/zero | tail -n 1 | wc -c; echo done"
    limits = Limits(memory=64 << 20)
    command = ["/bin/sh", "-c", script]
    done = run_process(command, ENV, cwd=Path("/"), limits=limits, stdin=b"go\n")
    assert done.stdout.split() == [b"0", b"done"]
    assert b"memory" in done.stderr


def test_git_reads_no_settings_of_the_user(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_ variables and HOME of the caller change nothing."""
    monkeypatch.setenv("GIT_DIR", "/nonexistent/elsewhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    assert len(git.run("rev-parse", "HEAD").strip()) == 40


def test_failure_carries_the_first_line_made_safe() -> None:
    """Of what git says the first line is shown, its control characters visible."""
    said = b"hint: no\n\nfatal: bad \x1b[2J name\nmore\n"
    assert first_line(said) == "fatal: bad \N{SYMBOL FOR ESCAPE}[2J name"
    assert first_line(b"\n") == "git gave no reason"


def test_unknown_command_raises_git_failed(git: Git) -> None:
    """A non-zero exit is a GitFailed."""
    with pytest.raises(GitFailed, match="is not a git command"):
        git.run("no-such-command")


def test_talk_goes_on_after_its_process_was_killed(git: Git) -> None:
    """A process that dies between two questions is started anew."""
    started: list[subprocess.Popen[bytes]] = []

    class Watched(Git):
        def start(self, *args: str) -> subprocess.Popen[bytes]:
            started.append(super().start(*args))
            return started[-1]

    with Talk(Watched(git.git_dir), "cat-file", "--batch-check") as talk:
        first = talk.ask(b"HEAD\n", Talk.read_line)
        kill_group(started[0])
        started[0].wait()
        assert talk.ask(b"HEAD\n", Talk.read_line) == first
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)


def test_talk_with_a_command_that_never_answers_fails(git: Git) -> None:
    """A process that ends at once is tried twice, then reported."""
    with (
        Talk(git, "cat-file", "--no-such-option") as talk,
        pytest.raises(GitFailed, match="ended without an answer"),
    ):
        talk.ask(b"HEAD\n", Talk.read_line)


def test_talk_survives_more_questions_than_one_process_gets(git: Git) -> None:
    """Processes are replaced on the way, unseen."""
    reader = Reader(git)
    root = reader.root(git.run("rev-parse", "HEAD").decode().strip())
    assert {reader.read(root, b"tree")[0] for _ in range(1100)} == {root}
    reader.close()


def test_object_that_is_not_there_is_named(git: Git) -> None:
    """A missing or a wrong object is a GitFailed, and the next question is answered."""
    reader = Reader(git)
    with pytest.raises(GitFailed, match="not in the clone"):
        reader.blob("1" * 40)
    with pytest.raises(GitFailed, match="is no blob"):
        reader.blob("HEAD^{tree}")
    assert reader.read("HEAD:a", b"blob")[1] == b"a\n"
    reader.close()
