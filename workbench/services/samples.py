"""A suite is drawn from a backlog: so many vague tickets, the rest clear, the same every time.

Each ticket's place in the draw is a hash of seed and id: no ticket's chance depends on where it
stands, and a backlog that grew draws the same of the old ones as far as it can.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.domain.counted import counted
from workbench.domain.errors import InputRefused, UsageError
from workbench.domain.spec import Spec
from workbench.domain.ticket import SuiteEntry, Ticket, suite_digest

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


@dataclass(frozen=True, slots=True)
class Sample:
    """The tickets drawn, and what they were drawn from: counts by spec, a digest of the backlog."""

    tickets: tuple[Ticket, ...]
    seed: int
    n_by_spec: dict[Spec, int]
    backlog_digest: str

    def describe(self) -> str:
        """JSON that is kept in the study, so that the draw can be repeated."""
        told = {
            "seed": self.seed,
            "drawn": [ticket.ticket_id for ticket in self.tickets],
            "from": {str(spec): n for spec, n in sorted(self.n_by_spec.items())},
            "backlog_digest": self.backlog_digest,
        }
        return json.dumps(told, sort_keys=True)


def draw(backlog: Iterable[Ticket], n: int, n_vague: int, seed: int) -> Sample:
    """`n` tickets, `n_vague` of them vague, in the order of the backlog.

    Raises InputRefused where a stratum is too small.
    """
    tickets = list(backlog)
    if not 0 <= n_vague <= n or not n:
        raise UsageError(
            f"--vague {n_vague} of --n {n}: at least one ticket, no more vague than all"
        )
    by_spec = Counter(ticket.spec for ticket in tickets)
    chosen: set[str] = set()
    for spec, wanted in ((Spec.VAGUE, n_vague), (Spec.CLEAR, n - n_vague)):
        if by_spec[spec] < wanted:
            marked = counted(by_spec[spec], "ticket is", "tickets are")
            raise InputRefused(
                f"{marked} marked {spec}, wanted: {wanted} "
                f"(not marked: {by_spec[Spec.UNSET]}): call more by `workbench tickets triage`"
            )
        stratum = [ticket.ticket_id for ticket in tickets if ticket.spec is spec]
        chosen.update(sorted(stratum, key=lambda name: _place(seed, name))[:wanted])
    entries = [SuiteEntry(ticket.ticket_id, ticket.digest, ticket.spec) for ticket in tickets]
    drawn = tuple(ticket for ticket in tickets if ticket.ticket_id in chosen)
    return Sample(drawn, seed, dict(by_spec), suite_digest(entries))


def keep_sample(store: "Store", sample: Sample) -> int:
    """Leave only the sample in the study; returns how many tickets went."""
    return store.keep_tickets([t.ticket_id for t in sample.tickets], sample.describe())


def _place(seed: int, ticket_id: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{ticket_id}".encode()).digest()
