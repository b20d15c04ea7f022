"""The picture of a run that goes on, for other processes to look at: one small file.

It is never read to find out what is done: that is told by the records alone. What a kill leaves is
passed over, because nobody holds the lock of the runs.
"""

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from workbench.domain.run_board import CurrentJob, RunBoard, RunRow

_LARGEST = 4 << 20


def write_board(path: Path, board: RunBoard) -> None:
    """Whole or not at all; a disk that is full costs the picture and nothing else."""
    beside = path.with_name(f"{path.name}.part")
    with contextlib.suppress(OSError):
        beside.write_text(json.dumps(asdict(board)), "utf-8")
        beside.chmod(0o600)
        beside.replace(path)


def read_board(path: Path) -> RunBoard | None:
    """What was written last; None where there is nothing to be read."""
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(_LARGEST))
        rows = tuple(RunRow(**row) for row in raw["rows"])
        jobs = tuple(CurrentJob(**job) for job in raw["jobs"])
        return RunBoard(rows, jobs, is_live=True, is_stopping=raw["is_stopping"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_board(path: Path) -> None:
    """There is no run any more."""
    with contextlib.suppress(OSError):
        path.unlink()
