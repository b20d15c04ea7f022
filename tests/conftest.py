"""What each safety rule was tested with, and a table of it that cannot go stale unseen.

A test that proves a rule carries the rule's id in its name: `test_g3_...`, or several as in
`test_d3_d7_...`. Ids of another list, the traps of diff viewers and labelling tools, come after
the word field: `test_field_d3_...`. Every run ends with the count of cases tried, held and
skipped. A whole run fails where a rule has no test, or where the table in tests/hostile/README.md
claims what the run did not show; `pytest --write-safety-table` runs the tests of all rules, and no
others, and writes it anew. With WORKBENCH_NO_SKIPS set, as on CI, a safety test that was skipped
for want of a tool fails the run: not one that only root can do, and not the sandbox where this
kernel lets bubblewrap make none.
"""

import gc
import os
import re
import shutil
import signal
from collections import Counter
from collections.abc import Mapping
from compileall import compile_dir
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

import workbench

if TYPE_CHECKING:
    from workbench.adapters.sandbox import Sandbox

pytest_plugins = ["pytester"]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a background job: programs started here
    signal.signal(signal.SIGINT, signal.default_int_handler)  # would not hear Ctrl-C either

README = Path("tests/hostile/README.md")
OPENING, CLOSING = "<!-- table: written by the tests -->", "<!-- end of table -->"
HEAD = "| id | what is tried | cases | held | skipped |\n|---|---|---:|---:|---:|\n"
RULES = {
    "T1": "escapes in any text that is shown",
    "T2": "a terminal's replies come back as keys",
    "T3": "the net under every widget",
    "T4": "markup made of data",
    "T5": "links and Markdown made of data",
    "T6": "bidi, invisible and look-alike characters",
    "T7": "wide, joined and combining characters",
    "T8": "line ends that git does not know",
    "T9": "text that is no UTF-8",
    "T10": "very long lines and very large patches",
    "T11": "pictures of the screen are well-formed",
    "T12": "what commands print and log",
    "G1": "hostile patches: refused, or taken and marked",
    "G2": "nothing outside the private clone changes",
    "G3": "hostile repositories run no program",
    "G4": "bombs: refused early, in little memory",
    "G5": "a patch is taken whole or not at all",
    "G6": "links, submodules, modes, repositories in the tree",
    "G7": "names that look like options",
    "G8": "git and GitPython are started one way",
    "G9": "another git on PATH",
    "S1": "sandbox: sockets",
    "S2": "sandbox: files of the host",
    "S3": "sandbox: secrets of the caller",
    "S4": "sandbox: signals, traces, mounts",
    "S5": "sandbox: further user namespaces",
    "S6": "sandbox: what is left running",
    "S7": "sandbox: number of processes",
    "S8": "sandbox: memory",
    "S9": "sandbox: disk and output",
    "S10": "sandbox: time",
    "S11": "sandbox: the terminal",
    "S12": "sandbox: where there is none, nothing runs",
    "S13": "forged test results",
    "D1": "power cuts",
    "D2": "kill -9 while labelling",
    "D3": "the log is append-only, and a change is named",
    "D4": "several programs write at once",
    "D5": "full disks and busy databases",
    "D6": "files and folders that are read-only",
    "D7": "damaged, foreign and newer databases",
    "D8": "backups and copies",
    "D9": "migrations that are killed or refused",
    "D10": "network file systems",
    "D11": "files are whole or not there",
    "D12": "exports: no formulas, and every byte comes back",
    "D13": "SQL in data, triggers and views of others",
    "K1": "keys of a model's service",
    "K2": "secrets in exports, modes of files",
}
_ROW = re.compile(r"\| (\w+) \| (.*?) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|")
_SHRUNK = 0.25  # of the cases claimed: another SQLite has another journal, with fewer cuts

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", deadline=None, database=None, max_examples=3_000)
settings.load_profile("repeatable")


class Line(NamedTuple):
    """One line of the table."""

    words: str
    cases: int
    held: int
    skipped: int


def ids_of(name: str) -> tuple[str, ...]:
    """The safety rules that a test's name says it proves."""
    found: list[str] = []
    for word in name.removeprefix("test_").split("_"):
        if word.upper() not in RULES:
            break
        found.append(word.upper())
    return tuple(found)


def render_table(lines: Mapping[str, Line]) -> str:
    """The table as it stands in the README."""
    rows = (
        f"| {name} | {line.words} | {line.cases:,} | {line.held:,} | {line.skipped:,} |\n"
        for name, line in lines.items()
    )
    return HEAD + "".join(rows)


def read_table(text: str) -> dict[str, Line]:
    """The lines of a README's table; none where there is no table."""
    table = text.partition(OPENING)[2].partition(CLOSING)[0]
    return {
        name: Line(words, *(int(n.replace(",", "")) for n in numbers))
        for name, words, *numbers in _ROW.findall(table)
    }


def compare(claimed: Mapping[str, Line], shown: Mapping[str, Line]) -> tuple[list[str], list[str]]:
    """What the table claims and the run did not show; then what has merely moved."""
    if [(name, line.words) for name, line in claimed.items()] != [
        (name, line.words) for name, line in shown.items()
    ]:
        return ["the table names other rules than the tests"], []
    wrong, moved = [], []
    for name, line in shown.items():
        if not line.skipped and line.cases < claimed[name].cases * _SHRUNK:
            wrong.append(f"{name}: {line.cases:,} cases, the table claims {claimed[name].cases:,}")
        elif line != claimed[name]:
            moved.append(name)
    return wrong, moved


def _may_skip(ids: tuple[str, ...], marks: set[str]) -> bool:
    """Whether no tool that could be installed would let this test run."""
    if os.geteuid() != 0 and marks & {"needs_root", "needs_tmpfs"}:
        return True
    is_boxed = all(name.startswith("S") for name in ids)
    return "realdata" in marks or (is_boxed and shutil.which("bwrap") is not None)


@dataclass(slots=True)
class Tried:
    """One test of a rule, as it ended."""

    name: str
    ids: tuple[str, ...]
    may_skip: bool
    cases: int = 1
    outcome: str = ""
    reason: str = ""


@dataclass(slots=True, eq=False)
class SafetyTable:
    """Follows a run; registered as a plugin."""

    config: pytest.Config
    tried: dict[str, Tried] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every test was asked for."""
        option = self.config.option
        here = self.config.rootpath / "tests"
        asked = {(self.config.invocation_params.dir / arg).resolve() for arg in self.config.args}
        chosen = (option.keyword, option.markexpr, option.deselect, option.ignore)
        return asked == {here} and not any(chosen) and not option.collectonly

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Skip what this machine cannot do; for the table alone, the tests of rules alone."""
        for item in items:
            marks = {mark.name for mark in item.iter_markers()}
            if "needs_root" in marks and os.geteuid() != 0:
                item.add_marker(pytest.mark.skip(reason="needs root"))
            if "needs_strace" in marks and shutil.which("strace") is None:
                item.add_marker(pytest.mark.skip(reason="needs strace"))
        if self.config.option.write_safety_table:
            others = [item for item in items if not ids_of(item.name.partition("[")[0])]
            items[:] = [item for item in items if item not in others]
            self.config.hook.pytest_deselected(items=others)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of the three phases."""
        name = report.nodeid.rpartition("::")[2].partition("[")[0]
        if not (ids := ids_of(name)):
            return
        tried = self.tried.get(report.nodeid)
        if tried is None:
            tried = Tried(report.nodeid, ids, _may_skip(ids, set(report.keywords)))
            self.tried[report.nodeid] = tried
        counts = [int(str(n)) for name, n in report.user_properties if name == "cases"]
        tried.cases = sum(counts) or 1
        is_worse = tried.outcome in {"", "passed"} or report.outcome == "failed"
        if is_worse:
            tried.outcome = report.outcome
        if report.skipped and isinstance(report.longrepr, tuple):
            tried.reason = report.longrepr[2]

    def lines(self) -> dict[str, Line]:
        """What the run showed of each rule."""
        cases, held, skipped = Counter[str](), Counter[str](), Counter[str]()
        for tried in self.tried.values():
            for name in tried.ids:
                if tried.outcome == "skipped":
                    skipped[name] += tried.cases
                elif tried.outcome:
                    cases[name] += tried.cases
                    held[name] += tried.cases * (tried.outcome == "passed")
        return {
            name: Line(words, cases[name], held[name], skipped[name])
            for name, words in RULES.items()
        }

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge the run as a whole."""
        if hasattr(self.config, "workerinput"):  # one part of a run that pytest-xdist shares out
            return
        skips = [t for t in self.tried.values() if t.outcome == "skipped" and not t.may_skip]
        if os.environ.get("WORKBENCH_NO_SKIPS"):
            self.wrong += [f"{t.name} was skipped: {t.reason}" for t in skips]
        if self.is_whole and not (session.shouldstop or session.shouldfail):
            without = sorted(RULES.keys() - {n for t in self.tried.values() for n in t.ids})
            self.wrong += [f"{name} has no test" for name in without]
            self._keep(session)
        if self.wrong and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _keep(self, session: pytest.Session) -> None:
        """Write the table, or compare it with what was shown."""
        path = self.config.rootpath / README
        text = path.read_text("utf-8") if path.is_file() else f"{OPENING}\n{CLOSING}\n"
        lines = self.lines()
        if not self.config.option.write_safety_table:
            wrong, moved = compare(read_table(text), lines)
            self.wrong += wrong
            if moved:
                self.notes.append(
                    f"the table in {README} has other figures for {', '.join(moved)}: "
                    "pytest --write-safety-table writes it anew"
                )
        elif self.wrong or session.exitstatus != pytest.ExitCode.OK:
            self.notes.append("the table was not written: the run did not hold")
        else:
            before, _, rest = text.partition(OPENING)
            after = rest.partition(CLOSING)[2]
            table = f"{OPENING}\n{render_table(lines)}{CLOSING}"
            path.write_text(before + table + after, "utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The last word: tried, held, skipped, and what is wrong with that."""
        ended = [tried for tried in self.tried.values() if tried.outcome]
        n = Counter[str]()
        for tried in ended:
            n[tried.outcome] += tried.cases
        if ended:
            total = n["passed"] + n["failed"]
            words = f"{total:,} cases, {n['passed']:,} held, {n['skipped']:,} skipped"
            terminalreporter.write_line(f"safety: {words}")
        for note in self.notes:
            terminalreporter.write_line(f"safety: {note}", yellow=True)
        for sentence in self.wrong:
            terminalreporter.write_line(f"safety: {sentence}", red=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that writes the table."""
    parser.addoption(
        "--write-safety-table",
        action="store_true",
        help=f"run the tests of safety rules; where all hold, write the table in {README}",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Follow the run; every program that it starts finds the package compiled, as installed."""
    gc.disable()  # until all tests are collected
    if not hasattr(config, "workerinput"):
        compile_dir(workbench.__path__[0], quiet=1)
    table = SafetyTable(config)
    if config.option.write_safety_table and not table.is_whole:
        raise pytest.UsageError("--write-safety-table needs a whole run: no path, -k or -m")
    config.pluginmanager.register(table, "safety-table")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first: at the end no worker is left alone with one."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Seven thousand tests and all that they import are no garbage: nobody looks through them."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def sandbox() -> "Sandbox":
    """The sandbox of this machine; without one its tests are skipped by name."""
    from workbench.adapters.sandbox import find_sandbox
    from workbench.domain.errors import NoSandbox

    try:
        return find_sandbox()
    except NoSandbox as missing:
        pytest.skip(str(missing))
