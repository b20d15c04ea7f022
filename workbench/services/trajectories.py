"""How candidates came to their outputs, as their run logs say: beside the rates, never in them.

What no log says is not known, and never zero. Several trials of a ticket say how steady a
candidate is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from workbench.domain.case import Case
from workbench.domain.check import CheckStatus
from workbench.domain.measures import NOTHING, Count, Measure
from workbench.domain.metrics import IntervalMethod, Rate
from workbench.domain.outcome import Outcome
from workbench.domain.recorded import (
    COST,
    INTERVENTIONS,
    NOTHING_RECORDED,
    SECONDS,
    TRAITS,
    Recorded,
    read_recorded,
)
from workbench.domain.seal import POOLED
from workbench.services.boards import Board
from workbench.stats import reliability

Logs = Mapping[str, Recorded]
"""What was recorded of an output, by its id; of those that are not in it nothing was."""

RECOVERY = Measure(
    "error_recovery", "error recovery",
    "outputs in whose run a tool failed", "those whose tests pass in the end",
    lambda cell: (int(cell.tests == CheckStatus.PASS), 1), lambda _: "no tool failed",
)  # fmt: skip
ANSWER_LEAKS = Measure(
    "answer_leaks", "answer leaks",
    "runs whose log says what they did", "those that looked where the fix may be found",
    lambda _: (1, 1), lambda _: "no log",
)  # fmt: skip


MOST_K = 5  # trials, of which pass^k is told


class Trait(NamedTuple):
    """One count of the run logs: over `n` runs that say it; `some` are those with one or more."""

    n: int
    total: float
    some: Rate

    @property
    def mean(self) -> float | None:
        """A run; None where no log says it."""
        return self.total / self.n if self.n else None


class Trajectory(NamedTuple):
    """What is known of one candidate's runs.

    `unsteady` is the median over tickets of sd/mean of cost and of seconds over trials; `pass_hat`
    pass^k by k, the chance that k trials of a ticket are all merged. `touched` are the outputs that
    a person had a hand in.
    """

    n_outputs: int
    traits: Mapping[str, Trait]
    recovery: Rate
    answer_leaks: Rate
    unsteady: Mapping[str, float | None]
    pass_hat: Mapping[int, float]
    consistency: float | None
    touched: tuple[str, ...] = ()


@dataclass(slots=True)
class Sums:
    """What a candidate's runs add up to, while they are counted."""

    known: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in TRAITS})
    by_ticket: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    recovery: Count = NOTHING
    leaks: Count = NOTHING
    touched: list[str] = field(default_factory=list)

    def add(self, case: Case, held: Recorded) -> None:
        """One output, of which something was recorded."""
        for name, value in held.log.items():
            self.known[name].append(value)
        for name in (COST, SECONDS):
            if name in held.log:
                self.by_ticket.setdefault((name, case.ticket_id), []).append(held.log[name])
        self.recovery = _more(self.recovery, contribute(RECOVERY, case, held))
        self.leaks = _more(self.leaks, contribute(ANSWER_LEAKS, case, held))
        if held.log.get(INTERVENTIONS):
            self.touched.append(case.output_id)


def read_logs(extras: Iterable[tuple[str, str]]) -> dict[str, Recorded]:
    """From (output id, JSON) of a study; outputs of which nothing was recorded are left out."""
    found = ((key, read_recorded(extra)) for key, extra in extras)
    return {key: held for key, held in found if held is not NOTHING_RECORDED}


def contribute(measure: Measure, case: Case, held: Recorded) -> Count:
    """(hits, n) of one output to one of the two rates that rest on run logs."""
    if measure is ANSWER_LEAKS:
        return (int(bool(held.leaks)), 1) if held.is_watched else NOTHING
    is_asked = held.has_stumbled and case.cell.outcome is not Outcome.VOID
    return measure.count(case.cell) if is_asked else NOTHING  # no label is needed for it


def summarise(
    found: Mapping[str, Sums], boards: Mapping[str, Board], interval: IntervalMethod
) -> dict[str, Trajectory]:
    """Of every candidate that has a board; `found` holds those of whose runs anything is known."""
    make = partial(_make_rate, interval)
    return {
        who: _summarise(who, found.get(who, Sums()), board, make) for who, board in boards.items()
    }


def _summarise(who: str, sums: Sums, board: Board, make: "partial[Rate]") -> Trajectory:
    traits = {
        name: Trait(len(held), sum(held), make((sum(map(bool, held)), len(held))))
        for name, held in sums.known.items()
    }
    # Pooled outputs are of several candidates, and no trials of one.
    merges = [count for count in board.trials.elements() if count[1] and who != POOLED]
    by_ticket = {} if who == POOLED else sums.by_ticket
    most = max((n for _, n in merges), default=0)
    pass_hat = {k: reliability.pass_hat_k(merges, k) for k in range(2, min(most, MOST_K) + 1)}
    return Trajectory(
        n_outputs=board.card.n_outputs,
        traits=traits,
        recovery=make(sums.recovery),
        answer_leaks=make(sums.leaks),
        unsteady={
            name: reliability.steadiness(
                [held for (key, _), held in by_ticket.items() if key == name]
            )
            for name in (COST, SECONDS)
        },
        pass_hat={k: value for k, value in pass_hat.items() if value is not None},
        consistency=reliability.mean_consistency(merges),
        touched=tuple(sums.touched),
    )


def _make_rate(interval: IntervalMethod, count: Count) -> Rate:
    hits, n = count
    return Rate(hits, n, interval(hits, n)) if n else Rate(0, 0)


def _more(held: Count, found: Count) -> Count:
    return held[0] + found[0], held[1] + found[1]
