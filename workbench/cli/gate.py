"""`workbench gate`: write a gate, look for what is wrong with it, hold candidates against it.

Exit codes of its own: 0 pass, 1 fail, 2 inconclusive, 3 no verdict possible, 64 usage.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import open_workbench, utc_now
from workbench.cli.terminal import JsonOption, Progress, StudyOption, say, say_json, say_text, warn
from workbench.domain.counted import counted
from workbench.domain.errors import GateMisused, StudyNotFound, UsageError
from workbench.domain.gate import GATE_FILE, Answer, Gate
from workbench.domain.gate_keys import QUESTIONS
from workbench.domain.gate_text import Answers, render_gate
from workbench.study import Study, check_name, find_study

if TYPE_CHECKING:  # they load scipy
    from workbench.gating import Read, Ruling

app = typer.Typer(help="The decision as a check that a pipeline can run.", no_args_is_help=True)

FileArgument = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="Else gate.toml in the study's folder.")
]
_QUESTION = "yes, no or unknown"


@contextmanager
def _misused() -> Iterator[None]:
    """A wrong command line must not read as a verdict."""
    try:
        yield
    except UsageError as error:
        raise GateMisused(str(error)) from error


@app.command()
def init(
    file: FileArgument = None,
    reversible: Annotated[Answer | None, typer.Option(help=QUESTIONS[0].help)] = None,
    reviewed: Annotated[Answer | None, typer.Option(help=QUESTIONS[1].help)] = None,
    cheap_check: Annotated[Answer | None, typer.Option(help=QUESTIONS[2].help)] = None,
    max_escape: Annotated[
        float, typer.Option("--max", metavar="RATE", help="The escape rate that you can accept.")
    ] = 0.25,
    name: Annotated[str, typer.Option(metavar="NAME", help="Else that of file or folder.")] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who answers; else the reviewer.")] = "",
    study: StudyOption = None,
) -> None:
    """Write a commented gate file; what no option answers is asked."""
    with _misused():
        found = _find(study)
        path = file or (found.folder if found else Path.cwd()) / GATE_FILE
        if path.exists():
            raise UsageError(f"{path}: there is a gate here already: edit it, or name another file")
        if not 0 < max_escape < 1:
            raise UsageError(f"--max {max_escape}: expected a rate between 0 and 1, as in 0.25")
        now = utc_now()
        answers = Answers(
            name=check_name(name or _name_after(path), "a gate"),
            given=(_ask(0, reversible), _ask(1, reviewed), _ask(2, cheap_check)),
            by=check_name(by, "a person") if by else (found.reviewer if found else ""),
            on=now.date(),
            at=now,
            max_escape=max_escape,
        )
    _write(path, render_gate(answers))
    say(f"gate written: {path}")
    say("next: read it, change what does not fit, then `workbench gate lint`")


def _name_after(path: Path) -> str:
    """A gate is called as its file is, gate.toml as its folder."""
    return path.absolute().parent.name if path.name == GATE_FILE else path.stem


def _ask(place: int, given: Answer | None) -> Answer:
    """An answer from an option, else from whoever sits there."""
    import sys

    if given is not None:
        return given
    if not sys.stdin.isatty():
        options = "--reversible, --reviewed and --cheap-check"
        raise UsageError(f"nobody is here to ask: answer by {options}, each {_QUESTION}")
    while True:
        told = str(typer.prompt(f"{QUESTIONS[place].help} ({_QUESTION})", default="unknown"))
        words = [answer for answer in Answer if answer.startswith(told.strip().lower() or "?")]
        if len(words) == 1:
            return words[0]
        say(f"expected {_QUESTION}")


def _write(path: Path, text: str) -> None:
    from workbench.adapters.files import write_atomically
    from workbench.domain.errors import InputRefused

    try:
        write_atomically(path, [text.encode()])
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror}") from error


@app.command("lint")
def lint_(
    file: FileArgument = None, study: StudyOption = None, as_json: JsonOption = False
) -> None:
    """Say what is wrong with a gate before any label is given; errors end with exit code 3."""
    from workbench.gating import read_gate_at

    with _misused(), Progress("reading"):
        found = _find(study)
        path = _choose(file, found)
        if found is None:
            read = read_gate_at(path)
        else:
            with open_workbench(found) as bench:
                read = read_gate_at(path, bench, is_whole=True)
    if as_json:
        say_json("lints", _lints_as_json(read), errors=len(read.errors))
    else:
        _say_lints(read)
    if read.errors:
        raise typer.Exit(3)


@app.command()
def check(
    file: FileArgument = None,
    candidate: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose verdict ends the command.")
    ] = None,
    incumbent: Annotated[
        str, typer.Option(metavar="NAME", help="The candidate in use, for differences.")
    ] = "",
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the candidates against a gate: 0 pass, 1 fail, 2 inconclusive, 3 no verdict possible."""
    from workbench.cli.verdicts import render_ruling, ruling_as_json
    from workbench.gating import rule

    with _misused():
        found = find_study(study)
        with open_workbench(found) as bench, Progress("judging"):
            ruling = rule(bench, _choose(file, found), incumbent)
        code = _find_code(ruling, candidate)
    if as_json:
        rows, head = ruling_as_json(ruling)
        say_json("verdicts", rows, **head, exit_code=code)
    else:
        for line in render_ruling(ruling, candidate):
            say(line)
    raise typer.Exit(code)


def _find(study: Path | None) -> Study | None:
    """The study, None where none is near and none was named."""
    try:
        return find_study(study)
    except StudyNotFound:
        if study is not None:
            raise
        return None


def _choose(file: Path | None, study: Study | None) -> Path:
    if file is not None:
        return file
    return (study.folder if study else Path.cwd()) / GATE_FILE


def _find_code(ruling: "Ruling", candidate: str | None) -> int:
    """The exit code: of one candidate, or of all."""
    from workbench.domain.verdict import exit_code

    made, read = ruling.decision, ruling.read
    names = [v.candidate for v in made.verdicts]
    if candidate is not None and candidate not in names:
        listed = ", ".join(names) or "none yet"
        raise UsageError(f"no candidate {candidate} in this study (known: {listed})")
    if made.problem or read is None or read.gate is None:
        return 3
    held = [v.verdict for v in made.verdicts if candidate in {None, v.candidate}]
    gate: Gate = read.gate
    return exit_code(held, gate.on_inconclusive)


def _say_lints(read: "Read") -> None:
    for one in read.lints:
        at = f"{read.file.path}:{one.line}" if one.line else f"{read.file.path}"
        (warn if one.is_error else say)(f"{at}: {one.code} {one.sentence}")
    n_errors = len(read.errors)
    n_warnings = len(read.lints) - n_errors
    told = f"{counted(n_errors, 'error')}, {counted(n_warnings, 'warning')}"
    if n_errors:
        warn(f"{read.file.path}: {told}: such a gate decides nothing")
    else:
        say_text(f"{read.file.path}: {told}")


def _lints_as_json(read: "Read") -> list[dict[str, object]]:
    return [
        {"code": one.code, "line": one.line or None, "sentence": one.sentence} for one in read.lints
    ]
