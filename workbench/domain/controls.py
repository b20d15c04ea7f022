"""Controls: human patches, merged long ago, hidden in the queue to measure the reviewers.

They are in no rate of any candidate. A merge rate is adjusted by them only where there are enough.
"""

from typing import NamedTuple

from workbench.domain.cell import Tally
from workbench.domain.measures import is_mergeable
from workbench.domain.metrics import Interval, IntervalMethod, Rate
from workbench.domain.outcome import Outcome

MIN_CONTROLS = 10
"""Below so many nothing is adjusted."""


class ControlCard(NamedTuple):
    """How many controls reviewers would merge, and on how many they saw an escape."""

    acceptance: Rate
    false_alarms: int


class Adjusted(NamedTuple):
    """A merge rate as reviewers of another strictness would see it; `why` there is none."""

    value: float | None = None
    interval: Interval | None = None
    n_controls: int = 0
    why: str = ""


def score_controls(tally: Tally, interval: IntervalMethod) -> ControlCard:
    """Of the labelled controls, what is accepted; every escape on one is a false alarm."""
    counted = {cell: n for cell, n in tally.items() if n and cell.is_counted}
    n = sum(counted.values())
    hits = sum(times for cell, times in counted.items() if is_mergeable(cell))
    alarms = sum(times for cell, times in counted.items() if cell.outcome in _ALARMS)
    return ControlCard(Rate(hits, n, interval(hits, n)) if n else Rate(0, 0), alarms)


_ALARMS = frozenset({Outcome.ESCAPED, Outcome.UNKNOWN_ESCAPE})


def adjust_merge_rate(merge_rate: Rate, acceptance: Rate) -> float | None:
    """min(1, MR / acceptance): what reviewers this strict would say of a good patch.

    None below MIN_CONTROLS, where either is undefined, or where no control was accepted. Never
    gated.
    """
    strictness = acceptance.value
    if acceptance.n < MIN_CONTROLS or not strictness or merge_rate.value is None:
        return None
    return min(1.0, merge_rate.value / strictness)


def explain_unadjusted(merge_rate: Rate, acceptance: Rate) -> str:
    """Why a merge rate cannot be adjusted, "" where it can."""
    if acceptance.n < MIN_CONTROLS:
        return f"needs {MIN_CONTROLS} labelled controls, has {acceptance.n}"
    if not acceptance.hits:
        return "no control was accepted"
    return "" if merge_rate.n else "no merge rate yet"
