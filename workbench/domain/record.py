"""One row of an export before it has a format: an output, and one event on it or none."""

from typing import NamedTuple

from workbench.domain.check import CheckResult
from workbench.domain.clarity import SpecEvent
from workbench.domain.event import Event
from workbench.domain.outcome import Outcome
from workbench.domain.output import Output
from workbench.domain.ticket import Ticket


class Record(NamedTuple):
    """What an exporter gets. `event_key`, `supersedes_key` name events beyond this database.

    `source` is "rater" for a label given here and what the file said for an imported one. Of a
    sealed study (`is_sealed`) nothing in it names a candidate. `corrected` is the patch from base
    to what the reviewer made of the output, None where they made nothing or it was not kept.
    `calls` says who called the ticket what; `position_seed` is what sides were drawn from, "" where
    there are none, or while the study is sealed: with it sides would tell who is who.
    """

    study_id: str
    ticket: Ticket
    output: Output
    check: CheckResult
    outcome: Outcome
    event: Event | None = None
    event_key: str = ""
    supersedes_key: str = ""
    source: str = "rater"
    tool_version: str = ""
    is_sealed: bool = False
    is_control: bool = False
    corrected: bytes | None = None
    calls: tuple[SpecEvent, ...] = ()
    position_seed: str = ""
