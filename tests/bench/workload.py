"""What is measured on: one repository of real Python text, and studies of it by our own importer.

An output of n changed lines replaces n / 2 lines of the standard library's source, in four files
and in hunks as people write them. The same change is a commit in the repository, so that a peer
which reads commits draws the same diff. Its first changed line holds a text of its own: whoever
shows that line shows that output.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from store_speed import REVIEWER, make_study

GIT = shutil.which("git") or "git"
WORKBENCH = (sys.executable, "-m", "workbench")
N_FILES = 4
BLOCK, EVERY = 3, 12  # so many lines are replaced, then so many later the next ones


@dataclass(frozen=True, slots=True)
class Batch:
    """Outputs of one size; `names` are their tickets, and the branches that peers read."""

    changed: int
    names: tuple[str, ...]

    @property
    def branches(self) -> str:
        """A pattern for git."""
        return f"refs/heads/{self.changed}/*"


@dataclass(frozen=True, slots=True)
class Workload:
    """A repository with batches of changes, and a folder for studies of them."""

    folder: Path
    env: dict[str, str]

    @property
    def repository(self) -> Path:
        """What git and its peers read."""
        return self.folder / "repository"

    def add_study(self, name: str, batch: Batch, n_labels: int = 0) -> "BenchStudy":
        """A study with a batch imported by the command line, after so many labels."""
        study = BenchStudy(self.folder / name, self.env)
        if study.folder.exists():
            return study
        study.folder.mkdir()
        study.run("init", "--repo", str(self.repository))
        settings = study.folder / "workbench.toml"  # what is measured is a label, not a question
        settings.write_text(f"ask_unseen = false\n{settings.read_text(encoding='utf-8')}")
        if n_labels:
            study.database.unlink()
            make_study(study.database, n_labels, n_open=0)
        tickets, outputs = self._write(batch)
        study.run("tickets", "import", str(tickets))
        study.run("outputs", "import", str(outputs))
        return study

    def add_pairs(self, name: str, batch: Batch) -> "BenchStudy":
        """A study with two outputs of every ticket: its own, and the next one's."""
        is_new = not (self.folder / name).exists()
        study = self.add_study(name, batch)
        if is_new:
            other = self.folder / "other.jsonl"
            rotated = (*batch.names[1:], batch.names[0])
            with other.open("w") as file:
                for ticket, source in zip(batch.names, rotated, strict=True):
                    patch = self.git("diff", "main", f"{batch.changed}/{source}")
                    row = {"instance_id": ticket, "model_name_or_path": "other"}
                    file.write(json.dumps({**row, "model_patch": patch}) + "\n")
            study.run("outputs", "import", str(other))
        return study

    def copy(self, study: "BenchStudy") -> "BenchStudy":
        """The same study to write in: a run that is ended early leaves no label behind."""
        copied = BenchStudy(self.folder / "copies" / study.folder.name, self.env)
        shutil.rmtree(copied.folder, ignore_errors=True)
        shutil.copytree(study.folder, copied.folder)
        os.sync()  # else the first label would wait for the whole copy
        return copied

    def _write(self, batch: Batch) -> tuple[Path, Path]:
        base = self.git("rev-parse", "main").strip()
        tickets, outputs = self.folder / "tickets.jsonl", self.folder / "outputs.jsonl"
        with tickets.open("w") as ticket_file, outputs.open("w") as output_file:
            for name in batch.names:
                ticket = {
                    "id": name,
                    "title": f"Change number {name}",
                    "body": "What is asked for.\n",
                    "base_commit": base,
                    "spec": "clear",
                }
                output = {
                    "instance_id": name,
                    "model_name_or_path": f"model-{int(name[-2:]) % 4}",
                    "model_patch": self.git("diff", "main", f"{batch.changed}/{name}"),
                }
                ticket_file.write(json.dumps(ticket) + "\n")
                output_file.write(json.dumps(output) + "\n")
        return tickets, outputs

    def git(self, *arguments: str) -> str:
        """Plain git in the repository."""
        return subprocess.run(
            [GIT, *arguments],
            cwd=self.repository,
            env=self.env,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout


@dataclass(frozen=True, slots=True)
class BenchStudy:
    """A study on disk."""

    folder: Path
    env: dict[str, str]

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self.folder / ".workbench" / "study.db"

    @property
    def review(self) -> list[str]:
        """The command that opens it."""
        return [*WORKBENCH, "review", "--study", str(self.folder), "--reviewer", REVIEWER]

    def run(self, *arguments: str) -> None:
        """A command that must succeed."""
        command = [*WORKBENCH, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.env, check=False, capture_output=True
        )
        if done.returncode:
            raise SystemExit(f"{command}: {done.stderr.decode()}")

    def order(self, batch: Batch) -> list[str]:
        """The batch's tickets as the queue has them."""
        sql = (
            "SELECT o.ticket FROM item i JOIN output o ON o.id = i.output"
            " WHERE i.reviewer = ? ORDER BY i.position"
        )
        with closing(sqlite3.connect(self.database)) as db:
            listed = [row[0] for row in db.execute(sql, (REVIEWER,))]
        return [name for name in listed if name in set(batch.names)]


def make_workload(folder: Path, counts: dict[int, int]) -> tuple[Workload, dict[int, Batch]]:
    """A repository with `counts[n]` outputs of n changed lines."""
    keep = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder)}
    who = {
        f"GIT_{role}_{key}": "bench@localhost"
        for role in ("AUTHOR", "COMMITTER")
        for key in ("NAME", "EMAIL")
    }
    env = {**keep, **who, "GIT_CONFIG_NOSYSTEM": "1", "XDG_DATA_HOME": str(folder / "data")}
    work = Workload(folder, env)
    shutil.rmtree(folder / ".local", ignore_errors=True)  # what an earlier run could not save
    batches = {n: Batch(n, tuple(f"c{n}-{k:02}" for k in range(counts[n]))) for n in counts}
    if not work.repository.exists():
        _fill_repository(work, batches)
    return work, batches


def _fill_repository(work: Workload, batches: dict[int, Batch]) -> None:
    work.repository.mkdir(parents=True)
    work.git("init", "-q", "-b", "main")
    source = cycle(_library_lines())
    texts = {}
    for changed in batches:
        size = changed // 2 // N_FILES * EVERY // BLOCK + 40
        texts[changed] = [list(islice(source, size)) for _ in range(N_FILES)]
        _write_files(work, changed, texts[changed])
    work.git("add", ".")
    work.git("commit", "-q", "-m", "base")
    for changed, batch in batches.items():
        for number, name in enumerate(batch.names):
            work.git("checkout", "-q", "--detach", "main")
            files = [_change(text, changed // 2 // N_FILES, number) for text in texts[changed]]
            files[0][_first(number)] = f"{mark(name)} = {number}\n"
            _write_files(work, changed, files)
            work.git("commit", "-q", "-a", "-m", f"change {name}")
            work.git("branch", f"{changed}/{name}")
    work.git("checkout", "-q", "main")


def mark(name: str) -> str:
    """What stands in the first changed line of an output, and nowhere else."""
    return "first_" + name.replace("-", "_")


def _library_lines() -> list[str]:
    files = sorted(Path(os.__file__).parent.glob("*.py"))
    return [line for file in files for line in file.read_text().splitlines(keepends=True)]


def _write_files(work: Workload, changed: int, files: list[list[str]]) -> None:
    folder = work.repository / f"library_{changed}"
    folder.mkdir(exist_ok=True)
    for number, lines in enumerate(files):
        (folder / f"part_{number}.py").write_text("".join(lines))


def _first(number: int) -> int:
    return 5 + number % 4


def _change(lines: list[str], count: int, number: int) -> list[str]:
    """The lines with `count` of them replaced, other ones for every number."""
    changed = list(lines)
    for at in islice(_places(_first(number)), count):
        line = lines[at].rstrip("\n").replace("self", "own").replace("return", "yield")
        changed[at] = f"{line}  # round {number}\n"
    return changed


def _places(first: int) -> Iterator[int]:
    at = first
    while True:
        yield from range(at, at + BLOCK)
        at += EVERY
