"""One rotating file in the study: what was done, by ids, and every error. Mode 0600.

Whatever is logged, a line is one line: it goes through a redactor and through display(). Words that
others wrote stay out of it, and so do the messages of errors that may quote them, unless the
environment says WORKBENCH_LOG=debug. Where the file cannot be written nothing is logged, and
nobody is told: a log is no reason to stop.
"""

import errno
import logging
import os
import stat
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import workbench
from workbench.domain.errors import WorkbenchError
from workbench.text import display

FILE_NAME = "workbench.log"
LEVEL = "WORKBENCH_LOG"
MAX_BYTES, N_OLD = 1 << 20, 3
SLOW_SECONDS = 0.5
Clean = Callable[[str], str]

_LONGEST = 2_000  # characters of one message
_FRAMES = 30  # of a traceback, the last ones
_KEPT_OUT = f"(its message may quote others: {LEVEL}=debug logs it)"
# Their messages name things of the program and of the system, never a text that somebody wrote.
_PLAIN = (
    *(WorkbenchError, OSError, AttributeError, TypeError, NameError, ImportError, IndexError),
    *(ArithmeticError, MemoryError, RecursionError),
)
_log = logging.getLogger("workbench")
_starting = threading.RLock()


def start_log(folder: Path, clean: Clean) -> Path | None:
    """Write everything logged to a file in `folder`; returns its path, None where it cannot be.

    `clean` takes secrets out of a text. Other libraries' warnings go there too: on a terminal
    they would write into the screen.
    """
    with _starting:  # of two threads the second finds it started, or each line would stand twice
        return _start(folder, clean)


def _start(folder: Path, clean: Clean) -> Path | None:
    path, root = folder.absolute() / FILE_NAME, logging.getLogger()
    if log_file() == path:
        return path
    for old in [handler for handler in root.handlers if isinstance(handler, _PrivateFile)]:
        root.removeHandler(old)
        old.close()
    is_whole = os.environ.get(LEVEL, "").lower() == "debug"
    _log.setLevel(logging.DEBUG if is_whole else logging.INFO)
    with suppress(OSError):
        handler = _PrivateFile(path, maxBytes=MAX_BYTES, backupCount=N_OLD, encoding="utf-8")
        handler.setFormatter(_Lines(clean, is_whole=is_whole))
        root.addHandler(handler)
        versions = workbench.__version__, ".".join(map(str, sys.version_info[:3]))
        command = next((word for word in sys.argv[1:2] if word.isalpha()), "")
        _log.info("start: %s in %s (workbench %s, python %s)", command, folder, *versions)
        _log.debug("arguments: %s", sys.argv)
    return log_file()


def log_file() -> Path | None:
    """The file that is written just now."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _PrivateFile):
            return Path(handler.baseFilename)
    return None


def log_error(error: BaseException) -> None:
    """An error that nobody foresaw, with its way; nowhere where there is no file."""
    if log_file():
        _log.error("unexpected error", exc_info=error)


def guard_threads() -> None:
    """An error in a thread goes to the log; Python would print it onto the screen."""

    def tell(error: threading.ExceptHookArgs) -> None:
        if error.exc_value is not None:
            log_error(error.exc_value)

    threading.excepthook = tell


def log_slow(step: str, seconds: float) -> None:
    """Say how long a step took where that was long."""
    if seconds >= SLOW_SECONDS:
        _log.info("slow: %s took %.1f s", step, seconds)


@contextmanager
def timed(step: str) -> Iterator[None]:
    """The same for what happens inside."""
    begun_at = time.monotonic()
    try:
        yield
    finally:
        log_slow(step, time.monotonic() - begun_at)


class _PrivateFile(RotatingFileHandler):
    """Mode 0600 whatever the umask, never through a link, and shared by several programs."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(self.baseFilename, flags | os.O_CLOEXEC, 0o600)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
            return os.fdopen(descriptor, "a", encoding=self.encoding)
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no file", self.baseFilename)

    def emit(self, record: logging.LogRecord) -> None:
        """Write to the file of that name, also after another program has rotated it."""
        with suppress(OSError):
            if self.stream and not self._is_current(self.stream.fileno()):
                self.stream.close()
                self.stream = None  # opened again by what follows
        super().emit(record)

    def _is_current(self, descriptor: int) -> bool:
        try:
            found = os.stat(self.baseFilename)  # noqa: PTH116 - a Path a record costs more
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(descriptor))

    def doRollover(self) -> None:  # noqa: N802 - the base class' name
        """Where another program rotates at this moment, that will do."""
        with suppress(OSError):
            super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the same
        """A disk that is full: Python would print a traceback onto the screen."""


class _Lines(logging.Formatter):
    """One line a record; an error adds one for each step on its way."""

    def __init__(self, clean: Clean, *, is_whole: bool) -> None:
        super().__init__()
        self._clean, self._is_whole = clean, is_whole

    def format(self, record: logging.LogRecord) -> str:
        """The lines, each with its time, level and place."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{at}.{int(record.msecs):03}Z {record.levelname} {record.process} {record.name}"
        is_ours = record.name.partition(".")[0] == _log.name
        shown = is_ours or self._is_whole
        texts = [record.getMessage() if shown else f"line {record.lineno} {_KEPT_OUT}"]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            texts += self._describe(error)
        return "\n".join(f"{head}: {self._safe(text)}" for text in texts)

    def _safe(self, text: str) -> str:
        return display(self._clean(text[: 4 * _LONGEST])[:_LONGEST])

    def _describe(self, error: BaseException) -> Iterator[str]:
        """Type, message where it quotes nobody, and the way; then the same of what caused it."""
        seen: list[BaseException] = []
        link: BaseException | None = error
        while link is not None and link not in seen and len(seen) < 10:
            kind = type(link)
            is_plain = isinstance(link, _PLAIN) or kind.__module__ == "sqlite3"
            said = str(link) if is_plain or self._is_whole else _KEPT_OUT
            why = "because of" if seen else "error"
            yield f"{why} {kind.__module__}.{kind.__qualname__}: {said}"
            frames = traceback.extract_tb(link.__traceback__)
            if len(frames) > _FRAMES:
                yield f"  {len(frames) - _FRAMES} steps, then"
            for frame in frames[-_FRAMES:]:
                yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
            seen.append(link)
            link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
