"""Controls: which of many are mixed into the queue, and what they say of the reviewers."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from workbench.domain.case import Case
from workbench.domain.cell import Cell
from workbench.domain.controls import (
    Adjusted,
    ControlCard,
    adjust_merge_rate,
    explain_unadjusted,
    score_controls,
)
from workbench.domain.definitions import USUAL, Definitions
from workbench.domain.imported import RowProblem
from workbench.domain.measures import NOTHING, Count, Measure, is_mergeable
from workbench.domain.metrics import Rate
from workbench.domain.output import Delivered
from workbench.services.boards import Board
from workbench.services.scorecards import CONFIDENCE, choose_interval
from workbench.stats import clusters

Row = tuple[str, Delivered | RowProblem]

ACCEPTANCE = Measure(
    "control_acceptance", "control acceptance",
    "merged human patches, hidden among the outputs", "those that reviewers would merge too",
    lambda cell: (int(is_mergeable(cell)), 1), lambda _: "",
)  # fmt: skip


def choose_controls(rows: Iterable[Row], n_outputs: int, share: float) -> list[Row]:
    """As many as make up this share of the queue, drawn by hash; a bad row is always told."""
    listed = list(rows)
    bad = [row for row in listed if isinstance(row[1], RowProblem)]
    good = [(file, row) for file, row in listed if isinstance(row, Delivered)]
    n = max(1, round(share / (1 - share) * n_outputs))
    drawn = sorted(good, key=lambda row: _lot(row[1]))[:n]
    return [*bad, *drawn]


def _lot(row: Delivered) -> bytes:
    return hashlib.sha256(f"{row.ticket_id}\0{row.content_digest}".encode()).digest()


def score_reviewers(
    cases: Iterable[Case], definitions: Definitions = USUAL
) -> dict[str, ControlCard]:
    """What each reviewer made of the controls; "" is all of them together, first labels counted."""
    by_reviewer: dict[str, Counter[Cell]] = {}
    for found in cases:
        case = found.under(definitions.policy)
        if not case.counted.reviewer:
            continue
        by_reviewer.setdefault("", Counter())[case.cell] += 1
        for opinion in case.raters:
            by_reviewer.setdefault(opinion.reviewer, Counter())[opinion.cell] += 1
    interval = choose_interval(definitions.interval).interval
    return {who: score_controls(tally, interval) for who, tally in sorted(by_reviewer.items())}


Merges = tuple[Count, Count]
"""Of one ticket: (merged, attempts) of a candidate, (accepted, labelled) of the controls."""

_MOST_DRAWS = 4_000_000  # tickets, over all resamples


def adjust_all(
    boards: Mapping[str, Board], controls: Iterable[Case], definitions: Definitions = USUAL
) -> dict[str, Adjusted]:
    """The merge rate of each candidate over the share of controls that reviewers accept."""
    accepted: dict[str, Count] = {}
    for found in controls:
        if found.counted.reviewer:
            hits, n = ACCEPTANCE.contribute(found.under(definitions.policy).cell)
            held = accepted.get(found.ticket_id, NOTHING)
            accepted[found.ticket_id] = held[0] + hits, held[1] + n
    return {who: _adjust(board, accepted, definitions.seed) for who, board in boards.items()}


def _adjust(board: Board, accepted: Mapping[str, Count], seed: int) -> Adjusted:
    """By tickets that are drawn again with all that happened on them."""
    hits, n = (sum(count[place] for count in accepted.values()) for place in (0, 1))
    rate, acceptance = board.card.merge_rate, Rate(hits, n)
    value = adjust_merge_rate(rate, acceptance)
    if value is None:
        return Adjusted(n_controls=n, why=explain_unadjusted(rate, acceptance))
    tickets = [
        (board.merges.get(ticket, NOTHING), accepted.get(ticket, NOTHING))
        for ticket in sorted({*board.merges, *accepted})
    ]
    n_resamples = min(clusters.N_RESAMPLES, max(200, _MOST_DRAWS // len(tickets)))
    drawn = clusters.bootstrap(tickets, _divide, seed, CONFIDENCE, n_resamples)
    return Adjusted(value, drawn.interval, n)


def _divide(tickets: Sequence[Merges]) -> float | None:
    merge_rate = clusters.mean_rate([mine for mine, _ in tickets])
    hits = sum(hits for _, (hits, _) in tickets)
    n = sum(n for _, (_, n) in tickets)
    return None if merge_rate is None or not hits else min(1.0, merge_rate * n / hits)
