"""What an adapter hands back, how it walks a long file of JSON lines, and what it counts there."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.domain.run import ExitClass, Said, Usage
from workbench.text import display

_LONGEST_LINE = 8 << 20
_MOST_LEAKS = 20
_QUOTA = re.compile(r"insufficient_quota|credit balance|billing|usage limit|quota", re.IGNORECASE)
_PROVIDER = re.compile(
    r"\b(?:429|500|502|503|504|529)\b|overloaded|rate.?limit|timed? ?out|connection|unavailable"
    r"|stream (?:error|disconnected)",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"\b(?:401|403)\b|invalid.{0,10}api.?key|authenticat|unauthorized|/login", re.IGNORECASE
)
# Ways to an answer that is in reach of whoever replays an old ticket (FORMATS 9.1).
_LEAK = re.compile(
    r"\bgit\s+(?:-[Cc]\s+\S+\s+|-\S+\s+)*(?:log\b[^;&|\n]*(?:--all|--remotes|--reflog)|reflog\b|fetch\b|pull\b|clone\b"
    r"|fsck\b[^;&|\n]*--(?:lost|unreach)|show\s+[0-9a-f]{7,40}\b|ls-remote\b)"
    r"|\b(?:curl|wget)\b[^;&|\n]*(?:github|gitlab|bitbucket|codeberg|pypi|npmjs|raw\.)"
    r"|\bpip3?\s+(?:download\b|install\b[^;&|\n]*\w[=>]=\d)"
    r"|\bnpm\s+(?:install|i|view|pack)\s+[\w@]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a transcript tells. `failure` is a class that the exit code alone would not show."""

    said: Said = field(default_factory=Said)
    usage: Usage = field(default_factory=Usage)
    failure: ExitClass | None = None
    reason: str = ""
    leaks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def with_note(self, note: str) -> "Told":
        """The same with one more sentence."""
        return replace(self, notes=(*self.notes, note))


class Trouble:
    """Counts what went wrong on the way, and what reached for the answer (METRICS.md 7.12).

    An agent whose output never tells of cut contexts or of helpers has no number of them: not 0.
    """

    def __init__(self, *, tells_losses: bool = False, tells_helpers: bool = False) -> None:
        """Nothing is known."""
        self._tells_losses, self._tells_helpers = tells_losses, tells_helpers
        self._errors = self._recoveries = self._losses = self._helpers = 0
        self._is_failing = False
        self._leaks: dict[str, None] = {}

    @property
    def leaks(self) -> tuple[str, ...]:
        """Commands that could have found the answer, each once."""
        return tuple(self._leaks)

    def see_tool(self, *, failed: bool) -> None:
        """A tool ended; one that works after one that failed is a recovery."""
        self._errors += failed
        self._recoveries += self._is_failing and not failed
        self._is_failing = failed

    def see_command(self, command: str) -> None:
        """A command was run; keep it where it reaches for history, network or a release."""
        if command and len(self._leaks) < _MOST_LEAKS and _LEAK.search(command[:20_000]):
            self._leaks[display(command.strip().replace("\n", " "))[:200]] = None

    def lose_context(self) -> None:
        """The transcript was compacted or cut."""
        self._losses += 1

    def start_helper(self) -> None:
        """It started an agent of its own."""
        self._helpers += 1

    def add_to(self, told: Told) -> Told:
        """The same with the counts."""
        counted = replace(
            told.usage,
            tool_errors=self._errors,
            recoveries=self._recoveries,
            context_losses=self._losses if self._tells_losses else None,
            interventions=0,  # nobody could: it ran without a terminal
            helpers=self._helpers if self._tells_helpers else None,
        )
        return replace(told, usage=counted)

    @staticmethod
    def class_of(problem: str) -> ExitClass:
        """Whose failure a message of an agent is about."""
        if _QUOTA.search(problem):
            return ExitClass.QUOTA
        if _KEY.search(problem):
            return ExitClass.CONFIGURATION
        return ExitClass.PROVIDER if _PROVIDER.search(problem) else ExitClass.AGENT_ERROR


def read_objects(path: Path) -> Iterator[Mapping[str, object]]:
    """Every line that is a JSON object; what is none is passed over, and so is what is huge."""
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if not line.lstrip().startswith(b"{"):
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value


def mapping_of(value: object) -> Mapping[str, object]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A text, or ""."""
    return value if isinstance(value, str) else ""


def cost_of(value: object, used: int | None) -> float | None:
    """US dollars; an agent that knows no price says 0, and that is None where tokens were used."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        return None
    return None if value == 0 and used else float(value)


def count_of(value: object) -> int | None:
    """A count, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
