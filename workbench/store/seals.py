"""The seal of a study, and the events with which it ends; a study that was never sealed has none.

Sealing happens once. A reveal is one transaction: an event on every output, so that the log itself
says what was judged before it, and the mark by which everything later is told apart.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from workbench.domain.errors import LabelRefused, UsageError
from workbench.domain.history import Links, link_act
from workbench.domain.label import NO_JUDGEMENT, Act, Effort
from workbench.domain.saved import Saved
from workbench.domain.seal import (
    Revealed,
    Seal,
    parse_revealed,
    parse_seal,
    render_revealed,
    render_seal,
)
from workbench.store.append import Facts, Origin, append
from workbench.store.database import one, rows
from workbench.store.labels import Labels
from workbench.store.study import Study, set_meta

SEAL, REVEALED = "seal", "revealed"
_LAST = "SELECT coalesce(max(event_id), 0) AS n FROM label_event"
_QUEUE = (
    "SELECT o.output_id FROM item i CROSS JOIN output o ON o.id = i.output"
    " WHERE i.reviewer = :reviewer ORDER BY o.id"
)
_EVERY = 500


class Seals(Labels, Study):
    """Sealing and revealing; a part of Store."""

    def get_seal(self) -> Seal | None:
        """The seal, opened or not; None where the study never had one."""
        text = self.get_meta(SEAL)
        return parse_seal(text) if text else None

    def get_revealed(self) -> Revealed | None:
        """When the seal was opened; None while it holds."""
        text = self.get_meta(REVEALED)
        return parse_revealed(text) if text else None

    @property
    def is_sealed(self) -> bool:
        """Whether names must not leave the store: sealed, and not revealed."""
        return self.get_meta(SEAL) is not None and self.get_meta(REVEALED) is None

    def set_seal(self, seal: Seal) -> Seal:
        """Keep a seal; where there is one already, that one stands and is returned."""
        with self._writing() as connection:
            held = one(connection, "SELECT value FROM meta WHERE key = :key", key=SEAL)
            if held is not None:
                return parse_seal(held.value)
            set_meta(connection, SEAL, render_seal(seal))
        return seal

    def reveal(
        self,
        reviewer: str,
        at: datetime,
        on_progress: Callable[[str, int], None] = lambda _what, _n: None,
    ) -> Revealed:
        """End blindness for good; UsageError where there is no seal or it is open already."""
        seal, before = self.get_seal(), self.get_revealed()
        if seal is None:
            raise UsageError("nothing is sealed: `workbench review --pair` or `--blind` seals it")
        if before is not None:
            raise UsageError(f"revealed already, by {before.by} at {before.at:%Y-%m-%d %H:%M} UTC")
        with self._saving() as connection:
            last = one(connection, _LAST)
            revealed = Revealed(reviewer, at, seal.digest, last.n if last else 0)
            outputs = rows(connection, _QUEUE, {"reviewer": reviewer})
            for n, row in enumerate(outputs):
                if n % _EVERY == 0:
                    on_progress("outputs revealed", n)
                self._log_reveal(connection, reviewer, row.output_id, at, "")
            set_meta(connection, REVEALED, render_revealed(revealed))
        return revealed

    def keep_revealed(self, revealed: Revealed) -> None:
        """A database older than its reveal was put in place: who knew the names still does."""
        with self._writing() as connection:
            set_meta(connection, REVEALED, render_revealed(revealed))

    def break_glass(self, reviewer: str, output_id: str, reason: str, at: datetime) -> Saved:
        """Open one output's name early, for a reason: it is in no number from here on."""
        if not reason.strip():
            raise UsageError("--reason: say why; it is kept, and the output counts no more")
        if not self.is_sealed:
            raise UsageError("nothing is sealed: names are open")
        with self._saving() as connection:
            return self._log_reveal(connection, reviewer, output_id, at, reason.strip())

    def _log_reveal(
        self, connection: Connection, reviewer: str, output_id: str, at: datetime, reason: str
    ) -> Saved:
        origin = Origin(reviewer, Effort(at), at, self.rubric_version, self.app_version)

        def link(event_id: int, facts: Facts) -> Links:
            held = NO_JUDGEMENT if facts.last is None else facts.last.judgement
            if held.unblinded and reason:
                raise LabelRefused(f"opened already: {held.unblinded}")
            held = replace(held, unblinded=reason or held.unblinded)
            return link_act(event_id, Act.REVEAL, held, facts.head, facts.last)

        return append(connection, output_id, Act.REVEAL, origin, link)
