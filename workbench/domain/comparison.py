"""Candidates side by side: every number of each, and what pairs of them, reviewers and time say.

A candidate stands here under the words that its reviewer may read: an alias, unless names are open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Rate
from workbench.domain.report import Duel
from workbench.domain.spec import Spec
from workbench.domain.utility import MergeCost


class Line(NamedTuple):
    """One number: a measure by its name, on all tickets or on those of one kind."""

    name: str
    title: str
    spec: Spec | None = None
    is_open: bool = False  # one of the four


class Bar(NamedTuple):
    """The most that may escape, and how sure one has to be of it."""

    limit: float = 0.25
    confidence: float = 0.95


USUAL = Bar()

LINES = (
    Line("merge_rate", "merge", is_open=True),
    Line("yield", "of all"),
    Line("merge_rate", "vague", Spec.VAGUE),
    Line("merge_rate", "clear", Spec.CLEAR),
    Line("abstention_rate_vague", "abstain", is_open=True),
    Line("abstention_rate_clear", "on clear"),
    Line("self_flag_rate", "self-flag", is_open=True),
    Line("flag_precision", "precision"),
    Line("escape_rate", "escape", is_open=True),
    Line("escape_rate_total", "total"),
    Line("escape_rate", "vague", Spec.VAGUE),
    Line("escape_rate", "clear", Spec.CLEAR),
    Line("exposure", "exposure"),
    Line("defect_leaks", "defect leaks"),
)
"""The rows, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """One candidate: `rates` and, where there is none, `reasons` by the lines of LINES.

    `minutes` of review an output are None where none was timed, `cost` is that of a merged one;
    `need` says what would settle whether it lets too much escape.
    """

    name: str
    n_settled: int
    n_outputs: int
    rates: Mapping[Line, Rate]
    reasons: Mapping[Line, str]
    minutes: float | None = None
    cost: MergeCost = MergeCost()  # noqa: RUF009 - it cannot change
    need: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is shown at once. `whose` says whose labels these are, `notes` is a line each."""

    whose: str
    columns: tuple[Column, ...]
    duels: tuple[Duel, ...]
    notes: tuple[str, ...]
    preferences: tuple[str, ...] = ()  # which of a pair is better, a line each


class Behind(NamedTuple):
    """One output behind a number: counted, of it, or outside, and why."""

    output_id: str
    ticket_id: str
    name: str
    trial: int
    outcome: str
    part: str
    why: str


def describe_line(line: Line) -> str:
    """What the number is of, and what it counts."""
    measure = MEASURES[line.name]
    on = f", on {line.spec} tickets" if line.spec else ""
    return f"{measure.title}{on}: of {measure.of}, {measure.hits}"
