"""A reviewer's queue: built once, then read by pages that cost the same at any length."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from workbench.domain.blind import UNLIMITED, ReviewItem
from workbench.domain.errors import UsageError
from workbench.domain.label import Judgement, format_time, parse_time
from workbench.domain.metrics import Cell
from workbench.domain.queue import (
    Place,
    Progress,
    QueueItem,
    compute_position,
    compute_progress,
)
from workbench.store.database import one, rows
from workbench.store.derive import Ground, Shift, place_judgement
from workbench.store.outputs import INSERT_ITEM
from workbench.store.screen_rows import (
    BACKWARD,
    FORWARD,
    ITEM_JOINS,
    LAST_EVENT,
    NEXT,
    QUEUE_COLUMNS,
    REVIEW_ITEM,
    STANDINGS,
    TALLIES,
    place_params,
    to_queue_item,
    to_review_item,
    to_tallies,
)
from workbench.store.study import Study

Progressed = Callable[[int, int], None]  # done, total

DEFAULT_PLACES = frozenset(Place) - {Place.SETTLED}
_FIRST, _LAST = -1, 2**63 - 1
_GROUNDS = (
    "SELECT o.id, o.output_id, o.candidate, t.spec, o.delivery, o.tests FROM output o"
    " CROSS JOIN ticket t ON t.ticket_id = o.ticket ORDER BY o.id"
)
_SEARCH = (
    f"SELECT {QUEUE_COLUMNS} FROM item i {ITEM_JOINS} WHERE i.reviewer = :reviewer"  # noqa: S608 - constants
    f" AND i.place IN ({', '.join(f':place{place.value}' for place in Place)})"
    " AND i.position {sign} :position"
    " AND o.ticket || ' ' || t.title || ' ' || c.alias || ' ' || coalesce(i.label, '')"
    " LIKE :text ESCAPE '\\' ORDER BY i.position {order} LIMIT :n"
)
_SEARCH_FORWARD = _SEARCH.format(sign=">", order="ASC")
_SEARCH_BACKWARD = _SEARCH.format(sign="<", order="DESC")
_ITEM = (
    f"SELECT {QUEUE_COLUMNS} FROM output eo CROSS JOIN item i"  # noqa: S608 - constants
    f" ON i.reviewer = :reviewer AND i.output = eo.id {ITEM_JOINS} WHERE eo.output_id = :output_id"
)


_REPEAT = (
    "SELECT o.output_id FROM item i CROSS JOIN output o ON o.id = i.output"
    " CROSS JOIN label_event f ON f.event_id = i.first_event_id"
    " CROSS JOIN label_event e ON e.event_id = i.event_id"
    " WHERE i.reviewer = :reviewer AND i.place = :place"
    " AND i.position > :position AND f.at <= :before"
    " AND f.event_id <= (SELECT max(event_id) FROM label_event) - :between"
    " AND instr(e.judgement, '\"again\"') = 0 AND instr(e.judgement, '\"adjudicates\"') = 0"
    " AND instr(e.judgement, '\"unblinded\"') = 0 ORDER BY i.position LIMIT 1"
)


class Queue(Study):
    """Reviewers and what is in front of them; a part of Store."""

    def ensure_reviewer(
        self, name: str, at: datetime, on_progress: Progressed | None = None
    ) -> bool:
        """Build the queue of a new reviewer in one transaction; False where it is there already.

        The order is random and belongs to study and name, so it is the same on every machine.
        """
        if not name:
            raise UsageError("a reviewer needs a name")
        with self._reading() as connection:
            if one(connection, "SELECT 1 FROM reviewer WHERE name = :name", name=name):
                return False
        seed = sha256(f"{self.study_id}\0{name}".encode()).hexdigest()[:16]
        with self._writing() as connection:
            sql = (
                "INSERT INTO reviewer (name, seed, created_at) VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO NOTHING"
            )
            added = connection.exec_driver_sql(sql, (name, seed, format_time(at))).rowcount
            if added:
                self._build(connection, name, seed, on_progress)
            return bool(added)

    def _build(
        self, connection: Connection, name: str, seed: str, on_progress: Progressed | None
    ) -> None:
        first = self._load_first_order(connection)
        driver = connection.connection.driver_connection
        if driver is None:
            raise UsageError("the store is closed")
        total = driver.execute("SELECT count(*) FROM output").fetchone()[0]

        def make_items() -> Iterator[tuple[str, int, int, int, str]]:
            for done, row in enumerate(driver.execute(_GROUNDS)):
                if on_progress is not None and done % 10_000 == 0:
                    on_progress(done, total)
                row_id, output_id, candidate, spec, delivery, tests = row
                ground, position = Ground(spec, delivery, tests), first.get(output_id)
                where = place_judgement(ground, "")
                if position is None:
                    position = compute_position(seed, output_id)
                else:
                    base, where = where, place_judgement(ground, "", taught=True)
                    shift.move(name, candidate, base, where)
                yield name, row_id, position, where.place.value, where.outcome.value

        shift = Shift()
        driver.executemany(INSERT_ITEM, make_items())
        shift.apply(connection)

    def list_reviewers(self) -> list[str]:
        """All reviewers by name."""
        with self._reading() as connection:
            return [r.name for r in rows(connection, "SELECT name FROM reviewer ORDER BY name", {})]

    def queue_page(
        self,
        reviewer: str,
        position: int | None,
        n: int,
        *,
        is_forward: bool = True,
        places: Collection[Place] = DEFAULT_PLACES,
        text: str = "",
    ) -> list[QueueItem]:
        """Up to n items strictly beyond `position` (None: from that end), in queue order.

        `text` keeps those with it in ticket id, title, alias or label; then the cost grows with
        the items passed over.
        """
        if position is None:
            position = _FIRST if is_forward else _LAST
        params = {"reviewer": reviewer, "position": position, "n": n, **place_params(places)}
        sql = FORWARD if is_forward else BACKWARD
        if text:
            sql = _SEARCH_FORWARD if is_forward else _SEARCH_BACKWARD
            params["text"] = _like(text)
        with self._reading() as connection:
            found = [to_queue_item(row) for row in rows(connection, sql, params)]
        return found if is_forward else found[::-1]

    def next_open(self, reviewer: str, after: int | None = None) -> QueueItem | None:
        """The next open item after a position, round the end; then skipped ones; then None."""
        start = _FIRST if after is None else after
        with self._reading() as connection:
            for place in (Place.OPEN, Place.SKIPPED):
                for position in (start, _FIRST):
                    params = {"place": place.value, "position": position}
                    row = one(connection, NEXT, reviewer=reviewer, **params)
                    if row is not None:
                        return to_queue_item(row)
        return None

    def get_item(self, reviewer: str, output_id: str) -> QueueItem:
        """One line of a queue; UsageError where it has none for this output."""
        with self._reading() as connection:
            row = one(connection, _ITEM, reviewer=reviewer, output_id=output_id)
        if row is None:
            raise UsageError(_no_item(reviewer, output_id))
        return to_queue_item(row)

    def get_review_item(
        self, reviewer: str, output_id: str, *, open_names: bool = False, limit: int = UNLIMITED
    ) -> ReviewItem:
        """An output as this reviewer may see it; UsageError where their queue has no such one.

        A diff or a patch of more than `limit` bytes is not read: b"" stands for it.
        """
        params = {"reviewer": reviewer, "output_id": output_id, "limit": limit}
        with self._reading() as connection:
            row = one(connection, REVIEW_ITEM, **params)
        if row is None:
            raise UsageError(_no_item(reviewer, output_id))
        return to_review_item(row, open_names=open_names)

    def find_repeat(
        self, reviewer: str, start: int, before: datetime, min_between: int
    ) -> str | None:
        """An output that this reviewer labelled before, and once: the next from a position on.

        None where there is none: all too fresh, repeated by now, or settled for others.
        """
        params = {"reviewer": reviewer, "place": Place.LABELLED.value, "between": min_between}
        with self._reading() as connection:
            for position in (start, _FIRST):
                row = one(
                    connection, _REPEAT, position=position, before=format_time(before), **params
                )
                if row is not None:
                    return str(row.output_id)
        return None

    def seed_of(self, reviewer: str) -> str:
        """What everything of a reviewer that is left to chance is drawn from."""
        with self._reading() as connection:
            row = one(connection, "SELECT seed FROM reviewer WHERE name = :name", name=reviewer)
            return str(row.seed) if row else ""

    def get_judgement(self, reviewer: str, output_id: str) -> Judgement:
        """What this reviewer holds about an output."""
        return self.get_review_item(reviewer, output_id, limit=0).judgement

    def progress(self, reviewer: str) -> Progress:
        """How far a reviewer is, from the counts kept."""
        with self._reading() as connection:
            found = rows(connection, STANDINGS, {"reviewer": reviewer})
            return compute_progress({row[0]: row[1] for row in map(tuple, found)})

    def tallies(self, reviewer: str) -> dict[str, Counter[Cell]]:
        """The counts kept, by alias, under this reviewer's judgements."""
        with self._reading() as connection:
            return to_tallies(map(tuple, rows(connection, TALLIES, {"reviewer": reviewer})))

    def last_saved_at(self, reviewer: str) -> datetime | None:
        """When this reviewer's last event was saved."""
        with self._reading() as connection:
            row = one(connection, LAST_EVENT, reviewer=reviewer)
            return parse_time(row.at) if row else None


def _no_item(reviewer: str, output_id: str) -> str:
    return f"no output {output_id} in the queue of reviewer {reviewer}"


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
