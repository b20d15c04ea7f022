"""Published scores beside a study's own numbers: what they say, and where they are contradicted.

A leaderboard is an input. Where it disagrees the study decides, and a contradiction is claimed only
where both sides are proved.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from workbench.domain.counted import counted
from workbench.domain.decision import join
from workbench.domain.gate import Published
from workbench.domain.metrics import Interval, Rate


class Standing(NamedTuple):
    """One candidate in both orders; rank 1 is the best, ties share their mean rank.

    `published_interval` None: nobody said of how many tasks. Ranks by escape rate are None where it
    is 0/0; `rank_interval` comes from drawing tickets again.
    """

    candidate: str
    published: Published
    published_interval: Interval | None
    published_rank: float
    escape_rate: Rate
    merge_rate: Rate
    discrimination: float | None
    discrimination_interval: Interval | None
    rank: float | None
    rank_interval: Interval | None

    @property
    def shift(self) -> float | None:
        """How many ranks it gains here; below 0: loses."""
        return None if self.rank is None else self.published_rank - self.rank


class Disagreement(NamedTuple):
    """Two candidates that the published order and the study put differently.

    `points` are by how much the published favourite leads, `only_favourite` and `only_other` the
    tickets on which one alone escapes. `is_reversal`: both orders are proved.
    """

    favourite: str
    other: str
    points: float
    only_favourite: int
    only_other: int
    p: float
    is_reversal: bool


class Comparison(NamedTuple):
    """One benchmark against the study. `tau` compares both orders, `p` is exact over all orders.

    `least_p` is the smallest that so many candidates can reach. `strangers` have a published score
    and are no candidates.
    """

    benchmark: str
    standings: tuple[Standing, ...]
    tau: float | None
    p: float | None
    least_p: float | None
    disagreements: tuple[Disagreement, ...]
    strangers: tuple[str, ...] = ()

    @property
    def is_description(self) -> bool:
        """Whether so few candidates can never be more than described."""
        return self.least_p is None or self.least_p > 0.05


def tell_comparison(found: Comparison) -> list[str]:
    """What follows, in sentences; the study decides wherever the two disagree."""
    told = [_tell_agreement(found), *tell_disagreements(found)]
    if found.strangers:
        told.append(f"Not in this study: {join(found.strangers)}.")
    return told


def tell_disagreements(found: Comparison) -> list[str]:
    """Who is put where by whom: what is proved on both sides first."""
    ordered = sorted(found.disagreements, key=lambda one: not one.is_reversal)
    return [_tell_disagreement(found.benchmark, one) for one in ordered]


def _tell_disagreement(benchmark: str, one: Disagreement) -> str:
    what = "a reversal" if one.is_reversal else "a disagreement within noise"
    tickets = counted(one.only_favourite, "ticket")
    return (
        f"{benchmark} puts {one.favourite} before {one.other} by {one.points:.1f} points, here"
        f" {one.favourite} lets more escape ({tickets} vs {one.only_other},"
        f" p = {one.p:.2g}): {what}, and the study's numbers decide."
    )


def _tell_agreement(found: Comparison) -> str:
    n = sum(one.rank is not None for one in found.standings)
    if found.tau is None:
        return (
            f"{found.benchmark}: nothing to compare, {counted(n, 'candidate')} with both numbers."
        )
    head = f"{found.benchmark} and escape rate, {n} candidates: tau {found.tau:+.2f}"
    if found.is_description:
        least = "" if found.least_p is None else f", where p cannot be below {found.least_p:.3f}"
        return f"{head}; a description only{least}."
    return f"{head}, exact p = {found.p:.3f}." if found.p is not None else f"{head}."


def render_scores(scores: Iterable[Published]) -> str:
    """As the study keeps them: JSON."""
    rows = [one._asdict() | {"as_of": one.as_of and one.as_of.isoformat()} for one in scores]
    return json.dumps(rows, ensure_ascii=False)


def parse_scores(text: str) -> tuple[Published, ...]:
    """The inverse of render_scores."""
    rows = json.loads(text) if text else []
    return tuple(
        Published(**(row | {"as_of": date.fromisoformat(row["as_of"]) if row["as_of"] else None}))
        for row in rows
    )


def merge_scores(old: Iterable[Published], new: Iterable[Published]) -> tuple[Published, ...]:
    """One score for each model and benchmark: the newer statement holds."""
    held = {(one.model, one.benchmark): one for one in (*old, *new)}
    return tuple(held[key] for key in sorted(held))
