"""Why labels differed, as whoever settles it sees it; and where a label stands among the others."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """What made reviewers disagree (after Potato's adjudication queue)."""

    AMBIGUOUS_TICKET = "ambiguous_ticket"
    RUBRIC_GAP = "rubric_gap"
    REVIEWER_ERROR = "reviewer_error"
    EDGE_CASE = "edge_case"
    TASTE = "taste"
    OTHER = "other"


class Said(NamedTuple):
    """One standing label of an output."""

    label: str
    adjudicates: bool


def name_source(said: Iterable[Said]) -> str:
    """rater: one label; unanimous; adjudicated: they differed, and it was settled; unresolved."""
    held = list(said)
    labels = [one.label for one in held if not one.adjudicates]
    if len(labels) < 2:
        return "adjudicated" if len(held) > len(labels) else "rater"
    if len(set(labels)) == 1:
        return "unanimous"
    return "adjudicated" if len(held) > len(labels) else "unresolved"
