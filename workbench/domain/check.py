"""What the tests said about an output, relative to base: pass, fail, or not run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NO_SANDBOX = "no sandbox"  # the reason of a check that was not run for want of one


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

    @property
    def delta(self) -> str:
        """`fixes 1, breaks 8` where the tests were run here; "" where nothing changed."""
        is_ours = bool(key_of(self.source)) and self.tests is not CheckStatus.NOT_RUN
        return self.reason.partition(": ")[0] if is_ours else ""

    @property
    def is_ours(self) -> bool:
        """Whether `workbench check` said it."""
        return self.source.startswith(_SOURCE)

    @property
    def is_bare(self) -> bool:
        """Whether they were run without a sandbox."""
        return is_bare(self.source)


CONCEALED = CheckResult(reason="shown after the label")
"""What stands for a result that a reviewer is not to see yet."""


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
        bare = _BARE if self.sandbox == "none" else ""
        return CheckResult(self.tests, reason, self.hidden, f"{_SOURCE}{self.key}{bare}")


_SOURCE, _BARE = "workbench check ", " without a sandbox"
_UNCHANGED = "no change"


def is_bare(source: str) -> bool:
    """Whether a result of this source came without a sandbox."""
    return source.startswith(_SOURCE) and source.endswith(_BARE)


def key_of(source: str) -> str:
    """The key of the report behind a result; "" for one that came from elsewhere."""
    return source.removeprefix(_SOURCE).removesuffix(_BARE) if source.startswith(_SOURCE) else ""
