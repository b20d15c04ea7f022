"""The order in which outcomes became known, for verdicts that may fall at any time.

Evidence gathered one outcome at a time holds only where the order says nothing of the outcome. What
tests or silence settle is known before any label, so such an output takes a place drawn at random
among the planned ones, and counts when its turn comes.
"""

import hashlib
from collections.abc import Sequence

from workbench.domain.case import Case
from workbench.domain.outcome import Outcome


def order_outcomes(cases: Sequence[Case], seed: int) -> list[Case]:
    """The settled cases in a fair order, as far as they follow on each other.

    Labelled ones keep the order of their labels. Void ones are run again and stand nowhere.
    """
    planned = [case for case in cases if case.cell.outcome is not Outcome.VOID]
    by_itself = {case.output_id for case in planned if not case.began and _is_settled(case)}
    labelled = sorted((case for case in planned if case.began), key=lambda case: case.began)
    waiting = iter(labelled)
    ordered = []
    for case in sorted(planned, key=lambda case: _draw(seed, case)):
        if case.output_id in by_itself:
            ordered.append(case)
        elif (following := next(waiting, None)) is not None:
            ordered.append(following)
        else:
            break
    return ordered


def _is_settled(case: Case) -> bool:
    return case.cell.outcome is not Outcome.PENDING


def _draw(seed: int, case: Case) -> bytes:
    return hashlib.sha256(f"{seed}\0{case.ticket_id}".encode()).digest()
