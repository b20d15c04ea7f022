"""Searching in the diff pane: at once where that takes no time, else bit by bit between frames.

A search that is not done leaves the last one's matches where they are; another one takes its
place. An expression that runs away on some line is ended and said to.
"""

from contextlib import nullcontext
from time import thread_time

from workbench.diff.search import Query, Run, SearchError
from workbench.tui.patience import TookTooLong, at_most
from workbench.tui.widgets.diff_reader import DiffReader

SLICE = 0.010  # seconds of our own work between two looks at the keyboard
LIMIT = 0.5  # seconds for one slice, in which a line may hold the expression up


class DiffSearch(DiffReader):
    """Finds, and goes from match to match."""

    _run: Run | None = None

    @property
    def match_at(self) -> tuple[int, int]:
        """(i, n): the hit the reader stands on, from 1, and how many there are."""
        port = self._viewport
        return (port.nth + 1, len(port.matches.hits)) if port else (0, 0)

    @property
    def is_searching(self) -> bool:
        """Whether matches are still to come; `tell_search` says when they have."""
        return self._run is not None

    def search(self, query: str, *, regex: bool = False, added_only: bool = False) -> int:
        """Finds all in the files shown, and goes to the first at or below the cursor.

        How many there are; while `is_searching`, nobody knows. Raises SearchError.
        """
        port = self._viewport
        if port is None:
            self.tell_search()
            return 0
        self._run = None
        run = Run(port.document, Query(query, regex, added_only, *port.shape[2:]))
        self._run = run
        self._go_on(run)
        return self.match_at[1]

    def _go_on(self, run: Run) -> None:
        if self._run is not run:
            return
        deadline = thread_time() + SLICE
        is_done = False
        try:
            with at_most(LIMIT) if run.query.regex else nullcontext():
                while not is_done and thread_time() < deadline:
                    is_done = run.step()
        except TookTooLong:
            self._run = None
            raise SearchError("this expression takes too long on a line: make it simpler") from None
        if not is_done:
            self.set_timer(SLICE / 2, lambda: self._go_on_later(run))
            return
        self._run = None
        self.move(lambda port: port.take_matches(run.matches))
        self._searched()

    def _go_on_later(self, run: Run) -> None:
        try:
            self._go_on(run)
        except SearchError as error:
            self.tell_search(str(error))

    def stop_search(self) -> None:
        """Another document came; what was found so far is of no use."""
        self._run = None

    def next_match(self, step: int) -> None:
        """The next or last hit, around the ends."""
        self.move(lambda port: port.to_match(port.nth + step))
        self._searched()

    def clear_search(self) -> None:
        self._run = None
        self.move(lambda port: port.clear_search())
        self._searched()

    def _searched(self) -> None:
        hit = self._viewport.hit if self._viewport else None
        if hit:
            self.show_column(hit.start, hit.end)
        self.tell_search()
        self.refresh()
