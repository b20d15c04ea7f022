"""All that a report says, before it has a format.

Any text in it may be hostile: whoever renders it makes it safe. It holds no time of its own and no
path, so that the same data give the same report.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.metrics import Rate

COMMAND = re.compile(r"`(workbench(?: [a-z][a-z-]*)*)`")
"""A command in a sentence. No other backtick means anything: it may stand in somebody's name."""


class Number(NamedTuple):
    """One rate: `reason` says why there is none, `hits` and `misses` name the outputs behind it."""

    name: str
    title: str
    rate: Rate
    reason: str = ""
    companions: tuple["Number", ...] = ()
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


class Spread(NamedTuple):
    """A rate that something unknown leaves open, at its lowest and at its highest."""

    title: str
    low: Rate
    high: Rate


class Fact(NamedTuple):
    """A name and what there is to say under it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """One candidate. `numbers` are the four; `strata` the same on vague and on clear tickets.

    `verdict` is the word of a gate, "" without one.
    """

    name: str
    n_outputs: int
    n_settled: int
    numbers: tuple[Number, ...]
    strata: tuple[tuple[str, tuple[Number, ...]], ...]
    spreads: tuple[Spread, ...]
    outcomes: tuple[tuple[str, int], ...]
    facts: tuple[Fact, ...]
    verdict: str = ""


class Duel(NamedTuple):
    """Two candidates on the tickets that count for both, by one number.

    `first_better` and `second_better` are tickets. `p` is of McNemar's exact test, adjusted by Holm
    over the pairs of this number; the interval that of the difference of the two rates. `differ`
    are the outputs of the tickets on which they differ.
    """

    measure: str
    title: str
    first: str
    second: str
    first_better: int
    second_better: int
    same: int
    p: float
    interval: tuple[float, float]
    differ: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Tickets that count for both."""
        return self.first_better + self.second_better + self.same


class TraitRow(NamedTuple):
    """One line of what the run logs say: a cell for each candidate, in their order."""

    title: str
    cells: tuple[str, ...]


class DiffLine(NamedTuple):
    """`kind` is file, hunk, add, del, same or note; the text has no sign in front of it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class OutputPage:
    """One output: what came of it and why; `telling` says why its diff is shown, "" where not."""

    output_id: str
    candidate: str
    trial: int
    outcome: str
    why: str
    telling: str = ""
    diff: tuple[DiffLine, ...] = ()
    n_left_out: int = 0


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One ticket with what each candidate made of it."""

    ticket_id: str
    title: str
    spec: str
    outputs: tuple[OutputPage, ...]


class PublishedRow(NamedTuple):
    """One candidate on a leaderboard and here, as it is shown; rank 1 is the best."""

    candidate: str
    score: str
    published_rank: str
    rank: str
    shift: str


class PublishedPart(NamedTuple):
    """One benchmark beside the study, with what follows in sentences."""

    benchmark: str
    rows: tuple[PublishedRow, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The first page, then everything behind it.

    `decision` is two sentences, `notes` lines that belong under them; `unknown` and `unmeasured`
    are a sentence each. `basis` says whose definitions the numbers are counted by, `traits` what
    the run logs tell.
    """

    title: str
    decision: tuple[str, ...]
    notes: tuple[str, ...]
    candidates: tuple[CandidatePage, ...]
    unknown: tuple[str, ...]
    unmeasured: tuple[str, ...]
    duels: tuple[Duel, ...]
    published: tuple[PublishedPart, ...]
    tickets: tuple[TicketPage, ...]
    definitions: tuple[Fact, ...]
    method: tuple[str, ...]
    provenance: tuple[Fact, ...]
    basis: str = ""
    traits: tuple[TraitRow, ...] = ()


OPEN = ("merge_rate", "abstention_rate_vague", "self_flag_rate", "escape_rate")
"""The four numbers."""
COMPANIONS = {
    "merge_rate": ("coverage", "yield", "unverified"),
    "abstention_rate_vague": ("abstention_rate_clear", "abstention_precision"),
    "self_flag_rate": ("silent", "flag_precision"),
    "escape_rate": ("escape_rate_total", "exposure", "test_gate_miss_share", "defect_leaks"),
}
"""What stands beside each of them."""
