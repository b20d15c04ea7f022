"""Composes exports: a format, the study's records, and the seal that keeps names in."""

from typing import TYPE_CHECKING

from workbench.bootstrap import Workbench

if TYPE_CHECKING:
    from workbench.services.exports import Export
    from workbench.services.preference_exports import PreferenceExport
    from workbench.services.triage_exports import TriageExport


def make_export(
    bench: Workbench, kind: str, text: str, *, everything: bool, is_printed: bool
) -> "Export":
    """What was decided, as `jsonl` or `csv`."""
    from workbench.adapters.exporters.canonical import TextMode
    from workbench.adapters.exporters.formats import Csv, Jsonl
    from workbench.blinding import find_scrubber
    from workbench.services.exports import Export

    made = (Jsonl if kind == "jsonl" else Csv)(TextMode(text), is_printed=is_printed)
    return Export(bench.store, made, everything=everything, scrubber=find_scrubber(bench))


def make_preference_export(
    bench: Workbench,
    kind: str,
    text: str,
    *,
    everything: bool,
    with_message: bool,
    abstain_as_text: bool,
) -> "PreferenceExport":
    """What was said of pairs, as `trl`, `kto`, `openai` or `arena`."""
    from workbench.adapters.exporters.canonical import TextMode
    from workbench.adapters.exporters.preference_rows import PreferenceFormat
    from workbench.adapters.exporters.preferences import Preferences
    from workbench.blinding import find_scrubber
    from workbench.services.preference_exports import PreferenceExport

    made = Preferences(
        PreferenceFormat(kind),
        TextMode(text),
        bench.store.study_id,
        with_message=with_message,
        abstain_as_text=abstain_as_text,
    )
    scrubber = find_scrubber(bench)
    return PreferenceExport(bench.store, made, everything=everything, scrubber=scrubber)


def make_triage_export(
    bench: Workbench, text: str, *, everything: bool, is_printed: bool
) -> "TriageExport":
    """What people call tickets, as `triage`."""
    from workbench.adapters.exporters.canonical import TextMode
    from workbench.adapters.exporters.triage import TriageRows
    from workbench.services.triage_exports import TriageExport

    into = TriageRows(TextMode(text), is_printed=is_printed)
    return TriageExport(bench.store, into, everything=everything)
