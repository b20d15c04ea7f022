"""How a ruling reads: the decision in two sentences, then every criterion with what it rests on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.cli.boards import wrap
from workbench.domain.gate import AGREEMENTS, DIFFERENCES, Criterion
from workbench.domain.verdict import CandidateVerdict, CriterionVerdict, Measured, Verdict

if TYPE_CHECKING:  # it loads scipy
    from workbench.gating import Ruling


def render_ruling(ruling: "Ruling", candidate: str | None = None) -> Iterator[str]:
    """All of it; with `candidate` the criteria of that one alone."""
    made = ruling.decision
    if ruling.changed:
        yield from wrap(ruling.changed.split(" "), indent=0, join=" ")
        yield ""
    for sentence in made.sentences:
        yield from wrap(sentence.split(" "), indent=0, join=" ")
    for note in made.notes:
        yield from wrap(note.split(" "), indent=2, join=" ")
    for lint in ruling.read.lints if ruling.read else ():
        yield from wrap(f"{lint.code} {lint.sentence}".split(" "), indent=2, join=" ")
    for verdict in made.verdicts:
        if candidate in {None, verdict.candidate}:
            yield ""
            yield from _render_candidate(verdict, is_void=bool(made.problem))


def _render_candidate(found: CandidateVerdict, *, is_void: bool) -> Iterator[str]:
    yield f"{found.candidate}: {'INVALID' if is_void else found.verdict}"
    for reason in found.reasons:
        yield from wrap(reason.split(" "), indent=2, join=" ")
    for one in found.criteria:
        yield from _render_criterion(one)


def _render_criterion(found: CriterionVerdict) -> Iterator[str]:
    criterion, is_failed = found.criterion, found.verdict is Verdict.FAIL
    shown = found.best if is_failed else found.worst
    count = f"{shown.hits}/{shown.n}" if shown.value is not None else "0/0"
    bound = _bound(criterion, shown, is_failed=is_failed)
    title = f"{criterion.title} {criterion.wanted}"
    yield f"  {found.word:<12}  {title:<36}  {count:<7}  {bound}"
    if found.is_range:
        side, other = ("worst", found.worst) if is_failed else ("best", found.best)
        far = f"{other.hits}/{other.n}, {_bound(criterion, other, is_failed=is_failed)}"
        yield f"    at {side} {far} ({found.unknown.sentence})"
    if found.needs:
        yield from wrap(found.needs.split(" "), indent=4, join=" ")


def _bound(criterion: Criterion, shown: Measured, *, is_failed: bool) -> str:
    """The bound that decides: a fail rests on the other one; a dash for 0/0."""
    if shown.value is None:
        return "—"
    is_upper = (criterion.bound == "upper") is not is_failed
    value = shown.upper if is_upper else shown.lower
    side = "at most" if is_upper else "at least"
    if criterion.metric in AGREEMENTS:
        return f"{side} {value:.2f}"
    return f"{side} {value * 100:+.1f} points" if criterion.metric in DIFFERENCES else (
        f"{side} {value:.1%}"
    )  # fmt: skip


def ruling_as_json(ruling: "Ruling") -> tuple[list[object], dict[str, object]]:
    """The rows and what stands beside them."""
    made, read = ruling.decision, ruling.read
    head: dict[str, object] = {
        "gate": made.gate,
        "gate_sha256": read.file.digest if read else None,
        "changed": ruling.changed or None,
        "problem": made.problem or None,
        "mode": made.mode,
        "decision": list(made.sentences),
        "left": list(made.left),
        "notes": list(made.notes),
        "lints": [f"{one.code} {one.sentence}" for one in read.lints] if read else [],
    }
    rows: list[object] = [
        {
            "candidate": verdict.candidate,
            "verdict": "INVALID" if made.problem else verdict.verdict,
            "reasons": list(verdict.reasons),
            "criteria": [_criterion_as_json(one) for one in verdict.criteria],
        }
        for verdict in made.verdicts
    ]
    return rows, head


def _criterion_as_json(found: CriterionVerdict) -> dict[str, object]:
    criterion = found.criterion
    return {
        "metric": criterion.metric,
        "stratum": criterion.stratum,
        "label": criterion.label or None,
        "bound": criterion.bound,
        "limit": criterion.limit,
        "required": criterion.is_required,
        "verdict": found.verdict,
        "best": _measured_as_json(found.best),
        "worst": _measured_as_json(found.worst),
        "unknown": found.unknown._asdict(),
        "needs": found.needs or None,
    }


def _measured_as_json(shown: Measured) -> dict[str, object]:
    return {
        "hits": shown.hits,
        "n": shown.n,
        "value": shown.value,
        "lower": shown.lower,
        "upper": shown.upper,
    }
