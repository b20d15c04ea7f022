"""What a harness recorded of an output beside patch and message, as far as numbers need it.

It stands in the JSON of `extra`, as it was imported. What is not there is not known, never zero.
"""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """`cost` in US dollars, None where nobody can tell; `harness` "" where none was named."""

    cost: float | None = None
    harness: str = ""


def read_recorded(extra: str) -> Recorded:
    """From the text of `extra`; whatever is in it that cannot be used is left out."""
    try:
        held = json.loads(extra)
    except (ValueError, RecursionError):
        return Recorded()
    if not isinstance(held, dict):
        return Recorded()
    usage = held.get("usage")
    costs = [held.get("cost_usd"), usage.get("cost_usd") if isinstance(usage, dict) else None]
    harness = held.get("harness_sha")
    known = (cost for cost in map(_read_cost, costs) if cost is not None)
    return Recorded(next(known, None), harness if isinstance(harness, str) else "")


def _read_cost(value: Any) -> float | None:  # whatever stood in the file
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) and value >= 0 else None
