"""How every command speaks: safe text, JSON for scripts, problems on stderr, progress.

Everything printed goes through display(): names and reasons were written by others.
"""

import json
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

import typer

from workbench.domain.counted import counted
from workbench.domain.imported import RowProblem
from workbench.text import cells, display

StudyOption = Annotated[
    Path | None,
    typer.Option("--study", metavar="DIR", help="The study's folder; else the nearest one above."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
ReviewerOption = Annotated[
    str | None,
    typer.Option("--reviewer", metavar="NAME", help="Whose labels; else as in workbench.toml."),
]


def say(line: str = "") -> None:
    """One line on standard output."""
    typer.echo(display(line))


def warn(line: str) -> None:
    """One line on standard error."""
    typer.echo(display(line), err=True)


def say_text(text: str) -> None:
    """Several lines on standard output."""
    for line in text.split("\n"):
        say(line)


def say_json(noun: str, rows: Sequence[object], **more: object) -> None:
    """`{"schema_version": 1, noun: [...]}`; JSON escapes what could steer a terminal."""
    text = json.dumps({"schema_version": 1, **more, noun: rows}, indent=2)
    typer.echo(text.replace("\x7f", "\\u007f"))


def say_json_line(row: Mapping[str, object]) -> None:
    """One object on a line of its own, as things happen."""
    text = json.dumps({"schema_version": 1, **row})
    typer.echo(text.replace("\x7f", "\\u007f"))
    sys.stdout.flush()


def say_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Aligned columns; numbers to the right."""
    shown = [[display(str(cell)) for cell in row] for row in rows]
    widths = [max(cells(row[i]) for row in [list(heads), *shown]) for i in range(len(heads))]
    numeric = [all(_is_number(row[i]) for row in shown) and bool(shown) for i in range(len(heads))]
    for row in [list(heads), *shown]:
        padded = [
            " " * (width - cells(cell)) + cell if right else cell + " " * (width - cells(cell))
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        typer.echo("  ".join(padded).rstrip())


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit() or cell in {"", "—"}


def tell_bug(error: BaseException) -> int:
    """An error that nobody foresaw, calmly; returns the exit code.

    Its message may quote anything and is left to the log.
    """
    from workbench.log import log_file

    warn(f"workbench: an error of its own ended the program ({type(error).__name__})")
    warn("Every label shown as saved is on disk; `workbench verify` checks it.")
    if where := log_file():
        warn(f"The details are in {where}")
        warn("To report it, send that file and say what you did last. It holds no secrets and no")
        warn("words of tickets, outputs or reviewers (with WORKBENCH_LOG=debug it does).")
    return 1


def end_with_problems(problems: Sequence[RowProblem]) -> None:
    """Name every row that was refused, then end with exit code 3; nothing where there is none."""
    for problem in problems:
        warn(str(problem))
    if problems:
        rows = counted(len(problems), "row was", "rows were")
        warn(f"{rows} refused, named above; all the others are in")
        raise typer.Exit(3)


def describe_counts(counts: Mapping[str, int]) -> str:
    """`3 added, 1 the same`; leaves zeros out."""
    return ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing"


class Progress:
    """One line on standard error from half a second on; silent without a terminal.

    Use it with `with`; until something is counted, the line says what is being done.
    """

    def __init__(self, doing: str) -> None:
        """`doing` as in "applying patches"."""
        self._doing, self._begun_at = doing, time.monotonic()
        self._text, self._drawn_at, self._is_drawn = f"{doing} ...", 0.0, False
        self._is_live, self._lock = False, threading.Lock()
        self._timer = threading.Timer(0.5, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Wait half a second before anything is drawn."""
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line, whatever happened."""
        self._timer.cancel()
        if log := sys.modules.get("workbench.log"):  # loaded with the study it is in
            log.log_slow(self._doing, time.monotonic() - self._begun_at)
        with self._lock:
            self._is_live = False
            if self._is_drawn:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                self._is_drawn = False

    def count(self, what: str, n: int) -> None:
        """So many of `what` by now."""
        self._text = f"{what}: {n}"
        self._draw()

    def line(self, text: str) -> None:
        """A whole line, as it is to be read; at once, for nothing may follow it for long."""
        self._text, self._drawn_at = display(text), 0.0
        self._draw()

    def percent(self, what: str, percent: int) -> None:
        """A part of a transfer."""
        self._text = f"{display(what)}: {percent} %"
        self._draw()

    def _begin(self) -> None:
        self._is_live = True
        self._draw()

    def _draw(self) -> None:
        if not self._is_live or time.monotonic() - self._drawn_at < 0.1:
            return
        with self._lock:
            if self._is_live:
                sys.stderr.write(f"\r{self._text}\x1b[K")
                sys.stderr.flush()
                self._drawn_at, self._is_drawn = time.monotonic(), True
