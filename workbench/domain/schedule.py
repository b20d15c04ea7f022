"""Which outputs stand side by side, on which side, and in what order a reviewer meets them.

Pure, and made from ids alone: no patch is loaded. Sides are drawn in blocks of four for each two
candidates, in the order in which their pairs came into the study; an import adds pairs at the end
and moves none, so a pair looked at again stands as it stood.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from workbench.domain.pair import make_pair_id
from workbench.domain.queue import compute_position

BLOCK = 4
# The six ways to put two of four on the left: True where the candidate first by name stands left.
_BLOCKS = tuple(
    tuple(i in chosen for i in range(BLOCK)) for chosen in combinations(range(BLOCK), BLOCK // 2)
)


class Entry(NamedTuple):
    """An output as the schedule sees it. `row` grows with every output that comes.

    `content` is the same for two outputs exactly where a reviewer would see the same; of a silent
    one nothing came, and nothing needs to be labelled.
    """

    row: int
    output_id: str
    ticket_id: str
    candidate: str
    trial: int
    content: str
    is_void: bool = False
    is_silent: bool = False


class Planned(NamedTuple):
    """One pair of one reviewer. `between` are the candidates by name: no screen ever has it."""

    pair_id: str
    position: int
    ticket_id: str
    left: str
    right: str
    is_identical: bool
    between: tuple[str, str]

    @property
    def anchor(self) -> str:
        """The output in whose judgement the vote lies."""
        return min(self.left, self.right)

    @property
    def outputs(self) -> tuple[str, str]:
        return self.left, self.right


class Schedule(NamedTuple):
    """Every pair in one reviewer's order; what has no partner is counted by reason."""

    pairs: tuple[Planned, ...]
    left_out: Mapping[str, int]


def schedule_pairs(
    entries: Iterable[Entry],
    seed: str,
    first: Mapping[str, int] | None = None,
    between: Sequence[str] = (),
) -> Schedule:
    """All pairs of equal trials of two candidates on a ticket; `between` keeps those of two names.

    `first` is the teaching order: positions by output id.
    """
    cells: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    left_out: Counter[str] = Counter()
    for entry in entries:
        if between and entry.candidate not in between:
            continue
        if entry.is_void:
            left_out["harness failed"] += 1
        else:
            cells[entry.ticket_id, entry.trial].append(entry)
    made: dict[tuple[str, str], list[tuple[Entry, Entry]]] = defaultdict(list)
    for there in cells.values():
        left_out["no partner on the ticket"] += len(there) == 1
        for one, other in combinations(sorted(there, key=lambda entry: entry.candidate), 2):
            made[one.candidate, other.candidate].append((one, other))
    planned = [
        pair for names, pairs in made.items() for pair in _place(names, pairs, seed, first or {})
    ]
    planned.sort(key=lambda pair: (pair.position, pair.pair_id))
    return Schedule(tuple(planned), {reason: n for reason, n in left_out.items() if n})


def _place(
    names: tuple[str, str],
    pairs: list[tuple[Entry, Entry]],
    seed: str,
    first: Mapping[str, int],
) -> Iterable[Planned]:
    """Sides by block, for the pairs of two candidates."""
    pairs.sort(key=lambda pair: (max(pair[0].row, pair[1].row), min(pair[0].row, pair[1].row)))
    for nth, (one, other) in enumerate(pairs):
        if nth % BLOCK == 0:
            block = _draw_block(f"{seed}\0{names[0]}\0{names[1]}\0{nth // BLOCK}")
        left, right = (one, other) if block[nth % BLOCK] else (other, one)
        pair_id = make_pair_id(one.output_id, other.output_id)
        taught = [first[e.output_id] for e in (one, other) if e.output_id in first]
        yield Planned(
            pair_id=pair_id,
            position=min(taught) if taught else compute_position(seed, pair_id),
            ticket_id=one.ticket_id,
            left=left.output_id,
            right=right.output_id,
            is_identical=one.content == other.content,
            between=names,
        )


def _draw_block(key: str) -> tuple[bool, ...]:
    """One of the six balanced blocks, by hash: the same whenever it is asked for."""
    digest = hashlib.sha256(key.encode()).digest()
    return _BLOCKS[int.from_bytes(digest[:8]) % len(_BLOCKS)]
