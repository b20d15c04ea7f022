"""What `workbench run` tells: by name, or as one pool while the study is sealed.

Whoever runs it may review as well. So a sealed study has no line an output there: jobs end in the
order of the settings, and a ticket with what came for it would say whose it is. What is wrong with
a candidate's settings names it all the same: nothing of any candidate is run then, so no output can
be told by it, and whoever has to mend it must know where.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from workbench.blinding import make_seals
from workbench.bootstrap import Workbench
from workbench.cli.interrupts import STOPPED
from workbench.cli.terminal import say, say_json_line, say_table, warn
from workbench.domain.run_board import RunBoard, RunRow, regroup, say_cost

if TYPE_CHECKING:
    from workbench.domain.harness import RunPlan
    from workbench.services.runs import Finished, Runs


@dataclass(frozen=True, slots=True)
class RunWords:
    """Tells one run; asks anew each time whether the study is sealed."""

    bench: Workbench
    plan: "RunPlan"
    as_json: bool

    @property
    def is_sealed(self) -> bool:
        """Whether no candidate is named."""
        return self.bench.store.is_sealed

    def veil(self, board: RunBoard) -> RunBoard:
        """A board as it may be seen."""
        return regroup(board, {}) if self.is_sealed else board

    def tell_output(self, one: "Finished") -> None:
        """A line for scripts."""
        if self.as_json and not self.is_sealed:
            say_json_line(_as_json(one))

    def warn_of(self, name: str, sentence: str) -> None:
        """What a person has to know of a candidate."""
        warn(f"{self._who(name)}: {self._hide(sentence)}")

    def tell_end(self, runs: "Runs", done: "Sequence[Finished]", *, is_stopped: bool) -> None:
        """All that is left to say; raises Exit where the run is not whole."""
        for sentence in self._list_troubles(done):
            warn(sentence)
        rows = self.veil(RunBoard(tuple(pace.row(0) for pace in runs.paces.values()))).rows
        if self.as_json:
            told = [_row_json(row) for row in rows]
            say_json_line({"candidates": told, "sealed": self.is_sealed})
        else:
            self._say_rows(rows, done)
        for pace in runs.paces.values():
            if pace.halted:
                why = self._hide(pace.halted)
                warn(
                    f"{self._who(pace.name)} was stopped: {why}; mend it, the same command goes on"
                )
        if is_stopped:
            warn("stopped; the same command goes on from here")
            raise typer.Exit(STOPPED)
        if runs.is_ceiling_reached:
            warn(
                "max_total_cost_usd is reached: nothing more was begun; raise it in [run] to go on"
            )
        if any(row.done < row.total for row in rows):
            raise typer.Exit(1)
        if not self.as_json:
            say("next: workbench check, then workbench review")

    def _list_troubles(self, done: "Sequence[Finished]") -> list[str]:
        """By ticket; in a sealed study in an order that tells nothing."""
        told = []
        for one in done:
            job, ending = one.job, one.ending
            where = job.ticket_id if self.is_sealed else f"{job.ticket_id}, {job.candidate}"
            told += [f"{where}: {self._hide(warning)}" for warning in one.warnings]
            if not ending.exit_class.is_answer:
                why = self._hide(ending.reason)
                told.append(f"{where}: no output ({ending.exit_class}: {why})")
        return sorted(told) if self.is_sealed else told

    def _say_rows(self, rows: Sequence[RunRow], done: "Sequence[Finished]") -> None:
        new = Counter(one.job.candidate for one in done if one.ending.exit_class.is_answer)
        heads = ("candidate", "done", "of", "new", "failed", "leaks", "cost")
        is_pool = self.is_sealed
        say_table(
            heads,
            [
                (
                    row.name,
                    row.done,
                    row.total,
                    new.total() if is_pool else new[row.name],
                    row.failed,
                    row.leaks,
                    say_cost(row.spent_usd),
                )
                for row in rows
            ],
        )
        if is_pool:
            say("the study is sealed: no candidate is named before `workbench reveal`")

    def _who(self, name: str) -> str:
        return "a candidate" if self.is_sealed else name

    def _hide(self, sentence: str) -> str:
        """Without what names a candidate, those that have no output yet too."""
        if not self.is_sealed:
            return sentence
        names = [one.name for one in self.plan.candidates if len(one.name) > 1]
        return make_seals(self.bench).scrubber(names).scrub(sentence).text


def _as_json(one: "Finished") -> dict[str, object]:
    from workbench.services.run_deliveries import describe

    job, ending = one.job, one.ending
    return {
        "ticket": job.ticket_id,
        "candidate": job.candidate,
        "trial": job.trial,
        "delivery": ending.delivery,
        **describe(ending),
        "warnings": list(one.warnings),
    }


def _row_json(row: RunRow) -> dict[str, object]:
    return {
        "name": row.name,
        "total": row.total,
        "done": row.done,
        "failed": row.failed,
        "leaks": row.leaks,
        "spent_usd": row.spent_usd,
        "halted": row.halted,
    }
