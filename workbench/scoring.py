"""The composition root of published scores: what was imported and what a gate names, compared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench
from workbench.domain.definitions import USUAL, define_by
from workbench.domain.gate import Gate, Published
from workbench.domain.published import merge_scores, parse_scores, render_scores

if TYPE_CHECKING:
    from workbench.domain.published import Comparison
    from workbench.services.verdicts import Field

_KEY = "published_scores"


def keep_scores(bench: Workbench, scores: Iterable[Published]) -> int:
    """Keep scores in the study, a newer one for an older; returns how many there are."""
    merged = merge_scores(parse_scores(bench.store.get_meta(_KEY) or ""), scores)
    bench.store.set_meta(_KEY, render_scores(merged))
    return len(merged)


def compare(bench: Workbench, gate: Gate | None, field: "Field") -> "list[Comparison]":
    """Every benchmark against the study; what was imported holds over what the gate says."""
    stated = gate.published if gate else ()
    scores = merge_scores(stated, parse_scores(bench.store.get_meta(_KEY) or ""))
    if not scores:
        return []
    from workbench.services.leaderboards import compare_scores

    return compare_scores(scores, field.cases, define_by(gate) if gate else USUAL)
