"""Who called a ticket what, out of a canonical row; exports made before that lack it."""

import json
from collections.abc import Mapping

from workbench.domain.clarity import SEVERITIES, SpecAct, SpecCall, SpecEvent
from workbench.domain.label import parse_time
from workbench.domain.spec import Spec


def read_calls(ticket_id: str, value: object) -> tuple[SpecEvent, ...]:
    """The calls of one ticket; raises TypeError, ValueError or KeyError on other rows."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(call, dict) for call in value):
        raise TypeError("calls is no list of objects")
    return tuple(_read(ticket_id, call) for call in value)


def _read(ticket_id: str, call: Mapping[str, object]) -> SpecEvent:
    texts = {name: call[name] for name in ("event_id", "reviewer_id", "tool_version")}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{name} of a call is no text")
        text.encode()  # raises ValueError for half a character: no database takes it
    if not str(texts["reviewer_id"]).strip() or not texts["event_id"]:
        raise ValueError("a call has no reviewer_id or no event_id")
    severity = call["severity"]
    if severity is not None and (isinstance(severity, bool) or severity not in SEVERITIES):
        raise ValueError(f"severity of a call is {severity!r}, expected 0 to 3 or null")
    origin = {"event_id": texts["event_id"], "act": SpecAct(str(call["act"]))}
    return SpecEvent(
        event_id=0,
        ticket_id=ticket_id,
        reviewer=str(texts["reviewer_id"]),
        act=SpecAct.IMPORT,
        call=SpecCall(
            Spec(str(call["spec"])),
            None if severity is None else int(str(severity)),
            Spec(str(call["settles"])),
        ),
        given=Spec(str(call["given"])),
        undoes=None,
        app_version=str(texts["tool_version"]),
        at=parse_time(str(call["committed_at"])),
        origin=json.dumps(origin, sort_keys=True),
    )
