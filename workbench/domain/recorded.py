"""What a harness recorded of an output beside patch and message, as far as numbers need it.

It stands in the JSON of `extra`, as it was imported. What is not there is not known, never zero.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

COST, SECONDS, INTERVENTIONS = "cost_usd", "seconds", "interventions"
TRAITS = {
    "turns": "turns",
    "tool_errors": "tool errors",
    "recoveries": "recoveries from them",
    "context_losses": "context losses",
    INTERVENTIONS: "human interventions",
    "helpers": "helpers started",
    "input_tokens": "tokens read",
    "cached_tokens": "tokens read from a cache",
    "output_tokens": "tokens written",
    COST: "US dollars",
    SECONDS: "seconds",
}
"""What a run's log may count, by the names of its fields, and the words for it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """`cost` in US dollars, None where nobody can tell; `harness` "" where none was named.

    `has_stumbled`: a tool failed in mid-run, which a good candidate recovers from.
    `leaks` are commands by which the candidate may have found the answer; `is_watched` says that
    its log tells what it did, so that none means none. `model` is the id that was served, `log`
    holds what of TRAITS is known.
    """

    cost: float | None = None
    harness: str = ""
    has_stumbled: bool = False
    leaks: tuple[str, ...] = ()
    is_watched: bool = False
    model: str = ""
    log: Mapping[str, float] = field(default_factory=dict)


NOTHING_RECORDED = Recorded()


def read_recorded(extra: str) -> Recorded:
    """From the text of `extra`; whatever is in it that cannot be used is left out.

    A harness writes at the top or under `usage`, a run of this program under `run`.
    """
    if extra == "{}":
        return NOTHING_RECORDED
    try:
        held = json.loads(extra)
    except (ValueError, RecursionError):
        return Recorded()
    if not isinstance(held, dict):
        return Recorded()
    parts = [part for part in (held, held.get("run"), held.get("usage")) if isinstance(part, dict)]
    costs = (_read_number(part.get(key)) for part in parts for key in ("spent_usd", COST))
    cost = next((cost for cost in costs if cost is not None), None)
    harness = held.get("harness_sha")
    run = held.get("run")
    leaks = run.get("leaks") if isinstance(run, dict) else None
    listed = tuple(map(str, leaks)) if isinstance(leaks, list) else ()
    log = dict(_read_log(parts))
    if cost is not None:
        log[COST] = cost
    return Recorded(
        cost=cost,
        harness=harness if isinstance(harness, str) else "",
        has_stumbled=bool(log.get("tool_errors")),
        leaks=listed,
        model=next((str(part["model"]) for part in parts[1:] if part.get("model")), ""),
        is_watched=bool(listed) or (isinstance(leaks, list) and "tool_errors" in log),
        log=log,
    )


def _read_log(parts: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:  # as JSON gives them
    """What is known of a run, the first that says it; no run took no time at all."""
    for name in TRAITS:
        found = (_read_number(part.get(name)) for part in parts)
        value = next((value for value in found if value is not None), None)
        if value is not None and (value or name != SECONDS):
            yield name, value


def _read_number(value: Any) -> float | None:  # whatever stood in the file
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isfinite(value) and value >= 0 else None
