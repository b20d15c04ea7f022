"""Green is proved, never printed: tests that are deleted, skipped, silenced or forged.

The patches of the corpus, then code under test that attacks the run itself. A suite with one
passing and one failing test is broken by the code; nothing that comes with it may turn it green.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from workbench.adapters.apply import Ladder
from workbench.adapters.box import Bounds
from workbench.adapters.check_bench import CheckBench
from workbench.adapters.check_files import CheckFiles
from workbench.adapters.check_plans import Means
from workbench.adapters.environments import find_environment, own_environment
from workbench.adapters.git import Git
from workbench.adapters.repositories import Clones
from workbench.adapters.sandbox import Sandbox
from workbench.adapters.suites import Suite
from workbench.domain.check import CheckStatus
from workbench.domain.check_report import CheckReport
from workbench.services.checks import HiddenTests, Job

FORGERIES = ("p70", "p71", "p72", "p73", "p74", "p75")
BASE = {
    "calc.py": "def add(a, b):\n    return a + b\n",
    "test_a.py": "from calc import add\n\n\ndef test_a():\n    assert add(1, 2) == 3\n",
    "tests/test_b.py": "from calc import add\n\n\ndef test_b():\n    assert add(2, 2) == 5\n",
    "tests/helper.py": "N = 1\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
}
BREAK = {"calc.py": "def add(a, b):\n    return a - b\n"}
BOUNDS = Bounds(wall_seconds=20, memory=512 << 20)


class Victim(Protocol):
    """The fixture of conftest.py."""

    clone: Path
    base: str
    patches: Mapping[str, bytes]


@dataclass(frozen=True)
class Court:
    """A clone and a bench; `judge` says what becomes of a tree."""

    clone: Path
    bench: CheckBench
    base: str

    def tree(self, changes: Mapping[str, str | None]) -> str:
        """The base with files written or removed; a tree without any check of ours."""
        git = Git(self.clone)
        index = {"GIT_INDEX_FILE": str(self.clone / "test-index")}
        git.run("read-tree", self.base, env=index)
        for name, text in changes.items():
            oid, mode = "0" * 40, "0"
            if text is not None:
                oid = git.run("hash-object", "-w", "--stdin", stdin=text.encode()).decode().strip()
                mode = "100644"
            entry = f"{mode} {oid} 0\t{name}\0".encode()
            git.run("update-index", "-z", "--index-info", stdin=entry, env=index)
        return git.run("write-tree", env=index).decode().strip()

    def judge(self, tree: str, hidden: HiddenTests | None = None) -> CheckReport:
        """The report on a tree."""
        job = Job("o", "t", "m", 1, "", self.base, tree, hidden or HiddenTests())
        report = self.bench.run(self.bench.plan(job), threading.Event())
        assert report is not None
        return report


@pytest.fixture(scope="module")
def court(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, run_git: Callable[..., str]
) -> Iterator[Court]:
    """The repository BASE in a clone of ours."""
    folder = tmp_path_factory.mktemp("court")
    repo = folder / "repo"
    for name, text in BASE.items():
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_text(text)
    run_git(repo, "init", "-q", "-b", "main")
    run_git(repo, "add", "-A")
    run_git(repo, "commit", "-q", "-m", "base")
    yield from _open(folder, repo, run_git(repo, "rev-parse", "HEAD"), sandbox)


def _open(folder: Path, repo: Path, base: str, sandbox: Sandbox) -> Iterator[Court]:
    clones = Clones(folder / "clones", {"": repo})
    environment = find_environment(own_environment())
    means = Means(sandbox, Suite(bounds=BOUNDS), environment, repeats=1)
    with CheckBench(clones, CheckFiles(folder / "checks"), means) as bench:
        yield Court(clones.path(""), bench, base)
    clones.close()


@pytest.fixture(scope="module")
def run_git() -> Callable[..., str]:
    """Our own git in a folder."""

    def run(folder: Path, *args: str) -> str:
        work_tree = {"GIT_WORK_TREE": str(folder)} if args[0] != "init" else {}
        if args[0] == "init":
            args = (*args, "--", str(folder))
            return Git(folder / ".git").run(*args).decode()
        return Git(folder / ".git").run(*args, env=work_tree).decode().strip()

    return run


def test_s13_the_honest_case(court: Court) -> None:
    """The base against itself: one test stays green, one stays red."""
    report = court.judge(court.tree({}))
    assert (report.tests, report.summary) == (CheckStatus.PASS, "no change")
    assert report.still_failing == ("tests/test_b.py::test_b",)
    assert (report.kept, report.kind, report.sandbox) == (1, "pytest, JUnit", "bubblewrap")


def test_s13_fixes_and_breaks(court: Court) -> None:
    """What each output did to the tests, by id, with the end of the failure."""
    report = court.judge(court.tree({"calc.py": "def add(a, b):\n    return 5\n"}))
    assert (report.tests, report.summary) == (CheckStatus.FAIL, "fixes 1, breaks 1")
    assert report.broken == ("test_a.py::test_a",)
    assert report.fixed == ("tests/test_b.py::test_b",)
    assert "assert 5 == 3" in report.tails["test_a.py::test_a"]


@pytest.fixture(scope="module")
def dock(
    victim: Victim, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Court]:
    """The same for the repository that the corpus is written against."""
    folder = tmp_path_factory.mktemp("dock")
    yield from _open(folder, victim.clone, victim.base, sandbox)


@pytest.mark.parametrize("name", FORGERIES)
def test_s13_a_forged_patch_never_passes(name: str, victim: Victim, dock: Court) -> None:
    """Each patch of the corpus on its own repository: not one of them is green."""
    with Ladder(dock.clone) as ladder:
        patch = next(patch for full, patch in victim.patches.items() if full.startswith(name))
        report = dock.judge(ladder.apply(victim.base, patch).tree)
    assert report.tests is not CheckStatus.PASS
    assert report.still_failing == ("test_a.py::test_a",)
    assert (report.touched or report.added or report.deleted) or name == "p72"


TRICKS: Mapping[str, Mapping[str, str | None]] = {
    "conftest ends the run": {"conftest.py": "import os\nos._exit(0)\n"},
    "conftest hooks the end": {
        "tests/conftest.py": "import os\ndef pytest_sessionfinish(session): os._exit(0)\n"
    },
    "collect only": {"pytest.ini": "[pytest]\naddopts = --co -q\n"},
    "another config": {"pytest.toml": '[pytest]\naddopts = "--co"\n'},
    "tests deleted": {"test_a.py": None},
    "tests skipped": {"test_a.py": "import pytest\n@pytest.mark.skip\ndef test_a(): pass\n"},
    "tests emptied": {"test_a.py": "def test_a():\n    pass\n"},
    "a shadow of pytest": {"pytest.py": "import os\nos._exit(0)\n", "pluggy.py": "1 / 0\n"},
    "sitecustomize": {"sitecustomize.py": "import os; os._exit(0)\n"},
    "a plugin by its name": {"pytest_x.py": "", "setup.cfg": "[tool:pytest]\naddopts=--co\n"},
}


@pytest.mark.parametrize("trick", TRICKS)
def test_s13_broken_code_stays_red_whatever_comes_with_it(court: Court, trick: str) -> None:
    """The code is broken and the tests or their configuration are changed: never green."""
    report = court.judge(court.tree({**BREAK, **TRICKS[trick]}))
    assert report.tests is not CheckStatus.PASS
    assert report.broken == ("test_a.py::test_a",)


START = "def add(a, b):\n    return a - b\n\n\nimport os, sys\n"
ATTACKS = {
    "leaves with success": "os._exit(0)\n",
    "prints a summary": "print('===== 999 passed in 0.01s ====='); os._exit(0)\n",
    "writes half a report": (
        "open('/wb/report.xml', 'w').write('<testsuites><testsuite>"
        '<testcase classname="test_a" name="test_b"/></testsuite></testsuites>\'); os._exit(0)\n'
    ),
    "writes a bomb": (
        "open('/wb/report.xml', 'w').write('<!DOCTYPE a [<!ENTITY b \"x\">]><testsuites/>')\n"
        "os._exit(0)\n"
    ),
    "writes a whole report": (
        "open('/wb/report.xml', 'w').write('<testsuites><testsuite>"
        '<testcase classname="test_a" name="test_a" file="test_a.py"/>'
        '<testcase classname="tests.test_b" name="test_b" file="tests/test_b.py"/>'
        "</testsuite></testsuites>'); os._exit(0)\n"
    ),
    "mends the report at the end": (
        "import atexit\n"
        "def mend():\n"
        "    text = open('/wb/report.xml').read().replace('failure', 'x')\n"
        "    open('/wb/report.xml', 'w').write(text)\n"
        "    os._exit(0)\n"
        "atexit.register(mend)\n"
    ),
    "removes the report": "os.unlink('/wb/report.xml')\n",
    "kills its parent": "import signal; os.kill(os.getppid(), 9); os.kill(1, 9); os._exit(0)\n",
    "eats memory": "x = bytearray(2 << 30)\n",
    "closes its output": "os.close(1); os.close(2)\n",
    "deletes the tests": "import shutil\nfor p in os.listdir('.'): shutil.rmtree(p, True)\n",
    "prints a gigabyte": "for _ in range(1 << 10): os.write(2, b'x' * (1 << 20))\n",
    "fills the disk": (
        "for place in ('/tmp', '/box', '/dev/shm'):\n"
        "    for n in range(12):\n"
        "        try:\n"
        "            with open(f'{place}/fill{n}', 'wb') as file:\n"
        "                for _ in range(40): file.write(bytes(1 << 20))\n"
        "        except OSError: pass\n"
    ),
    "forks without end": (
        "import time\n"
        "for _ in range(300):\n"
        "    try:\n"
        "        if not os.fork(): time.sleep(60); os._exit(0)\n"
        "    except OSError: pass\n"
    ),
    "mends the report from a child": (
        "import time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    while True:\n"
        "        text = open('/wb/report.xml').read()\n"
        "        if '</testsuites>' in text and '<failure' in text:\n"
        "            open('/wb/report.xml', 'w').write(text.replace('failure', 'x'))\n"
        "            os._exit(0)\n"
        "        time.sleep(0.001)\n"
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_s13_code_that_attacks_the_run_is_not_green(court: Court, attack: str) -> None:
    """From inside the code under test, at import: the answer is red or unproven, and is there."""
    report = court.judge(court.tree({"calc.py": START + ATTACKS[attack]}))
    assert report.tests is not CheckStatus.PASS
    assert report.reason


def test_s1_s13_code_under_test_reaches_no_listener(court: Court) -> None:
    """A port of this machine is not there for it: nobody ever came in."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        connect = f"import socket; socket.create_connection({listener.getsockname()}, 1)\n"
        report = court.judge(court.tree({"calc.py": START + connect}))
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert "Connection refused" in report.tails["test_a.py::test_a"]


def test_s3_s13_code_under_test_finds_no_secret(
    court: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it can read of any process, what this program was started with is not in it."""
    monkeypatch.setenv("WB_API_KEY", "sk-CANARY-7f3a")
    read = (
        "import glob\nsaid = str(os.environ)\n"
        "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):\n"
        "    said += open(path, errors='replace').read()\n"
        "raise RuntimeError(f\"{said} held {said.count('sk-' + 'CANARY')} keys\")\n"
    )
    report = court.judge(court.tree({"calc.py": START + read}))
    told = report.tails["test_a.py::test_a"]
    assert "held 0 keys" in told
    assert "--junit-xml" in told
    assert "WB_API_KEY" not in told


def test_s13_tests_that_base_cannot_collect_are_nobodys_failure(
    sandbox: Sandbox, tmp_path: Path, run_git: Callable[..., str]
) -> None:
    """A library is missing: no output is red for it, and it is tried again the next time."""
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "test_a.py").write_text("import not_installed\n\n\ndef test_a():\n    pass\n")
    run_git(repo, "init", "-q", "-b", "main")
    run_git(repo, "add", "-A")
    run_git(repo, "commit", "-q", "-m", "base")
    for bare in _open(tmp_path, repo, run_git(repo, "rev-parse", "HEAD"), sandbox):
        report = bare.judge(bare.tree({"new.py": "x = 1\n"}))
        assert report.tests is CheckStatus.NOT_RUN
        assert report.reason == "on base: the tests cannot be collected: test_a"
        assert "No module named 'not_installed'" in report.tails["output"]
        assert not (tmp_path / "checks").exists()


def test_s10_s13_a_suite_that_never_ends_is_a_timeout(court: Court, tmp_path: Path) -> None:
    """On base it ends: on the output it is a failure, and says by what."""
    fast = Bounds(wall_seconds=4, memory=512 << 20)
    means = court.bench._means
    short = Means(means.runner, Suite(bounds=fast), means.environment, repeats=1)
    tree = court.tree({"calc.py": "def add(a, b):\n    while True:\n        pass\n"})
    clones = Clones(court.clone.parent, {"": court.clone})
    with CheckBench(clones, CheckFiles(tmp_path), short) as bench:
        job = Job("o", "t", "m", 1, "", court.base, tree, HiddenTests())
        report = bench.run(bench.plan(job), threading.Event())
    assert report is not None
    assert (report.tests, report.reason) == (CheckStatus.FAIL, "timeout after 4 s")


def test_s13_what_the_candidate_did_to_the_tests_is_named(court: Court) -> None:
    """Changed, added and deleted test files, each by its path; helpers of tests are tests."""
    report = court.judge(
        court.tree(
            {"tests/test_b.py": None, "tests/helper.py": "N = 2\n", "tests/test_c.py": "x = 1\n"}
        )
    )
    assert report.tests is CheckStatus.PASS
    assert report.deleted == ("tests/test_b.py",)
    assert report.touched == ("tests/helper.py",)
    assert report.added == ("tests/test_c.py",)


def test_tests_follow_a_module_that_was_moved(court: Court) -> None:
    """What the tests of base demand stays; only the module's new name is put in."""
    # A folder, since a bare name is never replaced.
    base = {"pkg/calc.py": BASE["calc.py"], "calc.py": "from pkg.calc import add\n"}
    assert court.judge(court.tree(base)).tests is CheckStatus.PASS


def test_hidden_tests_are_kept_apart(court: Court) -> None:
    """A patch of tests that the candidate never saw: its answer stands beside, not within."""
    patch = (
        b"diff --git a/test_h.py b/test_h.py\nnew file mode 100644\n"
        b"--- /dev/null\n+++ b/test_h.py\n"
        b"@@ -0,0 +1,6 @@\n+from calc import add\n+def test_h():\n+    assert add(1, 1) == 2\n"
        b"+\n+def test_i():\n+    assert add(1, 1) == 3\n"
    )
    one = HiddenTests(patch, ("test_h.py::test_h",))
    both = HiddenTests(patch, ("test_h.py::test_h", "test_h.py::test_i"))
    green = court.judge(court.tree({}), one)
    assert (green.tests, green.hidden) == (CheckStatus.PASS, CheckStatus.PASS)
    mixed = court.judge(court.tree({}), both)
    assert (mixed.tests, mixed.hidden) == (CheckStatus.PASS, CheckStatus.FAIL)
    assert mixed.hidden_failed == ("test_h.py::test_i",)
    assert mixed.broken == ()
    misfit = court.judge(court.tree({}), HiddenTests(b"no patch", ("test_h.py::test_h",)))
    assert misfit.hidden is CheckStatus.NOT_RUN
    assert "do not fit" in misfit.hidden_reason
