"""`workbench report`: the decision, the four numbers, what is not known; all of it in a file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.boards import percent, short, wrap
from workbench.cli.exports import Text
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    describe_counts,
    say,
    say_json,
    warn,
)
from workbench.domain.counted import counted
from workbench.domain.errors import InputRefused
from workbench.study import find_study

if TYPE_CHECKING:  # loaded with what makes a report
    from workbench.domain.report import Number, Report

_PAGE = "the first page; --html FILE or --md FILE writes all of it"


def report(
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="One file, to read or print.")
    ] = None,
    md: Annotated[Path | None, typer.Option(metavar="FILE", help="The same in Markdown.")] = None,
    text: Annotated[Text, typer.Option(help="verbatim, redacted or none.")] = Text.REDACTED,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the decision, the four numbers and what is not known; write all of it to a file."""
    from workbench.reporting import open_report

    taken_out: Counter[str] = Counter()
    with open_workbench(find_study(study)) as bench, Progress("making the report"):
        made = open_report(bench, text, taken_out)
    if html is not None:
        _write_html(html, made)
    if md is not None:
        from workbench.adapters.reports.pages import render_markdown

        _write(md, render_markdown(made))
    if as_json:
        say_json("report", [_as_json(made)])
        return
    for path in filter(None, (html, md)):
        say(f"report in {path}")
    if html is None and md is None:
        _print(made)
    elif taken_out:
        say(f"redacted: {describe_counts(taken_out)} (--text verbatim keeps them)")


def _write_html(path: Path, made: "Report") -> None:
    from workbench.adapters.reports.pages import render_html
    from workbench.reporting import draw

    with Progress("drawing the figures"):
        figures, lack = draw(made)
    _write(path, render_html(made, figures, lack))
    if lack:
        warn(f"workbench: {lack}")


def _write(path: Path, text: str) -> None:
    """Whole or not there."""
    from workbench.adapters.files import write_atomically

    try:
        write_atomically(path.resolve(), [text.encode()])  # a link stays one
    except (OSError, RuntimeError) as error:  # a link that leads in a circle is a RuntimeError
        why = getattr(error, "strerror", None) or error
        raise InputRefused(f"{path} cannot be written: {why}") from error


def _print(made: "Report") -> None:
    for sentence in (*made.decision, *made.notes):
        for line in wrap(_tell(sentence).split(" "), indent=0, join=" "):
            say(line)
    say()
    if made.candidates:
        for line in _render_candidates(made):
            say(line)
        say()
        for line in wrap(_tell(made.basis).split(" "), indent=0, join=" "):
            say(line)
    else:
        say("no outputs yet: workbench outputs import FILE")
    for head, sentences in (("not known", made.unknown), ("not measured", made.unmeasured)):
        if sentences:
            say()
            say(f"{head}:")
            for sentence in sentences:
                for line in wrap(_tell(sentence).split(" "), indent=2, join=" ", head="- ", hang=4):
                    say(line)
    say()
    say(_PAGE)


def _tell(sentence: str) -> str:
    """A command stands in a terminal as it is typed."""
    from workbench.domain.report import COMMAND

    return COMMAND.sub(r"\1", sentence)


def _render_candidates(made: "Report") -> Iterator[str]:
    """A line for each of the four numbers, under the name of whose it is."""
    yield f"{'':<26}{'hits/n':<12}{'95 % interval':<18}beside it"
    for page in made.candidates:
        settled = f"{page.n_settled} of {counted(page.n_outputs, 'output')} settled"
        verdict = f"{page.verdict}, " if page.verdict else ""
        yield from wrap([f"{page.name}:", f"{verdict}{settled}"], indent=0, join=" ", hang=2)
        for number in page.numbers:
            beside = ", ".join(
                f"{_WORDS[c.name]} {short(c.rate).partition(' (')[0]}"
                for c in number.companions
                if c.name in _WORDS
            )
            yield f"  {number.title:<24}{_describe_rate(number):<30}{beside}".rstrip()
            for spread in page.spreads:
                if spread.title == number.title:
                    ends = f"{percent(spread.low.value)} to {percent(spread.high.value)}"
                    yield f"    with what is unknown either way: {ends}"


def _describe_rate(number: "Number") -> str:
    rate = number.rate
    if rate.value is None:
        return f"{'—':<12}{number.reason}"
    low, high = rate.interval
    return f"{f'{rate.hits}/{rate.n} {rate.value:.0%}':<12}{low:.0%} to {high:.0%}"


_WORDS = {
    "yield": "of all",
    "abstention_rate_clear": "on clear",
    "silent": "silent",
    "escape_rate_total": "total",
}


def _as_json(made: "Report") -> dict[str, object]:
    return {
        "decision": list(made.decision),
        "notes": list(made.notes),
        "candidates": [
            {
                "candidate": page.name,
                "verdict": page.verdict or None,
                "numbers": {n.name: _number(n) for n in page.numbers},
                "facts": {fact.name: fact.text for fact in page.facts},
                "runs": {row.title: row.cells[nth] for row in made.traits},
            }
            for nth, page in enumerate(made.candidates)
        ],
        "definitions": made.basis,
        "unknown": list(made.unknown),
        "unmeasured": list(made.unmeasured),
        "provenance": {fact.name: fact.text for fact in made.provenance},
    }


def _number(number: "Number") -> dict[str, object]:
    rate = number.rate
    return {
        "hits": rate.hits,
        "n": rate.n,
        "rate": rate.value,
        "interval": list(rate.interval),
        "outputs": {"counted": list(number.hits), "of_it": list(number.misses)},
    }
