"""How far reviewers agree where several labelled the same output."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from workbench.domain.case import Case
from workbench.domain.label import Label
from workbench.domain.metrics import Interval
from workbench.stats import agreement


class Agreement(NamedTuple):
    """Of outputs with two labels or more, how far they agree; None where it is undefined.

    `escaped` is AC1 of "escaped or not", on which a gate depends, with its interval from ten
    outputs on.
    """

    n: int
    n_agree: int
    alpha: float | None
    ac1: float | None
    escaped: float | None
    interval: Interval | None


def compare_reviewers(cases: Iterable[Case], seed: int = 1) -> Agreement:
    """Agreement of all reviewers; loads krippendorff where two outputs have two labels."""
    doubles = [case for case in cases if len(case.raters) > 1]
    labels = [{o.reviewer: o.judgement.label for o in case.raters} for case in doubles]
    n_agree = sum(len(set(held.values())) == 1 for held in labels)
    if len(doubles) < 2:
        return Agreement(len(doubles), n_agree, None, None, None, None)
    names = sorted({name for held in labels for name in held})
    ratings = [[held.get(name) for held in labels] for name in names]

    def ac1(found: agreement.Ratings) -> float | None:
        return agreement.gwet_ac1(agreement.count_ratings(found, (False, True)))

    escaped = agreement.one_vs_rest(ratings, Label.ESCAPED)
    return Agreement(
        n=len(doubles),
        n_agree=n_agree,
        alpha=agreement.krippendorff_alpha(ratings),
        ac1=agreement.gwet_ac1(agreement.count_ratings(ratings, list(Label))),
        escaped=ac1(escaped),
        interval=agreement.agreement_interval(escaped, ac1, seed).interval,
    )


def count_causes(cases: Iterable[Case]) -> dict[str, int]:
    """How many disagreements were settled, by why the labels differed; "" where nobody said."""
    settled = [case.counted.judgement for case in cases if case.is_adjudicated]
    return dict(sorted(Counter(str(held.cause or "") for held in settled).items()))
