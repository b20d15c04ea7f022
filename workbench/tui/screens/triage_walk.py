"""Where a person stands in the list of tickets: pure, so that the walk can be told by itself."""

from dataclasses import dataclass, replace

from workbench.domain.clarity import SpecCall
from workbench.services.triage import Entry, Order
from workbench.tui.widgets.triage_bars import Row


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person sees of the session: all that drawing needs."""

    entries: tuple[Entry, ...] = ()
    at: int = 0
    order: Order = Order.HINTS
    skipped: tuple[str, ...] = ()

    @property
    def entry(self) -> Entry | None:
        """The ticket in front."""
        return self.entries[self.at] if self.entries else None

    def rows(self, top: int = 0, height: int | None = None) -> list[Row]:
        """The list as it is shown, or as much of it as is in sight."""
        end = None if height is None else top + height
        return [
            Row(e.ticket_id, e.title, e.held.spec, len(e.hints), e.ticket_id in self.skipped)
            for e in self.entries[top:end]
        ]

    @property
    def progress(self) -> str:
        """How far this person is."""
        left = sum(not entry.is_done for entry in self.entries)
        return f"{self.at + 1} of {len(self.entries)} · {left} left"

    def put(self, ticket_id: str, held: SpecCall) -> "Seen":
        """After a call: a ticket with a call is no longer set aside."""
        entries = tuple(
            replace(e, held=held) if e.ticket_id == ticket_id else e for e in self.entries
        )
        skipped = tuple(name for name in self.skipped if name != ticket_id)
        return replace(self, entries=entries, skipped=skipped)

    def skip(self, ticket_id: str) -> "Seen":
        """With a ticket set aside, behind those set aside before it."""
        others = (name for name in self.skipped if name != ticket_id)
        return replace(self, skipped=(*others, ticket_id))

    def find(self, ticket_id: str) -> int | None:
        """Where a ticket stands."""
        return next((n for n, e in enumerate(self.entries) if e.ticket_id == ticket_id), None)

    def next_open(self) -> int | None:
        """The next ticket without a call, round the list; those set aside come last."""
        n = len(self.entries)
        places = [(self.at + step) % n for step in range(1, n + 1)]
        left = [place for place in places if not self.entries[place].is_done]
        now = [place for place in left if self.entries[place].ticket_id not in self.skipped]
        if now:
            return now[0]
        return min(left, key=self._when_skipped, default=None)

    def _when_skipped(self, at: int) -> int:
        return self.skipped.index(self.entries[at].ticket_id)
