"""What a schedule of pairs is made from, and where each pair stands: ids and states, no patch."""

from collections.abc import Iterator

from workbench.domain.delivery import Delivery
from workbench.domain.errors import UsageError
from workbench.domain.label import Label, parse_judgement, parse_time
from workbench.domain.pair import Cast, Held, Vote
from workbench.domain.schedule import Entry
from workbench.store.controls import read_controls
from workbench.store.database import one, rows
from workbench.store.study import Study

_ENTRIES = (
    "SELECT id, output_id, ticket, candidate, trial, delivery,"
    " CASE WHEN delivery <> 'patch' THEN content_digest WHEN tree <> '' THEN tree ELSE patch END"
    " FROM output ORDER BY id"
)
_HELD = (
    "SELECT o.output_id, i.label,"
    " CASE WHEN instr(e.judgement, '\"votes\"') THEN e.judgement ELSE '' END"
    " FROM item i CROSS JOIN label_event e ON e.event_id = i.event_id"
    " CROSS JOIN output o ON o.id = i.output WHERE i.reviewer = ?"
)
_VOTES = (
    "SELECT e.event_id, e.reviewer, o.output_id, e.at, e.judgement FROM label_event e"
    " CROSS JOIN output o ON o.id = e.output WHERE instr(e.judgement, '\"votes\"')"
    " OR instr(e.judgement, '\"unblinded\"') OR e.act IN ('undo', 'redo') ORDER BY e.event_id"
)
_SILENT = {Delivery.EMPTY, Delivery.CRASH_MODEL}


class Pairs(Study):
    """Reading for pairs; a part of Store."""

    def pair_entries(self) -> list[Entry]:
        """Every output as a schedule sees it; a control is compared with nobody."""
        with self._driving() as driver:
            controls = read_controls(driver)
            return [
                Entry(
                    row=row,
                    output_id=output_id,
                    ticket_id=ticket,
                    candidate=candidate,
                    trial=trial,
                    content=f"{delivery == Delivery.PATCH}\0{content}",
                    is_void=delivery == Delivery.VOID,
                    is_silent=delivery in _SILENT,
                )
                for row, output_id, ticket, candidate, trial, delivery, content in driver.execute(
                    _ENTRIES
                )
                if candidate not in controls
            ]

    def pair_states(self, reviewer: str) -> dict[str, Held]:
        """What this reviewer holds, by output id; an output they never touched is not in it."""
        with self._driving() as driver:
            return {
                output_id: Held(
                    Label(label) if label else None, parse_judgement(text).votes if text else ()
                )
                for output_id, label, text in driver.execute(_HELD, (reviewer,))
            }

    def pair_votes(self, *, with_post_reveal: bool = False) -> Iterator[Cast]:
        """Every standing answer, by reviewer and pair.

        What was changed after the reveal does not count unless it is asked for, and no pair of an
        output whose name was opened early.
        """
        held: dict[tuple[str, str], dict[str, Cast]] = {}
        opened: set[str] = set()
        with self._driving() as driver:
            for event_id, reviewer, output_id, at, text in driver.execute(_VOTES):
                judgement = parse_judgement(text)
                if judgement.unblinded:
                    opened.add(output_id)
                if judgement.post_reveal and not with_post_reveal:
                    continue
                before = held.get((reviewer, output_id), {})
                held[reviewer, output_id] = {
                    vote.pair_id: before[vote.pair_id]
                    if vote.pair_id in before and before[vote.pair_id].vote == vote
                    else Cast(event_id, reviewer, vote, parse_time(at))
                    for vote in judgement.votes
                }
        for _, votes in sorted(held.items()):
            for cast in votes.values():
                if cast.vote.is_answer and not opened & {cast.vote.left, cast.vote.right}:
                    yield cast

    def list_pairs_aside(self) -> list[tuple[str, str, Vote]]:
        """Pairs that reviewers set aside: (reviewer, ticket, vote), for the lead."""
        with self._reading() as connection:
            found = rows(connection, "SELECT name FROM reviewer ORDER BY name", {})
            names = [row.name for row in found]
            sql = "SELECT output_id, ticket FROM output"
            tickets = {row.output_id: row.ticket for row in rows(connection, sql, {})}
        return [
            (name, tickets[output_id], vote)
            for name in names
            for output_id, held in self.pair_states(name).items()
            for vote in held.votes
            if not vote.is_answer
        ]

    def reviewer_seed(self, reviewer: str) -> str:
        """What a reviewer's order and sides are drawn from; UsageError for an unknown one."""
        with self._reading() as connection:
            row = one(connection, "SELECT seed FROM reviewer WHERE name = :name", name=reviewer)
        if row is None:
            raise UsageError(f"no queue for reviewer {reviewer} in this study")
        return str(row.seed)

    def first_order(self) -> dict[str, int]:
        """The teaching order: positions by output id."""
        with self._reading() as connection:
            return self._load_first_order(connection)
