"""A study run again with a new candidate: what changed against the one before, ticket by ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.case import Case
from workbench.domain.counted import counted
from workbench.domain.metrics import Interval
from workbench.domain.outcome import Outcome
from workbench.domain.spec import Spec

MARGIN = 0.15
"""How much more may escape before a new candidate is worse, where no gate says."""

_WORTH: Mapping[Outcome, int] = {
    Outcome.MERGED: 6,
    Outcome.EDITED_MINOR: 5,
    Outcome.EDITED_MAJOR: 3,
    Outcome.REJECTED: 1,
    Outcome.NO_OUTPUT: 1,
    Outcome.CAUGHT: 1,
    Outcome.UNKNOWN_ESCAPE: 0,
    Outcome.ESCAPED: 0,
}
_ASKED = {Spec.VAGUE: 4, Spec.CLEAR: 2, Spec.UNSET: 2}


def weigh(case: Case) -> int:
    """How good an outcome is for a team, from an escape (0) to a merge (6).

    A question on a vague ticket is worth more than a patch that needs rewriting, on a clear one
    less.
    """
    outcome = case.cell.outcome
    return _ASKED[case.spec] if outcome is Outcome.ABSTAINED else _WORTH[outcome]


class TicketChange(NamedTuple):
    """One ticket before and after; `gain` above 0 is better."""

    ticket_id: str
    spec: Spec
    before: Case
    after: Case
    gain: int


@dataclass(frozen=True, slots=True)
class RateChange:
    """One number on the tickets that count for both: hits before and after, of `n`.

    `only_before`, `only_after` are the tickets on which one alone is a hit, `change` their
    difference as a share of n with its interval, `p` exact.
    """

    name: str
    title: str
    n: int
    before: int
    after: int
    only_before: int
    only_after: int
    change: float | None
    interval: Interval
    p: float


@dataclass(frozen=True, slots=True)
class Release:
    """A new candidate against the one before, on the same frozen tickets.

    `at_most` bounds, one-sided, how much more escapes of what is green for both; None where nothing
    is. `missing` are tickets that do not count for both.
    """

    new: str
    old: str
    n_tickets: int
    rates: tuple[RateChange, ...]
    tickets: tuple[TicketChange, ...]
    missing: tuple[str, ...]
    at_most: float | None
    margin: float
    confidence: float

    @property
    def is_not_inferior(self) -> bool:
        """Whether it is proved that no more than the margin escapes beyond what did before."""
        return self.at_most is not None and self.at_most <= self.margin

    @property
    def better(self) -> list[TicketChange]:
        """Tickets that went better, the largest gain first."""
        return sorted((t for t in self.tickets if t.gain > 0), key=lambda t: -t.gain)

    @property
    def worse(self) -> list[TicketChange]:
        """Tickets that went worse, the largest loss first."""
        return sorted((t for t in self.tickets if t.gain < 0), key=lambda t: t.gain)

    @property
    def sentences(self) -> list[str]:
        """What changed, in words."""
        n_same = len(self.tickets) - len(self.better) - len(self.worse)
        changed = f"better on {len(self.better)}, worse on {len(self.worse)}, {n_same} the same"
        n_open = self.n_tickets - len(self.tickets)
        changed += f", {n_open} not settled for both" if n_open else ""
        told = [f"{self.new} against {self.old} on {counted(self.n_tickets, 'ticket')}: {changed}."]
        sure = f"{self.confidence * 100:g}% sure"
        margin = f"a margin of {self.margin * 100:g} points"
        if self.at_most is None:
            told.append("Nothing is green for both, so nothing is known of what escapes.")
        elif self.is_not_inferior:
            told.append(
                f"What escapes is not worse: at most {self.at_most * 100:+.1f} points ({sure}),"
                f" within {margin}."
            )
        else:
            told.append(
                f"That what escapes is not worse is not shown: up to {self.at_most * 100:+.1f}"
                f" points ({sure}), beyond {margin}."
            )
        return told
