"""SQL and decoding that the first screen and the store share; needs no library.

The parameters are named `:so`, which sqlite3 binds itself. Rows come as plain sequences.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.domain.blind import ReviewItem, TicketText
from workbench.domain.check import CheckResult, CheckStatus, is_bare
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.label import NO_JUDGEMENT, EditClass, Label, parse_judgement
from workbench.domain.metrics import Cell
from workbench.domain.outcome import Outcome
from workbench.domain.queue import Place, QueueItem
from workbench.domain.recorded import read_recorded
from workbench.domain.spec import Spec

Values = Sequence[Any]  # one row of sqlite3, whose columns have no static types

QUEUE_COLUMNS = (
    "i.position, o.output_id, o.ticket, t.title, c.alias, o.delivery, o.tests, o.added, o.removed,"
    " i.place, i.label, i.edit, i.outcome, o.tests_source"
)
N_QUEUE_COLUMNS = QUEUE_COLUMNS.count(",") + 1
ITEM_JOINS = (
    "CROSS JOIN output o ON o.id = i.output CROSS JOIN ticket t ON t.ticket_id = o.ticket"
    " CROSS JOIN candidate c ON c.name = o.candidate"
)


def _walk(order: str, sign: str) -> str:
    """Up to :n rows of one reviewer beyond :position, in the places asked for (-1: none).

    Each place is one range of an index, so the cost is :n whatever the queue's length.
    """
    branch = (
        "SELECT * FROM (SELECT * FROM item WHERE reviewer = :reviewer AND place = :place{0}"  # noqa: S608 - constants
        f" AND position {sign} :position ORDER BY position {order} LIMIT :n)"
    )
    union = " UNION ALL ".join(branch.format(place.value) for place in Place)
    tail = f"{ITEM_JOINS} ORDER BY i.position {order} LIMIT :n"
    return f"SELECT {QUEUE_COLUMNS} FROM ({union}) i {tail}"  # noqa: S608 - constants


FORWARD = _walk("ASC", ">")
BACKWARD = _walk("DESC", "<")

NEXT = (
    f"SELECT {QUEUE_COLUMNS} FROM (SELECT * FROM item WHERE reviewer = :reviewer"  # noqa: S608 - constants
    f" AND place = :place AND position > :position ORDER BY position LIMIT 1) i {ITEM_JOINS}"
)

HERE = (
    f"SELECT {QUEUE_COLUMNS} FROM output eo CROSS JOIN item i ON i.reviewer = :reviewer"  # noqa: S608 - constants
    f" AND i.output = eo.id {ITEM_JOINS} WHERE eo.output_id = :output_id"
)

TALLIES = (
    "SELECT c.alias, y.cell, sum(y.n) FROM candidate c CROSS JOIN tally y ON y.candidate = c.name"
    " WHERE y.reviewer IN ('', :reviewer) AND c.name NOT IN (SELECT value FROM json_each("
    "  coalesce((SELECT value FROM meta WHERE key = 'controls'), '[]'))) GROUP BY c.alias, y.cell"
)
STANDINGS = (
    "SELECT cell, sum(n) FROM tally WHERE reviewer IN ('', :reviewer) AND candidate = ''"
    " GROUP BY cell"
)
REVIEW_ITEM = (
    "SELECT o.output_id, i.position, c.alias, c.name, t.ticket_id, t.title, t.body, t.spec, t.repo,"
    " t.base_commit, o.trial, o.delivery, o.rung, o.detail, o.tree, o.badges,"
    " (SELECT data FROM blob WHERE sha256 = o.diff AND length(data) <= :limit),"
    " (SELECT data FROM blob WHERE sha256 = o.patch AND length(data) <= :limit),"
    " (SELECT max(length(data)) FROM blob WHERE sha256 IN (o.diff, o.patch)),"
    " o.message, o.self_flagged, o.tests, o.tests_reason, o.hidden, o.tests_source, o.extra,"
    " (SELECT judgement FROM label_event WHERE event_id = i.event_id)"
    " FROM output o CROSS JOIN item i ON i.reviewer = :reviewer AND i.output = o.id"
    " CROSS JOIN ticket t ON t.ticket_id = o.ticket CROSS JOIN candidate c ON c.name = o.candidate"
    " WHERE o.output_id = :output_id"
)
LAST_EVENT = (
    "SELECT e.at, i.position FROM label_event e"
    " CROSS JOIN item i ON i.reviewer = e.reviewer AND i.output = e.output"
    " WHERE e.reviewer = :reviewer ORDER BY e.event_id DESC LIMIT 1"
)


def place_params(places: Iterable[Place]) -> dict[str, int]:
    """The place parameters of FORWARD and BACKWARD."""
    wanted = frozenset(places)
    return {f"place{p.value}": p.value if p in wanted else -1 for p in Place}


def to_queue_item(row: Values) -> QueueItem:
    """A row of QUEUE_COLUMNS."""
    position, output_id, ticket, title, alias, delivery, tests, added, removed, *state = row
    place, label, edit, outcome, source = state[:5]
    return QueueItem(
        position=position,
        output_id=output_id,
        ticket_id=ticket,
        title=title,
        alias=alias,
        delivery=Delivery(delivery),
        tests=CheckStatus(tests),
        added=added,
        removed=removed,
        place=Place(place),
        label=Label(label) if label else None,
        edit=EditClass(edit) if edit else None,
        outcome=Outcome(outcome),
        is_bare=is_bare(source),
    )


def to_review_item(row: Values, *, open_names: bool) -> ReviewItem:
    """A row of REVIEW_ITEM; the candidate's name leaves only where names are open."""
    output_id, position, alias, name, *rest = row
    (ticket_id, title, body, spec, repo, commit), output = rest[:6], rest[6:]
    trial, delivery, rung, detail, tree, badges, diff, patch, size, message, *said = output
    flagged, tests, reason, hidden, source, extra, judgement = said
    return ReviewItem(
        output_id=output_id,
        position=position,
        alias=name if open_names else alias,
        ticket=TicketText(ticket_id, title, body, Spec(spec), repo, commit),
        trial=trial,
        delivery=Delivery(delivery),
        rung=Rung(rung),
        detail=detail,
        tree=tree,
        badges=split_texts(badges),
        diff=diff or b"",
        patch=patch or b"",
        message=message,
        self_flagged=split_texts(flagged),
        check=CheckResult(CheckStatus(tests), reason, CheckStatus(hidden), source),
        judgement=parse_judgement(judgement) if judgement else NO_JUDGEMENT,
        leaks=read_recorded(extra).leaks,
        size=max(size or 0, len(message)),
    )


def to_tallies(found: Iterable[Values]) -> dict[str, Counter[Cell]]:
    """Rows of (alias or name, cell, n) as a counter each."""
    tallies: dict[str, Counter[Cell]] = {}
    for alias, cell, n in found:
        counts = tallies.setdefault(alias, Counter())
        if n:
            counts[Cell.decode(cell)] += n
    return tallies


def split_texts(text: str) -> tuple[str, ...]:
    """A JSON list of texts."""
    return tuple(json.loads(text))


def join_texts(texts: Iterable[str]) -> str:
    """The inverse of split_texts."""
    return json.dumps(list(texts), ensure_ascii=False)
