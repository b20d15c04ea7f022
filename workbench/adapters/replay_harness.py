"""A candidate that was recorded: its outputs come from a predictions file, as if it were run.

For demos and tests, and to take outputs made elsewhere through the same lock and records.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from workbench.adapters.importers.predictions import read_predictions
from workbench.adapters.turns import Turn
from workbench.domain.delivery import Delivery
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.output import Delivered
from workbench.domain.run import Ending, ExitClass, Job, Said, Status, Usage, classify

_STATUS = {Delivery.ASK: Status.NEEDS_CLARIFICATION, Delivery.DECLINE: Status.DECLINED}


class ReplayHarness:
    """Hands out recordings; the nth of a ticket is its trial n."""

    sandbox = ""

    def __init__(self, path: Path, name: str) -> None:
        """Read the file; raises InputRefused for the first row that cannot be taken."""
        self._path, self._recorded = path, dict[str, list[Delivered]]()
        for row in read_predictions(path, name):
            if isinstance(row, RowProblem):
                raise InputRefused(f"candidate {name}: {row}")
            self._recorded.setdefault(row.ticket_id, []).append(row)

    def find_lost(self, job: Job) -> float:
        """Nothing was paid."""
        del job
        return 0.0

    def identify(self) -> str:
        """Nothing is run."""
        return ""

    def run(self, job: Job, turn: Turn) -> Ending:
        """The recording, at once when it is its turn: what was paid for it counts too."""
        if not turn.wait():
            return Ending(ExitClass.CANCELLED)
        recorded = self._recorded.get(job.ticket_id, [])
        if len(recorded) < job.trial:
            reason = f"{self._path.name} has no recording of {job.ticket_id}, trial {job.trial}"
            return Ending(ExitClass.CONFIGURATION, reason=reason)
        row = recorded[job.trial - 1]
        status = _STATUS.get(row.delivery, Status.NONE) if row.delivery else Status.NONE
        said = Said(row.message, status, row.questions, row.self_flagged)
        usage = _usage(json.loads(row.extra))
        found = classify(patch=row.patch, said=said)
        return Ending(found, row.patch, said, usage, spent_usd=usage.cost_usd)


def _usage(extra: Mapping[str, object]) -> Usage:
    cost, model = extra.get("cost_usd"), extra.get("model")
    return Usage(
        cost_usd=float(cost) if isinstance(cost, int | float) else None,
        model=model if isinstance(model, str) else "",
    )
