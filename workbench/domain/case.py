"""One output with all that was said of it: what a number is traced back to."""

from collections.abc import Iterable
from typing import NamedTuple

from workbench.domain.cell import Cell, classify
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.label import Judgement
from workbench.domain.policy import DEFAULT_POLICY, Policy
from workbench.domain.spec import Spec


class Opinion(NamedTuple):
    """What one reviewer holds about an output, and the cell it puts it in."""

    reviewer: str
    judgement: Judgement
    cell: Cell


class Case(NamedTuple):
    """One output; `counted` is the opinion that counts, `others` are labels beside it.

    Without an opinion `counted` has no reviewer. `began` is the event with which its label began,
    0 without one.
    """

    output_id: str
    ticket_id: str
    candidate: str
    trial: int
    spec: Spec
    delivery: Delivery
    tests: CheckStatus
    counted: Opinion
    others: tuple[Opinion, ...] = ()
    began: int = 0

    @property
    def cell(self) -> Cell:
        """Where it counts."""
        return self.counted.cell

    @property
    def is_adjudicated(self) -> bool:
        """Whether the label that counts was given to settle what others disagree on."""
        return self.counted.judgement.adjudicates

    @property
    def raters(self) -> tuple[Opinion, ...]:
        """Everybody's label but that of whoever adjudicated."""
        return self.others if self.is_adjudicated else (self.counted, *self.others)

    @property
    def possible(self) -> tuple[Cell, ...]:
        """Every cell that it may count in: those of all labels, until somebody has decided."""
        if not self.others or self.is_adjudicated:
            return (self.cell,)
        return tuple(opinion.cell for opinion in self.raters)

    @property
    def is_disputed(self) -> bool:
        """Whether another label would make it count otherwise; not once it was adjudicated."""
        if not self.others or self.is_adjudicated:
            return False
        return any(other.cell != self.cell for other in self.others)

    def classify(self, policy: Policy) -> Cell:
        """Where it counts under other definitions."""
        return self._hold(self.counted, policy).cell

    def under(self, policy: Policy) -> "Case":
        """The same output with every opinion placed by other definitions than the usual."""
        if policy == DEFAULT_POLICY:
            return self
        others = tuple(self._hold(other, policy) for other in self.others)
        return self._replace(counted=self._hold(self.counted, policy), others=others)

    def _hold(self, opinion: Opinion, policy: Policy) -> Opinion:
        cell = classify(self.spec, self.delivery, self.tests, opinion.judgement, policy)
        return opinion._replace(cell=cell)


def place_all(cases: Iterable[Case], policy: Policy) -> Iterable[Case]:
    """The same outputs under a policy; those under the usual one as they come."""
    return cases if policy == DEFAULT_POLICY else (case.under(policy) for case in cases)
