"""How much of a patch a reviewer had to change, and how far the merge rate hangs on that.

Lines are counted on normalised text: formatted where a formatter is configured, without blank
lines, comments and the order of imports. Whoever measures the trees does that.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import inf, isclose
from typing import NamedTuple

from workbench.domain.edited import EditSize
from workbench.domain.label import EditClass
from workbench.domain.policy import DEFAULT_POLICY, Policy

FLIPS_FROM, FLIPS_TO = 0.1, 0.4
"""Between these limits of a minor edit the order of two candidates should not change."""


def classify_edit(
    size: EditSize, *, has_fixed_k_defect: bool, policy: Policy = DEFAULT_POLICY
) -> EditClass:
    """Rejected where nothing much is left, minor where little was changed, else major."""
    if size.is_base or size.kept_share < policy.reject_below_kept:
        return EditClass.REJECTED
    can_be_minor = _can_be_minor(size, has_fixed_k_defect=has_fixed_k_defect, policy=policy)
    return (
        EditClass.MINOR
        if can_be_minor and size.ratio <= policy.minor_max_ratio
        else (EditClass.MAJOR)
    )


def _can_be_minor(size: EditSize, *, has_fixed_k_defect: bool, policy: Policy) -> bool:
    """Whether an edit is minor at some ratio."""
    is_short = size.edit_lines <= policy.minor_max_lines
    return is_short and not size.has_added_tests and not has_fixed_k_defect


class EditSources(NamedTuple):
    """How many edits were measured, how many judged by eye, on how many both disagree."""

    measured: int
    judged: int
    disagree: int

    def describe(self) -> str:
        """For a line beside the merge rate; "" where nothing was edited."""
        if not self.measured + self.judged:
            return ""
        differ = f", {self.disagree} judged otherwise before" if self.disagree else ""
        return f"{self.measured} measured{differ}, {self.judged} judged by eye"


def count_sources(edits: Iterable[tuple[EditClass | None, EditClass | None]]) -> EditSources:
    """From (judged, measured) classes; where both are there the measured one decides."""
    held = [pair for pair in edits if pair != (None, None)]
    measured = sum(found is not None for _, found in held)
    disagree = sum(None not in pair and pair[0] != pair[1] for pair in held)
    return EditSources(measured, len(held) - measured, disagree)


class Attempt(NamedTuple):
    """One attempt, as far as its edit goes: `size` None where the class was judged by eye."""

    is_merged: bool
    edit: EditClass | None = None
    size: EditSize | None = None
    has_fixed_k_defect: bool = False


def find_limit(attempt: Attempt, policy: Policy = DEFAULT_POLICY) -> float:
    """The ratio from which this attempt counts as merged: 0 always, infinity never."""
    if attempt.is_merged:
        return 0.0
    if attempt.size is None:
        return 0.0 if attempt.edit is EditClass.MINOR else inf
    fixed = attempt.has_fixed_k_defect
    size = attempt.size
    is_rejected = size.is_base or size.kept_share < policy.reject_below_kept
    can_be_minor = _can_be_minor(size, has_fixed_k_defect=fixed, policy=policy)
    return size.ratio if can_be_minor and not is_rejected else inf


Limits = Mapping[tuple[float, int], int]
"""How many attempts there are, by the ratio from which they count as merged and by how many
attempts their ticket has: every ticket weighs the same."""

Curve = Sequence[tuple[float, float]]
"""MR(t), if edits up to the ratio t were minor: a step function, as (t, MR) from each t on."""


def merge_curve(limits: Limits) -> list[tuple[float, float]]:
    """Its steps at 0 and at every ratio seen; none without attempts."""
    weights: dict[float, float] = {0.0: 0.0}
    for (limit, size), times in limits.items():
        weights[limit] = weights.get(limit, 0.0) + times / size
    total, merged = sum(weights.values()), 0.0
    steps = []
    for limit in sorted(weights):
        merged += weights[limit]
        if limit < inf and total:
            steps.append((limit, merged / total))
    return steps


def merge_rate_at(curve: Curve, ratio: float) -> float | None:
    """MR(t); None without attempts."""
    place = bisect_right(curve, ratio, key=lambda step: step[0])
    return curve[place - 1][1] if place else None


def find_flips(
    first: Curve, second: Curve, low: float = FLIPS_FROM, high: float = FLIPS_TO
) -> list[float]:
    """Ratios in [low, high] from which the other candidate has the higher merge rate."""
    flips, ahead = [], 0
    for t in sorted({low, *(x for x, _ in (*first, *second) if low < x <= high)}):
        one, other = merge_rate_at(first, t), merge_rate_at(second, t)
        if one is None or other is None or isclose(one, other):
            continue
        leads = 1 if one > other else -1
        if ahead and leads != ahead:
            flips.append(t)
        ahead = leads
    return flips
