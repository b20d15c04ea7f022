"""Every benchmark, one table: `python tests/bench/run.py [--quick] [--write]`.

Ends with 1 where a CI limit is missed. `--write` puts the table into README.md beside this file.
"""

import argparse
import os
import platform
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import cli_speed
import import_speed
from app_speed import measure_app
from figures import Figure, ms, render_table, take
from players import QUICK, Plan

README = Path(__file__).with_name("README.md")
START = "<!-- written by run.py --write -->\n"


def measure_commands() -> list[Figure]:
    """P18: commands of a small study against a bare Python start."""
    with tempfile.TemporaryDirectory(prefix="wb-cli-") as folder:
        took = cli_speed.measure(Path(folder), rounds=9)
    bare = took.pop("python")
    peer = f"Python {ms(bare * 1000)}"
    return [
        Figure("P18", name, ms(seconds * 1000), peer, seconds / bare, *cli_speed.TARGETS[name])
        for name, seconds in took.items()
    ]


def measure_imports(n_predictions: int) -> list[Figure]:
    """P19: an import against plain git."""
    options = Namespace(predictions=n_predictions, files=2_000, rounds=5, workers=2)
    with tempfile.TemporaryDirectory(prefix="wb-import-") as folder:
        rounds = list(import_speed.measure(Path(folder), options))
    ours, git = (median(column) for column in list(zip(*rounds, strict=True))[:2])
    what = f"import, {n_predictions:,} predictions, each"
    return [Figure("P19", what, ms(ours), f"git {ms(git)}", ours / git, 0.5, 1)]


def measure_all(plan: Plan, n_predictions: int, keep: Path | None) -> Iterator[Figure]:
    """All that share a run, one after the other."""
    with tempfile.TemporaryDirectory(prefix="wb-app-") as folder:
        yield from measure_app(keep or Path(folder), plan)
    yield from take(measure_commands)
    yield from take(lambda: measure_imports(n_predictions))


def describe_machine() -> str:
    """What the times depend on; the ratios should not."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, Textual {version('textual')}, 160x48."
    )


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 labels, fewer presses")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--keep", type=Path, help="a folder whose studies are used again")
    options = parser.parse_args()
    plan, n_predictions = (QUICK, 500) if options.quick else (Plan(), 10_000)
    figures = []
    for figure in measure_all(plan, n_predictions, options.keep):
        print(
            f"{figure.measure:4} {figure.what:36} {figure.ratio:6.2f} {figure.verdict}", flush=True
        )
        figures.append(figure)
    table = f"{describe_machine()}\n\n{render_table(figures)}\n"
    print(f"\n{table}")
    if options.write:
        text, _, _ = README.read_text("utf-8").partition(START)
        README.write_text(f"{text}{START}{table}", "utf-8")
    return 0 if all(figure.is_allowed for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
