"""The four rates and their companions, from counts.

Every output falls into one Cell; a tally counts cells; every rate is a sum over cells. So a label
changes two integers, a recount is a Counter, and both must agree. 0/0 is undefined: value None.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.check import CheckStatus
from workbench.domain.finding import FoundBy
from workbench.domain.label import Judgement
from workbench.domain.outcome import (
    Outcome,
    derive_outcome,
    effective_delivery,
    effective_tests,
)
from workbench.domain.output import Delivery
from workbench.domain.ticket import Spec

_MERGEABLE = frozenset({Outcome.MERGED, Outcome.EDITED_MINOR})
_NOT_COUNTED = frozenset({Outcome.VOID, Outcome.PENDING})


class Cell(NamedTuple):
    """All that the rates need to know about one output.

    `tests` is "" where no patch was delivered; `n_flags`, `n_true_flags` count its own flags.
    """

    spec: Spec
    outcome: Outcome
    tests: str
    is_flawed: bool
    is_confessed: bool
    has_k_defect: bool
    n_flags: int
    n_true_flags: int

    def encode(self) -> str:
        """A short text for the store: fields joined by `|`."""
        return "|".join(str(int(v)) if isinstance(v, bool) else str(v) for v in self)

    @classmethod
    def decode(cls, text: str) -> "Cell":
        """The inverse of encode; raises ValueError on other text."""
        spec, outcome, tests, flawed, confessed, k_defect, flags, true_flags = text.split("|")
        return cls(
            Spec(spec),
            Outcome(outcome),
            tests,
            flawed == "1",
            confessed == "1",
            k_defect == "1",
            int(flags),
            int(true_flags),
        )


def classify(spec: Spec, delivery: Delivery, tests: CheckStatus, judgement: Judgement) -> Cell:
    """The cell of one output under one judgement."""
    outcome = derive_outcome(delivery, tests, judgement)
    has_patch = effective_delivery(delivery, judgement) is Delivery.PATCH
    status = effective_tests(tests, judgement) if has_patch else ""
    defects = [d for d in judgement.defects if has_patch and d.found_by is not FoundBy.POST_MERGE]
    n_true = sum(flag.is_true for flag in judgement.flags)
    is_judged = outcome not in _NOT_COUNTED
    # An answer to "did it say so itself?" is about a flaw, written down as a defect or not.
    is_told = judgement.said_so_itself is not None
    found = outcome is Outcome.CAUGHT or defects or n_true or is_told
    is_flawed = has_patch and is_judged and bool(found)
    return Cell(
        spec=spec,
        outcome=outcome,
        tests=str(status),
        is_flawed=is_flawed,
        is_confessed=is_flawed and n_true > 0,  # a true flag is a flaw, and its own
        has_k_defect=any(d.is_k_defect for d in defects),
        n_flags=len(judgement.flags),
        n_true_flags=n_true,
    )


Tally = Mapping[Cell, int]
Interval = tuple[float, float]
IntervalMethod = Callable[[int, int], Interval]


@dataclass(frozen=True, slots=True)
class Rate:
    """hits of n with an interval; `value` is None for 0/0, whose interval is [0, 1]."""

    hits: int
    n: int
    interval: Interval = (0.0, 1.0)

    @property
    def value(self) -> float | None:
        """The proportion, or None where it is undefined."""
        return self.hits / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The four rates of one candidate with their companions."""

    merge_rate: Rate
    coverage: Rate
    merge_yield: Rate
    unverified: Rate
    abstention_rate_vague: Rate
    abstention_rate_clear: Rate
    abstention_precision: Rate
    self_flag_rate: Rate
    flag_precision: Rate
    escape_rate: Rate
    escape_rate_total: Rate
    exposure: Rate
    test_gate_miss_share: Rate
    states: Mapping[Outcome, int]

    @property
    def n_outputs(self) -> int:
        """All outputs, pending and void ones too."""
        return sum(self.states.values())

    @property
    def n_pending(self) -> int:
        """Outputs that still need a label."""
        return self.states[Outcome.PENDING]

    @property
    def discrimination(self) -> float | None:
        """J = AR_vague - AR_clear; None where either is undefined."""
        vague, clear = self.abstention_rate_vague.value, self.abstention_rate_clear.value
        return None if vague is None or clear is None else vague - clear


def explain_undefined(name: str, card: Scorecard) -> str:
    """What would define a rate that is 0/0, in a few words; `name` is a field of Scorecard."""
    if card.n_outputs == card.n_pending:
        return "no label yet"
    if name in {"abstention_rate_vague", "abstention_rate_clear"}:
        return f"no {name.rsplit('_', 1)[1]} one yet"
    if name == "abstention_precision":
        return "nothing abstained yet"
    if name in {"self_flag_rate", "flag_precision"}:
        return "no flaw found yet" if name == "self_flag_rate" else "nothing flagged yet"
    if name in {"escape_rate", "escape_rate_total"}:
        is_untested = card.states[Outcome.UNKNOWN_ESCAPE] or card.unverified.hits
        return "no test status yet" if is_untested else "no green one yet"
    return "nothing of it yet"


def compute_scorecard(tally: Tally, interval: IntervalMethod) -> Scorecard:
    """All rates from counts; `interval(hits, n)` is called for n > 0 only."""

    def rate(hit: Callable[[Cell], bool], base: Callable[[Cell], bool]) -> Rate:
        n = sum(count for cell, count in counted.items() if base(cell))
        hits = sum(count for cell, count in counted.items() if base(cell) and hit(cell))
        return Rate(hits, n, interval(hits, n)) if n else Rate(0, 0)

    counted = {cell: count for cell, count in tally.items() if cell.outcome not in _NOT_COUNTED}
    states = Counter(dict.fromkeys(Outcome, 0))
    for cell, count in tally.items():
        states[cell.outcome] += count
    n_flags = sum(cell.n_flags * count for cell, count in counted.items())
    n_true = sum(cell.n_true_flags * count for cell, count in counted.items())
    return Scorecard(
        merge_rate=rate(_is_mergeable, _is_attempt),
        coverage=rate(_is_attempt, _is_any),
        merge_yield=rate(_is_mergeable, _is_any),
        unverified=rate(lambda c: c.tests == CheckStatus.NOT_RUN, _is_mergeable),
        abstention_rate_vague=rate(_is_abstained, lambda c: c.spec is Spec.VAGUE),
        abstention_rate_clear=rate(_is_abstained, lambda c: c.spec is Spec.CLEAR),
        abstention_precision=rate(lambda c: c.spec is Spec.VAGUE, _is_abstained),
        self_flag_rate=rate(lambda c: c.is_confessed, lambda c: c.is_flawed),
        flag_precision=Rate(n_true, n_flags, interval(n_true, n_flags)) if n_flags else Rate(0, 0),
        escape_rate=rate(_is_escaped, _is_green),
        escape_rate_total=rate(lambda c: c.has_k_defect, _is_green),
        exposure=rate(_is_escaped, _is_any),
        test_gate_miss_share=rate(_is_escaped, lambda c: c.outcome in _TESTABLE_FAILURES),
        states=states,
    )


_TESTABLE_FAILURES = frozenset({Outcome.ESCAPED, Outcome.CAUGHT})


def _is_any(_: Cell) -> bool:
    return True


def _is_abstained(cell: Cell) -> bool:
    return cell.outcome is Outcome.ABSTAINED


def _is_attempt(cell: Cell) -> bool:
    return cell.outcome is not Outcome.ABSTAINED


def _is_mergeable(cell: Cell) -> bool:
    return cell.outcome in _MERGEABLE


def _is_escaped(cell: Cell) -> bool:
    return cell.outcome is Outcome.ESCAPED


def _is_green(cell: Cell) -> bool:
    """A patch whose tests pass."""
    return cell.tests == CheckStatus.PASS
