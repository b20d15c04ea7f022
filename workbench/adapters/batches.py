"""Many patches, in the order they came, with a few threads and bounded memory.

Each thread has a ladder of its own and takes a chunk of patches at a time: all are judged, the
objects of all are written as one pack, then all are diffed. Input is read only a few chunks
ahead, so that an import of a million rows holds a few megabytes of them.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from workbench.adapters.apply import Judged, Ladder
from workbench.adapters.packs import write_pack
from workbench.domain.output import Applied

Key = TypeVar("Key")
Job = tuple[Key, str, bytes]
"""A key that comes back with the answer, a base commit (40 hex digits), a patch."""

_CHUNK_JOBS = 512
_CHUNK_BYTES = 4 << 20
_PACK_BYTES = 16 << 20
Objects = dict[str, tuple[bytes, bytes]]


def apply_many(
    git_dir: Path, jobs: Iterable[Job[Key]], *, workers: int = 2, with_fuzz: bool = True
) -> Iterator[tuple[Key, Applied]]:
    """(key, what became of the patch) for each job, in order.

    Close the iterator, or let an exception pass through it, to cancel: what has not begun is
    dropped. A base commit that the clone lacks ends the run with GitFailed.
    """
    with _Crew(git_dir, workers, with_fuzz=with_fuzz) as crew:
        waiting: deque[tuple[list[Key], Future[list[Applied]]]] = deque()
        for keys, patches in _chunks(jobs):
            waiting.append((keys, crew.submit(patches)))
            if len(waiting) > workers:
                yield from _answers(*waiting.popleft())
        while waiting:
            yield from _answers(*waiting.popleft())


def _answers(keys: list[Key], answers: Future[list[Applied]]) -> Iterator[tuple[Key, Applied]]:
    yield from zip(keys, answers.result(), strict=True)


def _chunks(jobs: Iterable[Job[Key]]) -> Iterator[tuple[list[Key], list[tuple[str, bytes]]]]:
    """Jobs in chunks; the first ones are small, so that the first answer comes soon."""
    keys: list[Key] = []
    patches: list[tuple[str, bytes]] = []
    size, limit = 0, 8
    for key, base_commit, patch in jobs:
        keys.append(key)
        patches.append((base_commit, patch))
        size += len(patch)
        if len(keys) >= limit or size >= _CHUNK_BYTES:
            yield keys, patches
            keys, patches, size, limit = [], [], 0, min(limit * 2, _CHUNK_JOBS)
    if keys:
        yield keys, patches


def _collect(judged: Applied | Judged, objects: Objects) -> int:
    """Add what is to be written, and let go of it elsewhere; returns its size."""
    if isinstance(judged, Applied):
        return 0
    made = {oid: (kind, data) for oid, kind, data in judged.draft.objects()}
    objects.update(made)
    judged.draft.clear()
    return sum(len(data) for _, data in made.values())


class _Crew:
    """Threads, each with a ladder; leaving it drops what has not begun and ends every process."""

    def __init__(self, git_dir: Path, workers: int, *, with_fuzz: bool) -> None:
        self._git_dir = git_dir
        self._with_fuzz = with_fuzz
        self._own = threading.local()
        self._ladders: list[Ladder] = []
        self._is_left = threading.Event()
        self._pool = ThreadPoolExecutor(workers, "apply")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_left.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for ladder in self._ladders:
            ladder.close()

    def submit(self, patches: list[tuple[str, bytes]]) -> Future[list[Applied]]:
        return self._pool.submit(self._apply, patches)

    def _apply(self, patches: list[tuple[str, bytes]]) -> list[Applied]:
        """All answers of a chunk; none of those after the crew was left."""
        ladder = self._ladder()
        answers: list[Applied] = []
        judged: list[Applied | Judged] = []
        objects: Objects = {}
        size = 0
        for base_commit, patch in patches:
            if self._is_left.is_set():
                return []
            judged.append(ladder.judge(base_commit, patch))
            size += _collect(judged[-1], objects)
            if size >= _PACK_BYTES:
                answers += self._settle(ladder, judged, objects)
                judged, objects, size = [], {}, 0
        return answers + self._settle(ladder, judged, objects)

    def _settle(
        self, ladder: Ladder, judged: list[Applied | Judged], objects: Objects
    ) -> list[Applied]:
        """Write what passed the checks, then diff it."""
        write_pack(self._git_dir, objects)
        return [a if isinstance(a, Applied) else ladder.describe(a) for a in judged]

    def _ladder(self) -> Ladder:
        ladder: Ladder | None = getattr(self._own, "ladder", None)
        if ladder is None:
            ladder = self._own.ladder = Ladder(self._git_dir, with_fuzz=self._with_fuzz)
            self._ladders.append(ladder)
        return ladder
