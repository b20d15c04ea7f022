"""P18: how long commands take against a bare Python start, in one run, taken in turns.

    python tests/bench/cli_speed.py [--rounds N]

Prints the table of PERFORMANCE.md P18 for the filled demo; ends with 1 where a limit is passed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

PYTHON = sys.executable
TARGETS = {  # target, CI limit
    "--version": (4, 6),
    "metrics": (40, 60),
    "export": (40, 60),
    "report": (120, 180),  # loads scipy
    "report --html": (200, 300),  # loads matplotlib too
}


def run(arguments: list[str], env: dict[str, str]) -> float:
    """Seconds of one process, from its start to its end."""
    start = time.perf_counter()
    subprocess.run([PYTHON, *arguments], env=env, check=True, capture_output=True)
    return time.perf_counter() - start


def measure(folder: Path, rounds: int) -> dict[str, float]:
    """The median of each command, all taken in turns."""
    env = {**os.environ, "XDG_DATA_HOME": str(folder)}
    workbench = ["-m", "workbench"]
    run([*workbench, "demo", "--filled"], env)
    study = ["--study", str(folder / "workbench" / "demo")]
    commands = {
        "python": ["-c", "pass"],
        "--version": [*workbench, "--version"],
        "metrics": [*workbench, "metrics", *study],
        "export": [*workbench, "export", "jsonl", "-o", str(folder / "out.jsonl"), *study],
        "report": [*workbench, "report", *study],
        "report --html": [*workbench, "report", "--html", str(folder / "r.html"), *study],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command, env))
    return {name: median(times[1:]) for name, times in taken.items()}


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        took = measure(Path(folder), rounds)
    bare = took.pop("python")
    print(f"| P18, bare Python {bare * 1000:.1f} ms | ms | ratio | target | CI limit |")
    print("|---|---|---|---|---|")
    is_good = True
    for name, seconds in took.items():
        target, limit = TARGETS[name]
        is_good = is_good and seconds / bare <= limit
        print(f"| {name} | {seconds * 1000:.0f} | {seconds / bare:.1f} | {target} | {limit} |")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
