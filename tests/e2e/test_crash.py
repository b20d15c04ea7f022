"""A bug in the program: told in a few calm lines, logged whole, and nothing else is lost or shown.

breaker.py makes one part of the real program fail with secrets and a model's words at hand.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Demo
from .kit import Pty, labels, run_workbench

WORDS = "words-of-a-model"
SECRETS = {"WB_API_KEY": "sk-CANARY0123456789abcdef", "HUB_TOKEN": "CANARY-of-no-known-form"}
BREAKER = (sys.executable, str(Path(__file__).with_name("breaker.py")))
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ \d+ workbench[\w.]*: .")
LEFT = b"\x1b[?1049l"


def told(log: Path) -> str:
    """What the command line says of a bug."""
    return (
        "workbench: an error of its own ended the program (KeyError)\n"
        "Every label shown as saved is on disk; `workbench verify` checks it.\n"
        f"The details are in {log}\n"
        "To report it, send that file and say what you did last. It holds no secrets and no\n"
        "words of tickets, outputs or reviewers (with WORKBENCH_LOG=debug it does).\n"
    )


def log_of(demo: Demo) -> Path:
    """The study's log."""
    return demo.folder / ".workbench" / "workbench.log"


def open_broken(demo: Demo, where: str, **env: str) -> Pty:
    """The demo, with a part that will fail."""
    return Pty(where, "demo", env={**demo.env, **SECRETS, "WORDS": WORDS, **env}, program=BREAKER)


def check_log(demo: Demo, *, has_words: bool = False) -> str:
    """Every line whole, safe and without a secret; returns the text."""
    text = log_of(demo).read_text("utf-8")
    for line in text.removesuffix("\n").split("\n"):
        assert LINE.match(line), line
        assert line.isprintable()
    assert "CANARY" not in text
    assert (WORDS in text) is has_words
    return text


def check_end(demo: Demo, screen: Pty) -> None:
    """The exit code, the lines, the terminal; and no secret or word that was at hand."""
    assert screen.wait(10) == 1
    assert screen.is_restored()
    said = screen.raw[screen.raw.rfind(LEFT) + len(LEFT) :].decode()
    lines = re.sub(r"\x1b\[\?\d+[hl]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", "", said)
    lines = lines.replace("\r\n", "\n").lstrip("m \n")  # keys that came too late are echoed
    assert lines.startswith(told(log_of(demo)))
    assert b"Traceback" not in screen.raw
    assert b"CANARY" not in screen.raw
    assert WORDS.encode() not in screen.raw


def label_one(demo: Demo, screen: Pty) -> None:
    """Label the first output as soon as labels are taken."""
    screen.until(" left")
    for _ in range(10):
        screen.send("m")
        for _ in range(30):
            screen.rest(0.1)
            if labels(demo.folder):
                screen.until("saved ")
                return
    raise AssertionError(screen.text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "keys"),
    [
        *(("key", "s"), ("timer", "s"), ("worker", "s"), ("thread worker", "s"), ("end", "q")),
    ],
)
def test_k1_a_bug_ends_the_app_calmly(demo: Demo, where: str, keys: str) -> None:
    """Wherever it is: five lines, the terminal as it was, the label on disk, the store closed."""
    with open_broken(demo, where) as screen:
        label_one(demo, screen)
        screen.send(keys)
        check_end(demo, screen)
    text = check_log(demo)
    assert "error builtins.KeyError: (its message may quote others: WORKBENCH_LOG=debug" in text
    assert "breaker.py" in text
    assert ("workbench.breaker: the store is closed" in text) is (where != "end")
    assert text.endswith("end: exit code 1\n")
    assert labels(demo.folder)[:1] == ["merged"]


@pytest.mark.parametrize("where", ["compose", "mount", "paint", "opening", "input", "preparing"])
def test_k1_a_bug_at_the_start_ends_the_app_calmly(demo: Demo, where: str) -> None:
    """Before there is anything to see."""
    with open_broken(demo, where) as screen:
        check_end(demo, screen)
    assert "breaker.py" in check_log(demo)


def test_k1_a_bug_while_saving_shows_nothing_as_saved(demo: Demo) -> None:
    """What was not recorded was never called saved, and the study is sound."""
    with open_broken(demo, "saving") as screen:
        screen.until(" left")
        while LEFT not in screen.raw:
            screen.send("m")
            screen.rest(0.2)
        check_end(demo, screen)
        assert b"saved: merged" not in screen.raw
    assert labels(demo.folder) == []
    demo.verify()


def test_k1_a_bug_in_a_thread_is_logged_and_the_app_goes_on(demo: Demo) -> None:
    """Python would print it into the screen."""
    with open_broken(demo, "thread") as screen:
        label_one(demo, screen)
        screen.send("s")
        screen.until(lambda: "breaker.py" in log_of(demo).read_text("utf-8"))
        screen.send("q")
        assert screen.wait() == 0
        assert b"CANARY" not in screen.raw
        assert WORDS.encode() not in screen.raw
    check_log(demo)


def test_k1_debug_adds_the_words_and_never_the_secrets(demo: Demo) -> None:
    """Somebody asked for them; keys are known by their form and by their variables."""
    with open_broken(demo, "mount", WORKBENCH_LOG="debug") as screen:
        check_end(demo, screen)
    text = check_log(demo, has_words=True)
    assert f"KeyError: ('{WORDS}\\x1b[2J\\n', '[redacted key]', '[redacted key]')" in text


def run_broken(demo: Demo, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A command with a part that fails."""
    return subprocess.run(
        [*BREAKER, *map(str, arguments)],
        env={**os.environ, **demo.env, **SECRETS, "WORDS": WORDS},
        cwd=demo.data,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_k1_a_bug_in_a_command_is_told_in_the_same_lines(demo: Demo) -> None:
    """Exit code 1, nothing on standard output."""
    done = run_broken(demo, "command", "outputs", "list", "--study", demo.folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told(log_of(demo)))
    assert "breaker.py" in check_log(demo)


def test_k1_a_bug_outside_of_a_study_is_logged_in_the_data_folder(demo: Demo) -> None:
    """There is always a file to send."""
    done = run_broken(demo, "init", "init", "--repo", ".", "--study", demo.data / "new")
    log = demo.data / "workbench" / "workbench.log"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told(log))
    assert "CANARY" not in log.read_text("utf-8")


def test_k1_an_error_of_the_machine_names_the_thing(demo: Demo) -> None:
    """A full disk is no bug of ours: the file, the reason, where the log is."""
    run_workbench("verify", "--study", demo.folder, env=demo.env)
    done = run_broken(demo, "machine", "outputs", "list", "--study", demo.folder)
    assert done.returncode == 1
    assert done.stderr == (
        f"workbench: /dev/full: No space left on device; the details are in {log_of(demo)}\n"
    )
