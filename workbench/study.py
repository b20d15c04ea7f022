"""Where a study stands: its folder, what lies in it, and whose labels are recorded there."""

import getpass
import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import workbench
from workbench.config import FILE_NAME, STATE_FOLDER, Settings, load_settings
from workbench.domain.errors import StudyNotFound, UsageError
from workbench.text import display


class Study(NamedTuple):
    """Where a study stands, and its settings."""

    folder: Path
    settings: Settings

    @property
    def state(self) -> Path:
        """The folder of database, clones and log."""
        return self.folder / STATE_FOLDER

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.state / "study.db"

    @property
    def readings(self) -> Path:
        """The folder that says how far each reviewer has read."""
        return self.state / "reading"

    @property
    def lock_file(self) -> Path:
        """The frozen suite."""
        return self.folder / "tickets.lock.json"

    @property
    def candidate_lock_file(self) -> Path:
        """What each candidate ran as."""
        return self.folder / "candidates.lock.json"

    @property
    def reviewer(self) -> str:
        """Whose labels these are, where nobody says otherwise."""
        return check_name(self.settings.reviewer or _login_name(), "a reviewer")

    @property
    def repositories(self) -> dict[str, Path]:
        """The user's repositories by name; relative paths count from the study's folder."""
        listed = self.settings.repositories.items()
        return {name: (self.folder / Path(path).expanduser()).resolve() for name, path in listed}

    @property
    def rubric(self) -> str:
        """What the labels mean in this study."""
        if not self.settings.rubric:
            return (Path(workbench.__file__).parent / "rubric.md").read_text(encoding="utf-8")
        path = self.folder / self.settings.rubric
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: the rubric cannot be read: {error}") from error

    def digest_gates(self) -> str:
        """JSON of the SHA-256 of every gate*.toml and of the frozen tickets: what is locked."""
        found = {path.name: _digest(path) for path in sorted(self.folder.glob("gate*.toml"))}
        gates = {name: digest for name, digest in found.items() if digest}
        return json.dumps({"gates": gates, "tickets": _digest(self.lock_file)})

    @property
    def rubric_version(self) -> str:
        """Twelve hex digits of the rubric's text: every label carries them."""
        return hashlib.sha256(self.rubric.encode()).hexdigest()[:12]


def _digest(path: Path) -> str:
    """SHA-256 of a file's bytes, "" where it cannot be read: no label waits for a file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user-{os.getuid()}"


def check_name(name: str, what: str) -> str:
    """A name that a person typed; raises UsageError where a screen could not show it as it is."""
    if not name.strip() or display(name) != name:
        raise UsageError(f"{what} cannot be called {name!r}: use letters that can be seen")
    return name


def find_study(start: Path | None = None) -> Study:
    """The study of a folder, or of the nearest one above; raises StudyNotFound, ConfigError."""
    here = start.absolute() if start else _current_folder()
    for folder in [here] if start else [here, *here.parents]:
        if is_file(folder / FILE_NAME):
            return Study(folder, load_settings(folder / FILE_NAME))
    if start and not here.is_dir():
        raise StudyNotFound(f"{here}: no such folder")
    above = "" if start else " or in any folder above"
    raise StudyNotFound(f"no study in {here}{above}: make one with `workbench init --repo PATH`")


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise UsageError("the current folder is gone: go to another one") from error


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
