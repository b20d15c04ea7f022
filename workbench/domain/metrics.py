"""The four rates and their companions, from counts.

Every output falls into one Cell; a tally counts cells; every rate is a sum over cells. So a label
changes two integers, a recount is a Counter, and both must agree. 0/0 is undefined: value None.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from math import isclose
from typing import NamedTuple

from workbench.domain.cell import Cell, Tally, classify
from workbench.domain.measures import MEASURES, Measure
from workbench.domain.outcome import Outcome
from workbench.domain.spec import Spec

__all__ = [
    "Cell",
    "Interval",
    "IntervalMethod",
    "Rate",
    "Scorecard",
    "Tally",
    "classify",
    "compute_scorecard",
    "count",
    "explain_undefined",
    "keep_spec",
    "make_scorecard",
]

Interval = tuple[float, float]
IntervalMethod = Callable[[int, int], Interval]


class Rate(NamedTuple):
    """hits of n with an interval; `value` is None for 0/0, whose interval is [0, 1].

    `by_ticket` is the rate where several trials of a ticket count as one ticket, else None.
    """

    hits: int
    n: int
    interval: Interval = (0.0, 1.0)
    by_ticket: float | None = None

    @property
    def value(self) -> float | None:
        """The proportion, or None where it is undefined."""
        if self.by_ticket is not None:
            return self.by_ticket
        return self.hits / self.n if self.n else None

    @property
    def is_mean(self) -> bool:
        """Whether it is not what hits and n say, but the mean of the tickets' own rates."""
        return self.by_ticket is not None and not isclose(self.by_ticket, self.hits / self.n)


class Scorecard(NamedTuple):
    """The four rates of one candidate with their companions; a field is a name in MEASURES."""

    merge_rate: Rate
    coverage: Rate
    merge_yield: Rate
    unverified: Rate
    merge_rate_excused: Rate
    abstention_rate_vague: Rate
    abstention_rate_clear: Rate
    abstention_precision: Rate
    self_flag_rate: Rate
    silent: Rate
    flag_precision: Rate
    escape_rate: Rate
    escape_rate_total: Rate
    exposure: Rate
    test_gate_miss_share: Rate
    defect_leaks: Rate
    states: Mapping[Outcome, int]
    n_test_blind: int = 0
    n_excused: int = 0

    @property
    def n_outputs(self) -> int:
        """All outputs, pending and void ones too."""
        return sum(self.states.values())

    @property
    def n_pending(self) -> int:
        """Outputs that still need a label."""
        return self.states[Outcome.PENDING]

    @property
    def discrimination(self) -> float | None:
        """J = AR_vague - AR_clear; None where either is undefined."""
        vague, clear = self.abstention_rate_vague.value, self.abstention_rate_clear.value
        return None if vague is None or clear is None else vague - clear


def explain_undefined(name: str, card: Scorecard) -> str:
    """What would define a rate that is 0/0, in a few words; `name` is a field of Scorecard."""
    if card.n_outputs == card.n_pending + card.states[Outcome.VOID]:
        return "no label yet" if card.n_pending or not card.n_outputs else "harness failed"
    if name in {"merge_rate", "merge_rate_excused"} and card.states[Outcome.ABSTAINED]:
        return "nothing attempted"
    if name in {"unverified", "defect_leaks"}:
        return "nothing merged yet"
    if name in {"abstention_rate_vague", "abstention_rate_clear"}:
        return f"no {name.rsplit('_', 1)[1]} one yet"
    if name == "abstention_precision":
        return "nothing abstained yet"
    if name in {"self_flag_rate", "silent"}:
        return "no flaw found yet"
    if name == "flag_precision":
        return "nothing flagged yet"
    if name in {"escape_rate", "escape_rate_total"}:
        is_untested = card.states[Outcome.UNKNOWN_ESCAPE] or card.unverified.hits
        return "no test status yet" if is_untested else "no green one yet"
    return "no red one, no escape" if name == "test_gate_miss_share" else "nothing counts yet"


def keep_spec(tally: Tally, spec: Spec) -> dict[Cell, int]:
    """The outputs on clear, or on vague tickets: a stratum."""
    return {cell: n for cell, n in tally.items() if cell.spec is spec}


def count(measure: Measure, tally: Tally) -> tuple[int, int]:
    """(hits, n) of one measure."""
    return _sum(measure, {cell: n for cell, n in tally.items() if cell.is_counted})


def _sum(measure: Measure, counted: Tally) -> tuple[int, int]:
    hits = total = 0
    for cell, times in counted.items():
        hit, n = measure.count(cell)
        hits += hit * times
        total += n * times
    return hits, total


def compute_scorecard(tally: Tally, interval: IntervalMethod) -> Scorecard:
    """All rates from counts; `interval(hits, n)` is called for n > 0 only."""
    counted = {cell: times for cell, times in tally.items() if times and cell.is_counted}

    def compute_rate(measure: Measure) -> Rate:
        hits, n = _sum(measure, counted)
        return Rate(hits, n, interval(hits, n)) if n else Rate(0, 0)

    return make_scorecard(tally, compute_rate)


def make_scorecard(tally: Tally, compute_rate: Callable[[Measure], Rate]) -> Scorecard:
    """A scorecard whose rates come from `compute_rate`, its counts of outputs from the tally."""

    def rate(name: str) -> Rate:
        return compute_rate(MEASURES[name])

    states = Counter(dict.fromkeys(Outcome, 0))
    for cell, times in tally.items():
        states[cell.outcome] += times
    return Scorecard(
        merge_rate=rate("merge_rate"),
        coverage=rate("coverage"),
        merge_yield=rate("yield"),
        unverified=rate("unverified"),
        merge_rate_excused=rate("merge_rate_excused"),
        abstention_rate_vague=rate("abstention_rate_vague"),
        abstention_rate_clear=rate("abstention_rate_clear"),
        abstention_precision=rate("abstention_precision"),
        self_flag_rate=rate("self_flag_rate"),
        silent=rate("silent"),
        flag_precision=rate("flag_precision"),
        escape_rate=rate("escape_rate"),
        escape_rate_total=rate("escape_rate_total"),
        exposure=rate("exposure"),
        test_gate_miss_share=rate("test_gate_miss_share"),
        defect_leaks=rate("defect_leaks"),
        states=states,
        n_test_blind=sum(n for cell, n in tally.items() if cell.is_test_blind and cell.is_counted),
        n_excused=sum(n for cell, n in tally.items() if cell.is_excused),
    )
