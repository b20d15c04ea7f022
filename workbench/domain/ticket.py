"""A ticket: one unit of work from a backlog, and the frozen suite that tickets form.

What a candidate saw is title and body; `hidden` keeps answers (the human fix, its tests, hints)
out of every screen. The digest covers what makes the ticket the same ticket on a re-run.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from workbench.domain.spec import Spec


class Ticket(NamedTuple):
    """One ticket. `repo` is "" for the study's only repository; `hidden`, `extra` are JSON."""

    ticket_id: str
    title: str
    body: str
    repo: str
    base_commit: str
    spec: Spec = Spec.UNSET
    labels: tuple[str, ...] = ()
    url: str = ""
    source: str = ""
    hidden: str = "{}"
    extra: str = "{}"

    @property
    def digest(self) -> str:
        """SHA-256 over what the ticket asks and where it starts; spec is frozen beside it."""
        body = [self.ticket_id, self.title, self.body, self.repo, self.base_commit]
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


class SuiteEntry(NamedTuple):
    """One line of tickets.lock.json."""

    ticket_id: str
    digest: str
    spec: Spec


def suite_digest(entries: Iterable[SuiteEntry]) -> str:
    """SHA-256 over the frozen tickets, whatever order they come in."""
    lines = sorted(f"{e.ticket_id}\t{e.digest}\t{e.spec}" for e in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
