"""What numbers cost at 1,000,000 labels: metrics, gate check, dashboard, recount; a small report.

    python tests/bench/numbers_speed.py [--labels 1000000] [--rounds 3] [--keep FOLDER]

Each is a process from its cold start. The peer of the same run is one `SELECT count(*)` over the
same rows, labels joined to their outputs and tickets; that of the report is a bare Python start.
The goal, under ten of the peer, is of the recount alone: all else also makes the numbers.
"""

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from figures import Figure, ms, render_table
from store_speed import JOINED, REVIEWER, make_study

from workbench.study import find_study

GIT = shutil.which("git") or "git"
WORKBENCH = (sys.executable, "-m", "workbench")
COUNT = f"import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute({JOINED!r}).fetchone())"
_OPEN = "import sys; from pathlib import Path; from workbench.store.store import open_store; "
RECOUNT = f"{_OPEN}open_store(Path(sys.argv[1])).recount()"
DASHBOARD = (
    f"{_OPEN}from workbench.services.comparisons import Comparisons; "
    f"Comparisons(open_store(Path(sys.argv[1])), {REVIEWER!r}).make()"
)
GOALS = {  # target, limit: times one count(*)
    "recount": (10, 15),
    "metrics": (20, 30),
    "gate check": (25, 40),
    "dashboard": (25, 40),
}
REPORT_GOAL = (150, 250)  # times a bare start of Python
N_TICKETS, N_CANDIDATES = 20, 5


def make_big(folder: Path, n_labels: int, env: dict[str, str]) -> Path:
    """A study of so many labels with a gate that stood before the first of them."""
    study = folder / "big"
    if study.exists():
        return study
    _init(folder, study, env)
    database = study / ".workbench" / "study.db"
    database.unlink()
    make_study(database, n_labels, n_open=0)
    run(["tickets", "freeze"], study, env)
    answers = ("--reversible", "no", "--reviewed", "yes", "--cheap-check", "no", "--by", "bench")
    run(["gate", "init", *answers], study, env)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("INSERT INTO meta VALUES ('gate_lock', ?)", (find_study(study).digest_gates(),))
    return study


def make_small(folder: Path, env: dict[str, str]) -> Path:
    """Twenty tickets with the outputs and labels of five candidates."""
    study = folder / "small"
    if study.exists():
        return study
    _init(folder, study, env)
    base = git(folder / "repository", "rev-parse", "HEAD", env=env).strip()
    tickets = [
        {"id": f"t{n:02}", "title": f"Ticket {n}", "body": "What is asked for.",
         "spec": "vague" if n % 2 else "clear", "base_commit": base}
        for n in range(N_TICKETS)
    ]  # fmt: skip
    outputs = [
        {"instance_id": f"t{n:02}", "model_name_or_path": f"m{c}", "model_patch": _patch(n, c)}
        for n in range(N_TICKETS)
        for c in range(N_CANDIDATES)
    ]
    tests = [
        {"ticket": f"t{n:02}", "candidate": f"m{c}", "tests": "pass" if (n + c) % 4 else "fail"}
        for n in range(N_TICKETS)
        for c in range(N_CANDIDATES)
    ]
    for name, rows in (("tickets", tickets), ("outputs", outputs), ("tests", tests)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run(["tickets", "import", str(folder / "tickets.jsonl")], study, env)
    run(["outputs", "import", str(folder / "outputs.jsonl")], study, env)
    run(["outputs", "tests", str(folder / "tests.jsonl")], study, env)
    _label(study)
    return study


def _label(study: Path) -> None:
    from workbench.bootstrap import open_workbench
    from workbench.domain.draft import Decision
    from workbench.domain.finding import Finding, FindingKind
    from workbench.domain.label import EditClass, Label

    bug = Finding(FindingKind.FUNCTIONAL, 3, "calc.py", 1)
    decisions = (
        Decision(Label.MERGED),
        Decision(Label.EDITED, EditClass.MINOR),
        Decision(Label.ESCAPED, defects=(bug,)),
        Decision(Label.EDITED, EditClass.MAJOR),
    )
    with open_workbench(find_study(study)) as bench:
        outputs = [output.output_id for output in bench.store.list_outputs()]
        for nth, output_id in enumerate(outputs):
            bench.reviews(REVIEWER).decide(output_id, decisions[nth % 4], is_sure=True)


def _patch(n: int, c: int) -> str:
    return (
        "diff --git a/calc.py b/calc.py\n--- a/calc.py\n+++ b/calc.py\n@@ -1 +1,3 @@\n"
        f"-first = 1\n+first = {n}\n+second = {c}\n+third = first + second\n"
    )


def _init(folder: Path, study: Path, env: dict[str, str]) -> None:
    repository = folder / "repository"
    if not repository.exists():
        repository.mkdir()
        git(repository, "init", "-q", env=env)
        (repository / "calc.py").write_text("first = 1\n")
        git(repository, "add", ".", env=env)
        git(repository, "commit", "-qm", "first", env=env)
    study.mkdir()
    run(["init", "--repo", str(repository)], study, env)


def git(folder: Path, *words: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        [GIT, *words], cwd=folder, env=env, check=True, capture_output=True, text=True
    )
    return done.stdout


def run(words: list[str], study: Path, env: dict[str, str]) -> None:
    """A command that must succeed."""
    subprocess.run([*WORKBENCH, *words], cwd=study, env=env, check=True, capture_output=True)


def take(command: list[str], study: Path, env: dict[str, str]) -> float:
    """Seconds of one process; a verdict is no failure."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=study, env=env, check=False, capture_output=True)
    if done.returncode not in {0, 1, 2, 3}:
        raise SystemExit(f"{command}: {done.stderr.decode()}")
    return time.perf_counter() - start


def measure(folder: Path, n_labels: int, rounds: int) -> list[Figure]:
    """The table; contenders take turns."""
    env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder),
           "XDG_DATA_HOME": str(folder / "data")}  # fmt: skip
    env |= {f"GIT_{role}_{key}": "bench@localhost"
            for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}  # fmt: skip
    big, small = make_big(folder, n_labels, env), make_small(folder, env)
    database = str(big / ".workbench" / "study.db")
    commands = {
        "count": [sys.executable, "-c", COUNT, database],
        "recount": [sys.executable, "-c", RECOUNT, database],
        "metrics": [*WORKBENCH, "metrics"],
        "gate check": [*WORKBENCH, "gate", "check"],
        "dashboard": [sys.executable, "-c", DASHBOARD, database],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(take(command, big, env))
    took = {name: median(times) for name, times in taken.items()}
    count = took.pop("count")
    peer = f"count(*) {ms(count * 1000)}"
    figures = [
        Figure("scale", f"{name}, {n_labels:,} labels", ms(seconds * 1000), peer,
               seconds / count, *GOALS[name])
        for name, seconds in took.items()
    ]  # fmt: skip
    bare, reports = [], []
    for _ in range(rounds + 1):
        bare.append(take([sys.executable, "-c", "pass"], small, env))
        reports.append(take([*WORKBENCH, "report", "--html", "r.html"], small, env))
    start, report = median(bare[1:]), median(reports[1:])
    what = f"report --html, {N_TICKETS} tickets x {N_CANDIDATES} candidates"
    figures.append(
        Figure("scale", what, ms(report * 1000), f"Python {ms(start * 1000)}", report / start,
               *REPORT_GOAL)
    )  # fmt: skip
    return figures


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder whose studies are used again")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        figures = measure(options.keep, options.labels, options.rounds)
    else:
        with tempfile.TemporaryDirectory(prefix="wb-numbers-") as folder:
            figures = measure(Path(folder), options.labels, options.rounds)
    print(render_table(figures))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nThe largest of these processes took {most:,.0f} MB.")
    return 0 if all(figure.is_allowed for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
