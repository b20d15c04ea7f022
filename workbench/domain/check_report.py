"""One check of an output in full, as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.domain.check import CheckResult, CheckStatus, make_source

_UNCHANGED = "no change"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One check in full: which tests changed, how they failed, and how it was run.

    Ids and paths are sorted; `kept` counts the tests that passed on base and pass still. `touched`,
    `added` and `deleted` are test files that the candidate changed; none of its changes were used.
    """

    key: str
    tests: CheckStatus
    reason: str
    summary: str
    broken: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    still_failing: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    kept: int = 0
    hidden: CheckStatus = CheckStatus.NOT_RUN
    hidden_reason: str = ""
    hidden_passed: tuple[str, ...] = ()
    hidden_failed: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    tails: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    sandbox: str = ""
    environment: str = ""
    seconds: float = 0.0

    @property
    def result(self) -> CheckResult:
        """What counts of it."""
        reason = self.reason
        if self.tests is CheckStatus.PASS:
            reason = "" if self.summary == _UNCHANGED else self.summary
        elif self.tests is CheckStatus.FAIL and reason != self.summary:
            reason = f"{self.summary}: {reason}"
        source = make_source(self.key, is_bare=self.sandbox == "none")
        return CheckResult(self.tests, reason, self.hidden, source)
