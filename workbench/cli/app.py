"""How the program runs and ends: every error a sentence, every bug in the log.

Exit codes: 0 done, 1 a check did not hold, 2 usage, 3 input refused, 4 the store is damaged;
130 stopped by Ctrl-C. `workbench gate` has codes of its own.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper

import typer

from workbench.cli.commands import make_app
from workbench.cli.opening import log_note
from workbench.cli.terminal import tell_bug, warn
from workbench.domain.errors import GateMisused, UsageError, WorkbenchError

_STOPPED = 130


def run(act: Callable[[], int] | None = None) -> None:
    """Run the program, or one act of it, and end the process; what it makes is private (K2)."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show a letter shows its code
            stream.reconfigure(errors="backslashreplace")
    code = _run(act or _act)
    log_note("end: exit code %d", code)
    sys.exit(code)


def _act() -> int:
    code: int = make_app(*sys.argv[1:2])(prog_name="workbench", standalone_mode=False)
    return code


def _run(act: Callable[[], int]) -> int:
    try:
        code = act()
        sys.stdout.flush()
    except WorkbenchError as error:
        warn(f"workbench: {error}")
        log_note("refused: %s", type(error).__name__)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _tell_stopped()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last net: nobody meets a traceback
        return _tell_usage(error) or _tell_bug(error)
    return _tell_stopped() if code == _STOPPED else int(code or 0)


def _tell_stopped() -> int:
    warn("workbench: stopped; what was reported as done is done, and nothing is half done")
    return _STOPPED


def _tell_usage(error: Exception) -> int:
    """A wrong command line, in typer's words: its classes differ from version to version."""
    describe, context = getattr(error, "format_message", None), getattr(error, "ctx", None)
    if describe is None:
        return 0
    lines = str(describe()).split("\n")
    if len(lines) == 1:
        path = getattr(context, "command_path", "workbench")
        lines = [f"workbench: {lines[0]} (`{path} --help` says more)"]
    for line in lines:
        warn(line)
    is_gate = str(getattr(context, "command_path", "")).startswith("workbench gate")
    return GateMisused.exit_code if is_gate else UsageError.exit_code


def _tell_bug(error: Exception) -> int:
    """A bug, or a machine that fails, is told calmly and logged whole."""
    from workbench.log import log_error, log_file

    if log_file() is None:
        _open_spare_log()
    log_error(error)
    if isinstance(error, OSError) and error.strerror:
        told = f"; the details are in {log_file()}" if log_file() else ""
        warn(f"workbench: {error.filename or 'the system says'}: {error.strerror}{told}")
        return 1
    return tell_bug(error)


def _open_spare_log() -> None:
    """Outside of a study it stands in the user's data folder, if that can be written."""
    from workbench.bootstrap import open_log
    from workbench.config import find_data_folder

    with suppress(OSError, WorkbenchError):
        open_log(find_data_folder()[0])
