"""`workbench scores`: published scores beside the study's numbers, which decide."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.boards import short, to_interval, wrap
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    end_with_problems,
    say,
    say_json,
    say_table,
)
from workbench.domain.counted import counted
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.imported import RowProblem
from workbench.study import find_study

if TYPE_CHECKING:  # it loads scipy
    from workbench.domain.metrics import Interval
    from workbench.domain.published import Comparison, Standing

app = typer.Typer(invoke_without_command=True)


@app.callback()
def root(context: typer.Context, study: StudyOption = None, as_json: JsonOption = False) -> None:
    """Compare published scores with the study: ranks, shifts, contradictions that hold."""
    if context.invoked_subcommand is None:
        _compare(study, as_json=as_json)
    elif study is not None or as_json:
        raise UsageError(f"options go after `{context.invoked_subcommand}`")


@app.command("import")
def import_(file: Path, study: StudyOption = None) -> None:
    """Read a CSV with a header: model, benchmark, score; n, source and as_of where known."""
    from workbench.adapters.importers.scores import read_scores
    from workbench.scoring import keep_scores

    with open_workbench(find_study(study)) as bench:
        rows = list(read_scores(file))
        problems = [row for row in rows if isinstance(row, RowProblem)]
        good = [row for row in rows if not isinstance(row, RowProblem)]
        n = keep_scores(bench, good)
    say(f"{counted(len(rows), 'score')} read: {len(good)} taken, {n} kept in all")
    end_with_problems(problems)


def _compare(study: Path | None, *, as_json: bool) -> None:
    from workbench.domain.published import tell_comparison
    from workbench.gating import rule

    with open_workbench(find_study(study)) as bench, Progress("comparing"):
        if bench.store.is_sealed:
            raise InputRefused(
                "the study is sealed: scores go by name, so first `workbench reveal`"
            )
        found = rule(bench).scores
    if as_json:
        say_json("benchmarks", [_as_json(one) for one in found])
        return
    if not found:
        say("no published scores yet: workbench scores import FILE, or [[capability]] in gate.toml")
        return
    for place, one in enumerate(found):
        if place:
            say()
        _print(one)
        for sentence in tell_comparison(one):
            for line in wrap(sentence.split(" "), indent=0, join=" "):
                say(line)


def _print(found: "Comparison") -> None:
    say(f"{found.benchmark}; here candidates rank by escape rate, the lowest first")
    heads = ("candidate", "published", "rank", "here", "shift")
    say_table(heads, [tuple(_row(one)) for one in found.standings])
    say()
    columns = ("candidate", "escape rate", "merge rate", "vague minus clear")
    say_table(columns, [tuple(_numbers(one)) for one in found.standings])
    say()


def _row(one: "Standing") -> Iterator[str]:
    yield one.candidate
    yield f"{one.published.score:.1%}{_span(one.published_interval)}"
    yield f"{one.published_rank:g}"
    if one.rank is None:
        yield from ("—", "—")
    else:
        ranks = one.rank_interval
        yield f"{one.rank:g}" + (f" ({ranks[0]:g}-{ranks[1]:g})" if ranks else "")
        yield f"{one.shift:+g}" if one.shift else "0"


def _numbers(one: "Standing") -> Iterator[str]:
    yield from (one.candidate, short(one.escape_rate), short(one.merge_rate))
    found, apart = one.discrimination_interval, one.discrimination
    if apart is None or found is None:
        yield "—"
    else:
        yield f"{apart:+.0%} ({found[0] * 100:+.0f} to {found[1] * 100:+.0f})"


def _span(interval: "Interval | None") -> str:
    return f" ({interval[0] * 100:.0f}-{interval[1] * 100:.0f})" if interval else ""


def _as_json(found: "Comparison") -> dict[str, object]:
    from workbench.domain.published import tell_comparison

    return {
        "benchmark": found.benchmark,
        "tau": found.tau,
        "p": found.p,
        "least_p": found.least_p,
        "standings": [_standing_as_json(one) for one in found.standings],
        "disagreements": [one._asdict() for one in found.disagreements],
        "not_in_study": list(found.strangers),
        "text": tell_comparison(found),
    }


def _standing_as_json(one: "Standing") -> dict[str, object]:
    rates: Sequence[tuple[str, object]] = [
        (name, {"hits": rate.hits, "n": rate.n, "rate": rate.value, "interval": [*rate.interval]})
        for name, rate in (("escape_rate", one.escape_rate), ("merge_rate", one.merge_rate))
    ]
    as_of = one.published.as_of
    return {
        "candidate": one.candidate,
        "score": one.published.score,
        "score_n": one.published.n or None,
        "score_interval": to_interval(one.published_interval),
        "source": one.published.source or None,
        "as_of": as_of.isoformat() if as_of else None,
        "published_rank": one.published_rank,
        "rank": one.rank,
        "rank_interval": to_interval(one.rank_interval),
        "shift": one.shift,
        "discrimination": one.discrimination,
        "discrimination_interval": to_interval(one.discrimination_interval),
        **dict(rates),
    }
