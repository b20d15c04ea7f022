"""How far a run is, as one frozen picture: every board, here or in another process, draws it.

Whoever may not know which candidate is which sees it regrouped: names give way to labels, and
what would say more than a number goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

POOLED = "all candidates"
UNSEEN = "without an output yet"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One candidate; `spent_usd` None: no cost is known. `halted` says why it was stopped."""

    name: str
    total: int
    done: int = 0
    running: int = 0
    failed: int = 0
    leaks: int = 0
    spent_usd: float | None = None
    seconds_left: float | None = None
    halted: str = ""


@dataclass(frozen=True, slots=True)
class CurrentJob:
    """One job that runs, for so many seconds by now."""

    ticket_id: str
    candidate: str
    trial: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RunBoard:
    """All of a run. `is_live`: it goes on; `note` is what there is to say instead of numbers."""

    rows: tuple[RunRow, ...] = ()
    jobs: tuple[CurrentJob, ...] = ()
    is_live: bool = False
    is_stopping: bool = False
    note: str = ""


def regroup(board: RunBoard, aliases: Mapping[str, str]) -> RunBoard:
    """Under aliases; candidates that have none stand together, for nobody has seen one of theirs.

    Without any alias all are one pool.
    """
    own = {row.name: aliases.get(row.name, UNSEEN) if aliases else POOLED for row in board.rows}
    labels = sorted(set(own.values()), key=lambda label: (label == UNSEEN, label))
    rows = [_add([row for row in board.rows if own[row.name] == label], label) for label in labels]
    jobs = [
        replace(job, candidate=own.get(job.candidate, UNSEEN) if aliases else "", trial=0)
        for job in board.jobs
    ]
    return replace(board, rows=tuple(rows), jobs=tuple(jobs))


def _add(rows: list[RunRow], label: str) -> RunRow:
    """Several as one; the reason why one was stopped holds names, and stays out."""
    costs = [row.spent_usd for row in rows if row.spent_usd is not None]
    left = [row.seconds_left for row in rows if row.seconds_left is not None]
    halted = [row for row in rows if row.halted]
    return RunRow(
        label,
        total=sum(row.total for row in rows),
        done=sum(row.done for row in rows),
        running=sum(row.running for row in rows),
        failed=sum(row.failed for row in rows),
        leaks=sum(row.leaks for row in rows),
        spent_usd=sum(costs) if costs else None,
        seconds_left=max(left) if left else None,
        halted=f"{len(halted)} of {len(rows)}" if halted else "",
    )


def say_cost(usd: float | None) -> str:
    """US dollars; what nobody can tell is no 0."""
    return "unknown" if usd is None else f"${usd:.2f}"


def say_time(seconds: float | None) -> str:
    """`4:05`; — before there is anything to guess from."""
    if seconds is None:
        return "—"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def say_left(row: RunRow) -> str:
    """The time that a candidate still needs, or why it needs none."""
    return f"stopped: {row.halted}" if row.halted else say_time(row.seconds_left)
