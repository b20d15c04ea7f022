"""One check from end to end: plan, environment, base, the output, hidden tests, the report.

What a result depends on is hashed into its key: the tree that is tested, the tests and those that
are hidden, the environment, and how it is all run.
"""

import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from workbench.adapters.check_files import CheckFiles
from workbench.adapters.check_plans import CheckPlan, Ground, Hidden, Job, Means
from workbench.adapters.environments import Environment, build_environment, digest_setup
from workbench.adapters.files import building
from workbench.adapters.frozen import FrozenTrees, write_archive
from workbench.adapters.repositories import Clones
from workbench.adapters.suites import SuiteRunner
from workbench.domain.check_report import CheckReport
from workbench.domain.delta import (
    Baseline,
    Delta,
    HiddenDelta,
    SuiteRun,
    compare,
    establish,
    judge_hidden,
    needs_second_run,
)
from workbench.domain.errors import InputRefused

VERSION = 2  # part of every key: raised when results would come out otherwise


class CheckBench:
    """Plans and runs checks in the clones of one study; use it with `with`."""

    def __init__(self, clones: Clones, files: CheckFiles, means: Means) -> None:
        """Nothing is started before the first plan."""
        self._clones, self._files, self._means = clones, files, means
        self._stack = ExitStack()
        self._trees: dict[str, FrozenTrees] = {}
        self._grounds: dict[str, Ground] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def plan(self, job: Job) -> CheckPlan:
        """Lay out what is to be tested; raises InputRefused."""
        if job.repo not in self._trees:
            made = FrozenTrees(self._clones.path(job.repo))
            self._trees[job.repo] = self._stack.enter_context(made)
        trees = self._trees[job.repo]
        root = trees.root(self._clones.resolve_commit(job.repo, job.base_commit))
        frozen = trees.freeze(root, job.tree)
        tree, base, hidden_tree, problem = frozen.tree, root, "", ""
        only: tuple[str, ...] = ()
        if job.hidden.patch.strip() and job.hidden.fail_to_pass:
            try:
                hidden_tree = trees.add_hidden(frozen.tree, job.hidden.patch)
                if job.hidden.pass_to_pass:  # the ticket knows which tests its answer changes
                    base, only = trees.add_hidden(root, job.hidden.patch), job.hidden.pass_to_pass
                    tree = hidden_tree
            except InputRefused as refusal:
                problem = str(refusal)
        ground = self._ground(trees, root, base, _files(trees, base, job.hidden), only)
        asked = job.hidden.fail_to_pass if hidden_tree else ()
        key = _digest(ground.key, job.tree, tree, hidden_tree, asked)
        runner = SuiteRunner(self._clones.path(job.repo), self._means.runner, self._means.suite)
        return CheckPlan(key, ground, runner, frozen, tree, hidden_tree, asked, problem)

    def find(self, plan: CheckPlan) -> CheckReport | None:
        """The report that is there already."""
        return self._files.get_report(plan.key)

    def describe(self, plan: CheckPlan) -> str:
        """What its ground is waiting for."""
        return plan.ground.doing

    def run(self, plan: CheckPlan, cancel: threading.Event) -> CheckReport | None:
        """The report of one output; None after a cancel."""
        ground = plan.ground
        with ground.lock:
            try:
                self._prepare(plan, cancel)
            finally:
                ground.doing = ""
        environment = ground.environment
        if cancel.is_set() or ground.base is None or environment is None:
            return None
        base = ground.base.only(ground.only)
        runs: list[SuiteRun] = []
        while not base.problem and _wants_another(base, runs):
            where = (plan.tree, environment, ground.config, ground.files)
            runs.append(plan.runner.run(*where, cancel))
        hidden = self._run_hidden(plan, environment, runs, cancel)
        if cancel.is_set():
            return None
        report = self._report(plan, compare(base, runs), hidden, sum(r.seconds for r in runs))
        if not base.problem:  # nothing is remembered of an environment that may be mended
            self._files.put_report(report)
        return report

    def _ground(
        self,
        trees: FrozenTrees,
        root: str,
        tree: str,
        files: tuple[str, ...],
        only: tuple[str, ...],
    ) -> Ground:
        means = self._means
        setup = digest_setup(means.runner, means.setup, root) if means.setup else ""
        bounds = means.suite.bounds
        key = _digest(
            *(VERSION, root, tree, files, only, means.environment.digest, setup, means.runner.name),
            *(means.suite.command, means.suite.report, means.repeats),
            *(bounds.wall_seconds, bounds.memory, bounds.processes, bounds.disk),
        )
        if key not in self._grounds:
            self._grounds[key] = Ground(root, tree, trees.find_config(root), files, only, key)
        return self._grounds[key]

    def _prepare(self, plan: CheckPlan, cancel: threading.Event) -> None:
        """Environment and baseline, once for a base commit."""
        ground = plan.ground
        if ground.base is not None or cancel.is_set():
            return
        ground.base = self._files.get_baseline(ground.key)
        try:
            ground.environment = self._environment(plan, cancel)
        except InputRefused as refusal:
            ground.environment = self._means.environment
            ground.base = None if cancel.is_set() else Baseline(problem=str(refusal))
            return
        if ground.base is None:
            where = (ground.tree, ground.environment, ground.config, ground.files)
            runs = []
            for n in range(1, self._means.repeats + 1):
                ground.doing = f"tests on base, run {n} of {self._means.repeats}"
                runs.append(plan.runner.run(*where, cancel))
                if runs[-1].problem:
                    break
            if cancel.is_set():
                return
            ground.base = establish(runs)
            if not ground.base.problem:  # what the machine lacks may be there the next time
                self._files.put_baseline(ground.key, ground.base)

    def _environment(self, plan: CheckPlan, cancel: threading.Event) -> Environment:
        means = self._means
        if means.setup is None:
            return means.environment
        plan.ground.doing = "setup"
        with building(Path(tempfile.gettempdir())) as folder:
            archive = folder / "tree.tar"
            write_archive(plan.runner.git_dir, plan.ground.root, archive)
            return build_environment(means.runner, means.setup, plan.ground.root, archive, cancel)

    def _run_hidden(
        self,
        plan: CheckPlan,
        environment: Environment,
        runs: Sequence[SuiteRun],
        cancel: threading.Event,
    ) -> HiddenDelta:
        ground = plan.ground
        is_broken = ground.base is None or bool(ground.base.problem)
        if not plan.hidden_tree or is_broken or cancel.is_set():
            return HiddenDelta(problem=plan.problem)
        if plan.hidden_tree == plan.tree:
            return judge_hidden(plan.asked, runs[0])
        files = _only_files(plan.asked)
        run = plan.runner.run(plan.hidden_tree, environment, ground.config, files, cancel)
        return judge_hidden(plan.asked, run)

    def _report(
        self, plan: CheckPlan, delta: Delta, hidden: HiddenDelta, seconds: float
    ) -> CheckReport:
        return CheckReport(
            key=plan.key,
            tests=delta.status,
            reason=delta.reason,
            summary=delta.summary,
            broken=delta.broken,
            fixed=delta.fixed,
            still_failing=delta.still_failing,
            flaky=delta.flaky,
            missing=delta.missing,
            kept=delta.kept,
            hidden=hidden.status,
            hidden_reason=hidden.problem,
            hidden_passed=hidden.passed,
            hidden_failed=(*hidden.failed, *hidden.missing),
            touched=plan.frozen.touched,
            added=plan.frozen.added,
            deleted=plan.frozen.deleted,
            moved=plan.frozen.moved,
            tails=delta.tails,
            kind=self._means.suite.kind,
            sandbox=self._means.runner.name,
            environment=self._means.environment.name,
            seconds=seconds,
        )


def _wants_another(base: Baseline, runs: Sequence[SuiteRun]) -> bool:
    """One run, and a second where something broke: what breaks must break twice."""
    return not runs or (len(runs) == 1 and not runs[0].problem and needs_second_run(base, runs[0]))


def _files(trees: FrozenTrees, root: str, hidden: Hidden) -> tuple[str, ...]:
    """The test files of base that a ticket's own lists name; () for the whole suite."""
    named = _only_files((*hidden.pass_to_pass, *hidden.fail_to_pass))
    return tuple(name for name in named if trees.has_file(root, name))


def _only_files(tests: Sequence[str]) -> tuple[str, ...]:
    found = {test.partition("::")[0] for test in tests if "::" in test}
    return tuple(sorted(name for name in found if not name.startswith("-")))


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
