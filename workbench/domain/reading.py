"""How far one reader is: which hunks of an output they saw and marked, and where they stopped.

It helps to read, and decides nothing: no label, count or export knows of it. Hunks go by a digest
of their content, so that a mark is gone once the content is another.
"""

import json
from typing import NamedTuple

_VERSION = 1


class Reading(NamedTuple):
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


class Bookmark(NamedTuple):
    """Where a reader stopped. `after` is the time of their last event then, "" before the first.

    `path` "" is the top of the output, `line` 0 the header of the file.
    `above` are the lines of the screen over the cursor, `left` the cells scrolled sideways; `pane`
    is the text that stood open.
    """

    output_id: str
    after: str = ""
    path: str = ""
    side: str = "new"
    line: int = 0
    above: int = 0
    left: int = 0
    layout: str = ""
    wrap: bool = False
    pane: str = ""


def render_bookmark(mark: Bookmark) -> str:
    """One line of JSON."""
    return json.dumps({"version": _VERSION, **mark._asdict()})


def parse_bookmark(text: str) -> Bookmark:
    """The inverse; ValueError on any other text."""
    raw = json.loads(text)
    if not isinstance(raw, dict) or raw.pop("version", None) != _VERSION:
        raise ValueError("no bookmark of this version")
    known = Bookmark("")._asdict()
    if raw.keys() != known.keys() or any(type(raw[k]) is not type(known[k]) for k in known):
        raise ValueError("no bookmark")
    return Bookmark(**raw)


def _texts(raw: object) -> frozenset[str]:
    if not isinstance(raw, list) or not all(isinstance(text, str) for text in raw):
        raise ValueError("no list of digests")
    return frozenset(raw)
