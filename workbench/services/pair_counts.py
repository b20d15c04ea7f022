"""What the answers to pairs add up to: who is preferred, how sure that is, and what the side did.

One answer a pair counts: of several reviewers' the one that was given first; how often the others
agree is told beside it. Both ties are kept apart, and who could not judge is in no denominator.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from workbench.domain.metrics import Interval, Rate
from workbench.domain.pair import Cast, Preference
from workbench.domain.schedule import Entry
from workbench.services.scorecards import CONFIDENCE
from workbench.stats.preference import (
    Fit,
    Votes,
    fit_davidson,
    side_power,
    sign_test,
    win_rate,
)

N_RESAMPLES = 500
SEED = 1


@dataclass(frozen=True, slots=True)
class Duel:
    """Two candidates: `rate` is the first one's share of the pairs with a winner, `p` exact."""

    first: str
    second: str
    wins: int
    losses: int
    both_good: int
    both_bad: int
    cannot_judge: int
    rate: Rate
    p: float

    @property
    def n(self) -> int:
        """Pairs with a verdict; ties of both kinds are verdicts."""
        return self.wins + self.losses + self.both_good + self.both_bad

    @property
    def tie_share(self) -> float | None:
        """Ties of both kinds, of all verdicts; None without any."""
        return (self.both_good + self.both_bad) / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class SideBias:
    """How often the left side won where one did; `power` is that of seeing 70 to 30."""

    left: int
    right: int
    rate: Rate
    p: float
    power: float
    odds: tuple[float, Interval] | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """Davidson's model of three candidates or more: log odds against the first, with intervals.

    Intervals draw tickets again; `why` says why there is no model, "" where there is one.
    """

    fit: Fit | None = None
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that the pairs say. While a study is sealed `duels` is one pool and `model` empty."""

    duels: tuple[Duel, ...]
    side: SideBias
    model: Model
    n_votes: int
    n_others: int
    n_others_agree: int


@dataclass(frozen=True, slots=True)
class _Vote:
    """One counted answer, by candidate as they stood."""

    ticket: str
    left: str
    right: str
    preference: Preference


def compare_pairs(
    casts: Iterable[Cast], entries: Iterable[Entry], *, is_sealed: bool = False, seed: int = SEED
) -> Comparison:
    """Count every answer once; `is_sealed` leaves out whose outputs they were."""
    owners = {entry.output_id: entry for entry in entries}
    counted, n_others, n_agree = _choose(casts)
    votes = [
        _Vote(
            owners[cast.vote.left].ticket_id,
            owners[cast.vote.left].candidate,
            owners[cast.vote.right].candidate,
            cast.vote.preference,
        )
        for cast in counted
        if cast.vote.preference and {cast.vote.left, cast.vote.right} <= owners.keys()
    ]
    names = sorted({name for vote in votes for name in (vote.left, vote.right)})
    model = Model() if is_sealed or len(names) < 3 else _fit(votes, names[0], seed)
    return Comparison(
        duels=_duel_all(votes, is_sealed=is_sealed),
        side=_measure_side(votes, model),
        model=model,
        n_votes=len(votes),
        n_others=n_others,
        n_others_agree=n_agree,
    )


def _choose(casts: Iterable[Cast]) -> tuple[list[Cast], int, int]:
    """The first answer of each pair; how many others there are, and how many say the same."""
    first: dict[str, Cast] = {}
    n_others = n_agree = 0
    for cast in sorted(casts, key=lambda cast: cast.began):
        held = first.setdefault(cast.vote.pair_id, cast)
        if held is not cast:
            n_others += 1
            same = (held.vote.said, held.vote.preferred) == (cast.vote.said, cast.vote.preferred)
            n_agree += same
    return list(first.values()), n_others, n_agree


def _duel_all(votes: Sequence[_Vote], *, is_sealed: bool) -> tuple[Duel, ...]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for vote in votes:
        first, second = sorted((vote.left, vote.right))
        key = ("", "") if is_sealed else (first, second)
        counts = found.setdefault(key, Counter())
        if vote.preference in {Preference.LEFT, Preference.RIGHT}:
            winner = vote.left if vote.preference is Preference.LEFT else vote.right
            counts["decided" if is_sealed else "wins" if winner == first else "losses"] += 1
        else:
            counts[vote.preference] += 1
    return tuple(_make_duel(*names, counts) for names, counts in sorted(found.items()))


def _make_duel(first: str, second: str, counts: Counter[str]) -> Duel:
    wins, losses = counts["wins"], counts["losses"]
    _, interval = win_rate(wins, losses, CONFIDENCE)
    has_names = bool(first)
    return Duel(
        first=first,
        second=second,
        wins=wins if has_names else counts["decided"],
        losses=losses,
        both_good=counts[Preference.BOTH_GOOD],
        both_bad=counts[Preference.BOTH_BAD],
        cannot_judge=counts[Preference.CANNOT_JUDGE],
        rate=Rate(wins, wins + losses, interval) if wins + losses else Rate(0, 0),
        p=sign_test(wins, losses),
    )


def _measure_side(votes: Sequence[_Vote], model: Model) -> SideBias:
    left = sum(vote.preference is Preference.LEFT for vote in votes)
    right = sum(vote.preference is Preference.RIGHT for vote in votes)
    _, interval = win_rate(left, right, CONFIDENCE)
    return SideBias(
        left=left,
        right=right,
        rate=Rate(left, left + right, interval) if left + right else Rate(0, 0),
        p=sign_test(left, right),
        power=side_power(left + right),
        odds=model.fit.side_odds(CONFIDENCE) if model.fit else None,
    )


def _fit(votes: Sequence[_Vote], reference: str, seed: int) -> Model:
    try:
        fit = fit_davidson(_add_up(votes), reference)
    except ValueError as error:
        return Model(why=str(error))
    return Model(fit, _draw_again(votes, fit, reference, seed))


def _add_up(votes: Iterable[_Vote]) -> list[Votes]:
    """Counts by who stood where."""
    found: dict[tuple[str, str], Counter[Preference]] = {}
    for vote in votes:
        found.setdefault((vote.left, vote.right), Counter())[vote.preference] += 1
    return [
        Votes(
            left,
            right,
            counts[Preference.LEFT],
            counts[Preference.RIGHT],
            counts[Preference.BOTH_GOOD] + counts[Preference.BOTH_BAD],
        )
        for (left, right), counts in sorted(found.items())
    ]


def _draw_again(votes: Sequence[_Vote], fit: Fit, reference: str, seed: int) -> dict[str, Interval]:
    """2.5 to 97.5 % of each ability when tickets are drawn again; seldom a draw fits nothing."""
    by_ticket: dict[str, list[_Vote]] = {}
    for vote in votes:
        by_ticket.setdefault(vote.ticket, []).append(vote)
    tickets, random = sorted(by_ticket), Random(seed)  # noqa: S311 - a resample, no secret
    drawn: dict[str, list[float]] = {name: [] for name in fit.abilities}
    for _ in range(N_RESAMPLES):
        again = [vote for t in random.choices(tickets, k=len(tickets)) for vote in by_ticket[t]]
        try:
            found = fit_davidson(_add_up(again), reference)
        except ValueError:
            continue
        for name, ability in found.abilities.items():
            if name in drawn:
                drawn[name].append(ability)
    return {name: _middle(values) for name, values in drawn.items() if len(values) >= 40}


def _middle(values: list[float]) -> Interval:
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.025 * last)], ordered[round(0.975 * last)]
