"""What the tests said about an output, relative to base: pass, fail, or not run."""

from enum import StrEnum
from typing import NamedTuple

NO_SANDBOX = "no sandbox"  # the reason of a check that was not run for want of one


class CheckStatus(StrEnum):
    """Only newly failing tests count as fail; everything unproven is not_run, with its reason."""

    PASS = "pass"  # noqa: S105 - a test status, not a password
    FAIL = "fail"
    NOT_RUN = "not_run"


class CheckResult(NamedTuple):
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


_SOURCE, _BARE = "workbench check ", " without a sandbox"


def is_bare(source: str) -> bool:
    """Whether a result of this source came without a sandbox."""
    return source.startswith(_SOURCE) and source.endswith(_BARE)


def key_of(source: str) -> str:
    """The key of the report behind a result; "" for one that came from elsewhere."""
    return source.removeprefix(_SOURCE).removesuffix(_BARE) if source.startswith(_SOURCE) else ""


def make_source(key: str, *, is_bare: bool) -> str:
    """The source of a result of ours; key_of and is_bare read it."""
    return f"{_SOURCE}{key}{_BARE if is_bare else ''}"
