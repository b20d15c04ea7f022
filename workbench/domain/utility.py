"""What the outcomes are worth to a team, in merges; no such number stands without its prices.

A price that is not known makes every number that needs it unknown (None), never free.
"""

from collections.abc import Iterable
from typing import NamedTuple

from workbench.domain.cell import Cell, Tally
from workbench.domain.counted import counted
from workbench.domain.measures import is_mergeable
from workbench.domain.outcome import Outcome
from workbench.domain.spec import Spec

Price = float | None


class Prices(NamedTuple):
    """What each outcome costs, in merges; None: nobody said.

    `edit_minor` is taken off a merge. `edit_major` is also the price of a rejected or empty output,
    `leak` comes on top of what was merged. An abstention on a ticket that nobody marked costs the
    dearer of the two.
    """

    edit_minor: Price = None
    edit_major: Price = None
    abstain_vague: Price = None
    abstain_clear: Price = None
    caught: Price = None
    escape: Price = None
    leak: Price = None


class Worth(NamedTuple):
    """Mean worth of an output without its escapes, and the share that escaped."""

    without_escapes: float
    escaped: float


_ESCAPES = frozenset({Outcome.ESCAPED, Outcome.UNKNOWN_ESCAPE})


def value_outputs(tally: Tally, prices: Prices) -> Worth | None:
    """Worth per counted output; None without outputs or where a price that it needs is unknown.

    An escape whose tests did not run counts as one: the worst case.
    """
    total, n, n_escaped = 0.0, 0, 0
    for cell, times in tally.items():
        if not times or not cell.is_counted:
            continue
        value = _value(cell, prices)
        if value is None:
            return None
        total += value * times
        n += times
        n_escaped += times * (cell.outcome in _ESCAPES)
    return Worth(total / n, n_escaped / n) if n else None


def _value(cell: Cell, prices: Prices) -> float | None:
    """What one output is worth, its escape left out."""
    if cell.outcome in _ESCAPES:
        return 0.0
    price = _price(cell, prices)
    if price is None:
        return None
    if not is_mergeable(cell):
        return -price
    if not cell.has_leak:
        return 1 - price
    return None if prices.leak is None else 1 - price - prices.leak


def _price(cell: Cell, prices: Prices) -> Price:
    if cell.outcome is Outcome.MERGED:
        return 0.0
    if cell.outcome is Outcome.EDITED_MINOR:
        return prices.edit_minor
    if cell.outcome is Outcome.CAUGHT:
        return prices.caught
    if cell.outcome is not Outcome.ABSTAINED:
        return prices.edit_major
    if cell.spec is Spec.UNSET:
        if prices.abstain_vague is None or prices.abstain_clear is None:
            return None
        return max(prices.abstain_vague, prices.abstain_clear)
    return prices.abstain_vague if cell.spec is Spec.VAGUE else prices.abstain_clear


def compute_utility(tally: Tally, prices: Prices) -> float | None:
    """Mean worth of an output; None where it is unknown."""
    worth = value_outputs(tally, prices)
    if worth is None or (worth.escaped and prices.escape is None):
        return None
    return worth.without_escapes - worth.escaped * (prices.escape or 0.0)


def break_even(first: Worth, second: Worth) -> float | None:
    """The price of an escape, in merges, at which both are worth the same; None: at none.

    Above it the candidate that lets less escape is the better one; at or below 0, at any price.
    """
    apart = second.escaped - first.escaped
    return (second.without_escapes - first.without_escapes) / apart if apart else None


def matching_penalty(target: float) -> float:
    """The penalty under which answering pays from a confidence on: t / (1 - t)."""
    if not 0 <= target < 1:
        raise ValueError(f"a confidence target lies in [0, 1), got {target}")
    return target / (1 - target)


class MergeCost(NamedTuple):
    """US dollars for each merged output, or None and `why`."""

    usd: float | None = None
    why: str = "no output yet"

    @property
    def told(self) -> str:
        """As it stands beside its name; `—` with the reason where it is not known."""
        return f"— ({self.why})" if self.usd is None else f"{self.usd:.2f} US dollars"


def cost_per_merge(costs: Iterable[float | None], n_merged: int) -> MergeCost:
    """What was spent on all outputs for each that was merged; unknown where one of them is."""
    spent = list(costs)
    known = [cost for cost in spent if cost is not None]
    if unknown := len(spent) - len(known):
        return MergeCost(why=f"not known of {unknown} of {counted(len(spent), 'output')}")
    if spent and not n_merged:
        return MergeCost(why="none is merged")
    return MergeCost(sum(known) / n_merged, "") if spent else MergeCost()
