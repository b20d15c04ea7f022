"""What a harness recorded of an output beside patch and message, as far as numbers need it.

It stands in the JSON of `extra`, as it was imported. What is not there is not known, never zero.
"""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """`cost` in US dollars, None where nobody can tell; `harness` "" where none was named.

    `has_stumbled`: a tool failed in mid-run, which a good candidate recovers from.
    `leaks` are commands by which the candidate may have found the answer.
    """

    cost: float | None = None
    harness: str = ""
    has_stumbled: bool = False
    leaks: tuple[str, ...] = ()


def read_recorded(extra: str) -> Recorded:
    """From the text of `extra`; whatever is in it that cannot be used is left out.

    A harness writes at the top or under `usage`, a run of this program under `run`.
    """
    try:
        held = json.loads(extra)
    except (ValueError, RecursionError):
        return Recorded()
    if not isinstance(held, dict):
        return Recorded()
    parts = [part for part in (held, held.get("run"), held.get("usage")) if isinstance(part, dict)]
    costs = (_read_number(part.get(key)) for part in parts for key in ("spent_usd", "cost_usd"))
    errors = (_read_number(part.get("tool_errors")) for part in parts)
    harness = held.get("harness_sha")
    run = held.get("run")
    leaks = run.get("leaks") if isinstance(run, dict) else None
    return Recorded(
        cost=next((cost for cost in costs if cost is not None), None),
        harness=harness if isinstance(harness, str) else "",
        has_stumbled=any(errors),
        leaks=tuple(map(str, leaks)) if isinstance(leaks, list) else (),
    )


def _read_number(value: Any) -> float | None:  # whatever stood in the file
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) and value >= 0 else None
