"""What the tests said about an output, relative to base: pass, fail, or not run."""

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """Only newly failing tests count as fail; everything unproven is not_run, with its reason."""

    PASS = "pass"  # noqa: S105 - a test status, not a password
    FAIL = "fail"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One report on one output; a later report is a new record and the latest one counts.

    `hidden` is the result of tests the candidate never saw; it is shown after the label only.
    """

    tests: CheckStatus = CheckStatus.NOT_RUN
    reason: str = ""
    hidden: CheckStatus = CheckStatus.NOT_RUN
    source: str = ""
