"""What a schedule of pairs is made from, and where each pair stands: ids and states, no patch."""

from collections.abc import Iterator

from workbench.domain.errors import UsageError
from workbench.domain.label import Label, parse_judgement
from workbench.domain.output import Delivery
from workbench.domain.pair import Held, Vote
from workbench.domain.schedule import Entry
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
    "SELECT e.reviewer, o.output_id, e.judgement FROM label_event e"
    " CROSS JOIN output o ON o.id = e.output WHERE instr(e.judgement, '\"votes\"')"
    " OR e.act IN ('undo', 'redo', 'prefer') ORDER BY e.event_id"
)
_TITLES = "SELECT ticket_id, title FROM ticket"
_SILENT = {Delivery.EMPTY, Delivery.CRASH_MODEL}


class Pairs(Study):
    """Reading for pairs; a part of Store."""

    def pair_entries(self) -> list[Entry]:
        """Every output as a schedule sees it."""
        with self._driving() as driver:
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

    def pair_votes(self, *, with_post_reveal: bool = False) -> Iterator[tuple[str, Vote]]:
        """Every standing answer with its reviewer, by reviewer and pair.

        What was changed after the reveal does not count unless it is asked for.
        """
        held: dict[tuple[str, str], tuple[Vote, ...]] = {}
        with self._driving() as driver:
            for reviewer, output_id, text in driver.execute(_VOTES):
                judgement = parse_judgement(text)
                if with_post_reveal or not judgement.post_reveal:
                    held[reviewer, output_id] = judgement.votes
        for (reviewer, _), votes in sorted(held.items()):
            for vote in votes:
                if vote.is_answer:
                    yield reviewer, vote

    def ticket_titles(self) -> dict[str, str]:
        """Titles by ticket id."""
        with self._driving() as driver:
            return dict(driver.execute(_TITLES))

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

    def pair_times(self, reviewer: str) -> list[int]:
        """Active milliseconds of this reviewer's answers, in their order."""
        sql = (
            "SELECT active_ms FROM label_event WHERE reviewer = :reviewer AND act = 'prefer'"
            " ORDER BY event_id"
        )
        with self._reading() as connection:
            return [row.active_ms for row in rows(connection, sql, {"reviewer": reviewer})]
