"""What outputs are worth at the prices that a gate states, and from which price on who is better.

Only stated prices make such a number; one that needs a price nobody stated is a dash.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import combinations

from workbench.domain.case import Case
from workbench.domain.cell import Cell
from workbench.domain.report import Fact
from workbench.domain.utility import Prices, compute_utility, value_outputs
from workbench.services.worths import estimate_break_even

_UNSTATED = "— (a price that it needs is not stated)"
_MOST = 5  # candidates, of which every pair is compared: each draws the tickets again
ByTicket = Mapping[str, Counter[Cell]]


def list_worths(cases: Iterable[Case], prices: Prices, seed: int) -> Iterator[Fact]:
    """The prices, the worth of an output of each candidate, and the break-even of each pair."""
    held: dict[str, dict[str, Counter[Cell]]] = {}
    for case in cases:
        tickets = held.setdefault(case.candidate, {})
        tickets.setdefault(case.ticket_id, Counter())[case.cell] += 1
    stated = {name: price for name, price in asdict(prices).items() if price is not None}
    told = ", ".join(f"{name.replace('_', ' ')} {price:g}" for name, price in stated.items())
    yield Fact("prices, in merges", told or "none")
    for name in sorted(held):
        worth = compute_utility(_add_up(held[name].values()), prices)
        known = _UNSTATED if worth is None else f"{worth:+.2f} merges"
        yield Fact(f"an output of {name} is worth", known)
    if len(held) <= _MOST:
        for pair in combinations(sorted(held), 2):
            text = _compare(pair, [held[name] for name in pair], prices, seed)
            yield Fact(f"{pair[0]} or {pair[1]}", text)


def _add_up(tallies: Iterable[Counter[Cell]]) -> Counter[Cell]:
    return sum(tallies, Counter[Cell]())


def _compare(names: tuple[str, str], held: Sequence[ByTicket], prices: Prices, seed: int) -> str:
    """From which price of an escape on which of the two is better."""
    worths = [value_outputs(_add_up(one.values()), prices) for one in held]
    if worths[0] is None or worths[1] is None:
        return _UNSTATED
    tickets = sorted({*held[0], *held[1]})
    duels = [tuple(one.get(ticket, Counter[Cell]()) for one in held) for ticket in tickets]
    found = estimate_break_even([(first, second) for first, second in duels], prices, seed)
    if found.value is None:
        return "both let the same share escape: no price of an escape tells them apart"
    safer = names[0] if worths[0].escaped < worths[1].escaped else names[1]
    if found.interval is None:
        sure = f"no interval: {found.dropped:.0%} of the studies drawn again have no such price"
    else:
        low, high = found.interval
        sure = f"break-even at {low:.1f} to {high:.1f}, tickets drawn again"
    if found.value <= 0:
        return f"{safer} is the better one at any price of an escape ({sure})"
    return f"{safer} is the better one where an escape costs over {found.value:.1f} merges ({sure})"
