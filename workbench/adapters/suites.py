"""One run of a suite on one tree, in a box: what its structured report says, or why there is none.

Printed text decides nothing. For pytest the report is its JUnit XML, and it must agree with the
exit code; any other command says by which file it reports, or has its exit code alone.
"""

import os
import shlex
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.adapters.box import HOME, NOBODY, Bounds, Box
from workbench.adapters.environments import Environment
from workbench.adapters.files import building
from workbench.adapters.frozen import write_archive
from workbench.adapters.junit import read_junit
from workbench.adapters.sandbox import Cancel, Ended, Runner, Stop
from workbench.adapters.witness import PROPERTY, START, make_word
from workbench.domain.delta import Ending, SuiteRun
from workbench.domain.errors import InputRefused

_REPORT = "/wb/report.xml"
_EXIT_CODE = "exit code"
_TAIL = 4_000
_CARRY_OUT = '/bin/sh -c "$1"; code=$?; if [ -n "$2" ]; then cp -f -- "$2" "$3"; fi; exit $code'


@dataclass(frozen=True, slots=True)
class Suite:
    """How tests are run. `command` is run by a shell, but `pytest ...` is run by us.

    `report` is the JUnit file another command writes, from the top of the tree; "" for none.
    """

    command: str = "pytest"
    report: str = ""
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def is_pytest(self) -> bool:
        """Whether we know how to ask for a report."""
        return self.command.split(maxsplit=1)[:1] == ["pytest"]

    @property
    def kind(self) -> str:
        """What the answer is read from, as the screen says it."""
        if self.is_pytest:
            return "pytest, JUnit"
        return f"JUnit at {self.report}" if self.report else "exit code alone"


@dataclass(frozen=True, slots=True)
class SuiteRunner:
    """Runs a suite on trees of one clone. Threads may share it."""

    git_dir: Path
    runner: Runner
    suite: Suite

    def run(
        self,
        tree: str,
        environment: Environment,
        config: str = "",
        files: Sequence[str] = (),
        cancel: Cancel | None = None,
    ) -> SuiteRun:
        """Lay out a tree, run its tests, read the report; `files` narrows what pytest runs."""
        with building(Path(tempfile.gettempdir())) as folder:
            archive, report = folder / "tree.tar", folder / "report.xml"
            write_archive(self.git_dir, tree, archive)
            report.touch(0o600)
            if os.geteuid() == 0:
                os.chown(report, NOBODY, NOBODY)
            word = make_word() if self.suite.is_pytest else ""
            box = Box(
                self._command(environment, config, files),
                tree=archive,
                read_only=environment.mounts,
                writable={_REPORT: report},
                variables=environment.variables,
                bounds=self.suite.bounds,
                stdin=word.encode(),
            )
            return self._judge(self.runner.run(box, cancel), report, word)

    def _command(self, environment: Environment, config: str, files: Sequence[str]) -> list[str]:
        if not self.suite.is_pytest:
            report = self.suite.report
            return ["/bin/sh", "-c", _CARRY_OUT, "sh", self.suite.command, report, _REPORT]
        return [
            *(environment.python, "-B", "-c", START, "-p", "no:cacheprovider"),
            *("-c", f"{HOME}/{config}" if config else "/dev/null", f"--rootdir={HOME}"),
            *("-o", "junit_family=xunit1", "-o", "junit_logging=no", f"--junit-xml={_REPORT}"),
            *("--continue-on-collection-errors", "--maxfail=0", "--tb=short", "-q", "--color=no"),
            *shlex.split(self.suite.command)[1:],
            *files,
        ]

    def _judge(self, ended: Ended, report: Path, word: str) -> SuiteRun:
        problem = self._stopped(ended)
        if problem:
            is_timeout = ended.stop is Stop.TIMEOUT
            return SuiteRun({}, _said(ended), {}, problem, is_timeout, ended.seconds)
        if not self.suite.is_pytest and not self.suite.report:
            ending = Ending.FAILED if ended.returncode else Ending.PASSED
            tails = {_EXIT_CODE: ended.output[-_TAIL:]} if ended.returncode else {}
            return SuiteRun({_EXIT_CODE: ending}, tails, seconds=ended.seconds)
        try:
            run = read_junit(report, (PROPERTY, word) if word else None)
        except InputRefused as refusal:
            problem = _no_report(ended, str(refusal))
            return SuiteRun(tails=_said(ended), problem=problem, seconds=ended.seconds)
        is_red = bool(run.uncollected) or Ending.FAILED in run.endings.values()
        code = 1 if is_red else 0
        if self.suite.is_pytest and ended.returncode not in {code, *(() if run.endings else (5,))}:
            said = "failed" if is_red else "passed"
            problem = f"the report says {said}, the exit code is {ended.returncode}"
        return SuiteRun(run.endings, run.tails, run.uncollected, problem, seconds=ended.seconds)

    def _stopped(self, ended: Ended) -> str:
        if ended.stop is Stop.TIMEOUT:
            return f"timeout after {self.suite.bounds.wall_seconds:g} s"
        if ended.stop is Stop.MEMORY:
            return f"more than {self.suite.bounds.memory >> 20} MB of memory"
        if ended.stop is not None:
            return str(ended.stop)
        return "the tree could not be laid out" if ended.returncode == 125 else ""


def _said(ended: Ended) -> dict[str, str]:
    """The end of what was printed: it explains, and decides nothing."""
    return {"output": ended.output[-_TAIL:]}


def _no_report(ended: Ended, refusal: str) -> str:
    if "No module named 'pytest'" in ended.output:
        return "pytest is not in the environment: install it there, or set `environment`"
    why = "there is no report" if "no element found" in refusal else refusal
    return f"{why} (exit code {ended.returncode})"
