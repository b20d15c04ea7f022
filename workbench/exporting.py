"""Composes exports: a format, the study's records, and the seal that keeps names in."""

from workbench.bootstrap import Workbench
from workbench.services.exports import Export


def make_export(
    bench: Workbench, kind: str, text: str, *, everything: bool, is_printed: bool
) -> Export:
    """What was decided, as `jsonl` or `csv`."""
    from workbench.adapters.exporters.canonical import TextMode
    from workbench.adapters.exporters.formats import Csv, Jsonl
    from workbench.blinding import make_seals

    made = (Jsonl if kind == "jsonl" else Csv)(TextMode(text), is_printed=is_printed)
    seals = make_seals(bench)
    scrubber = seals.scrubber() if seals.is_sealed else None
    return Export(bench.store, made, everything=everything, scrubber=scrubber)
