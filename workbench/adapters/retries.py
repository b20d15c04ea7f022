"""Tries again what may pass by itself: with back-off and jitter, or when a provider says so.

The waiting is stamina's, in an event loop of its own, so that a Ctrl-C ends it at once.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import stamina
from stamina.instrumentation import set_on_retry_hooks

from workbench.domain.harness import RunSettings
from workbench.domain.run import Ending, ExitClass

Act = Callable[[], Ending]
_LOOK_SECONDS = 0.1


class _TryAgain(Exception):
    """Carries the ending that may pass."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.reason)
        self.ending = ending


class Retries:
    """The rules of one run. `stop` and `cancel` end the waiting between two tries."""

    def __init__(
        self, settings: RunSettings, stop: threading.Event, cancel: threading.Event
    ) -> None:
        """Stamina tells every retry to a log that is not ours: it is asked not to."""
        self._settings, self._stop, self._cancel = settings, stop, cancel
        set_on_retry_hooks([])

    def __call__(self, act: Act) -> Ending:
        """The first ending that stands, or the last one; its cost is that of all tries."""
        return asyncio.run(self._run(act))

    async def _run(self, act: Act) -> Ending:
        tries: list[Ending] = []
        work = asyncio.ensure_future(self._try(act, tries))
        while not work.done():
            await asyncio.wait({work}, timeout=_LOOK_SECONDS)
            if self._stop.is_set() or self._cancel.is_set():
                work.cancel()
        try:
            last = work.result()
        except asyncio.CancelledError:
            last = Ending(ExitClass.CANCELLED)
        costs = [one.spent_usd for one in tries if one.spent_usd is not None]
        spent = sum(costs) if costs else None
        return replace(last, tries=len(tries), spent_usd=spent)

    async def _try(self, act: Act, tries: list[Ending]) -> Ending:
        rules = self._settings
        try:
            async for attempt in stamina.retry_context(
                on=self._wait_for,
                attempts=rules.retries + 1,
                timeout=None,
                wait_initial=rules.retry_wait_s,
                wait_max=rules.max_retry_wait_s,
                wait_jitter=min(5.0, rules.retry_wait_s / 2),
            ):
                with attempt:
                    ending = act()
                    tries.append(ending)
                    return _check(ending)
        except _TryAgain as given_up:
            return given_up.ending
        raise AssertionError("a retry ends by a result or an error")

    def _wait_for(self, error: Exception) -> bool | float:
        """How long a provider wants us to wait, within the bound; else the back-off."""
        if not isinstance(error, _TryAgain):
            return False
        asked = error.ending.retry_after
        return min(asked, self._settings.max_retry_wait_s) if asked > 0 else True


def _check(ending: Ending) -> Ending:
    if ending.exit_class.is_retried:
        raise _TryAgain(ending)
    return ending
