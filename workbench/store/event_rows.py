"""An event as a row of label_event and back."""

import hashlib
import json

from workbench.domain.event import Event
from workbench.domain.label import (
    Act,
    Effort,
    canonical_judgement,
    format_time,
    parse_judgement,
    parse_time,
)
from workbench.store.database import Params
from workbench.store.screen_rows import Values

_NAMES = (
    *("event_id", "output_id", "reviewer", "seq", "act", "judgement", "supersedes", "undoes"),
    *("back", "below", "undo", "redo", "started_at", "active_ms", "idle_ms", "peeks"),
    *("rubric_version", "app_version", "at", "origin", "prev_hash", "hash"),
)


def event_columns(alias: str) -> str:
    """What to_event reads, of label_event under `alias`; its output must be joined as `eo`."""
    return ", ".join(f"eo.{n}" if n == "output_id" else f"{alias}.{n}" for n in _NAMES)


EVENT_COLUMNS = event_columns("e")
N_EVENT_COLUMNS = len(_NAMES)

INSERT_EVENT = (
    "INSERT INTO label_event (event_id, output, reviewer, seq, act, judgement, supersedes, undoes,"
    " back, below, undo, redo, started_at, active_ms, idle_ms, peeks, rubric_version, app_version,"
    " at, prev_hash, origin, hash) VALUES (:event_id, :output, :reviewer, :seq, :act, :judgement,"
    " :supersedes, :undoes, :back, :below, :undo, :redo, :started_at, :active_ms, :idle_ms, :peeks,"
    " :rubric_version, :app_version, :at, :prev_hash, :origin, :hash)"
)


def compute_row_hash(row: Values) -> str:
    """compute_hash of a row of EVENT_COLUMNS as it stands, without reading it as an event.

    The columns are in the order of the hash, and every text is stored as it was hashed.
    """
    text = json.dumps(list(row[: N_EVENT_COLUMNS - 1]), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def to_event(row: Values) -> Event:
    """A row of EVENT_COLUMNS; ValueError, KeyError or TypeError where it cannot be read."""
    event_id, output_id, reviewer, seq, act, judgement, *links = row[:12]
    started_at, active_ms, idle_ms, peeks, rubric, app, at, origin, prev_hash, digest = row[12:22]
    supersedes, undoes, back, below, undo, redo = links
    return Event(
        event_id=event_id,
        output_id=output_id,
        reviewer=reviewer,
        seq=seq,
        act=Act(act),
        judgement=parse_judgement(judgement),
        supersedes=supersedes,
        undoes=undoes,
        back=back,
        below=below,
        undo=undo,
        redo=redo,
        effort=Effort(parse_time(started_at), active_ms, idle_ms, peeks),
        rubric_version=rubric,
        app_version=app,
        at=parse_time(at),
        prev_hash=prev_hash,
        origin=origin,
        hash=digest,
    )


def to_params(event: Event, output: int) -> Params:
    """What INSERT_EVENT binds."""
    return {
        "event_id": event.event_id,
        "output": output,
        "reviewer": event.reviewer,
        "seq": event.seq,
        "act": event.act.value,
        "judgement": canonical_judgement(event.judgement),
        "supersedes": event.supersedes,
        "undoes": event.undoes,
        "back": event.back,
        "below": event.below,
        "undo": event.undo,
        "redo": event.redo,
        "started_at": format_time(event.effort.started_at),
        "active_ms": event.effort.active_ms,
        "idle_ms": event.effort.idle_ms,
        "peeks": event.effort.peeks,
        "rubric_version": event.rubric_version,
        "app_version": event.app_version,
        "at": format_time(event.at),
        "prev_hash": event.prev_hash,
        "origin": event.origin,
        "hash": event.hash,
    }
