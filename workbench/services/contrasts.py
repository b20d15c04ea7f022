"""Two candidates on the same tickets: on how many each is the better one, and whether that shows.

Trial 1 of each ticket, chosen in advance. A number that is of some outputs only, as the escape rate
is of green ones, is compared on the tickets that count for both; the exposure, beside it, on all.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from workbench.domain.case import Case
from workbench.domain.measures import MEASURES, NOTHING, Measure
from workbench.domain.report import Duel
from workbench.stats import paired
from workbench.stats.paired import Pairs

# By name: the words for it, and whether the event is a good one.
_COMPARED = {
    "yield": ("merged, of all tickets", True),
    "abstention_rate_vague": ("asked, on vague tickets", True),
    "escape_rate": ("escapes, where both are green", False),
    "exposure": ("escapes, of all tickets", False),
}
MOST = 10  # candidates, of which every pair is compared


def contrast_all(cases: Iterable[Case]) -> list[Duel]:
    """Every pair of candidates by every number, p adjusted by Holm within a number; loads scipy.

    Of more than MOST candidates each is compared with the one that lets the least escape.
    """
    held: dict[str, dict[str, Case]] = {}
    for case in cases:
        if case.trial == 1:
            held.setdefault(case.candidate, {})[case.ticket_id] = case
    return [duel for name in _COMPARED for duel in _contrast(name, held)]


def _contrast(name: str, held: dict[str, dict[str, Case]]) -> Iterator[Duel]:
    title, is_good = _COMPARED[name]
    names = _choose_pairs(held)
    found = [_pair_up(MEASURES[name], held[a], held[b]) for a, b in names]
    adjusted = paired.holm([paired.mcnemar_exact(pairs.b, pairs.c) for pairs in found])
    for (first, second), pairs, p in zip(names, found, adjusted, strict=True):
        better = (pairs.b, pairs.c) if is_good else (pairs.c, pairs.b)
        interval = paired.tango(pairs) if pairs.n else (-1.0, 1.0)
        differ = tuple(_find_differing(MEASURES[name], held[first], held[second]))
        yield Duel(name, title, first, second, *better, pairs.a + pairs.d, p, interval, differ)


def _choose_pairs(held: dict[str, dict[str, Case]]) -> list[tuple[str, str]]:
    if len(held) <= MOST:
        return list(combinations(sorted(held), 2))

    def risk(name: str) -> tuple[float, int, str]:
        found = [MEASURES["escape_rate"].contribute(case.cell) for case in held[name].values()]
        hits, n = sum(hit for hit, _ in found), sum(n for _, n in found)
        return (hits / n if n else 1.0, -n, name)

    best = min(held, key=risk)
    return [(best, name) for name in sorted(held) if name != best]


def _find_differing(
    measure: Measure, first: dict[str, Case], second: dict[str, Case]
) -> Iterator[str]:
    """Both outputs of every ticket that counts for both and has the event for one."""
    for ticket, one in first.items():
        if ticket not in second:
            continue
        pair = one, second[ticket]
        counts = {measure.contribute(case.cell) for case in pair}
        if len(counts) > 1 and NOTHING not in counts:
            yield from (case.output_id for case in pair)


def _pair_up(measure: Measure, first: dict[str, Case], second: dict[str, Case]) -> Pairs:
    """Tickets that count for both, by who has the event."""
    counts: Sequence[tuple[tuple[int, int], tuple[int, int]]] = [
        (measure.contribute(case.cell), measure.contribute(second[ticket].cell))
        for ticket, case in first.items()
        if ticket in second
    ]
    return paired.count_pairs((a[0] > 0, b[0] > 0) for a, b in counts if NOTHING not in {a, b})
