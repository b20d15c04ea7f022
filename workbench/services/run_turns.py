"""Who holds one of a run's slots: only while a candidate's own program or request runs.

Jobs begin a little ahead of their turn, so that no slot waits for a checkout or a record. Turns go
by the order in which jobs began, and within the ceiling: what a turn cost is told as it is given
back, before there is another.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from workbench.domain.run import Ending, Job

_LOOK_SECONDS = 0.1
_MOST_AHEAD = 2  # checkouts that are ready and wait


class Rules(Protocol):
    """Whether a job may begin; asked from several threads."""

    def is_in_budget(self, job: Job, reserved: float) -> bool:
        """Whether the ceiling leaves room for it beside `reserved` US dollars."""
        ...

    def cap(self, job: Job) -> float:
        """What it may cost; 0: nobody has said."""
        ...


class Phase(Enum):
    """How far a job is."""

    AHEAD = auto()  # is made ready, or is, and waits
    RUNNING = auto()
    ENDING = auto()  # its turn is over; what it left is taken
    APART = auto()  # came to nothing before its turn; may try again


@dataclass(eq=False, slots=True)
class Turn:
    """One job's; `spent_usd` is what its tries have cost by now, None: nobody can tell."""

    job: Job
    cancel: threading.Event
    turns: "Turns"
    phase: Phase = Phase.AHEAD
    spent_usd: float | None = None
    began_at: float = 0.0

    def wait(self) -> bool:
        """Until it may run; False: it may not, and is to end as cancelled."""
        return self.turns.wait(self)

    def give_back(self, spent_usd: float | None) -> None:
        """The slot is free: what is left to do needs none. For an answer alone."""
        self.turns.give_back(self, spent_usd)

    def begin_try(self) -> None:
        """It gets ready; one that still holds its slot keeps it."""
        self.turns.begin_try(self)

    def end_try(self, ending: Ending) -> None:
        """A try came to its end; without an answer it keeps the slot that it has."""
        self.turns.end_try(self, ending)


class Turns:
    """The slots of one run. `wake` is called when a slot was taken: there may be room ahead."""

    def __init__(
        self,
        rules: Rules,
        n_slots: int,
        events: tuple[threading.Event, threading.Event],
        wake: Callable[[], None],
    ) -> None:
        """`events`: nothing more is to begin; everything is to end."""
        self._rules, self._n_slots, self._wake = rules, n_slots, wake
        self._stop, self._cancel = events
        self._begun: dict[str, Turn] = {}
        self._halted: set[str] = set()
        self._changed = threading.Condition()
        self.is_full = False

    @property
    def running(self) -> list[Turn]:
        """Those that hold a slot."""
        with self._changed:
            return self._list(Phase.RUNNING)

    @property
    def n_begun(self) -> int:
        """Jobs that are under way, in whatever phase."""
        return len(self._begun)

    @property
    def has_room(self) -> bool:
        """Whether one more may be made ready."""
        ahead = min(_MOST_AHEAD, self._n_slots)
        with self._changed:
            free = self._n_slots - len(self._list(Phase.RUNNING))
            n_ahead = len(self._list(Phase.AHEAD, Phase.APART))
            return n_ahead < free + ahead and len(self._begun) < self._n_slots + 2 * ahead

    @property
    def reserved(self) -> float:
        """US dollars of all that are under way, those that wait at their caps."""
        with self._changed:
            waiting = self._list(Phase.AHEAD, Phase.APART)
            return self._reserved() + sum(self._rules.cap(turn.job) for turn in waiting)

    def open(self, job: Job) -> Turn:
        """A job begins."""
        with self._changed:
            turn = self._begun[job.key] = Turn(job, self._cancel, self)
        return turn

    def begin_try(self, turn: Turn) -> None:
        """See Turn."""
        with self._changed:
            if turn.phase is not Phase.RUNNING:
                turn.phase = Phase.AHEAD

    def end_try(self, turn: Turn, ending: Ending) -> None:
        """See Turn."""
        with self._changed:
            if ending.stops_candidate:  # before anybody else of it asks: no request is made in vain
                self._halted.add(turn.job.candidate)
            if turn.phase is not Phase.ENDING:
                _spend(turn, ending.spent_usd)
            if turn.phase is Phase.AHEAD:
                turn.phase = Phase.APART
            self._changed.notify_all()

    def wait(self, turn: Turn) -> bool:
        """See Turn."""
        with self._changed:
            while turn.phase is not Phase.RUNNING:
                if self._is_over(turn):
                    return False
                if self._is_next(turn):
                    turn.phase, turn.began_at = Phase.RUNNING, time.monotonic()
                    self._changed.notify_all()
                    self._wake()
                else:
                    self._changed.wait(_LOOK_SECONDS)
        return True

    def give_back(self, turn: Turn, spent_usd: float | None) -> None:
        """See Turn."""
        with self._changed:
            if turn.phase is Phase.RUNNING:
                _spend(turn, spent_usd)
                turn.phase = Phase.ENDING
                self._changed.notify_all()

    def close(self, turn: Turn) -> None:
        """A job is over, and its cost has been counted."""
        with self._changed:
            del self._begun[turn.job.key]
            self._changed.notify_all()

    def _is_over(self, turn: Turn) -> bool:
        is_asked = self._stop.is_set() or self._cancel.is_set()
        return is_asked or self.is_full or turn.job.candidate in self._halted

    def _is_next(self, turn: Turn) -> bool:
        """Whether it may run; where nothing will leave room for it the ceiling is reached."""
        is_free = len(self._list(Phase.RUNNING)) < self._n_slots
        if not is_free or self._list(Phase.AHEAD)[0] is not turn:
            return False
        if self._rules.is_in_budget(turn.job, self._reserved()):
            return True
        self.is_full = not self._list(Phase.RUNNING, Phase.ENDING)  # which all that wait see
        return False

    def _reserved(self) -> float:
        return sum(map(self._hold, self._begun.values()))

    def _hold(self, turn: Turn) -> float:
        """One that runs counts at its cap, and so does one that cannot tell its cost."""
        is_open = turn.phase is Phase.ENDING and turn.spent_usd is None
        cap = self._rules.cap(turn.job) if is_open or turn.phase is Phase.RUNNING else 0.0
        return max(cap, turn.spent_usd or 0.0)

    def _list(self, *phases: Phase) -> list[Turn]:
        return [turn for turn in self._begun.values() if turn.phase in phases]


def _spend(turn: Turn, usd: float | None) -> None:
    if usd is not None:
        turn.spent_usd = (turn.spent_usd or 0.0) + usd
