"""Published scores against a study: ranks, their uncertainty, and who is put where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from workbench.domain.definitions import USUAL, Definitions
from workbench.domain.gate import Published
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Interval
from workbench.domain.published import Comparison, Disagreement, Standing
from workbench.services.boards import Board, score_cases
from workbench.services.contests import by_ticket, compare_paired, differences
from workbench.services.criteria import Cases
from workbench.stats import paired, ranks
from workbench.stats.proportion import wilson

_ESCAPES = MEASURES["escape_rate"]
ALPHA = 0.05


def compare_scores(
    scores: Iterable[Published], cases: Mapping[str, Cases], definitions: Definitions = USUAL
) -> list[Comparison]:
    """Every benchmark against the study, in the order of their names."""
    by_benchmark: dict[str, list[Published]] = {}
    for score in scores:
        by_benchmark.setdefault(score.benchmark, []).append(score)
    held = {name: found for name, found in cases.items() if found}
    boards = score_cases((case for found in held.values() for case in found), definitions)
    return [
        _compare(benchmark, found, held, boards, definitions.seed)
        for benchmark, found in sorted(by_benchmark.items())
    ]


def _compare(
    benchmark: str,
    scores: Sequence[Published],
    cases: Mapping[str, Cases],
    boards: Mapping[str, Board],
    seed: int,
) -> Comparison:
    known = sorted((s for s in scores if s.model in cases), key=lambda s: (-s.score, s.model))
    names = [score.model for score in known]
    places = _rank([-score.score for score in known])
    rates = {name: boards[name].card.escape_rate.value for name in names}
    ranked = [name for name in names if rates[name] is not None]
    risks = [rates[name] or 0.0 for name in ranked]
    here = dict(zip(ranked, _rank(risks), strict=True))
    intervals = _draw_ranks(ranked, cases, seed)
    standings = tuple(
        _stand(score, place, boards[score.model], here.get(score.model), intervals)
        for score, place in zip(known, places, strict=True)
    )
    by_name = {score.model: score.score for score in known}
    tau, p, least = _correlate([by_name[name] for name in ranked], [-risk for risk in risks])
    return Comparison(
        benchmark=benchmark,
        standings=standings,
        tau=tau,
        p=p,
        least_p=least,
        disagreements=tuple(_find_disagreements(known, cases)),
        strangers=tuple(sorted(s.model for s in scores if s.model not in cases)),
    )


def _stand(
    score: Published,
    place: float,
    board: Board,
    rank: float | None,
    intervals: Mapping[str, Interval | None],
) -> Standing:
    card = board.card
    return Standing(
        candidate=score.model,
        published=score,
        published_interval=_bound(score),
        published_rank=place,
        escape_rate=card.escape_rate,
        merge_rate=card.merge_rate,
        discrimination=card.discrimination,
        discrimination_interval=board.discrimination,
        rank=rank,
        rank_interval=intervals.get(score.model),
    )


def _bound(score: Published) -> Interval | None:
    return wilson(score.score * score.n, score.n) if score.n else None


def _rank(values: Sequence[float]) -> list[float]:
    """Rank 1 for the lowest; ties share their mean rank."""
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]


def _correlate(
    published: Sequence[float], here: Sequence[float]
) -> tuple[float | None, float | None, float | None]:
    """tau, its exact p, and the least that p can be; None below two candidates."""
    n = len(published)
    if n < 2:
        return None, None, None
    tau = ranks.kendall_tau_b(published, here)
    is_exact = tau is not None and n <= ranks.MOST_EXACT
    p = ranks.kendall_exact_p(published, here) if is_exact else None
    return tau, p, ranks.min_attainable_p(n)


def _draw_ranks(
    names: Sequence[str], cases: Mapping[str, Cases], seed: int
) -> dict[str, Interval | None]:
    """Between which ranks each falls when tickets are drawn again."""
    if len(names) < 2:
        return {}
    counts = [by_ticket(_ESCAPES, cases[name]) for name in names]
    tickets = [
        [held.get(ticket, (0, 0)) for held in counts]
        for ticket in sorted({ticket for held in counts for ticket in held})
    ]
    return {
        name: ranks.rank_interval(tickets, place, seed, is_low_best=True).interval
        for place, name in enumerate(names)
    }


def _find_disagreements(
    known: Sequence[Published], cases: Mapping[str, Cases]
) -> Iterator[Disagreement]:
    """Pairs whose published favourite lets more escape; all pairs are adjusted together."""
    pairs = list(combinations(known, 2))
    held = {score.model: by_ticket(_ESCAPES, cases[score.model]) for score in known}
    adjusted = paired.holm([compare_paired(_ESCAPES, cases[a.model], cases[b.model])
                            for a, b in pairs])  # fmt: skip
    for (a, b), p in zip(pairs, adjusted, strict=True):
        found = differences(held[a.model], held[b.model])
        worse = (sum(d > 0 for d in found), sum(d < 0 for d in found))
        if a.score == b.score or sum(found) <= 0:
            continue
        one, other = _bound(a), _bound(b)
        is_apart = one is not None and other is not None and other[1] < one[0]
        points = 100 * (a.score - b.score)
        yield Disagreement(a.model, b.model, points, *worse, p, is_apart and p <= ALPHA)
