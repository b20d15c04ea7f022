"""Answers to pairs leave the study as training and evaluation sets, streamed and deterministic.

Texts are resolved through the output, never the side, and rows come by ticket, pair and reviewer,
so that swapped sides give the same bytes. What gives no row is counted by its reason.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from workbench.domain.compared import Compared, Judged
from workbench.domain.errors import InputRefused
from workbench.domain.leak import Scrubber
from workbench.domain.output import Output
from workbench.domain.pair import Cast
from workbench.domain.seal import seal_output
from workbench.domain.ticket import Ticket
from workbench.services.exports import seal_record

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class PreferenceSet(Protocol):
    """Turns answers, and for some formats labels, into lines."""

    @property
    def name(self) -> str:
        """trl, kto, openai, arena."""

    @property
    def lossy_fields(self) -> tuple[str, ...]:
        """What the format cannot carry."""

    @property
    def takes_labels(self) -> bool:
        """Whether outputs that are in no pair have a row too."""

    @property
    def names_candidates(self) -> bool:
        """Whether a row says whose the outputs are."""

    def render(
        self, compared: Compared, dropped: Counter[str], taken_out: Counter[str]
    ) -> list[str]:
        """The lines of one answer; counts what gives none."""

    def render_label(
        self, judged: Judged, dropped: Counter[str], taken_out: Counter[str]
    ) -> list[str]:
        """The lines of one label."""


@dataclass
class PreferenceExport:
    """One preference set; counts and digest are complete once `lines` has been read to its end.

    With `everything` answers changed after the reveal are in it too. With a `scrubber` the study is
    sealed.
    """

    store: "Store"
    into: PreferenceSet
    everything: bool = False
    scrubber: Scrubber | None = None
    written: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    taken_out: Counter[str] = field(default_factory=Counter)
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def is_sealed(self) -> bool:
        """Whether no row says whose it is."""
        return self.scrubber is not None

    @property
    def created_from(self) -> str:
        """A digest of the study and of every answer that was looked at."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[str]:
        """The text; raises InputRefused, before the first line, where there is nothing to write."""
        if self.is_sealed and self.into.names_candidates:
            raise InputRefused(f"{self.into.name} names the candidates: `workbench reveal` first")
        made = chain(self._from_pairs(), self._from_labels() if self.into.takes_labels else ())
        first = next(made, None)
        if first is None:
            left_out = ", ".join(f"{n} {reason}" for reason, n in sorted(self.dropped.items()))
            raise InputRefused(f"nothing to export: {left_out or 'no pair has an answer yet'}")
        for line in chain([first], made):
            self.written += 1
            yield line

    def _from_pairs(self) -> Iterator[str]:
        casts = list(self.store.pair_votes(with_post_reveal=self.everything))
        if not self.everything:
            late = {_key(cast) for cast in self.store.pair_votes(with_post_reveal=True)}
            self._drop("post_reveal", len(late - {_key(cast) for cast in casts}))
        tickets = {entry.output_id: entry.ticket_id for entry in self.store.pair_entries()}
        self._digest.update(self.store.study_id.encode())
        casts.sort(key=lambda cast: (tickets[cast.vote.left], cast.vote.pair_id, cast.reviewer))
        for cast in casts:
            self._digest.update(json.dumps(_key(cast)).encode())
            yield from self.into.render(self._load(cast), self.dropped, self.taken_out)

    def _from_labels(self) -> Iterator[str]:
        paired = {
            output_id
            for cast in self.store.pair_votes(with_post_reveal=True)
            for output_id in (cast.vote.left, cast.vote.right)
        }
        for record in self.store.events():
            event = record.event
            if event is None or record.output.output_id in paired:
                continue
            if event.judgement.unblinded or (event.judgement.post_reveal and not self.everything):
                self._drop("unblinded" if event.judgement.unblinded else "post_reveal", 1)
                continue
            self._digest.update(event.hash.encode())
            shown = seal_record(record, self.scrubber) if self.scrubber else record
            judged = Judged(record.ticket, shown.output, event.judgement, shown.corrected)
            yield from self.into.render_label(judged, self.dropped, self.taken_out)

    def _load(self, cast: Cast) -> Compared:
        ids = sorted((cast.vote.left, cast.vote.right))
        one, other = map(self.store.get_output, ids)
        ticket = self.store.get_ticket(one.ticket_id)
        return Compared(
            ticket=ticket,
            one=self._show(one, ticket),
            other=self._show(other, ticket),
            vote=cast.vote,
            reviewer=cast.reviewer,
            at=cast.at,
        )

    def _show(self, output: Output, ticket: Ticket) -> Output:
        return seal_output(output, ticket, self.scrubber) if self.scrubber else output

    def _drop(self, reason: str, n: int) -> None:
        if n:
            self.dropped[reason] += n


def _key(cast: Cast) -> tuple[str, str, str, str]:
    return cast.reviewer, cast.vote.pair_id, str(cast.vote.said), cast.vote.preferred
