"""An act that did not reach the study's disk, as it is kept elsewhere until it does.

The text carries a digest of itself: one that was changed, or cut off, is not read.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from workbench.domain.label import (
    Act,
    Effort,
    Judgement,
    canonical_judgement,
    format_time,
    parse_judgement,
    parse_time,
)

KEPT_ACTS = frozenset({Act.LABEL, Act.SELF_FLAG, Act.FINDING, Act.SKIP})
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What a reviewer decided and when; `held` is the judgement that it builds on."""

    study_id: str
    reviewer: str
    output_id: str
    act: Act
    judgement: Judgement
    held: Judgement
    effort: Effort
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """One that was found again, and where it lies."""

    unsaved: Unsaved
    place: str


def render_unsaved(unsaved: Unsaved) -> str:
    """One line of JSON, and the digest of it on a line of its own."""
    effort = unsaved.effort
    line = json.dumps(
        {
            "version": _VERSION,
            "study": unsaved.study_id,
            "reviewer": unsaved.reviewer,
            "output": unsaved.output_id,
            "act": unsaved.act,
            "judgement": canonical_judgement(unsaved.judgement),
            "held": canonical_judgement(unsaved.held),
            "started_at": format_time(effort.started_at),
            "effort": [effort.active_ms, effort.idle_ms, effort.peeks],
            "at": format_time(unsaved.at),
        }
    )
    return f"{line}\n{_digest(line)}\n"


def parse_unsaved(text: str) -> Unsaved:
    """The inverse; ValueError on any other text."""
    line, _, digest = text.removesuffix("\n").partition("\n")
    if digest != _digest(line):
        raise ValueError("its content does not fit its digest")
    try:
        raw = json.loads(line)
        if raw["version"] != _VERSION:
            raise ValueError("it was made by another version of the workbench")
        active_ms, idle_ms, peeks = (int(part) for part in raw["effort"])
        return Unsaved(
            study_id=str(raw["study"]),
            reviewer=str(raw["reviewer"]),
            output_id=str(raw["output"]),
            act=Act(raw["act"]),
            judgement=parse_judgement(raw["judgement"]),
            held=parse_judgement(raw["held"]),
            effort=Effort(parse_time(raw["started_at"]), active_ms, idle_ms, peeks),
            at=parse_time(raw["at"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"it cannot be read: {error}") from error


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
