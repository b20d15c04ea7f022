"""Controls: which of many are mixed into the queue, and what they say of the reviewers."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from workbench.domain.case import Case
from workbench.domain.cell import Cell
from workbench.domain.controls import ControlCard, score_controls
from workbench.domain.imported import RowProblem
from workbench.domain.metrics import Interval
from workbench.domain.output import Delivered
from workbench.services.scorecards import CONFIDENCE
from workbench.stats.proportion import wilson

Row = tuple[str, Delivered | RowProblem]


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


def score_reviewers(cases: Iterable[Case]) -> dict[str, ControlCard]:
    """What each reviewer made of the controls; "" is all of them together, first labels counted."""
    by_reviewer: dict[str, Counter[Cell]] = {}
    for case in cases:
        if not case.counted.reviewer:
            continue
        by_reviewer.setdefault("", Counter())[case.cell] += 1
        for opinion in case.raters:
            by_reviewer.setdefault(opinion.reviewer, Counter())[opinion.cell] += 1
    return {who: score_controls(tally, _wilson) for who, tally in sorted(by_reviewer.items())}


def _wilson(hits: int, n: int) -> Interval:
    return wilson(hits, n, CONFIDENCE)
