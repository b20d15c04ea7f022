"""What a study does not know, and what it never measured: a page of numbers owes both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from workbench.domain.case import Case
from workbench.domain.counted import counted
from workbench.domain.decision import join
from workbench.domain.measures import is_untested
from workbench.domain.outcome import Outcome
from workbench.domain.report import CandidatePage
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket
from workbench.services.numbers import Lack


def list_unknown(
    cases: Sequence[Case], tickets: Sequence[Ticket], pages: Iterable[CandidatePage]
) -> Iterator[str]:
    """What the study set out to know and does not, a sentence each."""
    open_ = [case for case in cases if case.cell.outcome is Outcome.PENDING]
    if open_:
        yield f"{_outputs(len(open_), 'has', 'have')} no label yet: in no number."
    if n_void := sum(case.cell.outcome is Outcome.VOID for case in cases):
        yield f"The harness failed on {_outputs(n_void)}: in no number."
    if n_untested := sum(is_untested(case.cell) for case in cases):
        yield (
            f"The tests did not run on {_outputs(n_untested)} with a label: what escapes there is"
            " not in the escape rate; the range with it stands under each candidate."
        )
    if n_disputed := sum(case.is_disputed for case in cases):
        yield (
            f"Reviewers disagree on {_outputs(n_disputed)}, and nobody has decided: the label that"
            " came first counts."
        )
    if unset := [ticket for ticket in tickets if ticket.spec is Spec.UNSET]:
        yield f"Marked neither clear nor vague: {len(unset)} of {counted(len(tickets), 'ticket')}."
    yield from _list_undefined(list(pages))


def _list_undefined(pages: list[CandidatePage]) -> Iterator[str]:
    """Each number that is 0/0, with its reason and whose it is."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for page in pages:
        for number in page.numbers:
            if number.rate.value is None:
                lacking.setdefault((number.title, number.reason), []).append(page.name)
    for (title, reason), names in lacking.items():
        whose = "any candidate" if len(names) == len(pages) > 1 else join(names)
        yield f"There is no {title} of {whose}: {reason}."


def list_unmeasured(
    cases: Sequence[Case],
    n_trials: int,
    span: tuple[datetime | None, datetime | None],
    remarks: Mapping[Lack, str],
    *,
    has_costs: bool,
    has_controls: bool,
) -> Iterator[str]:
    """What these numbers say nothing about, a sentence each.

    `remarks` are what the gate asks for and is not there.
    """
    yield (
        "The tickets speak for the backlog they were drawn from: other work, other repositories"
        " and later versions of a candidate were not tried."
    )
    if n_trials <= 1:
        yield (
            "Each ticket was tried once by each candidate: whether it would do the same again"
            " is not known."
        )
    if not any(case.others for case in cases):
        asked = _ask(remarks, Lack.DOUBLES)
        yield f"No output has labels of two reviewers{asked}: how far they agree is not known."
    elif Lack.DOUBLES in remarks:
        yield f"Too few outputs have labels of two reviewers{_ask(remarks, Lack.DOUBLES)}."
    if not has_controls:
        yield (
            "No merged patch of a person was hidden among the outputs"
            f"{_ask(remarks, Lack.CONTROLS)}: how strict the reviewers are is not known."
        )
    elif Lack.CONTROLS in remarks:
        yield f"Too few controls have a label{_ask(remarks, Lack.CONTROLS)}."
    followed = _ask(remarks, Lack.FOLLOW_UP)
    if not any(case.cell.has_leak for case in cases):
        yield f"No defect was written down after a merge{followed or _follow_up(span)}."
    elif followed:
        yield f"Defects after a merge may still come up{followed}."
    if not has_costs:
        yield "What every output cost was not recorded."


def _ask(remarks: Mapping[Lack, str], lack: Lack) -> str:
    return f" ({remarks[lack]})" if lack in remarks else ""


def _follow_up(span: tuple[datetime | None, datetime | None]) -> str:
    first, last = span
    if first is None or last is None:
        return ""
    return f"; from its first entry to its last the log spans {counted((last - first).days, 'day')}"


def _outputs(n: int, one: str = "", many: str = "") -> str:
    return counted(n, f"output {one}".rstrip(), f"outputs {many}".rstrip())
