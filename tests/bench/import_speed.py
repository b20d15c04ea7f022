"""P19: import of predictions against git itself, which applies and writes a tree and no more.

    python tests/bench/import_speed.py [--predictions 10000] [--files 2000] [--rounds 5]

Ours reads the predictions file, applies every patch with all checks, writes the tree and makes
git's diff of it. The control runs `git apply --cached` and `git write-tree` once per prediction,
one after the other, with the index of the base commit copied (the cheaper way) or read anew.
Both are taken in turns; the control over a part of the predictions, as cost per prediction.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from workbench.adapters.batches import apply_many
from workbench.adapters.clones import clone_repository, resolve_commit
from workbench.adapters.importers.predictions import read_predictions
from workbench.domain.output import Delivered

_ENV = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{
        f"GIT_{role}_{key}": "b@localhost"
        for role in ("AUTHOR", "COMMITTER")
        for key in ("NAME", "EMAIL")
    },
}
_GIT = shutil.which("git", path="/usr/bin:/bin") or "git"
_CONTROL_SHARE = 20


class Figures(NamedTuple):
    """Milliseconds per prediction: ours, git with a copied index, git with read-tree."""

    ours: float
    copied: float
    read: float


def main() -> int:
    """Print the table; exit code 1 above the limit of P19."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wb-import-") as folder:
        rounds = list(measure(Path(folder), options))
    ours, copied, read = (median(column) for column in zip(*rounds, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.predictions} predictions, {options.files} files, median of {len(rounds)}")
    print(f"  ours                       {ours:6.2f} ms a prediction")
    print(f"  git apply, index copied    {copied:6.2f} ms   ratio {ours / copied:.2f}")
    print(f"  git apply, read-tree       {read:6.2f} ms   ratio {ours / read:.2f}")
    print(f"  peak memory                {peak:6.0f} MB")
    return int(ours / copied > 1.0)


def measure(folder: Path, options: argparse.Namespace) -> Iterator[Figures]:
    """One row per round, on predictions no round before has seen."""
    source = make_repository(folder / "source", options.files)
    predictions = folder / "predictions.jsonl"
    make_predictions(source, predictions, options.predictions)
    per_round = options.predictions // options.rounds
    for number in range(options.rounds):
        part = folder / "part.jsonl"
        with predictions.open() as file:
            part.write_text("".join(islice(file, number * per_round, (number + 1) * per_round)))
        clone = folder / "clone.git"
        clone_repository(source, clone)
        yield measure_round(clone, part, options.workers)
        shutil.rmtree(clone)


def measure_round(clone: Path, part: Path, workers: int) -> Figures:
    """Ours over all of `part`, the two controls over a share of it."""
    base = resolve_commit(clone, "HEAD")
    rows = [row for row in read_predictions(part) if isinstance(row, Delivered)]
    share = rows[: max(20, len(rows) // _CONTROL_SHARE)]
    return Figures(
        timed(lambda: ours_once(clone, base, part, workers), len(rows)),
        timed(lambda: control(clone, base, share, is_copied=True), len(share)),
        timed(lambda: control(clone, base, share, is_copied=False), len(share)),
    )


def timed(work: Callable[[], None], count: int) -> float:
    """Milliseconds per prediction."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000 / count


def ours_once(clone: Path, base: str, file: Path, workers: int) -> None:
    """The way of an import, short of the database."""
    rows = (row for row in read_predictions(file) if isinstance(row, Delivered))
    jobs = ((row.ticket_id, base, row.patch) for row in rows)
    rungs = {applied.rung.value for _, applied in apply_many(clone, jobs, workers=workers)}
    if rungs != {"plain"}:
        raise SystemExit(f"expected every patch to apply as it came, got {rungs}")


def control(clone: Path, base: str, rows: list[Delivered], *, is_copied: bool) -> None:
    """Plain git, in an object folder of its own so that neither side finds its work done."""
    with tempfile.TemporaryDirectory(dir=clone) as folder:
        objects, kept, index = Path(folder, "objects"), Path(folder, "kept"), Path(folder, "index")
        objects.mkdir()
        alternates = {
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(clone / "objects"),
        }
        env = {**_ENV, **alternates, "GIT_DIR": str(clone), "GIT_INDEX_FILE": str(index)}
        run(["read-tree", base], {**env, "GIT_INDEX_FILE": str(kept)})
        for row in rows:
            if is_copied:
                shutil.copyfile(kept, index)
            else:
                run(["read-tree", base], env)
            run(["apply", "--cached", "--whitespace=nowarn", "-"], env, row.patch)
            run(["write-tree"], env)


def run(args: list[str], env: dict[str, str], stdin: bytes = b"") -> bytes:
    """One plain git call."""
    return subprocess.run(
        [_GIT, *args], env=env, input=stdin, check=True, capture_output=True
    ).stdout


def make_repository(folder: Path, n_files: int) -> Path:
    """A repository of Python files of 60 to 400 lines in nested folders."""
    chance = random.Random(1)
    folder.mkdir()
    for number in range(n_files):
        file = folder / f"pkg{number % 20}" / f"sub{number % 7}" / f"module_{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        size = chance.randrange(60, 400)
        file.write_text("".join(f"value_{n} = {chance.random()}\n" for n in range(size)))
    env = {**_ENV, "GIT_DIR": str(folder / ".git"), "GIT_WORK_TREE": str(folder)}
    run(["init", "-q"], env)
    run(["add", "."], env)
    run(["commit", "-q", "-m", "base"], env)
    return folder


def make_predictions(source: Path, target: Path, count: int) -> None:
    """Patches of one to three files and one to four hunks; every seventh adds a file as well."""
    chance = random.Random(2)
    files = sorted(source.glob("pkg*/sub*/*.py"))
    lines = {file: file.read_text().split("\n")[:-1] for file in files}
    with target.open("w") as out:
        for number in range(count):
            touched = sorted(chance.sample(files, chance.choice((1, 1, 1, 2, 3))))
            parts = [change(source, file, lines[file], chance, number) for file in touched]
            if number % 7 == 0:
                parts.append(new_file(f"reproduce_{number}.py", number))
            row = {
                "instance_id": f"bench-{number}",
                "model_name_or_path": "bench",
                "model_patch": "".join(parts),
            }
            out.write(json.dumps(row) + "\n")


def change(source: Path, file: Path, old: list[str], chance: random.Random, number: int) -> str:
    """A section with hunks of three lines of context."""
    name = file.relative_to(source).as_posix()
    head = f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n"
    places = range(5, len(old) - 10, max(12, len(old) // 4))
    hunks, shift = [], 0
    for at in islice(places, chance.randrange(1, 5)):
        added = [f"+changed_{number}_{at}_{n} = {n}" for n in range(chance.randrange(1, 6))]
        body = [f" {line}" for line in old[at - 3 : at]] + [f"-{old[at]}", *added]
        body += [f" {line}" for line in old[at + 1 : at + 4]]
        counts = f"@@ -{at - 2},7 +{at - 2 + shift},{6 + len(added)} @@"
        shift += len(added) - 1
        hunks.append("\n".join((counts, *body)) + "\n")
    return head + "".join(hunks)


def new_file(name: str, number: int) -> str:
    """A section that creates a file of forty lines."""
    body = "".join(f"+print({number}, {n})\n" for n in range(40))
    head = f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
    return f"{head}@@ -0,0 +1,40 @@\n{body}"


if __name__ == "__main__":
    os.nice(5)
    sys.exit(main())
