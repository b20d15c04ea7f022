"""The best and the worst that a rate can be where something is not known.

Two things are never guessed: what tests would have said that did not run, and which of two labels
holds while nobody has decided between them. A pass is decided on the worst, a fail on the best.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workbench.domain.cell import Cell, Tally
from workbench.domain.measures import NOTHING, Count, Measure, is_untested
from workbench.domain.metrics import IntervalMethod, Rate
from workbench.domain.outcome import Outcome
from workbench.domain.policy import UnknownTests

_HIT, _MISS = (1, 1), (0, 1)
_MERGES = frozenset({"merge_rate", "merge_rate_excused", "yield"})
_ESCAPES = frozenset({"escape_rate", "escape_rate_total"})

Rival = tuple[Cell, ...]
"""The cells of one output under the labels of several reviewers, nobody having decided."""


class Range(NamedTuple):
    """A rate at its lowest and at its highest; which of them is the better one, a gate says."""

    low: Rate
    high: Rate

    @property
    def is_point(self) -> bool:
        """Whether nothing is unknown."""
        return (self.low.hits, self.low.n) == (self.high.hits, self.high.n)


def list_options(measure: Measure, cell: Cell, unknown: UnknownTests) -> tuple[Count, ...]:
    """What one output may contribute."""
    told = measure.contribute(cell)
    if not is_untested(cell):
        return (told,)
    if measure.name in _MERGES and told == _HIT:
        return _HIT, _MISS
    if measure.name == "exposure":
        is_open = unknown is UnknownTests.WORST_CASE or cell.outcome is Outcome.UNKNOWN_ESCAPE
        return (_MISS, _HIT) if is_open else (told,)
    if measure.name not in _ESCAPES:
        return (told,)
    if unknown is UnknownTests.WORST_CASE:
        return _MISS, _HIT
    is_total = measure.name == "escape_rate_total"
    is_bad = cell.has_k_defect if is_total else cell.outcome is Outcome.UNKNOWN_ESCAPE
    return (NOTHING, _HIT) if is_bad else (_MISS, NOTHING)


def compute_range(
    measure: Measure,
    tally: Tally,
    rivals: Iterable[Rival] = (),
    unknown: UnknownTests = UnknownTests.WORST_CASE,
    interval: IntervalMethod = lambda _hits, _n: (0.0, 1.0),
) -> Range:
    """The range of one measure; `rivals` are outputs that `tally` does not hold.

    Of what an output may contribute, a miss lowers a rate, a hit raises it, and nothing lies
    between, whatever the others do: so each output is decided alone.
    """
    low: list[tuple[Count, int]] = []
    high: list[tuple[Count, int]] = []
    outputs: list[tuple[Sequence[Cell], int]] = [((cell,), n) for cell, n in tally.items()]
    outputs += [(cells, 1) for cells in rivals]
    for cells, times in outputs:
        options = [c for cell in cells for c in list_options(measure, cell, unknown)]
        low.append((min(options, key=lowest), times))
        high.append((min(options, key=highest), times))
    return Range(_sum(low, interval), _sum(high, interval))


def lowest(count: Count) -> tuple[int, int]:
    """Fewest hits, then most misses."""
    return count[0], -count[1]


def highest(count: Count) -> tuple[int, int]:
    """Fewest misses, then most hits."""
    return count[1] - count[0], -count[1]


def _sum(counts: Iterable[tuple[Count, int]], interval: IntervalMethod) -> Rate:
    hits = total = 0
    for (hit, n), times in counts:
        hits += hit * times
        total += n * times
    return Rate(hits, total, interval(hits, total)) if total else Rate(0, 0)
