"""One row of what people call tickets, as it leaves the study."""

from typing import NamedTuple

from workbench.domain.clarity import SpecEvent
from workbench.domain.spec import Spec


class Called(NamedTuple):
    """What one person said of a ticket; without an `event` nobody has called it.

    `spec` and `settled` are the ticket's, as they follow from all calls; `title` is None where a
    sample left the ticket out. `is_standing` is what that person holds now.
    """

    study_id: str
    ticket_id: str
    title: str | None
    spec: Spec
    settled: Spec
    event: SpecEvent | None = None
    is_standing: bool = False
