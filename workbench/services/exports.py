"""What was decided leaves the study: streamed, deterministic, and never an empty file unsaid."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import TYPE_CHECKING, Protocol

from workbench.domain.dispute import Said, name_source
from workbench.domain.errors import InputRefused
from workbench.domain.leak import Scrubber
from workbench.domain.record import Record
from workbench.domain.seal import seal_output

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class Format(Protocol):
    """Turns records into text, a line at a time."""

    @property
    def name(self) -> str:
        """jsonl, csv."""

    @property
    def lossy_fields(self) -> tuple[str, ...]:
        """What the format cannot carry."""

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """Lines with their ends; counts what was redacted."""


@dataclass
class Export:
    """One export; the counts and the digest are complete once `lines` has been read to its end.

    Without `everything` it holds the label that each reviewer stands by; what else there is is
    counted by reason: superseded (an event that a later one replaced), unlabelled, post_reveal
    (changed when the names were known), unblinded (its name was opened early), control. With a
    `scrubber` the study is sealed, and no row says whose it is.
    """

    store: "Store"
    into: Format
    everything: bool
    scrubber: Scrubber | None = None
    written: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    taken_out: Counter[str] = field(default_factory=Counter)
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def lines(self) -> Iterator[str]:
        """The text; raises InputRefused, before the first line, where there is nothing to write."""
        chosen = self._choose()
        first = next(chosen, None)
        if first is None:
            raise InputRefused(self._why_empty())
        yield from self.into.render(chain([first], chosen), self.taken_out)

    @property
    def is_sealed(self) -> bool:
        """Whether no row says whose it is."""
        return self.scrubber is not None

    @property
    def created_from(self) -> str:
        """A digest of the database: study, outputs, test results, and every event by its hash."""
        return self._digest.hexdigest()

    def _choose(self) -> Iterator[Record]:
        self._digest.update(self.store.study_id.encode())
        records = self.store.events(current_only=False, with_unlabelled=True)
        controls = self.store.controls()
        for _, group in groupby(records, key=lambda record: record.output.output_id):
            held = list(group)
            standing = [record for record, why in _sort(held) if not why and record.event]
            source = name_source(
                Said(str(one.event.judgement.label), one.event.judgement.adjudicates)
                for one in standing
                if one.event
            )
            for found, why in _sort(held):
                is_control = found.output.candidate in controls
                record = found._replace(is_control=True) if is_control else found
                reason = "control" if is_control else why
                if not why and record.source == "rater":
                    record = record._replace(source=source)
                self._digest.update(_identify(record))
                if not self.scrubber and record.event and record.event.judgement.position:
                    seed = self.store.seed_of(record.event.reviewer)
                    record = record._replace(position_seed=seed)
                if reason and not self.everything:
                    self.dropped[reason] += 1
                else:
                    self.written += 1
                    yield seal_record(record, self.scrubber) if self.scrubber else record

    def _why_empty(self) -> str:
        if self.dropped or not self.everything:
            return "nothing to export: no label yet (--all writes unlabelled outputs too)"
        return "nothing to export: the study has no outputs yet"


def _sort(records: list[Record]) -> Iterator[tuple[Record, str]]:
    """The records of one output, each with the reason to leave it out, "" without one."""
    last = {
        record.event.reviewer: n
        for n, record in enumerate(records)
        if record.event and not record.event.judgement.post_reveal
    }
    for n, record in enumerate(records):
        if record.event is None:
            yield record, "unlabelled"
        elif record.event.judgement.post_reveal:
            yield record, "post_reveal"
        elif record.event.judgement.unblinded:
            yield record, "unblinded"
        elif last[record.event.reviewer] != n:
            yield record, "superseded"
        else:
            yield record, "" if record.event.judgement.label else "unlabelled"


def seal_record(record: Record, scrubber: Scrubber) -> Record:
    """The record without whose it is: no name, no run, no cost, and none in its words."""
    output = seal_output(record.output, record.ticket, scrubber)._replace(run_id="", trial=1)
    check = record.check._replace(reason=scrubber.scrub(record.check.reason).text, source="")
    corrected = record.corrected
    if corrected is not None:
        asked = f"{record.ticket.title}\n{record.ticket.body}"
        corrected = scrubber.scrub_diff(corrected, asked)[0]
    return record._replace(output=output, check=check, is_sealed=True, corrected=corrected)


def _identify(record: Record) -> bytes:
    output, check, event = record.output, record.check, record.event
    parts = (
        record.ticket.digest,
        record.ticket.spec,
        output.output_id,
        output.content_digest,
        *(check.tests, check.hidden, check.reason, check.source),
        event.hash if event else "",
    )
    return json.dumps(parts).encode()
