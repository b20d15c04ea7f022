"""Outputs that a reviewer labelled and that point at flaws of their own."""

from collections.abc import Iterator

from workbench.domain.label import parse_judgement
from workbench.store.screen_rows import split_texts
from workbench.store.study import Study

_FLAGGED = (
    "SELECT o.output_id, o.self_flagged, e.judgement FROM item i"
    " CROSS JOIN output o ON o.id = i.output CROSS JOIN label_event e ON e.event_id = i.event_id"
    " WHERE i.reviewer = ? AND i.label IS NOT NULL AND o.self_flagged <> '[]' ORDER BY i.position"
)


class Flags(Study):
    """Reading self-flags; a part of Store."""

    def flags_to_match(self, reviewer: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Output ids with their flags, where at least one has no verdict of this reviewer."""
        with self._driving() as driver:
            for output_id, flagged, text in driver.execute(_FLAGGED, (reviewer,)):
                known = {flag.quote for flag in parse_judgement(text).flags}
                flags = split_texts(flagged)
                if any(flag not in known for flag in flags):
                    yield output_id, flags
