"""The composition root of gates: a file, the frozen tickets and a study become a ruling.

Apart from bootstrap, so that what opens a review does not know how a gate is judged.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from workbench.bootstrap import Workbench
from workbench.domain.definitions import USUAL, Definitions, define_by
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.gate import GATE_FILE, Gate, SuiteSize
from workbench.domain.recorded import NOTHING_RECORDED
from workbench.domain.spec import Spec

if TYPE_CHECKING:
    from workbench.adapters.gate_file import GateFile
    from workbench.domain.case import Case
    from workbench.domain.decision import Decision
    from workbench.domain.lint import Lint
    from workbench.domain.published import Comparison
    from workbench.services.trajectories import Logs
    from workbench.services.verdicts import Field

SEALED = "the study is sealed, and a gate judges candidates by name: first `workbench reveal`"


class Locked(Protocol):
    """What a study keeps of the gates that stood beside its first label."""

    @property
    def gate_lock(self) -> str:
        """JSON of their digests, "" before it."""

    @property
    def first_label_at(self) -> datetime | None:
        """When that was; None before it."""


class Read(NamedTuple):
    """A gate file with all that lint says of it; `gate` None where a key of it is wrong."""

    file: "GateFile"
    gate: Gate | None
    lints: "tuple[Lint, ...]"
    suite: SuiteSize | None

    @property
    def errors(self) -> "list[Lint]":
        """What forbids a verdict."""
        return [lint for lint in self.lints if lint.is_error]


class Ruling(NamedTuple):
    """What a gate says of a study; `read` None without a gate file. `changed` is a banner.

    `scores` are the published ones against the study, none while it is sealed.
    """

    read: Read | None
    changed: str
    decision: "Decision"
    scores: "tuple[Comparison, ...]" = ()


def read_gate_at(path: Path, bench: Workbench | None = None, *, is_whole: bool = False) -> Read:
    """Read and lint a gate file, against a study where one is at hand; raises InputRefused.

    `is_whole` looks at every output as well, as a verdict does.
    """
    from workbench.adapters.gate_file import read_gate_file, read_locked, read_suite
    from workbench.domain.gate_reading import read_gate
    from workbench.services.lints import Known, lint

    file = read_gate_file(path)
    gate, lints = read_gate(file.raw, path.stem, file.find_line)
    if gate is None:
        return Read(file, None, tuple(lints), None)
    frozen = bench.store.frozen_digest if bench else ""
    suite = read_suite(path.parent / gate.design.tickets, frozen)
    known = Known(suite.size, suite.problem)
    if bench:
        names = None if bench.store.is_sealed else frozenset(_list_names(bench))
        locked = {} if names is None else read_locked(bench.study.folder)
        mixed = {} if names is None or not is_whole else survey(bench, None)[0].mixed
        first_at = bench.store.first_label_at
        known = Known(suite.size, suite.problem, names, first_at, locked, mixed)
    return Read(file, gate, (*lints, *lint(gate, known, file.find_line)), suite.size)


def rule(bench: Workbench, path: Path | None = None, incumbent: str = "") -> Ruling:
    """The decision on a study; `path` None takes the study's own gate, if there is one.

    Raises InputRefused for a file that cannot be read, UsageError for an unknown incumbent.
    """
    from workbench.domain.published import tell_disagreements
    from workbench.scoring import compare
    from workbench.services.decisions import decide

    own = bench.study.folder / GATE_FILE
    wanted = path or (own if own.is_file() else None)
    read = read_gate_at(wanted, bench) if wanted else None
    gate = read.gate if read else None
    field, costs = survey(bench, gate, incumbent, read.suite if read else None)
    changed = _find_change(bench, read) if read else ""
    errors = read.errors if read else []
    problem = changed or _tell_errors(errors)
    if read and gate is None:
        gate = Gate(read.file.path.stem, ())
    if bench.store.is_sealed:
        made = decide(gate, field, costs, SEALED)
        return Ruling(read, changed, made._replace(verdicts=()))
    scores = tuple(compare(bench, gate, field))
    made = decide(gate, field, costs, problem)
    told = tuple(sentence for one in scores for sentence in tell_disagreements(one))
    return Ruling(read, changed, made._replace(notes=(*made.notes, *told)), scores)


def _tell_errors(errors: "Sequence[Lint]") -> str:
    """Why such a gate decides nothing, "" where nothing is wrong with it."""
    if not errors:
        return ""
    more = f" and {len(errors) - 1} more, `workbench gate lint` names them" if errors[1:] else ""
    return f"{errors[0].sentence} ({errors[0].code}{more})"


def survey(
    bench: Workbench, gate: Gate | None, incumbent: str = "", suite: SuiteSize | None = None
) -> tuple["Field", Mapping[str, float]]:
    """The cases of every candidate under the gate's definitions, with what they cost."""
    from workbench.services.trajectories import read_logs
    from workbench.services.verdicts import Field, apply_policy

    cases: dict[str, list[Case]] = {name: [] for name in _list_names(bench)}
    if incumbent and incumbent not in cases:
        raise UsageError(f"no candidate {incumbent} in this study (known: {', '.join(cases)})")
    for name, group in groupby(bench.store.cases(), key=lambda case: case.candidate):
        cases.setdefault(name, []).extend(group)
    if gate:
        cases = {name: apply_policy(held, gate) for name, held in cases.items()}
    logs = read_logs(bench.store.list_extras())
    costs = {key: found.cost for key, found in logs.items() if found.cost is not None}
    stumbled = frozenset(key for key, found in logs.items() if found.has_stumbled)
    harnesses = {
        name: frozenset(
            logs[case.output_id].harness
            for case in held
            if case.output_id in logs and logs[case.output_id].harness
        )
        for name, held in cases.items()
    }
    size = suite or _size_up(bench)
    found = (case for case in bench.store.cases(is_control=True) if case.counted.reviewer)
    controls = apply_policy(list(found), gate) if gate else list(found)
    mixed = {} if bench.store.is_sealed else _find_mixed(bench, cases, logs)
    return Field(cases, size, incumbent, harnesses, stumbled, controls, mixed), costs


def _find_mixed(
    bench: Workbench, cases: "Mapping[str, Sequence[Case]]", logs: "Logs"
) -> dict[str, tuple[str, ...]]:
    """Why the outputs of a candidate are not of one candidate, by its lock and its run logs."""
    from workbench.services.candidate_locks import list_mixed, parse_locks

    path = bench.study.candidate_lock_file
    try:
        locks = parse_locks(path.read_text("utf-8"))
    except (OSError, ValueError):  # a run says what is wrong with it
        locks = {}
    return {
        name: found
        for name, held in cases.items()
        if (
            found := tuple(
                list_mixed(
                    locks.get(name),
                    [logs.get(case.output_id, NOTHING_RECORDED) for case in held],
                )
            )
        )
    }


def _list_names(bench: Workbench) -> list[str]:
    """The candidates; while the study is sealed nobody has a name."""
    return [] if bench.store.is_sealed else [c.name for c in bench.store.list_candidates()]


def _size_up(bench: Workbench) -> SuiteSize:
    """The tickets of a study whose suite is not in a file."""
    specs = [ticket.spec for ticket in bench.store.list_tickets()]
    return SuiteSize(len(specs), specs.count(Spec.VAGUE), specs.count(Spec.CLEAR))


def _find_change(bench: Workbench, read: Read) -> str:
    """Why gate or tickets are not those before the first label, "" where they are."""
    if bench.store.first_label_at is None or read.gate is None:
        return ""
    locked = _read_lock(bench.store)
    if late := _find_late(locked, read.file):
        return f"CHANGED AFTER DATA: {late}"
    if locked.get("tickets") != json.loads(bench.study.digest_gates())["tickets"]:
        return f"CHANGED AFTER DATA: {bench.study.lock_file.name} is not that of the first label"
    return ""


def _read_lock(store: Locked) -> dict[str, Any]:  # as JSON gives it
    text = store.gate_lock
    return dict(json.loads(text)) if text else {}


def _find_late(locked: Mapping[str, Any], file: "GateFile") -> str:
    """Why a gate file does not stand as it stood at the first label, "" where it does."""
    known, name = locked.get("gates", {}), file.path.name
    if file.digest in known.values():
        return ""
    if not known:
        return f"there was no gate at the first label, {name} came later"
    return f"{name} is not the gate of the first label"


def find_definitions(folder: Path, store: Locked) -> Definitions:
    """Those of a study's gate as it stood at the first label, else the usual ones and why."""
    path = folder / GATE_FILE
    if not path.is_file():
        return USUAL
    from workbench.adapters.gate_file import read_gate_file
    from workbench.domain.gate_reading import read_gate

    try:
        file = read_gate_file(path)
    except InputRefused:  # `workbench gate lint` says what is wrong with it
        return USUAL._replace(why=f"{GATE_FILE} cannot be read")
    gate, _ = read_gate(file.raw, path.stem, file.find_line)
    if gate is None:
        return USUAL._replace(why=f"{GATE_FILE} has errors, `workbench gate lint` names them")
    late = _find_late(_read_lock(store), file) if store.first_label_at else ""
    return USUAL._replace(why=late) if late else define_by(gate)
