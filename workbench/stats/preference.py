"""Blind pairs: which candidate is preferred, and how much the side it stood on had to do with it.

Ties of both kinds are one here; who could not judge is in no count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

from workbench.stats.paired import mcnemar_exact
from workbench.stats.proportion import Interval, wilson, z_quantile

Vector = list[float]
_MAX_STEPS = 100
_SEPARATED = 15.0  # a log-odds that finite counts do not reach
_CONVERGED = 1e-12


class Votes(NamedTuple):
    """What was said of one pair as it was shown: `left` on the left side, `right` on the right."""

    left: str
    right: str
    left_wins: float
    right_wins: float
    ties: float = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """Abilities in log odds against the reference (0); `side` is the left side's log odds.

    `side` and `side_error` are None where no side effect was asked for, `tie` (ln of Davidson's
    nu) without ties. `is_regularised`: half a win each way was added, because somebody won or
    lost everything.
    """

    abilities: dict[str, float]
    side: float | None
    side_error: float | None
    tie: float | None
    is_regularised: bool

    def side_odds(self, confidence: float = 0.95) -> tuple[float, Interval] | None:
        """e^side with its Wald interval: 1 is no bias, 2 means the left wins twice as often."""
        if self.side is None or self.side_error is None:
            return None
        reach = z_quantile(confidence) * self.side_error
        return exp(self.side), (exp(self.side - reach), exp(self.side + reach))


def win_rate(wins: int, losses: int, confidence: float = 0.95) -> tuple[float | None, Interval]:
    """Share of wins where one was better, with its Wilson interval; None for 0/0."""
    n = wins + losses
    return (wins / n if n else None), wilson(wins, n, confidence)


def sign_test(wins: int, losses: int) -> float:
    """Two-sided exact p that both are preferred equally often; ties say nothing."""
    return mcnemar_exact(wins, losses)


def side_test(votes: Sequence[Votes]) -> float:
    """The same for left against right, over all pairs."""
    left, right = sum(v.left_wins for v in votes), sum(v.right_wins for v in votes)
    return sign_test(round(left), round(right))


def side_power(n: int, share: float = 0.7, alpha: float = 0.05) -> float:
    """Chance that `n` pairs with a winner show a side that wins this share: exact, two-sided."""
    if not n:
        return 0.0
    from scipy.stats import binom

    most = next((k for k in range(n // 2, -1, -1) if sign_test(k, n - k) <= alpha), None)
    if most is None:
        return 0.0
    return float(binom.cdf(most, n, share) + binom.sf(n - most - 1, n, share))


def fit_davidson(votes: Sequence[Votes], reference: str, *, has_side_effect: bool = True) -> Fit:
    """Davidson's model with ties and a side effect, by maximum likelihood (1970, JASA 65:317).

    Weights: left exp(t_l + g), right exp(t_r), tie exp(n + (t_l + g + t_r)/2); without any tie it
    is Bradley and Terry's. Raises ValueError where the votes cannot tell the parameters apart: a
    candidate never compared, or, with a side effect, sides that never changed.
    """
    names = sorted({v.left for v in votes} | {v.right for v in votes})
    if reference not in names:
        raise ValueError(f"no votes on {reference}")
    model = _Model(names, reference, has_side_effect, any(v.ties for v in votes))
    start = model.derive([0.0] * model.size, votes)
    if not _is_definite(start.information):
        raise ValueError("the votes do not connect all candidates, or never swapped their sides")
    found, is_regularised = _climb(model, votes), False
    if found is None:
        votes = [v._replace(left_wins=v.left_wins + 0.5, right_wins=v.right_wins + 0.5)
                 for v in votes]  # fmt: skip
        found, is_regularised = _climb(model, votes), True
    if found is None:
        raise ValueError("the votes fit no finite abilities")
    return model.describe(found, votes, is_regularised=is_regularised)


class _Slope(NamedTuple):
    """Gradient and observed information of the log-likelihood."""

    gradient: Vector
    information: list[Vector]


@dataclass(frozen=True, slots=True)
class _Model:
    """Which parameter stands where: abilities in sorted order, then side, then tie."""

    names: list[str]
    reference: str
    has_side: bool
    has_tie: bool

    @property
    def places(self) -> dict[str, int]:
        free = [name for name in self.names if name != self.reference]
        return {name: i for i, name in enumerate(free)}

    @property
    def size(self) -> int:
        return len(self.names) - 1 + self.has_side + self.has_tie

    def features(self, vote: Votes) -> list[Vector]:
        """What each answer (left, right, tie) adds up: a multinomial logit, linear in all."""
        left, right = [0.0] * self.size, [0.0] * self.size
        places = self.places
        if vote.left in places:
            left[places[vote.left]] = 1.0
        if vote.right in places:
            right[places[vote.right]] = 1.0
        if self.has_side:
            left[len(places)] = 1.0
        if not self.has_tie:
            return [left, right]
        tie = [(x + y) / 2 for x, y in zip(left, right, strict=True)]
        tie[-1] = 1.0
        return [left, right, tie]

    def derive(self, at: Vector, votes: Sequence[Votes]) -> _Slope:
        gradient = [0.0] * self.size
        information = [[0.0] * self.size for _ in range(self.size)]
        for vote in votes:
            counts = (vote.left_wins, vote.right_wins, vote.ties)
            n = sum(counts)
            features = self.features(vote)
            weights = [exp(_dot(feature, at)) for feature in features]
            shares = [weight / sum(weights) for weight in weights]
            centre = [_dot(shares, column) for column in zip(*features, strict=True)]
            for feature, count, share in zip(features, counts, shares, strict=False):
                off = [x - c for x, c in zip(feature, centre, strict=True)]
                for i, x in enumerate(off):
                    gradient[i] += count * x
                    for j, y in enumerate(off):
                        information[i][j] += n * share * x * y
        return _Slope(gradient, information)

    def describe(self, at: Vector, votes: Sequence[Votes], *, is_regularised: bool) -> Fit:
        abilities = {name: at[i] for name, i in self.places.items()}
        side = len(abilities)
        error = None
        if self.has_side:
            unit = [float(i == side) for i in range(self.size)]
            error = _solve(self.derive(at, votes).information, unit)[side] ** 0.5
        return Fit(
            abilities={name: abilities.get(name, 0.0) for name in self.names},
            side=at[side] if self.has_side else None,
            side_error=error,
            tie=at[-1] if self.has_tie else None,
            is_regularised=is_regularised,
        )


def _dot(x: Sequence[float], y: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(x, y, strict=True))


def _climb(model: _Model, votes: Sequence[Votes]) -> Vector | None:
    """Newton's steps on a concave likelihood; None where it has no highest point."""
    at = [0.0] * model.size
    for _ in range(_MAX_STEPS):
        slope = model.derive(at, votes)
        if not _is_definite(slope.information):
            return None
        step = _solve(slope.information, slope.gradient)
        size = max(map(abs, step), default=0.0)
        damped = min(1.0, 2 / size) if size else 1.0
        at = [x + damped * s for x, s in zip(at, step, strict=True)]
        if max(map(abs, at), default=0.0) > _SEPARATED:
            return None
        if size < _CONVERGED:
            return at
    return None


def _solve(matrix: list[Vector], right: Vector) -> Vector:
    from scipy.linalg import solve

    return [float(x) for x in solve(matrix, right, assume_a="pos")]


def _is_definite(matrix: list[Vector]) -> bool:
    from scipy.linalg import eigvalsh

    if not matrix:
        return True
    values = [float(x) for x in eigvalsh(matrix)]
    return values[0] > 1e-10 * max(1.0, values[-1])
