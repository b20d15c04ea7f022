"""The append-only log of judgements; undo lives in it and nowhere else.

Every event carries the whole judgement after it, so the current one is that of the last event, and
the hash of the row before it. Three numbers in each make undo and redo one look-up each, at any
length of the log:

    back    the event whose judgement comes back when this one is undone (None: nothing yet)
    below   what `u` would undo after this one is undone
    redo    what `ctrl+r` would redo after this event (an undo event), None after a fresh act
"""

import hashlib
import json
from datetime import datetime
from typing import NamedTuple

from workbench.domain.label import Act, Effort, Judgement, canonical_judgement, format_time


class Event(NamedTuple):
    """One row of the log. `event_id` counts from 1 over the study, `seq` over item and reviewer.

    `origin` is JSON that an imported event keeps of the study it came from, "" for our own.
    """

    event_id: int
    output_id: str
    reviewer: str
    seq: int
    act: Act
    judgement: Judgement
    supersedes: int | None
    undoes: int | None
    back: int | None
    below: int | None
    undo: int | None
    redo: int | None
    effort: Effort
    rubric_version: str
    app_version: str
    at: datetime
    prev_hash: str
    origin: str = ""
    hash: str = ""


def compute_hash(event: Event) -> str:
    """SHA-256 over the canonical JSON of the event and the hash before it."""
    row = [
        event.event_id,
        event.output_id,
        event.reviewer,
        event.seq,
        event.act,
        canonical_judgement(event.judgement),
        event.supersedes,
        event.undoes,
        event.back,
        event.below,
        event.undo,
        event.redo,
        format_time(event.effort.started_at),
        event.effort.active_ms,
        event.effort.idle_ms,
        event.effort.peeks,
        event.rubric_version,
        event.app_version,
        format_time(event.at),
        event.origin,
        event.prev_hash,
    ]
    return hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()


def chain_lock(prev_hash: str, lock: str) -> str:
    """What the event goes on from that takes the lock of the gates into the chain."""
    return hashlib.sha256(json.dumps([prev_hash, lock]).encode()).hexdigest()
