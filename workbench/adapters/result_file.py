"""`result.json`, in which a candidate says of its own work what its patch cannot.

Every field is optional. One of the wrong type is left out and named; the rest counts.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.domain.run import Said, Status, Usage

NAME = "result.json"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "status": {"enum": ["done", "needs_clarification", "declined"]},
        "message": {"type": "string"},
        "questions": {"type": "array", "items": {"type": "string"}},
        "known_issues": {"type": "array", "items": {"type": "string"}},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "model": {"type": "string"},
        "cost_usd": {"type": "number", "minimum": 0},
        "input_tokens": {"type": "integer", "minimum": 0},
        "output_tokens": {"type": "integer", "minimum": 0},
        "turns": {"type": "integer", "minimum": 0},
    },
}
_LARGEST = 1 << 20
_MOST_ITEMS = 200
_LONGEST = 100_000
_COUNTS = ("input_tokens", "cached_tokens", "output_tokens", "turns")


class _Fields:
    """Takes fields out of an object, and remembers those of the wrong type."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self.wrong: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        value = self._raw.get(name)
        if value is None or isinstance(value, str):
            return clean_text(value) if value else default
        self.wrong.append(name)
        return default

    def number(self, name: str, high: float = 1e12) -> float | None:
        value = self._raw.get(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and 0 <= float(str(value)) <= high:
            return float(str(value))
        self.wrong.append(name)
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong.append(name)
            return ()
        found = [_line(item) for item in value[:_MOST_ITEMS]]
        if not all(found):
            self.wrong.append(name)
        return tuple(item for item in found if item)


def read_result(folder: Path, said: Said, usage: Usage) -> tuple[Said, Usage, tuple[str, ...]]:
    """What the file adds to or corrects of what a transcript said; warnings in sentences."""
    raw, problem = _load(folder / NAME)
    if raw is None:
        return said, usage, (problem,) if problem else ()
    fields = _Fields(raw)
    status = fields.text("status")
    if status not in set(Status):
        fields.wrong.append("status")
        status = ""
    if not status and raw.get("abstained") is True:
        status = Status.NEEDS_CLARIFICATION
    flags = (*fields.texts("self_flagged"), *fields.texts("known_issues"))
    told = Said(
        message=fields.text("message", said.message),
        status=Status(status) or said.status,
        questions=fields.texts("questions") or said.questions,
        self_flagged=tuple(dict.fromkeys(flags)) or said.self_flagged,
        confidence=fields.number("confidence", 1.0),
    )
    took = replace(usage, model=fields.text("model", usage.model))
    if (cost := fields.number("cost_usd")) is not None:
        took = replace(took, cost_usd=cost)
    counted = {name: fields.number(name) for name in _COUNTS}
    known = {name: int(value) for name, value in counted.items() if value is not None}
    took = _count(took, known)
    wrong = dict.fromkeys(fields.wrong)
    return told, took, tuple(f"{NAME}: {name} has the wrong type: left out" for name in wrong)


def _count(usage: Usage, known: Mapping[str, int]) -> Usage:
    return replace(
        usage,
        input_tokens=known.get("input_tokens", usage.input_tokens),
        cached_tokens=known.get("cached_tokens", usage.cached_tokens),
        output_tokens=known.get("output_tokens", usage.output_tokens),
        turns=known.get("turns", usage.turns),
    )


def clean_text(text: str) -> str:
    """What a database can hold, cut where nobody reads any more."""
    return text[:_LONGEST].encode("utf-8", "backslashreplace").decode()


def _line(item: object) -> str:
    """A text, or file, line and text of an object."""
    if isinstance(item, str):
        return clean_text(item)
    if not isinstance(item, dict):
        return ""
    place = [str(item[key]) for key in ("file", "line") if isinstance(item.get(key), str | int)]
    text = item.get("text")
    return clean_text(": ".join(p for p in (":".join(place), text) if isinstance(p, str) and p))


def _load(path: Path) -> tuple[Mapping[str, object] | None, str]:
    """A plain file of bounded size, never through a link."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return None, ""
    except OSError:
        return None, f"{NAME} is no plain file: left out"
    with os.fdopen(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
            return None, f"{NAME} is no plain file of up to 1 MB: left out"
        try:
            raw = json.loads(file.read(_LARGEST).decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None, f"{NAME} is no JSON: left out"
    return (raw, "") if isinstance(raw, dict) else (None, f"{NAME} is no object: left out")
