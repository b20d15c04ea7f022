"""How long reviews took: active time alone; what was labelled without a screen took none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MINUTE, _HOUR = 60_000, 3_600_000  # milliseconds
ALL = ""


@dataclass(frozen=True, slots=True)
class ReviewTime:
    """`n` reviews of an output took `active_ms` of somebody's time."""

    n: int = 0
    active_ms: int = 0

    @property
    def minutes(self) -> float | None:
        """Active minutes an output; None without any time."""
        return self.active_ms / self.n / _MINUTE if self.n else None

    @property
    def per_hour(self) -> float | None:
        """Outputs an active hour; None without any time."""
        return self.n * _HOUR / self.active_ms if self.active_ms else None


def sum_up(efforts: Iterable[tuple[str, int, int]]) -> Mapping[str, ReviewTime]:
    """The pace on each candidate's outputs, and under ALL on every one."""
    paces = {candidate: ReviewTime(n, active_ms) for candidate, n, active_ms in efforts}
    held = list(paces.values())
    return {**paces, ALL: ReviewTime(sum(p.n for p in held), sum(p.active_ms for p in held))}
