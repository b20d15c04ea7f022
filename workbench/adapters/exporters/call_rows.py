"""Who called a ticket what, as JSON values; the inverse is `adapters/importers/call_rows.py`."""

from collections.abc import Callable

from workbench.domain.clarity import SpecEvent
from workbench.domain.label import format_time


def make_call(event: SpecEvent, name: Callable[[str], str]) -> dict[str, object]:
    """Who called the ticket what; an imported call as it was where it was made."""
    return {
        "event_id": event.key,
        "act": event.first_act,
        "reviewer_id": name(event.reviewer),
        "spec": event.call.spec,
        "severity": event.call.severity,
        "settles": event.call.settles,
        "given": event.given,
        "committed_at": format_time(event.at),
        "tool_version": event.app_version,
    }
