"""Published outputs checked for real: base, human fix and every system, as they were measured.

What is compared is relative to base on this machine; how many tests an environment lets pass at
all differs from one to another. The data is found as in test_realdata.py; the requirements of the
target repositories are installed into environments of their own, where the package index has them.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.box import Bounds
from workbench.adapters.check_bench import CheckBench
from workbench.adapters.check_files import CheckFiles
from workbench.adapters.check_plans import Means
from workbench.adapters.environments import Environment, Setup, find_environment
from workbench.adapters.repositories import Clones
from workbench.adapters.sandbox import find_sandbox
from workbench.adapters.suites import Suite
from workbench.domain.check_report import CheckReport
from workbench.domain.delta import dotted
from workbench.domain.errors import NoSandbox
from workbench.services.checks import Job, read_hidden

from .test_realdata import DATA, mirror

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

SYSTEMS = ("20240402_sweagent_gpt4", "auto-code-rover-run-1", "aider_gpt4o_opus")
BOUNDS = Bounds(
    wall_seconds=300, memory=2 << 30, disk=256 << 20, processes=256, open_files=1024
)  # fmt: skip
# The sources are imported from the tree; pytest's own need a file that its build generates.
SETUP = r"""
mkdir -p /env/bin && real=$(command -v python)
printf '#!/bin/sh\nPYTHONPATH=/box/src exec %s "$@"\n' "$real" > /env/bin/python
chmod +x /env/bin/python
if [ -d src/_pytest ]; then
  mkdir -p /env/tree/src/_pytest
  echo "version = '8.0.0'; version_tuple = (8, 0, 0)" > /env/tree/src/_pytest/_version.py
fi
"""
ROWS = (
    "pallets__flask-4992",
    "pallets__flask-5063",
    "pallets__flask-4045",
    "pytest-dev__pytest-11143",
    "pytest-dev__pytest-11148",
)


def read(path: Path) -> dict[str, dict[str, object]]:
    """Rows by their instance."""
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["instance_id"]: row for row in lines}


@dataclass(frozen=True)
class Field:
    """What the rows are checked with."""

    folder: Path
    clones: Clones

    def environment(self, requirements: str) -> Path:
        """An environment with these requirements; the test is skipped where they cannot be had."""
        import hashlib
        import shlex

        folder = self.folder / hashlib.sha256(requirements.encode()).hexdigest()[:8]
        if not folder.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
            pip = [str(folder / "bin" / "pip"), "install", "-q", *shlex.split(requirements)]
            done = subprocess.run(pip, capture_output=True, check=False, timeout=600)
            if done.returncode:
                pytest.skip("the requirements cannot be installed here")
        return folder


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Clones of the target repositories."""
    repos = ("pallets/flask", "pytest-dev/pytest")
    missing = [str(path) for path in (DATA, *map(mirror, repos)) if not path.exists()]
    if missing:
        pytest.skip(f"published outputs are not here: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("checks")
    clones = Clones(folder / "clones", {repo: mirror(repo) for repo in repos})
    yield Field(folder, clones)
    clones.close()


@pytest.mark.parametrize("instance", ROWS)
def test_the_recorded_statuses_come_out(ground: Field, instance: str) -> None:
    """Hidden tests that pass, tests that break, and the rest as on base: for each system."""
    row = read(DATA.parent / "runnable.jsonl")[instance]
    ticket, gold = read(DATA / "tickets.jsonl")[instance], read(DATA / "gold.jsonl")[instance]
    patches = {"base": None, "gold": gold["patch"]}
    for system in SYSTEMS:
        patches[system] = (
            read(DATA / f"predictions_{system}.jsonl").get(instance, {}).get("model_patch")
        )
    libraries = find_environment(ground.environment(str(row["pip"])))
    reports = check_all(ground, ticket, libraries, gold, patches)
    measured = row["measured"]
    assert isinstance(measured, dict)
    told = {name: answer for name, answer in measured.items() if isinstance(answer, dict)}
    assert told.keys() == reports.keys()
    asked = {dotted(test) for test in read_hidden(json.dumps(gold)).pass_to_pass}
    for name, (report, passing) in reports.items():
        broken = {dotted(test) for test in report.broken}
        assert len(report.hidden_passed) == told[name]["f2p_passed"], name
        assert broken == {dotted(test) for test in told[name]["broken"]}, name
        kept = len((asked & passing) - broken)
        fewer = told["base"]["p2p_passed"] - told[name]["p2p_passed"]
        assert len(asked & passing) - kept == fewer, name


def check_all(
    ground: Field,
    ticket: dict[str, object],
    libraries: Environment,
    gold: dict[str, object],
    patches: dict[str, object],
) -> dict[str, tuple[CheckReport, set[str]]]:
    """The report of every patch there is, and what passes on base."""
    try:
        sandbox = find_sandbox()
    except NoSandbox as missing:
        pytest.skip(str(missing))
    setup = Setup(SETUP, libraries, ground.folder / "environments")
    means = Means(sandbox, Suite(bounds=BOUNDS), libraries, setup, repeats=1)
    hidden = read_hidden(json.dumps(gold))
    repo = str(ticket["repo"])
    base = ground.clones.resolve_commit(repo, str(ticket["base_commit"]))
    path = ground.clones.path(repo)
    reports = {}
    with CheckBench(ground.clones, CheckFiles(ground.folder / "kept"), means) as bench:
        for name, patch in patches.items():
            if name != "base" and not patch:
                continue
            with Ladder(path) as ladder:
                root = ladder._reader.root(base)
                tree = ladder.apply(base, str(patch).encode()).tree if patch else root
            plan = bench.plan(Job("o", "t", name, 1, repo, base, tree, hidden))
            report = bench.run(plan, threading.Event())
            assert report is not None
            assert plan.ground.base is not None
            reports[name] = (report, {dotted(test) for test in plan.ground.base.passing})
    return reports
