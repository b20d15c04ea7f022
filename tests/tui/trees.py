"""Small studies out of trees of files: a base, and for each candidate what it made of it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .kit import run_workbench

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false")
Files = Mapping[str, str | bytes | None]


def git(folder: Path, *args: str) -> str:
    done = subprocess.run([*GIT, *args], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


def write(folder: Path, files: Files) -> None:
    """Files with these contents; None removes one."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
    git(folder, "add", "-A")


def make_study(home: Path, base: Files, made: Mapping[str, Files]) -> Path:
    """A study of one ticket, `one`, with an output of each candidate, in their order."""
    repository, study = home / "repository", home / "study"
    repository.mkdir()
    git(repository, "init", "-q", "-b", "main")
    write(repository, base)
    git(repository, "commit", "-qm", "base")
    commit = git(repository, "rev-parse", "HEAD").strip()
    outputs = []
    for who, files in made.items():
        write(repository, files)
        patch = git(repository, "diff", "--cached", "--binary")
        git(repository, "reset", "-q", "--hard")
        outputs.append(
            {"instance_id": "one", "model_name_or_path": who, "model_patch": patch, "message": ""}
        )
    tickets = [{"id": "one", "title": "Ticket one", "body": "Do.", "base_commit": commit}]
    for name, rows in (("tickets", tickets), ("outputs", outputs)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (home / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    run_workbench("init", "--study", study, "--repo", repository)
    run_workbench("tickets", "import", home / "tickets.jsonl", "--study", study)
    run_workbench("outputs", "import", home / "outputs.jsonl", "--study", study)
    return study
