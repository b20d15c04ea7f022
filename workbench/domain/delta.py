"""What an output changed in the tests: its run against the runs on base, test by test.

A test that passed in every run on base must pass again: failing it is newly failing, leaving it
out proves nothing. Tests that failed on base, or that passed and failed there by turns, count for
neither side.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from workbench.domain.check import CheckStatus
from workbench.domain.counted import counted


class Ending(StrEnum):
    """How one test ended. An error is a failure; an expected failure is skipped."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a suite.

    `problem` says why there is no result at all. `uncollected` maps modules, dotted, whose tests
    could not even be found to what was said then; `tails` the end of each failure by test id.
    """

    endings: Mapping[str, Ending] = field(default_factory=dict)
    tails: Mapping[str, str] = field(default_factory=dict)
    uncollected: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    is_timeout: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the tests do on base; `problem` where they cannot be run there, with what was `said`."""

    passing: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    flaky: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    problem: str = ""
    said: str = ""
    seconds: float = 0.0

    @property
    def ids(self) -> frozenset[str]:
        """Every test there is on base."""
        return self.passing | self.failing | self.flaky | self.skipped

    def only(self, tests: Iterable[str]) -> "Baseline":
        """The same for the tests named; for all where none is."""
        wanted = {dotted(test) for test in tests}
        if not wanted:
            return self

        def keep(ids: frozenset[str]) -> frozenset[str]:
            return frozenset(test for test in ids if dotted(test) in wanted)

        return replace(
            self,
            passing=keep(self.passing),
            failing=keep(self.failing),
            flaky=keep(self.flaky),
            skipped=keep(self.skipped),
        )


@dataclass(frozen=True, slots=True)
class Delta:
    """What became of the tests of base on one output; ids sorted."""

    broken: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    still_failing: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    kept: int = 0
    problem: str = ""
    is_timeout: bool = False
    tails: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> CheckStatus:
        """Red needs one test that is newly failing; green needs every one that passed before."""
        if self.broken or self.is_timeout:
            return CheckStatus.FAIL
        if self.problem or self.missing or not self.kept:
            return CheckStatus.NOT_RUN
        return CheckStatus.PASS

    @property
    def reason(self) -> str:
        """Why it is red or unproven, in a few words; "" where it is green."""
        if self.broken:
            more = len(self.broken) - 1
            return f"{self.broken[0]} fails{f', and {more} more' if more else ''}"
        if self.problem:
            return self.problem
        if self.missing:
            n = len(self.missing)
            tests = counted(n, "test")
            return f"inconclusive: {tests} that passed on base did not run: {self.missing[0]}"
        return "" if self.kept else "no test passes on base"

    @property
    def summary(self) -> str:
        """`fixes 1, breaks 8`."""
        if self.problem and not self.broken:
            return self.problem
        counts = {
            "fixes": self.fixed,
            "breaks": self.broken,
            "flaky": self.flaky,
            "did not run": self.missing,
        }
        said = [f"{what} {len(ids)}" for what, ids in counts.items() if ids]
        return ", ".join(said) or ("no change" if self.kept else self.reason)


def establish(runs: Sequence[SuiteRun]) -> Baseline:
    """Known failures and flaky tests, by repetition; one run without a result spoils all."""
    for run in runs:
        if run.problem:
            said = run.tails.get("output", "")
            return Baseline(problem=f"on base: {run.problem}", said=said)
    endings: dict[str, list[Ending]] = {}
    for run in runs:
        for test, ending in run.endings.items():
            endings.setdefault(test, []).append(ending)
    sorted_ids: dict[Ending | None, set[str]] = {None: set()}
    for test, seen in endings.items():
        steady = seen[0] if len(seen) == len(runs) and len(set(seen)) == 1 else None
        sorted_ids.setdefault(steady, set()).add(test)
    if not endings:
        problem, said = _no_tests(runs)
        return Baseline(problem=f"on base: {problem}", said=said)
    return Baseline(
        passing=frozenset(sorted_ids.get(Ending.PASSED, ())),
        failing=frozenset(sorted_ids.get(Ending.FAILED, ())),
        skipped=frozenset(sorted_ids.get(Ending.SKIPPED, ())),
        flaky=frozenset(sorted_ids[None]),
        seconds=max(run.seconds for run in runs),
    )


def _no_tests(runs: Sequence[SuiteRun]) -> tuple[str, str]:
    for run in runs:
        if run.uncollected:
            module = min(run.uncollected)
            return f"the tests cannot be collected: {module}", run.uncollected[module]
    return "no tests were found", ""


def compare(base: Baseline, runs: Sequence[SuiteRun]) -> Delta:
    """The delta of one output; a second run is there to see whether what broke breaks again."""
    if base.problem:
        return Delta(problem=base.problem, tails={"output": base.said} if base.said else {})
    for run in sorted(runs, key=lambda run: not run.is_timeout):
        if run.problem:
            return Delta(problem=run.problem, is_timeout=run.is_timeout, tails=run.tails)
    seen = {test: [_ending(run, test) for run in runs] for test in base.passing}
    broken = {test for test, all_ in seen.items() if set(all_) == {Ending.FAILED}}
    unsteady = {t for t, all_ in seen.items() if Ending.FAILED in all_} - broken
    missing = {t for t, all_ in seen.items() if t not in broken | unsteady and not _passed(all_)}
    now = {test: [_ending(run, test) for run in runs] for test in base.failing}
    fixed = {test for test, all_ in now.items() if _passed(all_)}
    tails = {t: tail for run in runs for t in broken if (tail := _tail(run, t))}
    return Delta(
        broken=tuple(sorted(broken)),
        fixed=tuple(sorted(fixed)),
        still_failing=tuple(sorted(base.failing - fixed)),
        flaky=tuple(sorted(base.flaky | unsteady)),
        missing=tuple(sorted(missing)),
        kept=len(base.passing) - len(broken) - len(missing) - len(unsteady),
        tails=tails,
    )


def needs_second_run(base: Baseline, run: SuiteRun) -> bool:
    """Whether something broke, so that it must break twice to count."""
    return any(_ending(run, test) is Ending.FAILED for test in base.passing)


def _passed(endings: Iterable[Ending | None]) -> bool:
    return set(endings) == {Ending.PASSED}


def _ending(run: SuiteRun, test: str) -> Ending | None:
    """None where it did not run; where its module could not be collected it failed."""
    ending = run.endings.get(test)
    if ending is None and _module(test) in run.uncollected:
        return Ending.FAILED
    return ending


def _tail(run: SuiteRun, test: str) -> str:
    return run.tails.get(test) or run.uncollected.get(_module(test), "")


def _module(test: str) -> str:
    """`tests.test_a` of `tests/test_a.py::test_b`, which is how a report calls a module."""
    return test.partition("::")[0].removesuffix(".py").replace("/", ".")


def dotted(test: str) -> str:
    """One spelling for a test's id and for the pair of names by which a report calls it."""
    head, bracket, rest = test.partition("[")
    *places, name = head.split("::")
    if places:
        places[0] = _module(places[0])
    return f"{'.'.join(places)}::{name}{bracket}{rest}"


@dataclass(frozen=True, slots=True)
class HiddenDelta:
    """What became of tests that the candidate never saw."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""

    @property
    def status(self) -> CheckStatus:
        """Green needs every one of them."""
        if self.problem or not (self.passed or self.failed):
            return CheckStatus.NOT_RUN
        if self.failed:
            return CheckStatus.FAIL
        return CheckStatus.NOT_RUN if self.missing else CheckStatus.PASS


def judge_hidden(asked: Sequence[str], run: SuiteRun) -> HiddenDelta:
    """How the tests named ended; a name that fits none is missing."""
    if run.problem:
        return HiddenDelta(problem=run.problem)
    endings = {dotted(test): ending for test, ending in run.endings.items()}
    found: dict[str, Ending | None] = {}
    for test in asked:
        module = _module(test) in run.uncollected
        found[test] = endings.get(dotted(test), Ending.FAILED if module else None)
    return HiddenDelta(
        passed=tuple(t for t, ending in found.items() if ending is Ending.PASSED),
        failed=tuple(t for t, ending in found.items() if ending is Ending.FAILED),
        missing=tuple(t for t, ending in found.items() if ending in {None, Ending.SKIPPED}),
    )


def count_endings(run: SuiteRun) -> Counter[Ending]:
    """How many tests ended how."""
    return Counter(run.endings.values())
