"""The numbers a review keeps in memory: what the first paint read, moved along by every label."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.label import Act
from workbench.domain.metrics import Cell
from workbench.domain.queue import FirstScreen, Progress
from workbench.services.queues import Queues
from workbench.services.scorecards import score_all
from workbench.tui.widgets.metrics_pane import MetricsSnapshot

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved


class Counts(NamedTuple):
    """Tallies by alias, progress, and the active time of this session's labels.

    `definitions` says whose they are counted by, "" until it was read, and `has_trials` whether a
    ticket counts several times.
    """

    tallies: Mapping[str, Counter[Cell]]
    names: Mapping[str, str]
    progress: Progress
    last_saved_at: datetime | None
    has_labels: bool
    session_ms: int = 0
    session_labels: int = 0
    definitions: str = ""
    has_trials: bool = False

    @classmethod
    def read(cls, first: FirstScreen) -> "Counts":
        """As they were at the first paint."""
        tallies = {alias: Counter(tally) for alias, tally in first.tallies.items()}
        return cls(tallies, first.names, first.progress, first.last_saved_at, first.has_labels)

    def after(self, saved: "Saved", queues: Queues) -> "Counts":
        """The counts after an event: one output moves from cell to cell.

        Where another program wrote to the study meanwhile they are read again.
        """
        is_label = saved.event.act is Act.LABEL
        counts = self._replace(
            last_saved_at=saved.event.at,
            has_labels=self.has_labels or is_label,
            session_ms=self.session_ms + saved.event.effort.active_ms,
            session_labels=self.session_labels + is_label,
        )
        fresh = queues.fresh_counts()
        if fresh:
            return counts._replace(tallies=fresh[0], progress=fresh[1])
        if saved.is_control:
            return counts._replace(progress=saved.progress)
        tally = Counter(self.tallies.get(saved.alias, ()))
        tally[saved.old_cell] -= 1
        tally[saved.new_cell] += 1
        tallies = {**self.tallies, saved.alias: tally}
        return counts._replace(tallies=tallies, progress=saved.progress)

    def refreshed(self, queues: Queues) -> "Counts | None":
        """The counts where another program wrote to the study; None where none did."""
        fresh = queues.fresh_counts()
        return self._replace(tallies=fresh[0], progress=fresh[1]) if fresh else None

    def snapshot(self) -> MetricsSnapshot:
        """What the numbers pane shows."""
        seconds = self.session_ms / 1000 / self.session_labels if self.session_labels else None
        return MetricsSnapshot(
            score_all(self.tallies),
            self.names,
            self.progress.labelled,
            self.progress.total,
            seconds,
            self.definitions,
            self.has_trials,
        )
