"""The composition root of a study run again: two candidates, of one study or of two."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench, open_workbench
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.gate import GATE_FILE, Gate
from workbench.domain.release import MARGIN, Release
from workbench.gating import find_definitions, read_gate_at, survey
from workbench.study import find_study

if TYPE_CHECKING:
    from workbench.services.criteria import Cases


def compare_with(
    bench: Workbench, new: str, old: str, before: Path | None = None, margin: float | None = None
) -> tuple[Release, str]:
    """`new` of this study against `old`, of the study in `before` or of this one; with a warning.

    Raises InputRefused where the tickets are not the same frozen ones or a study is sealed,
    UsageError for a candidate that is not there.
    """
    from workbench.services.releases import compare_releases

    if new == old and before is None:
        raise UsageError(f"{new} against itself: name another candidate, or its study by --in DIR")
    gate, late = _find_gate(bench)
    mine = _find_cases(bench, gate, new)
    warnings = [late]
    if before is None:
        theirs = _find_cases(bench, gate, old)
    else:
        with open_workbench(find_study(before)) as other:
            _check_suites(bench, other)
            theirs = _find_cases(other, gate, old)
            if other.study.rubric_version != bench.study.rubric_version:
                warnings.append("the two studies differ in their rubric: labels may not compare")
    confidence = gate.inference.confidence if gate else 0.95
    n = len(bench.store.list_tickets())
    wanted = margin if margin is not None else _find_margin(gate)
    found = compare_releases((new, mine), (old, theirs), n, wanted, confidence)
    return found, "; ".join(filter(None, warnings))


def _find_gate(bench: Workbench) -> tuple[Gate | None, str]:
    """The study's gate, None with a warning where it is not that of the first label."""
    path = bench.study.folder / GATE_FILE
    if not path.is_file():
        return None, ""
    gate = read_gate_at(path).gate
    late = find_definitions(bench.study.folder, bench.store).why
    return (None, f"usual definitions and margin: {late}") if late else (gate, "")


def _find_cases(bench: Workbench, gate: Gate | None, name: str) -> "Cases":
    if bench.store.is_sealed:
        raise InputRefused(f"{bench.study.folder}: the study is sealed: first `workbench reveal`")
    cases = survey(bench, gate)[0].cases
    if not cases.get(name):
        known = ", ".join(cases) or "none yet"
        raise UsageError(f"no outputs of a candidate {name} in this study (known: {known})")
    return cases[name]


def _check_suites(here: Workbench, there: Workbench) -> None:
    """Numbers of two studies compare only on the same frozen tickets."""
    for bench in (here, there):
        if not bench.store.is_frozen:
            told = f"{bench.study.folder}: its tickets are not frozen, so nothing says that they"
            raise InputRefused(f"{told} are the same: workbench tickets freeze")
    digests = [bench.store.frozen_digest for bench in (here, there)]
    if digests[0] != digests[1]:
        raise InputRefused(
            f"{there.study.folder}: another suite ({digests[1][:12]}, here {digests[0][:12]}):"
            " numbers on other tickets cannot be compared"
        )


def _find_margin(gate: Gate | None) -> float:
    """That of the gate, else the default."""
    criteria = gate.criteria if gate else ()
    return next((c.limit for c in criteria if c.metric == "escape_rate_diff"), MARGIN)
