"""How often each interval that is shown holds the truth, by simulation at the size of a study.

    python tests/bench/coverage.py [--rounds N] [--seed N] [--write]

Prints one row per interval and setting: the share of simulated studies whose interval held the true
value (the lower of these is what a reader may rely on), its Monte Carlo error, and the mean width.
The last rows are what is not shown, to see why. Ends with 1 where a gate's bound holds less often
than it claims, beyond that error. `--write` puts the table into README.md beside this file.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from math import exp, sqrt
from pathlib import Path
from random import Random
from statistics import mean
from typing import NamedTuple, TypeVar

from workbench.stats import agreement, clusters, paired, preference, proportion, sequential
from workbench.stats.paired import Pairs
from workbench.stats.preference import Votes
from workbench.stats.proportion import Interval

T = TypeVar("T")
Study = Callable[[], tuple[Interval | None, float]]
RATES = (0.02, 0.05, 0.1, 0.2, 0.5)
SLACK = 3  # Monte Carlo errors below nominal before a bound counts as broken


class Row(NamedTuple):
    """One line of the table."""

    interval: str
    setting: str
    nominal: float
    held: float
    error: float
    width: float
    is_promised: bool

    @property
    def is_broken(self) -> bool:
        """Whether a promise was not kept."""
        return self.is_promised and self.held < self.nominal - SLACK * self.error


def simulate(
    name: str,
    setting: str,
    nominal: float,
    rounds: int,
    study: Study,
    *,
    is_promised: bool = False,
) -> Row:
    """Draw `rounds` studies; each gives its interval and the true value."""
    held, widths = 0, []
    for _ in range(rounds):
        found, truth = study()
        if found is None:
            continue
        held += found[0] - 1e-12 <= truth <= found[1] + 1e-12
        widths.append(found[1] - found[0])
    n = len(widths)
    share = held / n
    error = sqrt(max(nominal * (1 - nominal), share * (1 - share)) / n)
    return Row(name, setting, nominal, share, error, mean(widths), is_promised)


def study_of(method: Callable[[T], Interval | None], draw: Callable[[], T], truth: float) -> Study:
    """One study: draw, and see the interval; equal data are computed once."""
    held = cache(method)
    return lambda: (held(draw()), truth)


def count(rng: Random, n: int, p: float) -> int:
    """A binomial number."""
    return sum(rng.random() < p for _ in range(n))


def wald(hits: int, n: int) -> Interval:
    """The textbook interval, for contrast."""
    p = hits / n
    half = 1.96 * sqrt(p * (1 - p) / n)
    return p - half, p + half


def proportions(rng: Random, rounds: int) -> Iterator[Row]:
    """One rate of twenty outputs."""
    methods: list[tuple[str, Callable[[int], Interval], bool]] = [
        ("Wilson", lambda k: proportion.wilson(k, 20), False),
        ("Jeffreys", lambda k: proportion.jeffreys(k, 20), False),
        ("Clopper-Pearson", lambda k: proportion.clopper_pearson(k, 20), True),
        ("Clopper-Pearson upper", lambda k: (0.0, proportion.cp_upper(k, 20)), True),
        ("Clopper-Pearson lower", lambda k: (proportion.cp_lower(k, 20), 1.0), True),
        ("Wald (not shown)", lambda k: wald(k, 20), False),
    ]
    for name, method, is_promised in methods:
        for p in RATES:
            study = study_of(method, partial(count, rng, 20, p), p)
            yield simulate(name, f"p={p}", 0.95, rounds, study, is_promised=is_promised)


def differences(rng: Random, rounds: int) -> Iterator[Row]:
    """Vague minus clear of 8 and 12 tickets; two candidates on 20."""
    for p1, p2 in ((0.8, 0.1), (0.5, 0.5), (0.9, 0.02)):
        study = study_of(
            lambda counts: proportion.difference((counts[0], 8), (counts[1], 12)),
            partial(draw_two, rng, p1, p2),
            p1 - p2,
        )
        yield simulate("vague minus clear", f"8 at {p1}, 12 at {p2}", 0.95, rounds, study)
    methods: list[tuple[str, Callable[[Pairs], Interval]]] = [
        ("Tango", paired.tango),
        ("Newcombe paired", paired.newcombe),
        ("Bonett-Price", paired.bonett_price),
        ("Tango upper", lambda pairs: (-1.0, paired.tango_upper(pairs))),
    ]
    for name, method in methods:
        for p10, p01 in ((0.05, 0.05), (0.3, 0.05), (0.1, 0.3)):
            study = study_of(method, partial(draw_pairs, rng, p10, p01), p10 - p01)
            yield simulate(name, f"only A {p10}, only B {p01}", 0.95, rounds, study)


def draw_two(rng: Random, p1: float, p2: float) -> tuple[int, int]:
    """How many of 8 vague and of 12 clear tickets."""
    return count(rng, 8, p1), count(rng, 12, p2)


def draw_pairs(rng: Random, p10: float, p01: float) -> Pairs:
    """Twenty tickets of two candidates."""
    drawn = [rng.random() for _ in range(20)]
    b = sum(x < p10 for x in drawn)
    c = sum(p10 <= x < p10 + p01 for x in drawn)
    return Pairs(20 - b - c, b, c, 0)


Trials = tuple[tuple[int, int], ...]


def draw_trials(rng: Random, p: float, icc: float) -> Trials:
    """Twenty tickets with three trials each, beta-binomial."""
    a, b = p * (1 / icc - 1), (1 - p) * (1 / icc - 1)
    return tuple(sorted((count(rng, 3, rng.betavariate(a, b)), 3) for _ in range(20)))


def trials(rng: Random, rounds: int) -> Iterator[Row]:
    """Three trials a ticket: display, gate, and pooling all attempts."""

    def shown(held: Trials) -> Interval:
        return clusters.wilson_clustered(held, clusters.mean_rate(held) or 0.0)

    def gated(held: Trials) -> Interval:
        return 0.0, clusters.cp_clustered(held, clusters.mean_rate(held) or 0.0)[1]

    def pooled(held: Trials) -> Interval:
        return proportion.wilson(sum(k for k, _ in held), 60)

    for name, method in (
        ("Wilson by ticket", shown),
        ("Clopper-Pearson upper by ticket", gated),
        ("Wilson pooled (not shown)", pooled),
    ):
        for p in (0.05, 0.2):
            for icc in (0.3, 0.8):
                study = study_of(method, partial(draw_trials, rng, p, icc), p)
                yield simulate(name, f"3 trials, p={p}, ICC={icc}", 0.95, rounds, study)


def sequences(rng: Random, rounds: int) -> Iterator[Row]:
    """Looked at after every one of 60 labels: held means at every look."""
    methods = (
        ("confidence sequence", cache(sequential.confidence_sequence), True),
        ("Clopper-Pearson (not shown live)", cache(proportion.clopper_pearson), False),
    )
    for name, method, is_promised in methods:
        for p in (0.05, 0.2):

            def study(
                method: Callable[[int, int], Interval] = method, p: float = p
            ) -> tuple[Interval, float]:
                hits, low, high = 0, 0.0, 1.0
                for n in range(1, 61):
                    hits += rng.random() < p
                    found = method(hits, n)
                    low, high = max(low, found[0]), min(high, found[1])
                return (low, high), p

            yield simulate(
                name, f"60 looks, p={p}", 0.95, rounds // 10, study, is_promised=is_promised
            )


def predictions(rng: Random, rounds: int) -> Iterator[Row]:
    """How many hits the next fifty will have."""
    held = cache(lambda hits: proportion.predict_hits(hits, 20, 50))
    for p in (0.05, 0.2):

        def study(p: float = p) -> tuple[Interval, float]:
            return held(count(rng, 20, p)), count(rng, 50, p)

        yield simulate("prediction", f"next 50, p={p}", 0.95, rounds, study)


def preferences(rng: Random, rounds: int) -> Iterator[Row]:
    """The left side's odds from forty blind pairs of three candidates."""
    for bias in (0.0, 0.5):

        def study(bias: float = bias) -> tuple[Interval | None, float]:
            votes = []
            for _ in range(40):
                left, right = rng.sample("ABC", 2)
                ability = {"A": 0.0, "B": 0.4, "C": 0.8}
                weights = [exp(ability[left] + bias), exp(ability[right])]
                weights.append(0.5 * sqrt(weights[0] * weights[1]))
                answer = rng.choices(range(3), weights)[0]
                votes.append(Votes(left, right, *(float(answer == j) for j in range(3))))
            odds = preference.fit_davidson(votes, "A").side_odds()
            return (odds[1] if odds else None), exp(bias)

        yield simulate("side bias", f"40 pairs, odds {exp(bias):.2f}", 0.95, rounds // 100, study)


def agreements(rng: Random, rounds: int) -> Iterator[Row]:
    """AC1 of two reviewers on twenty outputs: bootstrap over outputs."""
    shares, noise = (0.6, 0.2, 0.1, 0.1), 0.15

    def rate(truth: int) -> int:
        return rng.choices(range(4), shares)[0] if rng.random() < noise else truth

    def ac1(ratings: agreement.Ratings) -> float | None:
        return agreement.gwet_ac1(agreement.count_ratings(ratings, range(4)))

    def study(n: int) -> list[list[int]]:
        items = rng.choices(range(4), shares, k=n)
        return [[rate(x) for x in items], [rate(x) for x in items]]

    truth = ac1(study(40_000)) or 0.0
    yield simulate(
        "AC1, bootstrap", "20 doubly labelled", 0.95, rounds // 100,
        lambda: (agreement.agreement_interval(study(20), ac1, 1, n_resamples=200).interval, truth),
    )  # fmt: skip


def gates(rng: Random, rounds: int) -> Iterator[Row]:
    """A candidate whose true rate is the gate's limit: how often it does not pass.

    A pass says that the rate is below the limit, so it is the interval that a pass claims.
    """
    fixed = cache(lambda hits, limit: proportion.cp_upper(hits, 20) <= limit)
    for limit in (0.15, 0.25, 0.3):

        def once(limit: float = limit) -> tuple[Interval, float]:
            return ((0.0, limit / 2) if fixed(count(rng, 20, limit), limit) else (0.0, 1.0)), limit

        yield simulate("gate, at the end", f"limit {limit}", 0.95, rounds, once, is_promised=True)

        def any_time(limit: float = limit) -> tuple[Interval, float]:
            outcomes = [rng.random() < limit for _ in range(60)]
            is_passed = sequential.first_below(outcomes, limit) is not None
            return ((0.0, limit / 2) if is_passed else (0.0, 1.0)), limit

        yield simulate(
            "gate, e-process", f"60 looks, limit {limit}", 0.95, rounds // 20, any_time,
            is_promised=True,
        )  # fmt: skip


PARTS = (
    proportions, differences, trials, sequences, gates, predictions, preferences, agreements,
)  # fmt: skip


README = Path(__file__).with_name("README.md")
START = "<!-- written by coverage.py --write -->\n"
END = "<!-- written by run.py --write -->\n"


def write(table: str) -> None:
    """Between the two marks."""
    text = README.read_text("utf-8")
    head, _, rest = text.partition(START)
    README.write_text(f"{head}{START}\n{table}\n{END}{rest.partition(END)[2]}", "utf-8")


def main() -> int:
    """Simulate, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    wanted = parser.parse_args()
    what = f"n = 20, {wanted.rounds:,} studies, seed {wanted.seed}"
    lines = [
        f"| interval | {what} | nominal | held | +- | mean width |",
        "|---|---|---|---|---|---|",
    ]
    broken = 0
    for part in PARTS:
        for row in part(Random(wanted.seed), wanted.rounds):
            broken += row.is_broken
            mark = " BROKEN" if row.is_broken else ""
            lines.append(
                f"| {row.interval} | {row.setting} | {row.nominal:.2f} | {row.held:.3f}{mark}"
                f" | {row.error:.3f} | {row.width:.2f} |"
            )
    table = "\n".join([*lines, ""])
    print(table)
    if wanted.write:
        write(table)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
