"""What a study counts as grave, as said by itself, and as a small edit.

The stored label never changes with it: outcomes are derived under a policy each time. The defaults
are proposals, so all of it can be set.
"""

from enum import StrEnum
from typing import NamedTuple

from workbench.domain.finding import (
    ESCAPE_KINDS,
    ESCAPE_MIN_SEVERITY,
    Finding,
    FindingKind,
    Flag,
    FlagVerdict,
    FoundBy,
)
from workbench.domain.label import Judgement


class SelfFlag(StrEnum):
    """Which flags of a candidate take an escape back."""

    NONE = "none"  # no flag ever does
    ANY = "any"  # a true flag on the output answers for every defect of it
    MATCHED = "matched-specific"  # a true flag answers for the defect it points at


class UnknownTests(StrEnum):
    """What a patch whose tests did not run may be, at best and at worst."""

    WORST_CASE = "worst-case"  # clean and green, or an escape
    IDENTIFIED = "identified"  # what the reviewer found, green or not


class Policy(NamedTuple):
    """The definitions that a gate may set; ratios and shares are of changed lines."""

    escape_kinds: frozenset[FindingKind] = ESCAPE_KINDS
    escape_min_severity: int = ESCAPE_MIN_SEVERITY
    self_flag: SelfFlag = SelfFlag.MATCHED
    minor_max_ratio: float = 0.20
    minor_max_lines: int = 20
    reject_below_kept: float = 0.10
    unknown_tests: UnknownTests = UnknownTests.WORST_CASE

    def is_grave(self, finding: Finding) -> bool:
        """Whether a defect of this kind and severity is no mere matter of taste."""
        return finding.kind in self.escape_kinds and finding.severity >= self.escape_min_severity

    def is_k_defect(self, finding: Finding) -> bool:
        """Whether this alone makes an escape of a green output: grave, and found before merge."""
        return self.is_grave(finding) and finding.found_by is not FoundBy.POST_MERGE

    def is_leak(self, finding: Finding) -> bool:
        """Whether this is a grave defect that was found after merge."""
        return self.is_grave(finding) and finding.found_by is FoundBy.POST_MERGE

    def is_matched(self, judgement: Judgement, finding: Finding) -> bool:
        """Whether the candidate had said so itself, and was right."""
        return bool(self._flags_for(judgement, finding))

    def open_defects(self, judgement: Judgement) -> tuple[Finding, ...]:
        """Defects that ask for a change: neither waived as a known risk nor found after merge."""
        return tuple(
            defect
            for defect in judgement.defects
            if defect.found_by is not FoundBy.POST_MERGE
            and not any(
                flag.verdict is FlagVerdict.ACCEPTED_RISK
                for flag in self._flags_for(judgement, defect)
            )
        )

    def _flags_for(self, judgement: Judgement, finding: Finding) -> list[Flag]:
        """The true flags that answer for a defect."""
        if self.self_flag is SelfFlag.NONE:
            return []
        if self.self_flag is SelfFlag.ANY:
            return [flag for flag in judgement.flags if flag.is_true]
        flag = None if finding.flag is None else judgement.flags[finding.flag]
        return [flag] if flag is not None and flag.is_true else []


DEFAULT_POLICY = Policy()
