"""How far a run of checks is, and how long the rest may take.

Tests on base are run once for many outputs and take several times as long as those of one output,
so the two are timed apart: else the first minutes would promise hours.
"""

import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How far it is; `seconds_left` is None until an output was tested.

    `doing` is what the next output waits for, as "tests on base, run 2 of 3"; else "".
    """

    done: int
    total: int
    seconds_left: float | None
    doing: str = ""


class Watch:
    """Counts, and guesses how long the rest takes from what was run."""

    def __init__(
        self, starts: Collection[Hashable], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`starts` is what each output starts from; equal ones share their tests on base."""
        self._total, self._clock = len(starts), clock
        self._bases_left: set[Hashable] = set(starts)
        self._bases_run: set[Hashable] = set()
        self._done, self._run = 0, 0
        self._seconds = {"base": 0.0, "outputs": 0.0}
        self._seen_at = self._guessed_at = clock()
        self._guess: float | None = None

    def look(self, doing: str = "", *, is_idle: bool = False) -> Pace:
        """The time since the last look went into tests on base where that was `doing`."""
        now = self._clock()
        if not is_idle:
            self._seconds["base" if doing else "outputs"] += now - self._seen_at
        self._seen_at = now
        left = self._guess
        if left is not None:
            left = max(0.0, left - (now - self._guessed_at))
        return Pace(self._done, self._total, left, doing)

    def skip(self, start: Hashable) -> Pace:
        """One whose result is known."""
        self._bases_left.discard(start)
        self._done += 1
        self._guess_again()
        return self.look(is_idle=True)

    def step(self, start: Hashable) -> Pace:
        """One that was tested."""
        self._bases_run.add(start)
        self._bases_left.discard(start)
        self._done += 1
        self._run += 1
        pace = self.look()
        self._guess_again()
        return Pace(pace.done, pace.total, self._guess)

    def _guess_again(self) -> None:
        if self._run:
            each = self._seconds["outputs"] / self._run
            each_base = self._seconds["base"] / len(self._bases_run)
            left = self._total - self._done
            self._guess = each * left + each_base * len(self._bases_left)
            self._guessed_at = self._clock()
