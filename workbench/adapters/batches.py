"""Many patches, in the order they came, with a few threads and bounded memory.

Each thread has a ladder of its own. Input is read only as far as the window reaches, so that an
import of a million rows holds a few dozen patches at a time.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from workbench.adapters.apply import Ladder
from workbench.domain.output import Applied

Key = TypeVar("Key")
_WINDOW_PER_WORKER = 8


Job = tuple[Key, str, bytes]
"""A key that comes back with the answer, a base commit (40 hex digits), a patch."""


def apply_many(
    git_dir: Path, jobs: Iterable[Job[Key]], *, workers: int = 2, with_fuzz: bool = True
) -> Iterator[tuple[Key, Applied]]:
    """(key, what became of the patch) for each job, in order.

    Close the iterator, or let an exception pass through it, to cancel: what has not begun is
    dropped. A base commit that the clone lacks ends the run with GitFailed.
    """
    with _Crew(git_dir, workers, with_fuzz=with_fuzz) as crew:
        waiting: deque[tuple[Key, Future[Applied]]] = deque()
        for name, base_commit, patch in jobs:
            waiting.append((name, crew.submit(base_commit, patch)))
            if len(waiting) >= workers * _WINDOW_PER_WORKER:
                key, answer = waiting.popleft()
                yield key, answer.result()
        while waiting:
            key, answer = waiting.popleft()
            yield key, answer.result()


class _Crew:
    """Threads, each with a ladder; leaving it drops what has not begun and ends every process."""

    def __init__(self, git_dir: Path, workers: int, *, with_fuzz: bool) -> None:
        self._git_dir = git_dir
        self._with_fuzz = with_fuzz
        self._own = threading.local()
        self._ladders: list[Ladder] = []
        self._pool = ThreadPoolExecutor(workers, "apply")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        for ladder in self._ladders:
            ladder.close()

    def submit(self, base_commit: str, patch: bytes) -> Future[Applied]:
        return self._pool.submit(self._apply, base_commit, patch)

    def _apply(self, base_commit: str, patch: bytes) -> Applied:
        ladder: Ladder | None = getattr(self._own, "ladder", None)
        if ladder is None:
            ladder = self._own.ladder = Ladder(self._git_dir, with_fuzz=self._with_fuzz)
            self._ladders.append(ladder)
        return ladder.apply(base_commit, patch)
