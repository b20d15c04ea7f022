"""What people call tickets as lines of JSON: a row for each ticket and person, outputs or none.

A row says `standing` where it is what that person holds now; the words are redacted as everywhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.adapters.exporters.call_rows import make_call
from workbench.adapters.exporters.canonical import (
    SCHEMA_VERSION,
    TextMode,
    dump,
    make_hide,
    make_hide_name,
)
from workbench.domain.called import Called

_NOBODY = dict.fromkeys(
    ("event_id", "act", "reviewer_id", "spec", "severity", "settles", "given", "committed_at",
     "tool_version"),
)  # fmt: skip


class TriageRows:
    """The calls; loses no word when the text is verbatim."""

    name = "triage"

    def __init__(self, mode: TextMode, *, is_printed: bool = False) -> None:
        """`mode` says what happens to the words; `is_printed` makes it safe for a terminal."""
        self._mode, self._is_printed = mode, is_printed
        self.lossy_fields: tuple[str, ...] = () if mode is TextMode.VERBATIM else ("text",)

    def render(self, calls: Iterable[Called], taken_out: Counter[str]) -> Iterator[str]:
        """A line a call."""
        for called in calls:
            yield dump(self._row(called, taken_out), is_ascii=self._is_printed) + "\n"

    def _row(self, called: Called, taken_out: Counter[str]) -> dict[str, object]:
        hide = make_hide(self._mode, taken_out)
        name = make_hide_name(self._mode, taken_out)
        title = called.title
        return {
            "schema_version": SCHEMA_VERSION,
            "study_id": called.study_id,
            "ticket_id": called.ticket_id,
            "ticket_title": None if title is None else hide(title),
            "ticket_spec": called.spec,
            "ticket_settled": called.settled,
            "standing": called.is_standing,
            **(make_call(called.event, name) if called.event else _NOBODY),
        }
