"""How often blind reviewers say that they recognised whose output it was, of those asked about."""

from collections.abc import Iterable, Iterator

from workbench.domain.case import Case
from workbench.domain.metrics import Rate
from workbench.services.scorecards import CONFIDENCE
from workbench.stats.proportion import wilson


def note_guesses(cases: Iterable[Case], noted: list[bool]) -> Iterator[Case]:
    """The same cases; every answer to "did you recognise it?" is kept."""
    for case in cases:
        answers = (o.judgement.recognised for o in (case.counted, *case.others))
        noted.extend(answer for answer in answers if answer is not None)
        yield case


def rate_guesses(noted: list[bool]) -> Rate:
    """How many of the answers are yes."""
    hits, n = sum(noted), len(noted)
    return Rate(hits, n, wilson(hits, n, CONFIDENCE)) if n else Rate(0, 0)
