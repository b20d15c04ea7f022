"""How far one reader is with one output: which hunks they saw, and which they marked as reviewed.

It helps to read, and decides nothing: no label, count or export knows of it. Hunks go by a digest
of their content, so that a mark is gone once the content is another.
"""

import json
from dataclasses import dataclass

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """Digests of hunks; `seen` were on the screen, `reviewed` the reader marked."""

    reviewed: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()


def render_reading(reading: Reading) -> str:
    """One line of JSON."""
    reviewed, seen = sorted(reading.reviewed), sorted(reading.seen)
    return json.dumps({"version": _VERSION, "reviewed": reviewed, "seen": seen})


def parse_reading(text: str) -> Reading:
    """The inverse; ValueError on any other text."""
    raw = json.loads(text)
    if not isinstance(raw, dict) or raw.get("version") != _VERSION:
        raise ValueError("no reading of this version")
    return Reading(_texts(raw.get("reviewed")), _texts(raw.get("seen")))


def _texts(raw: object) -> frozenset[str]:
    if not isinstance(raw, list) or not all(isinstance(text, str) for text in raw):
        raise ValueError("no list of digests")
    return frozenset(raw)
