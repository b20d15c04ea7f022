"""The same frozen tickets, a new candidate: paired changes and non-inferiority to the incumbent."""

from workbench.domain.measures import MEASURES, NOTHING
from workbench.domain.release import RateChange, Release, TicketChange, weigh
from workbench.services.criteria import Cases, first_trials
from workbench.stats import paired
from workbench.stats.paired import Pairs

_RATES = (
    "merge_rate",
    "yield",
    "abstention_rate_vague",
    "abstention_rate_clear",
    "escape_rate",
    "exposure",
)


def compare_releases(
    new: tuple[str, Cases],
    old: tuple[str, Cases],
    n_tickets: int,
    margin: float,
    confidence: float = 0.95,
) -> Release:
    """Trial 1 of each ticket, as chosen in advance; names beside the cases."""
    after, before = (first_trials(cases) for _, cases in (new, old))
    shared = sorted(set(after) & set(before))
    tickets = [
        TicketChange(t, after[t].spec, before[t], after[t], weigh(after[t]) - weigh(before[t]))
        for t in shared
        if before[t].cell.is_counted and after[t].cell.is_counted
    ]
    green = _pair_up("escape_rate", tickets)
    return Release(
        new=new[0],
        old=old[0],
        n_tickets=n_tickets,
        rates=tuple(_change(name, tickets) for name in _RATES),
        tickets=tuple(tickets),
        missing=tuple(sorted((set(after) | set(before)) - {t.ticket_id for t in tickets})),
        at_most=paired.tango_upper(green, confidence) if green.n else None,
        margin=margin,
        confidence=confidence,
    )


def _pair_up(name: str, tickets: list[TicketChange]) -> Pairs:
    """The four counts, the new candidate first, over tickets that count for both."""
    measure = MEASURES[name]
    counts = [(measure.contribute(t.after.cell), measure.contribute(t.before.cell))
              for t in tickets]  # fmt: skip
    return paired.count_pairs((a[0] > 0, b[0] > 0) for a, b in counts if NOTHING not in {a, b})


def _change(name: str, tickets: list[TicketChange]) -> RateChange:
    pairs = _pair_up(name, tickets)
    return RateChange(
        name=name,
        title=MEASURES[name].title,
        n=pairs.n,
        before=pairs.a + pairs.c,
        after=pairs.a + pairs.b,
        only_before=pairs.c,
        only_after=pairs.b,
        change=(pairs.b - pairs.c) / pairs.n if pairs.n else None,
        interval=paired.tango(pairs) if pairs.n else (-1.0, 1.0),
        p=paired.mcnemar_exact(pairs.b, pairs.c),
    )
