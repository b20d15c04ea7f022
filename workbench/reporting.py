"""The composition root of reports: a study, its decision and its redaction become one report.

Apart from bootstrap, so that what opens a review does not know how a report is made.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench
from workbench.domain.case import place_all
from workbench.domain.comparison import Bar
from workbench.domain.decision import Decision, describe_criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.gate import GATE_FILE, Bound, Gate
from workbench.domain.published import Standing, tell_comparison
from workbench.domain.report import Fact, PublishedPart, PublishedRow, Report
from workbench.domain.verdict import Verdict
from workbench.gating import Ruling, find_definitions, read_gate_at, rule
from workbench.study import Study

if TYPE_CHECKING:
    from workbench.adapters.reports.figures import Figure
    from workbench.services.reports import Told

_SEALED = (
    "The study is sealed: the figures are pooled over all candidates, and no output is shown, until"
    " `workbench reveal`."
)


def open_report(bench: Workbench, text: str, taken_out: Counter[str]) -> Report:
    """The report on a study; `text` is verbatim, redacted or none, and what it took is counted."""
    from workbench.adapters.exporters.canonical import TextMode, make_hide
    from workbench.adapters.redact import redact_name
    from workbench.services.numbers import count_numbers
    from workbench.services.report_pages import Words
    from workbench.services.reports import make_report

    mode = TextMode(text)
    named = mode if mode is TextMode.VERBATIM else TextMode.REDACTED
    words = Words(
        make_hide(mode, taken_out),
        make_hide(named, taken_out, redact_name),
        has_words=mode is not TextMode.NONE,
    )
    ruling, hide = rule(bench), make_hide(named, taken_out)
    definitions = find_definitions(bench.study.folder, bench.store)
    cases = list(place_all(bench.store.cases(), definitions.policy))
    numbers = count_numbers(bench.store, cases, definitions)
    told = _tell(ruling, hide, is_sealed=bench.store.is_sealed)
    told = replace(
        told,
        published=tuple(_list_published(ruling, words.name, hide)),
        provenance=(*told.provenance, *_list_locks(bench.study)),
    )
    return make_report(bench.store, numbers, cases, told, words)


def _tell(ruling: Ruling, hide: Callable[[str], str], *, is_sealed: bool) -> "Told":
    """The decision as a report tells it; a sentence may hold a name."""
    from workbench.services.reports import Told

    made, read = ruling.decision, ruling.read
    notes = list(made.notes)
    if is_sealed:
        notes.append(_SEALED)
    provenance = []
    if read:
        provenance = [Fact("gate", f"{made.gate}, SHA-256 {read.file.digest}")]
        provenance += [Fact(f"gate lint {one.code}", hide(one.sentence)) for one in read.lints]
    return Told(
        sentences=tuple(map(hide, made.sentences)),
        notes=tuple(map(hide, notes)),
        verdicts={v.candidate: _name_verdict(made, v.verdict) for v in made.verdicts},
        facts={v.candidate: tuple(_list_verdicts(made, v.candidate, hide)) for v in made.verdicts},
        costs={e.candidate: e.cost for e in made.evidence},
        provenance=tuple(provenance),
    )


def _list_published(
    ruling: Ruling, name: Callable[[str], str], hide: Callable[[str], str]
) -> Iterator[PublishedPart]:
    """Published scores beside the study, a benchmark each."""
    for found in ruling.scores:
        rows = (_describe_standing(one, name(one.candidate)) for one in found.standings)
        sentences = tuple(map(hide, tell_comparison(found)))
        yield PublishedPart(hide(found.benchmark), tuple(rows), sentences)


def _describe_standing(one: Standing, name: str) -> PublishedRow:
    score = f"{one.published.score:.1%}"
    if one.published_interval:
        score += f" ({one.published_interval[0]:.1%} to {one.published_interval[1]:.1%})"
    rank = "—" if one.rank is None else f"{one.rank:g}"
    if one.rank is not None and one.rank_interval:
        rank += f" ({one.rank_interval[0]:g} to {one.rank_interval[1]:g})"
    shift = "—" if one.shift is None else f"{one.shift:+g}"
    return PublishedRow(name, score, f"{one.published_rank:g}", rank, shift)


def _list_locks(study: Study) -> Iterator[Fact]:
    """What the candidates were, where their runs wrote it down."""
    path = study.candidate_lock_file
    if path.is_file():
        yield Fact(
            "candidate locks", f"{path.name}, SHA-256 {sha256(path.read_bytes()).hexdigest()}"
        )


def _name_verdict(made: Decision, verdict: Verdict) -> str:
    """The word for it; where something forbids any verdict there is none but this."""
    return str(Verdict.INVALID if made.problem else verdict)


def _list_verdicts(made: Decision, candidate: str, hide: Callable[[str], str]) -> Iterator[Fact]:
    """What the gate says of one candidate, criterion by criterion."""
    found = made.find(candidate)
    if found is None:
        return
    yield Fact(f"under the gate {made.gate}", _name_verdict(made, found.verdict))
    for reason in found.reasons:
        yield Fact("no verdict because", hide(reason))
    for one in found.criteria:
        yield Fact(f"{one.criterion.title} {one.criterion.wanted}",
                   f"{one.word}: {describe_criterion(one)}")  # fmt: skip


def find_bar(study: Study) -> Bar:
    """How much may escape, by the study's gate; the usual bar where none can be read."""
    path = study.folder / GATE_FILE
    if not path.is_file():
        return Bar()
    try:
        gate = read_gate_at(path).gate
    except WorkbenchError:  # `workbench gate lint` says what is wrong with it
        return Bar()
    return _read_bar(gate) if gate else Bar()


def _read_bar(gate: Gate) -> Bar:
    for one in gate.criteria:
        is_asked = one.metric == "escape_rate" and one.stratum == "all"
        if is_asked and one.bound is Bound.UPPER and one.is_required:
            return Bar(one.limit, gate.inference.confidence)
    return Bar()


def draw(report: Report) -> "tuple[tuple[Figure, ...], str]":
    """The figures; without their library none, and what is missing."""
    from workbench.adapters.reports.figures import MISSING, draw_figures

    try:
        return draw_figures(report), ""
    except ImportError:
        return (), MISSING
