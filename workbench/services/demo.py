"""The demo: the sample as a study, and its key recorded as a reviewer named `key`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.domain.draft import Decision
from workbench.domain.errors import InputRefused
from workbench.domain.imported import Reported, RowProblem
from workbench.domain.output import Delivered
from workbench.services.outputs import Outputs
from workbench.services.reviews import Reviews
from workbench.services.tickets import Placed, Tickets

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

KEY_REVIEWER = "key"
Where = tuple[str, str]
"""Ticket and candidate: the sample has one trial of each."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What travels with the program, as rows; `first` come first in every queue."""

    tickets: Iterable[Placed | RowProblem]
    outputs: Iterable[tuple[str, Delivered | RowProblem]]
    reports: Iterable[Reported | RowProblem]
    first: tuple[Where, ...]


def load_sample(
    store: "Store", tickets: Tickets, outputs: Outputs, sample: Sample, at: datetime
) -> None:
    """Put the sample into an empty study; raises InputRefused where a row of it is bad."""
    problems = [
        *tickets.add(sample.tickets).problems,
        *outputs.add(sample.outputs).problems,
        *outputs.record_checks(sample.reports, None, at).problems,
    ]
    if problems:
        raise InputRefused(f"the sample is damaged: {problems[0]}")
    ids = output_ids(store)
    store.set_first_order([ids[where] for where in sample.first])


def output_ids(store: "Store") -> dict[Where, str]:
    """Output ids by ticket and candidate."""
    return {(o.ticket_id, o.candidate): o.output_id for o in store.list_outputs()}


def fill_from_key(store: "Store", reviews: Reviews, key: Mapping[Where, Decision]) -> int:
    """Record what the key decides of outputs without a label; returns how many those were."""
    todo = {
        line.output_id: key[line.ticket_id, line.candidate]
        for line in store.list_outputs(reviewer=reviews.reviewer)
        if line.label is None and (line.ticket_id, line.candidate) in key
    }
    for output_id, decision in todo.items():
        reviews.decide(output_id, decision, is_sure=True)
    return len(todo)
