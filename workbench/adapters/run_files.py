"""What is kept of every job: its record, patch and transcripts, in a folder named by its key.

The record comes last and whole, so a job is done when its record is there. What a kill left is
kept beside it as an earlier try.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from workbench.adapters.files import write_atomically
from workbench.domain.run import Ending, ExitClass, Job, Said, Status, Usage

_RECORD, _PATCH, _EARLIER = "record.json", "patch", "earlier"
_KEPT = ("stdout", "stderr")


class RunFiles:
    """The records of one study, below one folder."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before the first job."""
        self._folder = folder

    def find(self, job: Job) -> Path:
        """Where everything of a job lies, or will."""
        return self._folder / job.key[:32]

    def folder(self, job: Job) -> Path:
        """The same, made by now."""
        path = self.find(job)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def get(self, job: Job) -> Ending | None:
        """How a job ended; None where it did not, or where its record cannot be read."""
        path = self.find(job)
        try:
            raw = json.loads((path / _RECORD).read_bytes())
            patch = (path / _PATCH).read_bytes() if raw["has_patch"] else b""
            return _ending(raw["ending"], patch)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, job: Job, ending: Ending) -> None:
        """Keep how a job ended; raises OSError."""
        path, held = self.folder(job), asdict(ending)
        del held["patch"]
        if ending.patch:
            write_atomically(path / _PATCH, [ending.patch])
        record = {
            "schema_version": 1,
            "key": job.key,
            "ticket": job.ticket_id,
            "candidate": job.candidate,
            "trial": job.trial,
            "base_commit": job.base_commit,
            "has_patch": bool(ending.patch),
            "ending": held,
        }
        text = json.dumps(record, indent=1, sort_keys=True)
        write_atomically(path / _RECORD, [text.encode()])
        if not ending.is_left:
            self.tidy(job)

    def tidy(self, job: Job) -> None:
        """Remove what was only needed on the way: checkout, home, what it wrote beside."""
        for entry in self.folder(job).iterdir():
            if entry.name not in {_RECORD, _PATCH, _EARLIER, *_KEPT}:
                remove(entry)

    def leave(self, job: Job) -> None:
        """What came to nothing goes; its folder too where nothing else is in it."""
        self.tidy(job)
        with contextlib.suppress(OSError):  # not empty
            self.find(job).rmdir()

    def clear(self, job: Job) -> Path:
        """A folder for a new try: transcripts of earlier ones are kept, checkouts are not."""
        path = self.folder(job)
        if (known := self.get(job)) and known.is_left:  # and could not be taken any more
            self.put(job, replace(known, is_left=False))
        if any((path / name).exists() for name in _KEPT):
            aside = path / _EARLIER / str(len(list((path / _EARLIER).glob("*"))) + 1)
            aside.mkdir(mode=0o700, parents=True)
            for name in _KEPT:
                if (path / name).exists():
                    (path / name).rename(aside / name)
        self.tidy(job)
        return path


def remove(path: Path) -> None:
    """Remove a file or a folder, one that was made unreadable too."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for here, folders, _ in os.walk(path):
        for name in folders:
            inner = Path(here, name)
            if not inner.is_symlink() and not os.access(inner, os.R_OK | os.W_OK | os.X_OK):
                inner.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)


def _ending(raw: Mapping[str, Any], patch: bytes) -> Ending:  # what json.loads gives
    said = {**raw["said"]}
    for name in ("questions", "self_flagged"):
        said[name] = tuple(said[name])
    said["status"] = Status(said["status"])
    known = {field.name for field in fields(Usage)}
    usage = {name: value for name, value in raw["usage"].items() if name in known}
    rest = {**raw, "said": Said(**said), "usage": Usage(**usage), "notes": tuple(raw["notes"])}
    rest["leaks"] = tuple(raw.get("leaks", ()))
    return Ending(**{**rest, "patch": patch, "exit_class": ExitClass(raw["exit_class"])})
