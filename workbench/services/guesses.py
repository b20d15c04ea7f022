"""How often blind reviewers say that they recognised whose output it was, of those asked about."""

from workbench.domain.metrics import Rate
from workbench.services.scorecards import CONFIDENCE
from workbench.stats.proportion import wilson


def rate_guesses(noted: list[bool]) -> Rate:
    """How many of the answers are yes."""
    hits, n = sum(noted), len(noted)
    return Rate(hits, n, wilson(hits, n, CONFIDENCE)) if n else Rate(0, 0)
