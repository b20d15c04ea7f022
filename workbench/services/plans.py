"""What a study of a given size can show and what it cannot, before a single output is made."""

from dataclasses import dataclass
from typing import NamedTuple

from workbench.stats import paired, planner
from workbench.stats.proportion import cp_lower, cp_upper

ALPHA = 0.05
_TRUE_RATES = (0.02, 0.05, 0.10, 0.15, 0.20, 0.30)
_FINER_LIMITS = (0.20, 0.15, 0.10, 0.05, 0.02, 0.01)
_APART = ((0.30, 0.05), (0.20, 0.05), (0.30, 0.10))
_MOST_ESCAPES = 3
_ROUNDING = 1e-12


class Proof(NamedTuple):
    """So many hits of n prove this bound, one-sided."""

    hits: int
    n: int
    bound: float


class Needed(NamedTuple):
    """With so many escapes a limit takes this many green outputs; more if every label is seen."""

    escapes: int
    green: int
    green_with_looks: int


class Chance(NamedTuple):
    """The chance to pass at a true rate."""

    rate: float
    passes: float


class Reach(NamedTuple):
    """A limit, and the green outputs without an escape that it takes."""

    limit: float
    green: int


class Contrast(NamedTuple):
    """Two candidates, each alone right on a share of tickets: the chance that it shows.

    `tickets` is how many it takes for four in five, None beyond a thousand.
    """

    only_first: float
    only_second: float
    power: float
    tickets: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The answers for one size.

    With `max_escapes` a gate at `limit` passes, from `fails_from` on it fails, between them it is
    inconclusive; None where no number of escapes does.
    """

    tickets: int
    vague: int
    green: int
    limit: float
    confidence: float
    escapes: tuple[Proof, ...]
    max_escapes: int | None
    fails_from: int | None
    needed: tuple[Needed, ...]
    chances: tuple[Chance, ...]
    out_of_reach: tuple[Reach, ...]
    abstained_vague: tuple[Proof, ...]
    abstained_clear: Proof | None
    least_discordant: int
    contrasts: tuple[Contrast, ...]

    @property
    def clear(self) -> int:
        """Tickets that say enough."""
        return self.tickets - self.vague


def make_plan(tickets: int, vague: int, green: int, limit: float, confidence: float = 0.95) -> Plan:
    """All answers; `green` is how many outputs with passing tests to expect of one candidate."""
    most = planner.max_hits(limit, green, confidence) if green else None
    shown = range(min(green, _MOST_ESCAPES) + 1)
    finer = [Reach(x, planner.min_n_upper(x, 0, confidence)) for x in _FINER_LIMITS if x < limit]
    return Plan(
        tickets=tickets,
        vague=vague,
        green=green,
        limit=limit,
        confidence=confidence,
        escapes=tuple(Proof(k, green, cp_upper(k, green, confidence)) for k in shown),
        max_escapes=most,
        fails_from=_find_fail(limit, green, confidence),
        needed=tuple(_need(limit, k, confidence) for k in range(_MOST_ESCAPES)),
        chances=tuple(
            Chance(rate, 0.0 if most is None else planner.pass_probability(green, most, rate))
            for rate in _TRUE_RATES
        ),
        out_of_reach=tuple(reach for reach in finer if reach.green > green),
        abstained_vague=tuple(
            Proof(k, vague, cp_lower(k, vague, confidence))
            for k in dict.fromkeys((vague, -(-3 * vague // 4)))
            if vague
        ),
        abstained_clear=_prove_no_abstention(tickets - vague, confidence),
        least_discordant=next(n for n in range(1, 99) if paired.mcnemar_exact(n, 0) <= ALPHA),
        contrasts=tuple(_contrast(tickets, *shares) for shares in _APART),
    )


def _find_fail(limit: float, green: int, confidence: float) -> int | None:
    """The fewest escapes whose lower bound lies above the limit."""
    bounds = (cp_lower(k, green, confidence) for k in range(green + 1))
    return next((k for k, bound in enumerate(bounds) if bound > limit + _ROUNDING), None)


def _need(limit: float, escapes: int, confidence: float) -> Needed:
    return Needed(
        escapes,
        planner.min_n_upper(limit, escapes, confidence),
        planner.min_n_evidence(limit, escapes, 1 - confidence),
    )


def _prove_no_abstention(clear: int, confidence: float) -> Proof | None:
    return Proof(0, clear, cp_upper(0, clear, confidence)) if clear else None


def _contrast(tickets: int, only_first: float, only_second: float) -> Contrast:
    return Contrast(
        only_first,
        only_second,
        planner.mcnemar_power(tickets, only_first, only_second, ALPHA),
        planner.tickets_for_power(only_first, only_second, ALPHA),
    )
