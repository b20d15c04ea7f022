"""The sample that travels with the program: a small package, its tickets, recorded outputs, a key.

Its repository is built with a fixed author and date, so its commits have the same hashes anywhere.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import workbench
from workbench.adapters.git import Git
from workbench.domain.draft import Decision
from workbench.domain.errors import InputRefused
from workbench.domain.finding import Finding, FindingKind, Flag
from workbench.domain.label import EditClass, Label

_DATE = "2026-01-05T09:00:00+00:00"
_IDENTITY = {
    "GIT_AUTHOR_NAME": "Sample Author",
    "GIT_AUTHOR_EMAIL": "author@sample.example",
    "GIT_AUTHOR_DATE": _DATE,
    "GIT_COMMITTER_NAME": "Sample Author",
    "GIT_COMMITTER_EMAIL": "author@sample.example",
    "GIT_COMMITTER_DATE": _DATE,
}
_LITTER = {"__pycache__", ".pytest_cache"}


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """What a careful reviewer would decide on one output, and why."""

    ticket_id: str
    candidate: str
    decision: Decision
    why: str


def find_sample() -> Path:
    """The sample's folder: inside the installed package, or beside it in a checkout."""
    package = Path(workbench.__file__).parent
    for folder in (package / "sample_repo", package.parent / "sample_repo"):
        if (folder / "tickets.jsonl").is_file():
            return folder
    raise InputRefused(f"the sample is missing beside {package}: install the program again")


def build_repository(sample: Path, target: Path) -> None:
    """A git repository of the sample package with one commit; reads no settings of the user."""
    target.mkdir(mode=0o700, parents=True)
    git = Git(target / ".git")
    git.run("init", "--quiet", "--bare", "--initial-branch=main", "--template=")
    lines = []
    for path, data in _package_files(sample / "package"):
        oid = git.run("hash-object", "-w", "--stdin", stdin=data).decode().strip()
        lines.append(f"100644 {oid} 0\t{path}\0")
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    index = {"GIT_INDEX_FILE": str(target / ".git" / "index")}
    git.run("update-index", "-z", "--index-info", stdin="".join(lines).encode(), env=index)
    tree = git.run("write-tree", env=index).decode().strip()
    message = b"The treasurer's ledger as it stands\n"
    commit = git.run("commit-tree", tree, stdin=message, env=_IDENTITY).decode().strip()
    git.run("update-ref", "refs/heads/main", commit)
    git.run("config", "core.bare", "false")


def _package_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _LITTER.intersection(path.parts) and path.suffix != ".pyc":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def read_key(sample: Path) -> list[KeyEntry]:
    """The key, in the order of its file."""
    rows = (json.loads(line) for line in _lines(sample / "key.jsonl"))
    return [
        KeyEntry(
            ticket_id=row["ticket"],
            candidate=row["candidate"],
            decision=Decision(
                label=Label(row["label"]),
                edit=EditClass(row["edit"]) if row.get("edit") else None,
                defects=tuple(
                    Finding(
                        FindingKind(defect["kind"]),
                        defect.get("severity", 2),
                        defect.get("file", ""),
                        defect.get("line", 0),
                    )
                    for defect in row.get("defects", ())
                ),
                flags=(Flag(row["self_flag"]),) if row.get("self_flag") else (),
                quote=row.get("quote", ""),
                note=row["why"],
            ),
            why=row["why"],
        )
        for row in rows
    ]


def read_first_order(sample: Path) -> list[tuple[str, str]]:
    """The first items of the demo, as (ticket, candidate): they teach the labels one by one."""
    order = json.loads((sample / "order.json").read_text(encoding="utf-8"))
    return [(ticket, candidate) for ticket, candidate in order["first"]]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
