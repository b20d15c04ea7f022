"""All that the rates need to know about one output; outputs of one cell count alike.

A cell has a short text by which the store counts. What is rare stands at the end of it, only where
it is there: counts made before a mark existed keep their meaning.
"""

from collections.abc import Mapping
from typing import NamedTuple

from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.edited import EditSize
from workbench.domain.finding import FoundBy
from workbench.domain.label import Judgement, Reason
from workbench.domain.outcome import (
    Outcome,
    derive_outcome,
    effective_delivery,
    effective_tests,
)
from workbench.domain.policy import DEFAULT_POLICY, Policy
from workbench.domain.spec import Spec

NOT_COUNTED = frozenset({Outcome.VOID, Outcome.PENDING})
"""Outcomes that are in no rate."""


class Cell(NamedTuple):
    """All that the rates need to know about one output.

    `tests` is "" where no patch was delivered; `n_flags`, `n_true_flags` count its own flags.
    `has_leak`: a grave defect was found after merge. `is_test_blind`: the tests could not see a
    defect of it. `is_excused`: not merged, and not the candidate's fault. `asked_first`: its first
    act was a question, whatever it delivered after the answer.
    """

    spec: Spec
    outcome: Outcome
    tests: str
    is_flawed: bool
    is_confessed: bool
    has_k_defect: bool
    n_flags: int
    n_true_flags: int
    has_leak: bool = False
    is_test_blind: bool = False
    is_excused: bool = False
    asked_first: bool = False

    def encode(self) -> str:
        """A short text for the store: fields joined by `|`, then the marks that are set."""
        fields = [str(int(v)) if isinstance(v, bool) else str(v) for v in self[:_N_FIELDS]]
        marks = [mark for mark, is_set in zip(_MARKS, self[_N_FIELDS:], strict=True) if is_set]
        return "|".join(fields + marks)

    @classmethod
    def decode(cls, text: str) -> "Cell":
        """The inverse of encode; raises ValueError on other text."""
        parts = text.split("|")
        spec, outcome, tests, flawed, confessed, k_defect, flags, true_flags = parts[:_N_FIELDS]
        marks = parts[_N_FIELDS:]
        if not set(marks) <= set(_MARKS):
            raise ValueError(f"unknown marks in cell {text!r}")
        return cls(
            Spec(spec),
            Outcome(outcome),
            tests,
            flawed == "1",
            confessed == "1",
            k_defect == "1",
            int(flags),
            int(true_flags),
            *(mark in marks for mark in _MARKS),
        )

    @property
    def is_counted(self) -> bool:
        """Whether it is in any rate."""
        return self.outcome not in NOT_COUNTED


_N_FIELDS = 8
_MARKS = ("leak", "blind", "excused", "asked")

Tally = Mapping[Cell, int]


def classify(
    spec: Spec,
    delivery: Delivery,
    tests: CheckStatus,
    judgement: Judgement,
    policy: Policy = DEFAULT_POLICY,
    *,
    measured: EditSize | None = None,
    asked_first: bool = False,
) -> Cell:
    """The cell of one output under one judgement.

    `measured` and `asked_first` come from a harness that records them. An output on a vague ticket
    that the repository answers is asked about once more with `spec` clear.
    """
    outcome = derive_outcome(delivery, tests, judgement, policy, measured)
    has_patch = effective_delivery(delivery, judgement) is Delivery.PATCH
    status = effective_tests(tests, judgement) if has_patch else ""
    held = judgement.defects if has_patch else ()
    defects = [d for d in held if d.found_by is not FoundBy.POST_MERGE]
    n_true = sum(flag.is_true for flag in judgement.flags)
    is_judged = outcome not in NOT_COUNTED
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
        has_k_defect=any(map(policy.is_k_defect, defects)),
        n_flags=len(judgement.flags),
        n_true_flags=n_true,
        has_leak=any(map(policy.is_leak, held)),
        is_test_blind=any(d.test_blind for d in defects),
        is_excused=is_judged and judgement.reason is Reason.NOT_AGENTS_FAULT,
        asked_first=asked_first,
    )
