"""The composition root of reports: a study, its decision and its redaction become one report.

Apart from bootstrap, so that what opens a review does not know how a report is made.
"""

from collections import Counter
from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench
from workbench.domain.report import Report

if TYPE_CHECKING:
    from workbench.adapters.reports.figures import Figure
    from workbench.services.reports import Told


_NO_GATE = (
    "No gate is set, so these numbers release no candidate.",
    "They say what each of them did, how sure that is, and what nobody knows.",
)
_SEALED = (
    "The study is sealed, so nothing is decided yet.",
    "The figures are pooled over all candidates, and no output is shown, until `workbench reveal`.",
)


def open_report(bench: Workbench, text: str, taken_out: Counter[str]) -> Report:
    """The report on a study; `text` is verbatim, redacted or none, and what it took is counted."""
    from workbench.adapters.exporters.canonical import TextMode, make_hide
    from workbench.adapters.redact import redact_name
    from workbench.services.report_pages import Words
    from workbench.services.reports import make_report

    mode = TextMode(text)
    named = mode if mode is TextMode.VERBATIM else TextMode.REDACTED
    words = Words(
        make_hide(mode, taken_out),
        make_hide(named, taken_out, redact_name),
        has_words=mode is not TextMode.NONE,
    )
    cases = list(bench.store.cases())
    return make_report(bench.store, cases, _tell(bench), words)


def _tell(bench: Workbench) -> "Told":
    from workbench.services.reports import Told

    if bench.store.is_sealed:
        return Told(_SEALED)
    return Told(_NO_GATE)


def draw(report: Report) -> "tuple[tuple[Figure, ...], str]":
    """The figures; without their library none, and what is missing."""
    from workbench.adapters.reports.figures import MISSING, draw_figures

    try:
        return draw_figures(report), ""
    except ImportError:
        return (), MISSING
