"""How far merge rates hang on where a minor edit ends, and on who says how large an edit was.

An edit that was measured decides; one that was judged by eye stays what it was called, wherever
the line is drawn.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import inf
from typing import NamedTuple

from workbench.domain.case import Opinion
from workbench.domain.edit_size import (
    Attempt,
    Curve,
    classify_edit,
    find_flips,
    find_limit,
)
from workbench.domain.label import EditClass
from workbench.domain.measures import is_mergeable
from workbench.domain.outcome import Outcome
from workbench.domain.policy import Policy

MOST = 10  # candidates, of which every pair is compared
EDITS = frozenset({Outcome.EDITED_MINOR, Outcome.EDITED_MAJOR, Outcome.REJECTED})

Pair = tuple[EditClass | None, EditClass | None]


class Flip(NamedTuple):
    """Two candidates, and from which limits on the other one is ahead by merge rate."""

    first: str
    second: str
    at: tuple[float, ...]

    @property
    def sentence(self) -> str:
        """What it means for whoever compares the two."""
        places = " and ".join(f"{t:.0%}" for t in self.at)
        return (
            f"which of {self.first} and {self.second} is merged more often hangs on how large a"
            f" minor edit may be: their order changes at {places} of the patch"
        )


def limit_of(edit: Opinion, policy: Policy) -> float:
    """The ratio from which an edit counts as merged; one judged by eye always does, or never."""
    edited = edit.judgement.edited
    if edited is None:
        return 0.0 if is_mergeable(edit.cell) else inf
    is_grave = any(map(policy.is_k_defect, edit.judgement.defects))
    return find_limit(
        Attempt(is_merged=False, size=edited.size, has_fixed_k_defect=is_grave), policy
    )


def source_of(edit: Opinion, policy: Policy) -> Pair:
    """(judged by eye, measured) of an edit."""
    judgement = edit.judgement
    edited = judgement.edited
    if edited is None:
        return judgement.edit, None
    is_grave = any(map(policy.is_k_defect, judgement.defects))
    measured = classify_edit(edited.size, has_fixed_k_defect=is_grave, policy=policy)
    return EditClass(edited.judged) if edited.judged else None, measured


def list_flips(curves: Mapping[str, Curve]) -> list[Flip]:
    """Every pair whose order hangs on the limit; of the first MOST candidates by name."""
    names: Iterable[str] = sorted(curves)[:MOST]
    found = (
        Flip(one, other, tuple(find_flips(curves[one], curves[other])))
        for one, other in combinations(names, 2)
    )
    return [flip for flip in found if flip.at]
