"""Where outputs name their maker: listed for the lead, counted by candidate.

What is listed here is what blind screens and sealed exports show as hidden.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.domain.leak import Leak, Scrubber
from workbench.domain.output import Output
from workbench.domain.ticket import Ticket

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """One leak: in which part of which output."""

    output_id: str
    ticket_id: str
    candidate: str
    where: str
    leak: Leak


def list_leaks(store: "Store", scrubber: Scrubber) -> Iterator[Found]:
    """Every leak of a study, by ticket, candidate and trial; one output in memory at a time."""
    for line in store.list_outputs():
        output = store.get_output(line.output_id)
        for where, leak in find_leaks(output, store.get_ticket(line.ticket_id), scrubber):
            yield Found(line.output_id, line.ticket_id, line.candidate, where, leak)


def find_leaks(output: Output, ticket: Ticket, scrubber: Scrubber) -> Iterator[tuple[str, Leak]]:
    """What of one output has to be hidden, part by part."""
    asked = f"{ticket.title}\n{ticket.body}"
    diff = output.applied.diff or output.patch
    for leak in scrubber.scrub_diff(diff, asked)[1]:
        yield "patch", leak
    for leak in scrubber.scrub(output.message, asked).leaks:
        yield "message", leak
    for text in (*output.self_flagged, *output.questions):
        for leak in scrubber.scrub(text, asked).leaks:
            yield "flags", leak


def count_leaks(found: Iterator[Found]) -> tuple[list[Found], dict[str, Counter[str]]]:
    """All of them, and how many by candidate and rule."""
    listed = list(found)
    counts: dict[str, Counter[str]] = {}
    for each in listed:
        counts.setdefault(each.candidate, Counter())[each.leak.rule] += 1
    return listed, counts
