"""How every command speaks: safe text, JSON for scripts, problems on stderr, progress.

Everything printed goes through display(): names and reasons were written by others.
"""

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

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
    typer.echo(json.dumps({"schema_version": 1, **more, noun: rows}, indent=2))


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


def end_with_problems(problems: Sequence[RowProblem]) -> None:
    """Name every row that was refused, then end with exit code 3; nothing where there is none."""
    for problem in problems:
        warn(str(problem))
    if problems:
        warn(f"{len(problems)} refused; everything else is in")
        raise typer.Exit(3)


def describe_counts(counts: Mapping[str, int]) -> str:
    """`3 added, 1 the same`; leaves zeros out."""
    return ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing"


class Progress:
    """Counts on one line of standard error, from half a second on; silent without a terminal."""

    def __init__(self, what: str) -> None:
        """`what` is counted: "patches applied"."""
        self._what, self._started, self._shown = what, time.monotonic(), 0.0
        self._is_live = sys.stderr.isatty()

    def count(self, n: int) -> None:
        """So many by now."""
        self._draw(f"{n} {self._what}")

    def percent(self, what: str, percent: int) -> None:
        """A part of a transfer."""
        self._draw(f"{display(what)}: {percent} %")

    def done(self) -> None:
        """Clear the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _draw(self, text: str) -> None:
        now = time.monotonic()
        if self._is_live and now - self._started > 0.5 and now - self._shown > 0.1:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()
            self._shown = now
