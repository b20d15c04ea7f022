"""What an importer hands over beside tickets and outputs: test reports, and rows it cannot take."""

from dataclasses import dataclass, field

from workbench.domain.check import CheckResult


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row that could not be taken; the rest of its file goes on.

    `where` is "line 3", the key or item of a row in one JSON value, or "" for the whole file.
    """

    file: str
    where: str
    reason: str

    def __str__(self) -> str:
        """One line for a command or a log; what stands in it was written by others."""
        return ": ".join(part for part in (self.file, self.where, self.reason) if part)


@dataclass(frozen=True, slots=True)
class Reported:
    """A test report on outputs of a ticket; None stands for every candidate, or every trial.

    `file` and `where` are its place, as in RowProblem; they are no part of what it says.
    """

    ticket_id: str
    candidate: str | None
    trial: int | None
    result: CheckResult
    file: str = field(default="", compare=False)
    where: str = field(default="", compare=False)
