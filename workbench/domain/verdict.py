"""What a gate says of a candidate: three answers, and a fourth where the data allow none."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from workbench.domain.gate import Criterion, OnInconclusive


class Verdict(StrEnum):
    """INCONCLUSIVE is a respectable answer: the data are too few to say."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"


class Unknown(NamedTuple):
    """How many outputs something unknown leaves open: no test result, labels nobody decided on."""

    n_untested: int = 0
    n_disputed: int = 0

    @property
    def sentence(self) -> str:
        """As in: 2 untested, 1 disputed; "" where nothing is open."""
        counts = ((self.n_untested, "untested"), (self.n_disputed, "disputed"))
        return ", ".join(f"{n} {what}" for n, what in counts if n)


NOTHING_UNKNOWN = Unknown()


class Measured(NamedTuple):
    """A number in one scenario, with its one-sided bounds; `value` None for 0/0.

    `hits` of `n` are outputs; of a difference, tickets on which the candidate alone has the event.
    `n_bound` are the outcomes on which the bounds rest: tickets where several trials were run.
    """

    hits: int
    n: int
    value: float | None
    lower: float
    upper: float
    n_bound: int = 0

    @property
    def hits_bound(self) -> int:
        """Hits of `n_bound` that are as many in parts: of tickets, a part of one counts whole."""
        return min(self.n_bound, ceil((self.value or 0.0) * self.n_bound - 1e-9))


class CriterionVerdict(NamedTuple):
    """One criterion on one candidate.

    `best` and `worst` are for the candidate, equal where nothing is unknown; `unknown` is what
    keeps them apart. `needs` is what would settle an inconclusive one. `confidence` is that of each
    bound, one-sided; None where the verdict rests on evidence over time and on no bound.
    """

    criterion: Criterion
    verdict: Verdict
    best: Measured
    worst: Measured
    confidence: float | None
    needs: str = ""
    unknown: Unknown = NOTHING_UNKNOWN

    @property
    def is_range(self) -> bool:
        """Whether something unknown keeps best and worst apart."""
        return (self.best.hits, self.best.n) != (self.worst.hits, self.worst.n)

    @property
    def word(self) -> str:
        """The verdict as it is shown: a criterion that only warns never fails anybody."""
        holds = self.verdict is Verdict.PASS
        return self.verdict if holds or self.criterion.is_required else "WARN"


class CandidateVerdict(NamedTuple):
    """A gate on one candidate; `reasons` say why its data are INVALID."""

    candidate: str
    verdict: Verdict
    criteria: tuple[CriterionVerdict, ...]
    reasons: tuple[str, ...] = ()

    @property
    def first_missing(self) -> CriterionVerdict | None:
        """The first required criterion that does not pass, a failed one before an open one."""
        required = [c for c in self.criteria if c.criterion.is_required]
        for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            found = next((c for c in required if c.verdict is verdict), None)
            if found:
                return found
        return None


def combine(criteria: Iterable[CriterionVerdict]) -> Verdict:
    """All required criteria must pass: any FAIL fails, else any open one leaves it open."""
    found = {c.verdict for c in criteria if c.criterion.is_required}
    for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
        if verdict in found:
            return verdict
    return Verdict.PASS if found else Verdict.INCONCLUSIVE


_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 2, Verdict.INVALID: 3}


def exit_code(verdicts: Sequence[Verdict], on_inconclusive: OnInconclusive) -> int:
    """0 if any candidate passes, else 1 if all fail, else 2; 3 always wins, also without any.

    2 becomes 0 where an inconclusive verdict only warns.
    """
    if not verdicts or Verdict.INVALID in verdicts:
        return _CODES[Verdict.INVALID]
    best = min(verdicts, key=lambda verdict: _CODES[verdict])
    if best is Verdict.PASS:
        return 0
    if Verdict.INCONCLUSIVE in verdicts:
        return 0 if on_inconclusive is OnInconclusive.WARN else _CODES[Verdict.INCONCLUSIVE]
    return _CODES[Verdict.FAIL]
