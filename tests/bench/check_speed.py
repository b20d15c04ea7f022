"""What a check costs beyond the tests themselves, and whether kills lose or repeat anything.

    python tests/bench/check_speed.py [--rounds N] [--outputs N] [--kills N]

The overhead is that of a suite of one second, run alone and then as a check in turns. Then N
outputs are checked and killed (-9) at random moments of the work; what was finished must stay as
it was written, and each output must have one result in the end. Needs bubblewrap. Ends with 1
where anything was lost or repeated, or the overhead is above a quarter of the suite.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from statistics import median

from workbench.bootstrap import open_workbench
from workbench.checking import open_bench, open_checks
from workbench.study import Study, find_study

sys.path.insert(0, str(Path(__file__).parents[1]))
from cli.kit import Cli, change, make_repository, prediction, ticket, write_lines

LIMIT = 0.25  # of a suite of one second
SUITE = "sleep 1"


def make_study(folder: Path, n: int, command: str) -> Study:
    """A study with one candidate and n outputs that all differ."""
    folder.mkdir()
    make_repository(folder / "repo")
    cli = Cli(folder)
    write_lines(folder / "tickets.jsonl", [ticket(f"t{i:05}") for i in range(n)])
    rows = [prediction(f"t{i:05}", "m", change(new=f"b + a + {i} - {i}")) for i in range(n)]
    write_lines(folder / "preds.jsonl", rows)
    cli.ok("init", "--repo", "repo")
    cli.ok("tickets", "import", "tickets.jsonl")
    cli.ok("outputs", "import", "preds.jsonl")
    settings = folder / "workbench.toml"
    head = f'test_command = "{command}"\ntest_repeats = 1\n'
    settings.write_text(head + settings.read_text("utf-8"), "utf-8")
    return find_study(folder)


def measure_overhead(folder: Path, rounds: int) -> bool:
    """Seconds beyond the suite: plan, tree, sandbox, report, record."""
    study = make_study(folder, rounds + 1, SUITE)
    alone, checked = [], []
    with open_workbench(study) as opened, open_bench(opened) as bench:
        checks = open_checks(opened)
        jobs = checks.list_wanted()
        list(checks.run(bench, jobs[:1]))  # base, and what is loaded once
        for job in jobs[1:]:
            started = time.perf_counter()
            subprocess.run(["/bin/sh", "-c", SUITE], check=True)
            alone.append(time.perf_counter() - started)
            started = time.perf_counter()
            list(checks.run(bench, [job]))
            checked.append(time.perf_counter() - started)
    beyond = [with_ - without for with_, without in zip(checked, alone, strict=True)]
    share = median(beyond) / median(alone)
    print(
        f"| overhead of a check, {rounds} rounds | median {median(beyond) * 1000:.0f} ms |"
        f" worst {max(beyond) * 1000:.0f} ms | {share:.1%} of a 1-second suite |"
    )
    return share <= LIMIT


def read_reports(study: Study) -> dict[Path, tuple[int, int]]:
    """Every report with inode and time: one that is written again differs."""
    paths = (study.state / "checks").rglob("*.json")
    return {path: ((s := path.stat()).st_ino, s.st_mtime_ns) for path in paths}


def count_results(study: Study) -> tuple[int, int]:
    """How many outputs have a result, and how many results there are."""
    with closing(connect(study.database)) as connection:
        sql = "SELECT count(DISTINCT output), count(*) FROM check_result"
        outputs, results = connection.execute(sql).fetchone()
    return outputs, results


def measure_kills(folder: Path, outputs: int, kills: int) -> bool:
    """Kill at random moments, then run to the end."""
    study, dice = make_study(folder, outputs, "true"), random.Random(7)
    command = [sys.executable, "-m", "workbench", "check", "--study", str(folder)]
    lost = 0
    done: dict[Path, tuple[int, int]] = {}
    started = time.perf_counter()
    for _ in range(kills):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while len(read_reports(study)) <= len(done) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.5 * dice.random())
        process.kill()
        process.wait()
        now = read_reports(study)
        lost += sum(now.get(path) != state for path, state in done.items())
        done = now
    killed_at, finished = time.perf_counter() - started, len(done)
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    rest = time.perf_counter() - started
    now = read_reports(study)
    repeated = sum(now.get(path) != state for path, state in done.items())
    with_result, results = count_results(study)
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    known = time.perf_counter() - started
    print(
        f"| {kills} kills over {outputs} outputs | {finished} finished by then, {lost} lost,"
        f" {repeated} repeated | {with_result} outputs, {results} results |"
        f" {killed_at:.0f} s with kills, {rest:.0f} s for the rest,"
        f" {known:.1f} s where all is known |"
    )
    return not lost and not repeated and with_result == results == outputs


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--outputs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="check-speed-"))
    try:
        is_quick = measure_overhead(folder / "overhead", asked.rounds)
        is_safe = measure_kills(folder / "kills", asked.outputs, asked.kills)
    finally:
        shutil.rmtree(folder)
    return 0 if is_quick and is_safe else 1


if __name__ == "__main__":
    sys.exit(main())
