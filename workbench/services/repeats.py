"""How far reviewers agree with themselves: outputs that came to them again, unmarked."""

from typing import NamedTuple

from workbench.domain.case import Opinion
from workbench.domain.label import Label
from workbench.domain.metrics import Interval, Rate
from workbench.services.scorecards import CONFIDENCE
from workbench.stats import agreement
from workbench.stats.proportion import wilson

Looks = tuple[Label, Label]
"""The label that counts, and the one given when the output came again."""


class SelfAgreement(NamedTuple):
    """How often the second look gave the same label.

    AC1 is None where only one label was used, its interval None below ten outputs.
    """

    same: Rate
    ac1: float | None
    interval: Interval | None


def note_look(opinion: Opinion, noted: dict[str, list[Looks]]) -> None:
    """What was said again of one output is kept by reviewer, and under "" for all of them."""
    first, again = opinion.judgement.label, opinion.judgement.again
    if first and again and again.label:
        for who in ("", opinion.reviewer):
            noted.setdefault(who, []).append((first, again.label))


def score_repeats(noted: dict[str, list[Looks]]) -> dict[str, SelfAgreement]:
    """Self-agreement by reviewer, with that of all of them under ""; empty without repeats."""
    return {who: _score(looks) for who, looks in sorted(noted.items())}


def _score(looks: list[Looks], seed: int = 1) -> SelfAgreement:
    n, same = len(looks), sum(first is again for first, again in looks)
    ratings = [[first for first, _ in looks], [again for _, again in looks]]

    def ac1(found: agreement.Ratings) -> float | None:
        return agreement.gwet_ac1(agreement.count_ratings(found, list(Label)))

    rate = Rate(same, n, wilson(same, n, CONFIDENCE))
    interval = agreement.agreement_interval(ratings, ac1, seed).interval
    return SelfAgreement(rate, ac1(ratings), interval)
