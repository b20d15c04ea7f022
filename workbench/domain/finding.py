"""What was found in an output: findings anchored to lines, and the flags a candidate raised itself.

A finding with a defect kind is a defect. A K-defect is one that can make an escape: its kind is in
ESCAPE_KINDS and its severity is at least ESCAPE_MIN_SEVERITY.
"""

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """METR's rejection headings, two kinds that hurt most, and a plain remark."""

    FUNCTIONAL = "functional"
    BREAKS_OTHER = "breaks_other"
    SECURITY = "security"
    DATA_LOSS = "data_loss"
    QUALITY = "quality"
    REMARK = "remark"


class FoundBy(StrEnum):
    """Who found a defect."""

    TESTS = "tests"
    SELF = "self"
    REVIEW = "review"
    POST_MERGE = "post_merge"


class FlagVerdict(StrEnum):
    """What a reviewer made of a flag."""

    CONFIRMED = "confirmed"
    ACCEPTED_RISK = "accepted_risk"
    FALSE = "false"
    BOILERPLATE = "boilerplate"


ESCAPE_KINDS = frozenset(
    {
        FindingKind.FUNCTIONAL,
        FindingKind.BREAKS_OTHER,
        FindingKind.SECURITY,
        FindingKind.DATA_LOSS,
    }
)
ESCAPE_MIN_SEVERITY = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark or defect. `file` "" is the whole output, `line` 0 the whole file.

    `side` is "old" or "new"; `severity` runs 1 to 3; `flag` is the index of the flag that had
    pointed at it, or None. `with_label`: given as part of a label, and gone with it. `found_on`
    (YYYY-MM-DD) is the day on which it came up, "" the day on which it was written down.
    `end_line` is the last line of a range, None for one line; `digest` is of the bytes of the first
    one (16 hex digits), "" where it is not known.
    """

    kind: FindingKind
    severity: int = 2
    file: str = ""
    line: int = 0
    side: str = "new"
    text: str = ""
    found_by: FoundBy = FoundBy.REVIEW
    flag: int | None = None
    test_blind: bool = False
    with_label: bool = False
    found_on: str = ""
    end_line: int | None = None
    digest: str = ""

    @property
    def last_line(self) -> int:
        """The last line it is about; 0 for a whole file."""
        return self.end_line or self.line

    @property
    def is_defect(self) -> bool:
        """Whether this says that something is wrong, not only that something is so."""
        return self.kind is not FindingKind.REMARK

    @property
    def is_k_defect(self) -> bool:
        """Whether this alone can make an escape of a green output."""
        return (
            self.kind in ESCAPE_KINDS
            and self.severity >= ESCAPE_MIN_SEVERITY
            and self.found_by is not FoundBy.POST_MERGE
        )


@dataclass(frozen=True, slots=True)
class Flag:
    """A flaw the candidate pointed at. `quote` "" stands for the message as a whole."""

    quote: str
    verdict: FlagVerdict = FlagVerdict.CONFIRMED
    location: str = ""

    @property
    def is_true(self) -> bool:
        """Whether what it said is so."""
        return self.verdict in {FlagVerdict.CONFIRMED, FlagVerdict.ACCEPTED_RISK}
