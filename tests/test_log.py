"""The log: bounded, private, a line a line, no secret, no words of others, and never in the way."""

import json
import logging
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import log
from workbench.adapters.redact import make_redactor
from workbench.cli.commands import make_app
from workbench.domain.errors import InputRefused
from workbench.log import LEVEL, MAX_BYTES, N_OLD, log_error, log_file, log_slow, start_log, timed

SECRETS = {"WB_API_KEY": "sk-CANARY0123456789abcdef", "DB_PASSWORD": "CANARY-of-no-known-form"}
HOSTILE = "one\ntwo\r\x1b[2J\x9b31m\u202eevil\u2028three\x00 " + " ".join(SECRETS.values())
ROOT = Path(log.__file__).parents[1]


def _let_go() -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, log._PrivateFile):
            root.removeHandler(handler)
            handler.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a log in it."""
    monkeypatch.delenv(LEVEL, raising=False)
    _let_go()
    assert start_log(tmp_path, make_redactor(SECRETS)) == tmp_path / log.FILE_NAME
    yield tmp_path
    _let_go()


def lines(folder: Path) -> list[str]:
    """What the log holds."""
    text = (folder / log.FILE_NAME).read_text("utf-8")
    return text.removesuffix("\n").split("\n")


def fail(words: str) -> None:
    """A bug with words at hand."""
    try:
        json.loads(words)
    except ValueError as error:
        raise KeyError(words) from error


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A program of its own that logs."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_t12_a_line_is_one_line_whatever_is_logged(folder: Path) -> None:
    """Line ends, escapes and invisible characters of a text become visible."""
    before = len(lines(folder))
    logging.getLogger("workbench.x").warning("%s", HOSTILE)
    assert len(lines(folder)) == before + 1
    assert all(line.isprintable() for line in lines(folder))
    assert "one␊two␍␛[2J<U+009B>31m<U+202E>evil<U+2028>three␀" in lines(folder)[-1]


def test_k1_secrets_are_taken_out_by_form_and_by_value(folder: Path) -> None:
    """Of messages and of errors, also when everything is asked for."""
    log_error(InputRefused(HOSTILE))
    text = "\n".join(lines(folder))
    assert "CANARY" not in text
    assert text.count("[redacted key]") == 2


def test_k1_an_error_is_logged_with_its_way_and_without_words(folder: Path) -> None:
    """Type, cause, file and line of each step; what the message or a variable holds stays out."""
    words = "words of a model".upper()  # as no line of this file has them
    with pytest.raises(KeyError) as caught:
        fail(words)
    log_error(caught.value)
    text = "\n".join(lines(folder))
    assert words not in text
    assert f"error builtins.KeyError: (its message may quote others: {LEVEL}=debug logs it)" in text
    assert "because of json.decoder.JSONDecodeError: " in text
    assert f"  {__file__}:" in text
    assert " fail: json.loads(words)" in text


@pytest.mark.parametrize(
    "error",
    [
        InputRefused("a sentence of ours"),
        OSError(28, "a sentence of ours"),
        AttributeError("a sentence of ours"),
    ],
)
def test_messages_that_quote_nobody_are_logged(folder: Path, error: Exception) -> None:
    """A log without them would help nobody."""
    log_error(error)
    assert any("a sentence of ours" in line for line in lines(folder))


def test_debug_asks_for_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WORKBENCH_LOG=debug: messages whole, arguments too; never a secret."""
    monkeypatch.setenv(LEVEL, "debug")
    _let_go()
    start_log(tmp_path, make_redactor(SECRETS))
    with pytest.raises(KeyError) as caught:
        fail(f"words-of-a-model {HOSTILE}")
    log_error(caught.value)
    logging.getLogger("asyncio").error("other words")
    _let_go()
    text = "\n".join(lines(tmp_path))
    assert "words-of-a-model" in text
    assert "other words" in text
    assert "arguments: [" in text
    assert "CANARY" not in text


def test_what_other_libraries_warn_of_goes_to_the_log_by_its_place(folder: Path) -> None:
    """They would print into the screen, and quote what they like."""
    logging.getLogger("asyncio").error("exception=KeyError('words-of-a-model')")
    logging.getLogger("asyncio").info("nothing to see")
    logging.getLogger("asyncio").error("and an error", exc_info=ValueError("words-of-a-model"))
    text = "\n".join(lines(folder))
    assert "words-of-a-model" not in text
    assert text.count(" asyncio: line ") == 2
    assert " asyncio: error builtins.ValueError: (its message" in text


def test_it_says_what_was_started_and_where(folder: Path) -> None:
    """The versions and the folder; starting it again adds nothing."""
    start_log(folder, make_redactor(SECRETS))
    assert len(lines(folder)) == 1
    assert f"in {folder} (workbench " in lines(folder)[0]
    assert f"python {sys.version_info.major}.{sys.version_info.minor}." in lines(folder)[0]


def test_only_slow_steps_are_timed(folder: Path) -> None:
    """From half a second on."""
    log_slow("a quick step", 0.4)
    log_slow("a slow step", 0.6)
    with timed("another quick step"):
        pass
    assert [line.partition("slow: ")[2] for line in lines(folder)[1:]] == ["a slow step took 0.6 s"]


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277])
def test_k2_it_is_bounded_and_private(tmp_path: Path, umask: int) -> None:
    """Four files of a megabyte, 0600, whatever the umask and however much is logged."""
    before = os.umask(umask)
    _let_go()
    try:
        start_log(tmp_path, str)
        logger = logging.getLogger("workbench.x")
        for n in range(3 * (N_OLD + 2)):
            for _ in range(180):
                logger.info("%d %s", n, "é" * 1000)
    finally:
        os.umask(before)
        _let_go()
    files = sorted(tmp_path.iterdir())
    names = [log.FILE_NAME, *(f"{log.FILE_NAME}.{n}" for n in range(1, N_OLD + 1))]
    assert [file.name for file in files] == names
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert max(file.stat().st_size for file in files) <= MAX_BYTES + 4_000


def test_a_very_long_text_is_cut(folder: Path) -> None:
    """A patch in a message fills no log."""
    logging.getLogger("workbench.x").info("%s", "x" * 100_000)
    assert len(lines(folder)[-1]) < 3_000


_WRITER = """
import logging, sys
from pathlib import Path
from workbench.log import start_log
start_log(Path(sys.argv[1]), str)
for n in range(3000):
    logging.getLogger("workbench.x").info("%d %s", n, "x" * 1500)
"""


def test_several_programs_write_and_rotate_one_log(tmp_path: Path) -> None:
    """Nobody prints an error, no line is torn, the bound holds."""
    command = [sys.executable, "-c", _WRITER, str(tmp_path)]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE) for _ in range(3)]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 3
    files = sorted(tmp_path.iterdir())
    assert len(files) <= N_OLD + 1
    for file in files:
        assert file.stat().st_size <= MAX_BYTES + 3 * 2_000
        for line in file.read_text("utf-8").removesuffix("\n").split("\n"):
            assert line.endswith(("x" * 1500, ")")), line[:100]
            assert line.count("workbench.x: ") + line.count("start: ") == 1, line[:100]


@pytest.mark.parametrize("obstacle", ["link", "pipe", "folder", "nothing"])
def test_k2_what_is_no_file_of_ours_is_left_alone(tmp_path: Path, obstacle: str) -> None:
    """A link that a study brings along, a pipe, a folder that is gone: no log, no word, no wait."""
    place, target = tmp_path / "study", tmp_path / "target"
    target.write_text("", "utf-8")
    if obstacle != "nothing":
        place.mkdir()
    path = place / log.FILE_NAME
    if obstacle == "link":
        path.symlink_to(target)
    elif obstacle == "pipe":
        os.mkfifo(path)
    elif obstacle == "folder":
        path.mkdir()
    code = (
        "import sys; from pathlib import Path; from workbench.log import log_error, start_log\n"
        "print(start_log(Path(sys.argv[1]), str)); log_error(ValueError())"
    )
    done = run(code, place)
    assert (done.stdout, done.stderr) == ("None\n", "")
    assert target.read_text("utf-8") == ""


def test_d5_a_disk_that_takes_no_more_is_no_news_here(tmp_path: Path) -> None:
    """Python would print a traceback for each line."""
    code = (
        "import logging, resource, sys; from pathlib import Path\n"
        "from workbench.log import start_log\n"
        "start_log(Path(sys.argv[1]), str)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))\n"
        "for n in range(20): logging.getLogger('workbench.x').warning('x' * 100)\n"
        "print('done')"
    )
    done = run(code, tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")
    assert (tmp_path / log.FILE_NAME).stat().st_size <= 500


def test_a_log_whose_folder_was_moved_is_no_obstacle(folder: Path, tmp_path: Path) -> None:
    """The demo is made under another name: what is logged afterwards is in the log again."""
    moved = tmp_path / "moved"
    moved.mkdir()
    (folder / log.FILE_NAME).rename(moved / log.FILE_NAME)
    logging.getLogger("workbench.x").info("here again")
    assert "here again" in lines(folder)[-1]
    assert start_log(moved, str) == moved / log.FILE_NAME == log_file()


def test_k1_nothing_prints_the_local_variables_of_an_error() -> None:
    """Neither typer's nor rich's tracebacks, which show them: both are never asked for."""
    assert make_app().pretty_exceptions_enable is False
    for file in sorted((ROOT / "workbench").rglob("*.py")):
        text = file.read_text("utf-8")
        assert "show_locals" not in text, file
        assert "rich.traceback" not in text, file
        assert "print_exc" not in text, file


def test_threads_that_start_it_at_once_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line stands once, whoever came first: the screen, or the worker that opens the study."""
    monkeypatch.delenv(LEVEL, raising=False)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            _let_go()
            ready = threading.Barrier(4)

            def start(ready: threading.Barrier = ready) -> None:
                ready.wait()
                start_log(tmp_path, str)

            threads = [threading.Thread(target=start) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found = [h for h in logging.getLogger().handlers if isinstance(h, log._PrivateFile)]
            assert len(found) == 1
    finally:
        sys.setswitchinterval(before)
        _let_go()
